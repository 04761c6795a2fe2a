package wechat

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/miniprogram/qrcode"
	"github.com/silenceper/wechat/v2/miniprogram/security"
	"github.com/silenceper/wechat/v2/miniprogram/subscribe"

	"pugongying/internal/notify"
	"pugongying/internal/wechat/scene"
)

// Identity is who WeChat says somebody is in this mini-program. UnionID is empty unless the mini-program is bound to an
// Open Platform account.
type Identity struct {
	OpenID  string
	UnionID string
}

// The SDK writes a login code into an address unescaped, so only characters that mean nothing there may pass.
var (
	loginCode = regexp.MustCompile(`^[A-Za-z0-9_.~-]{1,128}$`)
	openID    = regexp.MustCompile(`^[A-Za-z0-9_-]{6,64}$`)
	traceID   = regexp.MustCompile(`^[A-Za-z0-9_-]{1,128}$`)
)

// Login exchanges the code of wx.login (valid for 5 minutes, once) for an identity (code2Session). ErrCodeInvalid,
// ErrTooMany (100 per minute and user), ErrRefused (WeChat considers her account a risk) or ErrUnavailable. WeChat's
// session_key is dropped here.
func (c *Client) Login(ctx context.Context, code string) (Identity, error) {
	if !loginCode.MatchString(code) {
		return Identity{}, ErrCodeInvalid.Because(&Error{Op: opLogin, Reason: reasonRejected})
	}
	var who Identity
	err := c.call(ctx, opLogin, func() error {
		answer, err := c.mini.GetAuth().Code2SessionContext(ctx, code)
		if err != nil {
			return err
		}
		if !openID.MatchString(answer.OpenID) || answer.UnionID != "" && !openID.MatchString(answer.UnionID) {
			return &Error{Op: opLogin, Reason: reasonGarbage}
		}
		who = Identity{OpenID: answer.OpenID, UnionID: answer.UnionID}
		return nil
	})
	return who, err
}

// Code is a request for a mini-program code. Scene is what the page is given: as package scene allows. Page is
// one of the published pages, without a leading slash and without a query; Width is 280–1280 pixels, 0 for 430.
type Code struct {
	Scene string
	Page  string
	Width int
}

// Picture draws a mini-program code without a limit of number (getUnlimitedQRCode, 5,000 a minute) and gives a JPEG.
// ErrSceneInvalid, ErrPageUnknown, ErrTooMany or ErrUnavailable.
func (c *Client) Picture(ctx context.Context, code Code) ([]byte, error) {
	if !scene.OK(code.Scene) {
		return nil, ErrSceneInvalid.Because(&Error{Op: opCode, Reason: reasonRejected})
	}
	if code.Page == "" || strings.HasPrefix(code.Page, "/") || strings.Contains(code.Page, "?") {
		return nil, ErrPageUnknown.Because(&Error{Op: opCode, Reason: reasonRejected})
	}
	published := c.env == "release"
	request := qrcode.QRCoder{Page: code.Page, Scene: code.Scene, Width: code.Width, EnvVersion: c.env, CheckPath: &published}
	var picture []byte
	err := c.callWithToken(ctx, opCode, func() error {
		answer, err := c.mini.GetQRCode().GetWXACodeUnlimit(request)
		if err != nil {
			return err
		}
		if !bytes.HasPrefix(answer, []byte{0xff, 0xd8, 0xff}) {
			return &Error{Op: opCode, Reason: reasonGarbage}
		}
		picture = answer
		return nil
	})
	return picture, err
}

// Message is a subscribe message: a template and the values of its fields (thing ≤ 20 characters, and so on). One consent
// to a one-time template allows one message.
type Message struct {
	To       string // openid
	Template string
	Page     string // where a tap leads, "" for nowhere
	Values   map[string]string
}

// Send sends a subscribe message and returns WeChat's message number, which the push about its delivery repeats. The
// number is 0 when WeChat accepted the message without one, which its documentation allows; that is no error, because a
// second sending would not help. ErrNotConsented, ErrMessageInvalid, ErrRecipient, ErrTemplateUnknown, ErrPageUnknown or
// ErrUnavailable; notify.ErrNotNeutral, before anything is sent, when an onlooker would understand a value or the page.
func (c *Client) Send(ctx context.Context, m Message) (int64, error) {
	if !openID.MatchString(m.To) {
		return 0, ErrRecipient.Because(&Error{Op: opSend, Reason: reasonRejected})
	}
	data := make(map[string]*subscribe.DataItem, len(m.Values))
	for field, value := range m.Values {
		if word := c.lexicon.Find(value); word != "" {
			return 0, notify.ErrNotNeutral.Because(fmt.Errorf("field %s says %q", field, word))
		}
		data[field] = &subscribe.DataItem{Value: value}
	}
	if word := c.lexicon.Find(m.Page); word != "" {
		return 0, notify.ErrNotNeutral.Because(fmt.Errorf("the page says %q", word))
	}
	request := &subscribe.Message{
		ToUser: m.To, TemplateID: m.Template, Page: m.Page, Data: data, MiniprogramState: states[c.env], Lang: "zh_CN",
	}
	var number int64
	err := c.callWithToken(ctx, opSend, func() (err error) {
		number, err = c.mini.GetSubscribe().SendGetMsgID(request)
		return err
	})
	return number, err
}

