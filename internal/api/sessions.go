package api

import (
	"context"
	"errors"
	"net/http"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/member"
)

// ErrCode refuses a sign-in by WeChat that brings no code.
var ErrCode = fault.New(fault.Invalid, "session.code_missing", "没有收到微信的登录凭证，请再点一次登录。")

// ErrGuests refuses one more guest from an address that brought its quota of them today.
var ErrGuests = fault.New(fault.TooMany, "session.guests_many", "这个网络今天进来的人太多了。请等"+fault.AWhile+"再试。题目、故事和电话，不进入也能用。")

// SignedIn is a session as its owner is given it, once.
type SignedIn struct {
	Token     string    `json:"token" doc:"bearer token; the server keeps only its hash"`
	ExpiresAt time.Time `json:"expiresAt"`
	EndKey    string    `json:"endKey" doc:"ends this session and can do nothing else; for the quick exit"`
	Member    Who       `json:"member"`
}

// Who is a member as her session names her.
type Who struct {
	ID   string `json:"id"`
	Kind string `json:"kind" enum:"guest,wechat"`
}

type signIn struct {
	FromAddress
	Body struct {
		Provider string `json:"provider" enum:"wechat,guest"`
		Code     string `json:"code,omitempty" maxLength:"128" doc:"of wx.login"`
		Remember bool   `json:"remember,omitempty" doc:"a guest who is to be known on this phone again"`
	}
}

type endSession struct {
	Body struct {
		Key string `json:"key" maxLength:"64"`
	}
}

// endTimeout bounds the ending of a session nobody waits for.
const endTimeout = 10 * time.Second

func (d *door) addSessions() {
	add(d, spec{route: "POST /api/v1/sessions", summary: "sign in, by her own tap", status: http.StatusCreated, rate: rateSignIn}, d.signIn)
	add(d, spec{route: "POST /api/v1/sessions/end", summary: "end a session by its end key, saying nothing else", status: http.StatusNoContent}, func(ctx context.Context, _ member.Principal, in *endSession) (*empty, error) {
		if err := d.Limits.Check(ctx, "end|"+in.Body.Key, rateEnd); err != nil {
			return nil, err
		}
		// She may close the app before the answer arrives: the session ends all the same.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTimeout)
		defer cancel()
		return nil, d.Members.EndByKey(ctx, in.Body.Key)
	})
	add(d, spec{route: "DELETE /api/v1/sessions/current", summary: "sign out", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who member.Principal, _ *struct{}) (*empty, error) {
		return nil, d.Members.SignOut(ctx, who)
	})
}

// countGuest holds the guests of an address, and of a whole IPv6 customer, to their quota of a day.
func (d *door) countGuest(ctx context.Context, address string) error {
	err := d.Limits.Check(ctx, "guests|address|"+network(address), rateGuests)
	if wide := wideNetwork(address); err == nil && wide != "" {
		err = d.Limits.Check(ctx, "guests|wide|"+wide, rateGuestsWide)
	}
	var many *fault.Error
	if errors.As(err, &many) {
		return ErrGuests.After(many.Wait)
	}
	return err
}

func (d *door) signIn(ctx context.Context, _ member.Principal, in *signIn) (*body[SignedIn], error) {
	var s member.SignedIn
	var err error
	switch {
	case in.Body.Provider == "guest":
		if err = d.countGuest(ctx, in.address); err == nil {
			s, err = d.Members.SignInGuest(ctx, in.Body.Remember)
		}
	case in.Body.Code == "":
		err = ErrCode.At(fault.Field{Location: "body.code", Message: ErrCode.Text})
	default:
		s, err = d.Members.SignInWeChat(ctx, in.Body.Code)
	}
	if err != nil {
		return nil, err
	}
	return answer(SignedIn{Token: s.Token, ExpiresAt: s.ExpiresAt, EndKey: s.EndKey, Member: Who{ID: string(s.Member.ID), Kind: string(s.Member.Kind)}}), nil
}
