package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"
)

// Kind says what WeChat pushed.
type Kind string

// The kinds this package knows, by WeChat's names; every other one is acknowledged and dropped.
const (
	MediaChecked         Kind = "wxa_media_check"
	ConsentAnswered      Kind = "subscribe_msg_popup_event"  // she answered the dialog
	ConsentChanged       Kind = "subscribe_msg_change_event" // she changed it in WeChat's settings
	MessageDelivered     Kind = "subscribe_msg_sent_event"
	ProfileModified      Kind = "user_info_modified"
	AuthorizationRevoked Kind = "user_authorization_revoke"
	AccountCancelled     Kind = "user_authorization_cancellation"
)

var kinds = map[Kind]struct{}{
	MediaChecked: {}, ConsentAnswered: {}, ConsentChanged: {}, MessageDelivered: {},
	ProfileModified: {}, AuthorizationRevoked: {}, AccountCancelled: {},
}

// Event is one thing WeChat pushed. Its ID is derived from what identifies it, so that the same thing pushed twice is one
// event: the trace id of a media check; kind, template and message number of a delivery; kind, person, template and second
// otherwise.
type Event struct {
	ID       string
	Kind     Kind
	AppID    string
	OpenID   string
	At       time.Time // WeChat's second
	Media    *MediaResult
	Consent  *Consent
	Delivery *Delivery
	Revoked  []string // what she took back, by WeChat's numbers ("6" nickname and picture, "8" phone, "13" place, …)
}

// MediaResult is the outcome of CheckMedia. Failed is WeChat's errcode when it could not look (-1008: the file could not
// be fetched); the suggestion is then Review, never Pass.
type MediaResult struct {
	Trace      string     `bson:"trace"`
	Suggestion Suggestion `bson:"suggestion"`
	Label      int        `bson:"label"`
	Failed     int        `bson:"failed"`
}

// Consent is her answer to one template.
type Consent struct {
	Template string `bson:"template"`
	Accepted bool   `bson:"accepted"`
}

// Delivery is the outcome of Send. Failed is WeChat's reason, empty when the message arrived.
type Delivery struct {
	Template string `bson:"template"`
	Number   string `bson:"number"`
	Failed   string `bson:"failed"`
}

// Push is one request of WeChat that passed all guards.
type Push struct {
	Nonce  string // hash of timestamp and nonce: this pair may carry one body only
	Body   string // hash of the body
	Until  time.Time
	Events []Event
}

// ErrReplayed is what an EventStore answers when a nonce comes again with another body.
var ErrReplayed = errors.New("wechat: this nonce was used for another message")

// ErrEventUnknown is what an EventReader answers when an event does not exist or is finished.
var ErrEventUnknown = errors.New("wechat: no such event")

// EventStore stores what WeChat pushed and schedules the work on it.
type EventStore interface {
	// Save stores the nonce until Push.Until and every event that is not stored yet, finished ones counting as stored. The
	// same push again is success; the same nonce with another body is ErrReplayed and stores nothing.
	Save(ctx context.Context, p Push) error
}

// EventReader reads what was stored.
type EventReader interface {
	Event(ctx context.Context, id string) (Event, error)
}

// hashOf identifies a thing by its parts without revealing them. An openid has 160 random bits, so its hash cannot be
// guessed.
func hashOf(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
