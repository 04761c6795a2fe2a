package sandbox

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

const (
	pushAnswer = 5 * time.Second // how long WeChat waits for "success"
	pushTries  = 3
	original   = "gh_sandbox00000"
	team       = "o_sandbox_wechat_team"
)

type (
	event map[string]any
	entry map[string]any
)

// parcel is a push on its way.
type parcel struct {
	event event
	due   time.Time
	tries int
	line  *line // what the page shows of it
}

// push puts an event into the outbox. From is the openid of the person it is about, or "" for WeChat's own account.
func (a *account) push(due time.Time, from string, e event) {
	if a.Push == nil {
		return
	}
	if from == "" {
		from = team
	}
	e["ToUserName"], e["FromUserName"], e["MsgType"] = original, from, "event"
	a.outbox = append(a.outbox, &parcel{event: e, due: due, line: a.shown.pushed(due, fmt.Sprint(e["Event"]))})
}

// TakeBack is the person called name taking back what she allowed: what is WeChat's number for it ("8" her phone), or
// "" for her whole WeChat account.
func (s *Sandbox) TakeBack(appID, name, what string) error {
	a := s.app(appID)
	if a == nil {
		return errcode(40013)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	who := a.meet(name)
	e := event{"Event": "user_authorization_revoke", "OpenID": who.openID, "AppID": appID, "RevokeInfo": what}
	if what == "" {
		e["Event"] = "user_authorization_cancellation"
	}
	a.push(s.now(), "", e)
	return nil
}

// Deliver pushes everything that is due, as WeChat does: "success" within five seconds, or it comes again, three times in
// all. It says how many were acknowledged.
func (s *Sandbox) Deliver(ctx context.Context) int {
	acknowledged := 0
	for _, a := range s.accounts() {
		for _, p := range a.take(s.now()) {
			err := a.deliver(ctx, p, s.now(), s.newID())
			if err == nil {
				acknowledged++
			}
			a.delivered(p, s.now(), err)
		}
	}
	return acknowledged
}

// take empties the outbox of what is due.
func (a *account) take(now time.Time) []*parcel {
	a.mu.Lock()
	defer a.mu.Unlock()
	var due, later []*parcel
	for _, p := range a.outbox {
		if p.due.After(now) {
			later = append(later, p)
			continue
		}
		p.tries++
		due = append(due, p)
	}
	a.outbox = later
	return due
}

func (a *account) delivered(p *parcel, now time.Time, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err == nil:
		p.line.state = "已送达"
	case p.tries < pushTries:
		p.line.state = fmt.Sprintf("第 %d 次没有送到", p.tries)
		p.due = now.Add(pushAnswer)
		a.outbox = append(a.outbox, p)
	default:
		p.line.state = "没有送到，不再送"
	}
}

func (a *account) deliver(ctx context.Context, p *parcel, now time.Time, id string) error {
	ctx, cancel := context.WithTimeout(ctx, pushAnswer)
	defer cancel()
	r, err := a.letter(p.event, now, id)
	if err != nil {
		return err
	}
	reply := &reply{header: http.Header{}, status: http.StatusOK}
	done := make(chan struct{})
	go func() {
		defer close(done)
		a.Push.ServeHTTP(reply, r.WithContext(ctx))
	}()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-done:
	}
	if reply.status != http.StatusOK || reply.body.String() != "success" && reply.body.Len() > 0 {
		return fmt.Errorf("sandbox: a push was answered with %d", reply.status)
	}
	return nil
}

// letter writes, signs and, with a key, encrypts one push (消息推送).
func (a *account) letter(e event, now time.Time, id string) (*http.Request, error) {
	timestamp, nonce := strconv.FormatInt(now.Unix(), 10), strconv.FormatInt(now.UnixNano()%1e9, 10)+digest(id)[:6]
	stamped := event{"CreateTime": now.Unix()}
	for key, value := range e {
		stamped[key] = value
	}
	body, err := a.encode(stamped)
	if err != nil {
		return nil, err
	}
	q := url.Values{"timestamp": {timestamp}, "nonce": {nonce}, "signature": {util.Signature(a.PushToken, timestamp, nonce)}}
	if a.PushAESKey != "" {
		sealed, err := util.EncryptMsg([]byte(digest(id)[:16]), body, a.AppID, a.PushAESKey)
		if err != nil {
			return nil, errors.New("sandbox: the push AES key is not usable")
		}
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", util.Signature(a.PushToken, timestamp, nonce, string(sealed)))
		if body, err = a.encode(event{"ToUserName": original, "Encrypt": string(sealed)}); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequest(http.MethodPost, "http://push.invalid/?"+q.Encode(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("write a push: %w", err)
	}
	r.Header.Set("Content-Type", "application/json")
	if a.PushXML {
		r.Header.Set("Content-Type", "text/xml")
	}
	r.RemoteAddr = "127.0.0.1:0"
	return r, nil
}

func (a *account) encode(e event) ([]byte, error) {
	if a.PushXML {
		return inXML(e)
	}
	body, err := json.Marshal(e)
	if err != nil {
		return nil, fmt.Errorf("encode a push: %w", err)
	}
	return body, nil
}

// inXML writes an event as WeChat's XML: the list of a subscribe event is in an element named after the event.
func inXML(e event) ([]byte, error) {
	var out bytes.Buffer
	out.WriteString("<xml>")
	for key, value := range e {
		if list, ok := value.(entry); ok && key == "List" {
			around := listElements[fmt.Sprint(e["Event"])]
			out.WriteString("<" + around + ">")
			element(&out, key, list)
			out.WriteString("</" + around + ">")
			continue
		}
		element(&out, key, value)
	}
	out.WriteString("</xml>")
	return out.Bytes(), nil
}

var listElements = map[string]string{
	"subscribe_msg_popup_event":  "SubscribeMsgPopupEvent",
	"subscribe_msg_change_event": "SubscribeMsgChangeEvent",
	"subscribe_msg_sent_event":   "SubscribeMsgSentEvent",
}

func element(out *bytes.Buffer, name string, value any) {
	switch v := value.(type) {
	case entry:
		out.WriteString("<" + name + ">")
		for key, inner := range v {
			element(out, key, inner)
		}
		out.WriteString("</" + name + ">")
	case []entry:
		for _, one := range v {
			element(out, name, one)
		}
	default:
		out.WriteString("<" + name + ">")
		_ = xml.EscapeText(out, []byte(fmt.Sprint(v)))
		out.WriteString("</" + name + ">")
	}
}

// reply is what the receiver answered. Only its goroutine touches it until the receiver is done.
type reply struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (r *reply) Header() http.Header { return r.header }

func (r *reply) WriteHeader(status int) { r.status = status }

func (r *reply) Write(p []byte) (int, error) { return r.body.Write(p) }
