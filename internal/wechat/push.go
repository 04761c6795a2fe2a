package wechat

import (
	"context"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	// pushAge is how far WeChat's clock and ours may be apart, a repeated push included.
	pushAge = 5 * time.Minute
	// pushTime is how long storing may take: WeChat repeats a push after five seconds.
	pushTime = 4 * time.Second
	pushBody = 256 << 10
	acked    = "success"
)

// PushConfig is what the receiving end of WeChat's message push needs. With AESKey (43 characters) set, only encrypted
// messages are taken (安全模式); without it only plain ones.
type PushConfig struct {
	AppID  string
	Token  string
	AESKey string
	Store  EventStore
	Now    func() time.Time
	Log    *slog.Logger
}

// Receiver is the http.Handler WeChat pushes to. It answers GET with the echo WeChat asks for when the address is set
// up, and POST with "success" once the message is stored; working on it is the Dispatcher's part.
type Receiver struct {
	PushConfig
}

// NewReceiver checks the configuration.
func NewReceiver(c PushConfig) (*Receiver, error) {
	switch {
	case !appIDShape.MatchString(c.AppID):
		return nil, errors.New("wechat: the AppID is not of the form wx…")
	case c.Token == "":
		return nil, errors.New("wechat: the push token is missing")
	case c.AESKey != "" && !validAESKey(c.AESKey):
		return nil, errors.New("wechat: the push AES key is not 43 characters of base64")
	case c.Store == nil || c.Now == nil || c.Log == nil:
		return nil, errors.New("wechat: the receiver needs a store, a clock and a log")
	}
	return &Receiver{PushConfig: c}, nil
}

func validAESKey(key string) bool {
	raw, err := base64.StdEncoding.DecodeString(key + "=")
	return err == nil && len(raw) == 32
}

// refusal is why a push was not taken, in words that may be logged.
type refusal struct {
	status int
	why    string
}

func (r *refusal) Error() string { return "wechat: push refused: " + r.why }

func forbidden(why string) error { return &refusal{http.StatusForbidden, why} }

func malformed(why string) error { return &refusal{http.StatusBadRequest, why} }

// ServeHTTP takes one request of WeChat. Refusals say nothing but their status.
func (p *Receiver) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("Cache-Control", "no-store")
	var answer string
	var err error
	switch r.Method {
	case http.MethodGet:
		answer, err = p.echo(r.URL.Query())
	case http.MethodPost:
		answer, err = acked, p.take(w, r)
	default:
		w.Header().Set("Allow", "GET, POST")
		err = &refusal{http.StatusMethodNotAllowed, "method"}
	}
	if err != nil {
		p.refuse(w, err)
		return
	}
	_, _ = io.WriteString(w, answer)
}

func (p *Receiver) refuse(w http.ResponseWriter, err error) {
	var refused *refusal
	if errors.As(err, &refused) {
		p.Log.Warn("wechat push refused", "reason", refused.why)
		w.WriteHeader(refused.status)
		return
	}
	// Not acknowledged, so that WeChat sends it again.
	p.Log.Error("wechat push not stored", "error", err)
	w.WriteHeader(http.StatusServiceUnavailable)
}

// echo proves, when the address is set up, that we know the token.
func (p *Receiver) echo(q url.Values) (string, error) {
	if err := p.fresh(q); err != nil {
		return "", err
	}
	if !signed(q.Get("signature"), p.Token, q.Get("timestamp"), q.Get("nonce")) {
		return "", forbidden("signature")
	}
	echo := q.Get("echostr")
	if echo == "" || len(echo) > fieldLimit {
		return "", malformed("echostr")
	}
	return echo, nil
}

