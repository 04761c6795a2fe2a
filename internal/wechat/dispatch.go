package wechat

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Revocation says that a person withdrew something: some of what she had allowed (Kinds, by WeChat's numbers), or, with
// Cancelled, her whole WeChat account. With neither, WeChat cleaned her nickname or picture.
type Revocation struct {
	AppID     string
	OpenID    string
	Kinds     []string
	Cancelled bool
	At        time.Time
}

// Revoker deletes what a Revocation says must be deleted. It may be called for one revocation more than once.
type Revoker interface {
	Revoke(ctx context.Context, r Revocation) error
}

// MediaJudge takes the outcome of a media check, possibly more than once, and possibly before CheckMedia has given its trace:
// at says when WeChat sent it.
type MediaJudge interface {
	MediaChecked(ctx context.Context, r MediaResult, at time.Time) error
}

// ConsentKeeper is informed who allows which template, possibly more than once and out of order: at says which came later.
type ConsentKeeper interface {
	Consented(ctx context.Context, openID string, c Consent, at time.Time) error
}

// DeliveryKeeper is informed what happened to a message, possibly more than once.
type DeliveryKeeper interface {
	Delivered(ctx context.Context, d Delivery) error
}

// Consumers are the receivers of events. An event without a consumer is finished at once, but a Revoker is required.
type Consumers struct {
	Revoker    Revoker
	Media      MediaJudge
	Consents   ConsentKeeper
	Deliveries DeliveryKeeper
}

// Dispatcher passes what WeChat pushed to its consumers. It is the work of a job (internal/jobs), which calls it until it
// succeeds: a consumer may receive one event more than once.
type Dispatcher struct {
	events    EventReader
	consumers Consumers
}

// NewDispatcher refuses consumers without a Revoker: what a person takes back must be deleted.
func NewDispatcher(events EventReader, consumers Consumers) (*Dispatcher, error) {
	if consumers.Revoker == nil {
		return nil, errors.New("wechat: the dispatcher needs a revoker")
	}
	return &Dispatcher{events: events, consumers: consumers}, nil
}

// Do passes one event to its consumer. An event that is gone or already finished is no error.
func (d *Dispatcher) Do(ctx context.Context, id string) error {
	e, err := d.events.Event(ctx, id)
	if errors.Is(err, ErrEventUnknown) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read an event: %w", err)
	}
	return d.dispatch(ctx, e)
}

func (d *Dispatcher) dispatch(ctx context.Context, e Event) error {
	c := d.consumers
	switch {
	case e.Media != nil && c.Media != nil:
		return c.Media.MediaChecked(ctx, *e.Media, e.At)
	case e.Consent != nil && c.Consents != nil:
		return c.Consents.Consented(ctx, e.OpenID, *e.Consent, e.At)
	case e.Delivery != nil && c.Deliveries != nil:
		return c.Deliveries.Delivered(ctx, *e.Delivery)
	case e.Kind == ProfileModified, e.Kind == AuthorizationRevoked, e.Kind == AccountCancelled:
		return c.Revoker.Revoke(ctx, Revocation{
			AppID: e.AppID, OpenID: e.OpenID, Kinds: e.Revoked, Cancelled: e.Kind == AccountCancelled, At: e.At,
		})
	default:
		return nil
	}
}