var states = map[string]string{"release": "formal", "trial": "trial", "develop": "developer"}

// Scene says what kind of text or medium is checked.
type Scene uint8

// The kinds WeChat knows.
const (
	SceneProfile Scene = 1
	SceneComment Scene = 2
	SceneForum   Scene = 3
	SceneSocial  Scene = 4
)

// Suggestion is what WeChat advises about a text or a medium. Everything except Pass needs a person.
type Suggestion string

// The suggestions. An unknown answer is treated as Review.
const (
	Pass   Suggestion = "pass"
	Review Suggestion = "review"
	Risky  Suggestion = "risky"
)

func suggestion(s string) Suggestion {
	switch got := Suggestion(s); got {
	case Pass, Risky:
		return got
	default:
		return Review
	}
}

// Verdict is WeChat's opinion of a text. Label is its number for what it saw (100 is nothing).
type Verdict struct {
	Suggestion Suggestion
	Label      int
	Trace      string
}

const textLimit = 2500

// CheckText has a text of at most 2,500 characters checked for the member openID, who must have opened the mini-program
// within two hours (msgSecCheck, version 2: 4,000 a minute). ErrTextInvalid, ErrVisitNeeded, ErrRecipient, ErrTooMany or
// ErrUnavailable. An error is never a pass.
func (c *Client) CheckText(ctx context.Context, who string, kind Scene, text string) (Verdict, error) {
	if length := utf8.RuneCountInString(text); length == 0 || length > textLimit || !utf8.ValidString(text) {
		return Verdict{Suggestion: Review}, ErrTextInvalid.Because(&Error{Op: opCheckText, Reason: reasonRejected})
	}
	verdict := Verdict{Suggestion: Review}
	if !openID.MatchString(who) {
		return verdict, ErrRecipient.Because(&Error{Op: opCheckText, Reason: reasonRejected})
	}
	err := c.callWithToken(ctx, opCheckText, func() error {
		answer, err := c.mini.GetSecurity().MsgCheckContext(ctx, &security.MsgCheckRequest{
			OpenID: who, Scene: security.MsgScene(kind), Content: text,
		})
		if err != nil {
			return err
		}
		if answer.Result.Suggest == "" {
			return &Error{Op: opCheckText, Reason: reasonGarbage}
		}
		verdict = Verdict{
			Suggestion: suggestion(string(answer.Result.Suggest)), Label: int(answer.Result.Label), Trace: answer.TraceID,
		}
		return nil
	})
	return verdict, err
}

// Medium is a kind of medium WeChat can check. Video is not one of them: its sampled frames and its sound are checked.
type Medium uint8

// The kinds.
const (
	Audio Medium = 1
	Image Medium = 2
)

// CheckMedia has a picture or a sound of at most 10 MB, at a public address, checked for the member openID, and gives the
// trace id under which the result is pushed within 30 minutes (mediaCheckAsync, version 2: 2,000 a minute).
// ErrMediaInvalid, ErrVisitNeeded, ErrRecipient, ErrTooMany or ErrUnavailable.
func (c *Client) CheckMedia(ctx context.Context, who string, medium Medium, address string) (string, error) {
	at, err := url.Parse(address)
	if err != nil || at.Scheme != "https" && at.Scheme != "http" || at.Host == "" || medium != Audio && medium != Image {
		return "", ErrMediaInvalid.Because(&Error{Op: opCheckMedia, Reason: reasonRejected})
	}
	if !openID.MatchString(who) {
		return "", ErrRecipient.Because(&Error{Op: opCheckMedia, Reason: reasonRejected})
	}
	var trace string
	err = c.callWithToken(ctx, opCheckMedia, func() error {
		answer, err := c.mini.GetSecurity().MediaCheckAsyncContext(ctx, &security.MediaCheckAsyncRequest{
			MediaURL: address, MediaType: uint8(medium), OpenID: who, Scene: uint8(SceneSocial),
		})
		if err != nil {
			return err
		}
		if !traceID.MatchString(answer) {
			return &Error{Op: opCheckMedia, Reason: reasonGarbage}
		}
		trace = answer
		return nil
	})
	return trace, err
}
