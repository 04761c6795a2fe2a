package staff

import (
	"context"
	"crypto/hmac"
	"errors"
	"fmt"
	"strings"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/opaque"
	"pugongying/internal/tries"
)

// Faults of signing in.
var (
	ErrSignIn   = fault.New(fault.Invalid, "staff.sign_in", "账号或密码不对。")
	ErrWait     = fault.New(fault.TooMany, "staff.wait", "试的次数多了，请等"+fault.AWhile+"再试。用微信扫码不受影响。")
	ErrNotBound = fault.New(fault.Forbidden, "staff.not_bound", "这个微信还没有和工作账号连起来。第一次来，请用邀请码。")
)

// SignIn is what she types on the console.
type SignIn struct {
	Login    string
	Password string
	Code     string // of her authenticator
	Known    string // what an earlier sign-in made this browser known by
	Device   string // what the browser is, in her words
}

// SignInPassword opens a console session by password and one-time code. ErrSignIn for a wrong name and a wrong password alike,
// after the same time; ErrTOTP and ErrTOTPUsed once both fit; ErrWait.
//
// Tries are counted by name, for names that nobody has as well, and apart for a browser that she signed in from before: so
// whoever presses wrong passwords on her name does not lock her own browser.
func (s *Service) SignInPassword(ctx context.Context, in SignIn) (SignedIn, error) {
	login := strings.ToLower(strings.TrimSpace(in.Login))
	known := s.knows(login, in.Known)
	counter := "login|" + s.sealer.Lookup("staff.login", login)
	if known {
		counter = "known|" + s.sealer.Lookup("staff.login", login+"|"+in.Known)
	}
	var signed SignedIn
	err := s.counted(ctx, counter, func() error {
		a, err := s.byPassword(ctx, login, in.Password)
		if err != nil {
			return err
		}
		if signed, err = s.enter(ctx, a, in); err != nil {
			return err
		}
		signed.Known = in.Known
		if !known {
			signed.Known = s.known(login)
		}
		return nil
	})
	return signed, err
}

// byPassword is the account of a name and its password. ErrSignIn.
func (s *Service) byPassword(ctx context.Context, login, password string) (Account, error) {
	a, err := s.stores.Accounts.Account(ctx, ByLogin, login)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return Account{}, err
	}
	fits, err := s.fits(ctx, password, a.Password)
	if err != nil {
		return Account{}, err
	}
	if !fits || s.refuses(a) {
		return Account{}, ErrSignIn
	}
	return a, nil
}

// enter uses the one-time code up and opens the session.
func (s *Service) enter(ctx context.Context, a Account, in SignIn) (SignedIn, error) {
	secret, err := s.secretOf(ctx, a)
	if err != nil {
		return SignedIn{}, err
	}
	err = s.stores.Accounts.StepAccount(ctx, a.ID, func(fresh *Account) error {
		if s.refuses(*fresh) {
			return ErrSignIn
		}
		if err := fresh.spend(secret, in.Code, s.steady()); err != nil {
			return err
		}
		fresh.saw(s.now())
		a = *fresh
		return nil
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.open(ctx, a, begin{kind: Console, how: HowPassword, device: in.Device, proved: true})
}

func (a *Account) saw(now time.Time) { a.SeenAt = &now }

// counted counts a try before it is made, gives it back when it succeeded or was never compared, and refuses it while none
// is made. ErrWait.
func (s *Service) counted(ctx context.Context, counter string, try func() error) error {
	var wait time.Duration
	now := stored(s.steady())
	count := func(c *tries.Counter) {
		c.Bound(now)
		wait = c.Take(now)
	}
	if err := s.stores.Tries.CountTry(ctx, counter, s.forgetTries(), count); err != nil {
		return err
	}
	if wait > 0 {
		return ErrWait.After(wait)
	}
	err := try()
	if err == nil || !wrong(err) {
		back := s.stores.Tries.CountTry(context.WithoutCancel(ctx), counter, s.forgetTries(), func(c *tries.Counter) { c.GiveBack() })
		return errors.Join(err, back)
	}
	return err
}

// forgetTries is when a counter that is not touched again may go: its wait is over and forgotten by then.
func (s *Service) forgetTries() time.Time { return s.now().Add(tries.Long + tries.Over) }

// wrong reports whether an error told something about what was tried.
func wrong(err error) bool {
	for _, refusal := range []error{ErrSignIn, ErrTOTP, ErrTOTPUsed, ErrNoTOTP} {
		if errors.Is(err, refusal) {
			return true
		}
	}
	return false
}

// known is what a browser is known by after a sign-in: random, and signed together with the login.
func (s *Service) known(login string) string {
	random := opaque.New(16)
	return random + "." + s.sealer.Lookup("staff.known", login+"|"+random)
}

// knows reports whether a browser signed in with this login before.
func (s *Service) knows(login, known string) bool {
	random, mac, ok := strings.Cut(known, ".")
	return ok && login != "" && hmac.Equal([]byte(s.sealer.Lookup("staff.known", login+"|"+random)), []byte(mac))
}

// Phoned is a resident signed in by WeChat, on whose phone staff work.
type Phoned struct {
	Member  string
	Session string // the id of her session, with which everything of staff ends
}

// wechatOf is the keyed hash by which an account knows a WeChat identity.
func (s *Service) wechatOf(ctx context.Context, who Phoned) (string, error) {
	appID, openID, err := s.residents.WeChat(ctx, who.Member)
	if err != nil {
		return "", fmt.Errorf("staff: who a phone belongs to: %w", err)
	}
	return s.sealer.Lookup("staff.wechat", appID+"|"+openID), nil
}

// bound is the active account that a phone's WeChat is bound to. ErrNotBound.
func (s *Service) bound(ctx context.Context, who Phoned) (Account, error) {
	lookup, err := s.wechatOf(ctx, who)
	if err != nil {
		return Account{}, err
	}
	a, err := s.stores.Accounts.Account(ctx, ByWeChat, lookup)
	if errors.Is(err, ErrNotFound) || err == nil && s.refuses(a) {
		return Account{}, ErrNotBound
	}
	return a, err
}

// SignInPhone opens a phone session of the account that her WeChat is bound to. It has the roles of volunteers and editors;
// the others come with the second factor (StepUp). ErrNotBound.
func (s *Service) SignInPhone(ctx context.Context, who Phoned) (SignedIn, error) {
	a, err := s.bound(ctx, who)
	if err != nil {
		return SignedIn{}, err
	}
	return s.seen(ctx, a, begin{kind: Phone, how: HowWeChat, device: "手机", parent: who.Session})
}

// seen writes that she came, then opens her session.
func (s *Service) seen(ctx context.Context, a Account, b begin) (SignedIn, error) {
	err := s.stores.Accounts.StepAccount(ctx, a.ID, func(fresh *Account) error {
		if s.refuses(*fresh) {
			return ErrNotBound
		}
		fresh.saw(s.now())
		a = *fresh
		return nil
	})
	if err != nil {
		return SignedIn{}, err
	}
	return s.open(ctx, a, b)
}