func (p *Receiver) take(w http.ResponseWriter, r *http.Request) error {
	q := r.URL.Query()
	if err := p.fresh(q); err != nil {
		return err
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, pushBody))
	var tooLong *http.MaxBytesError
	switch {
	case errors.As(err, &tooLong):
		return &refusal{http.StatusRequestEntityTooLarge, "length"}
	case err != nil:
		return malformed("body")
	}
	asXML := isXML(r.Header.Get("Content-Type"), body)
	plain, err := p.open(q, asXML, body)
	if err != nil {
		return err
	}
	events, err := decode(p.AppID, asXML, plain)
	if err != nil {
		return malformed("shape")
	}
	return p.save(r.Context(), q, body, events)
}

// fresh refuses what is too old or too far ahead to be a push of now, before anything is computed.
func (p *Receiver) fresh(q url.Values) error {
	seconds, err := strconv.ParseInt(q.Get("timestamp"), 10, 64)
	if err != nil || q.Get("nonce") == "" || len(q.Get("nonce")) > fieldLimit {
		return malformed("timestamp or nonce")
	}
	if age := p.Now().Sub(time.Unix(seconds, 0)); age > pushAge || age < -pushAge {
		return forbidden("age")
	}
	return nil
}

// open checks the signature that covers the message and returns its plain text. Where a key is configured a plain message
// is refused, even with a valid signature, since that one does not cover the body.
func (p *Receiver) open(q url.Values, asXML bool, body []byte) ([]byte, error) {
	if p.AESKey == "" {
		if q.Get("encrypt_type") == "aes" {
			return nil, malformed("encrypted without a key")
		}
		if !signed(q.Get("signature"), p.Token, q.Get("timestamp"), q.Get("nonce")) {
			return nil, forbidden("signature")
		}
		return body, nil
	}
	if q.Get("encrypt_type") != "aes" {
		return nil, forbidden("plain text")
	}
	var sealed struct {
		XMLName xml.Name `json:"-" xml:"xml"`
		Encrypt string   `json:"Encrypt" xml:"Encrypt"`
	}
	unmarshal := json.Unmarshal
	if asXML {
		unmarshal = xml.Unmarshal
	}
	if err := unmarshal(body, &sealed); err != nil || sealed.Encrypt == "" {
		return nil, forbidden("plain text")
	}
	sealed.Encrypt = strings.TrimSpace(sealed.Encrypt)
	if !signed(q.Get("msg_signature"), p.Token, q.Get("timestamp"), q.Get("nonce"), sealed.Encrypt) {
		return nil, forbidden("msg_signature")
	}
	_, plain, err := util.DecryptMsg(p.AppID, sealed.Encrypt, p.AESKey)
	if err != nil {
		return nil, forbidden("decryption")
	}
	return plain, nil
}

// signed reports whether signature is the SHA-1 of the parts, sorted (消息推送: token, timestamp, nonce and, for
// msg_signature, the encrypted text).
func signed(signature string, parts ...string) bool {
	slices.Sort(parts)
	sum := sha1.Sum([]byte(strings.Join(parts, "")))
	return subtle.ConstantTimeCompare([]byte(hex.EncodeToString(sum[:])), []byte(signature)) == 1
}

func isXML(contentType string, body []byte) bool {
	kind, _, _ := mime.ParseMediaType(contentType)
	if strings.HasSuffix(kind, "xml") || strings.HasSuffix(kind, "json") {
		return strings.HasSuffix(kind, "xml")
	}
	return strings.HasPrefix(strings.TrimSpace(string(body[:min(len(body), 64)])), "<")
}

func (p *Receiver) save(ctx context.Context, q url.Values, body []byte, events []Event) error {
	// A closed connection must not roll back what is nearly stored: WeChat would only send it again.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), pushTime)
	defer cancel()
	err := p.Store.Save(ctx, Push{
		Nonce: hashOf(p.AppID, q.Get("timestamp"), q.Get("nonce")), Body: hashOf(string(body)),
		Until: p.Now().Add(2 * pushAge), Events: events,
	})
	if errors.Is(err, ErrReplayed) {
		return forbidden("replay")
	}
	if err != nil {
		return fmt.Errorf("store a push: %w", err)
	}
	return nil
}
