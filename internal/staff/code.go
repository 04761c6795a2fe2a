package staff

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/opaque"
)

// Faults of codes that a console shows to a phone; each has its words on both sides.
var (
	ErrCodeUnknown = fault.New(fault.NotFound, "staff.code_unknown", "这个码不对。请扫工作台登录页上的码。")
	ErrCodeExpired = fault.New(fault.Gone, "staff.code_expired", "这个码过期了。在电脑上换一个码，再扫一次。")
	ErrCodeUsed    = fault.New(fault.Conflict, "staff.code_used", "这个码已经用过了。在电脑上换一个码，再扫一次。")
	ErrCodeRefused = fault.New(fault.Conflict, "staff.code_refused", "手机上点了“不是我”。不是你本人点的，就告诉管账号的人。")
	ErrCodeTaken   = fault.New(fault.Conflict, "staff.code_taken", "这个码已经被另一部手机扫了。在电脑上换一个码，再扫一次。")
	ErrCodeWaits   = fault.New(fault.Conflict, "staff.code_waits", "手机上还没有点“是我”。")
)

// CodeState is where a code stands. Each step is made once.
type CodeState string

// The states of codes.
const (
	CodeShown     CodeState = "shown"
	CodeScanned   CodeState = "scanned"
	CodeConfirmed CodeState = "confirmed"
	CodeUsed      CodeState = "used"
	CodeRefused   CodeState = "refused"
)

// CodeLife is how long a code can be scanned, confirmed and used.
const CodeLife = 2 * time.Minute

// Code lets a phone sign a browser in. The two digits stand on both: a code that somebody relays carries his digits along, so
// that a scan alone opens only what needs no second factor.
type Code struct {
	ID        string    `bson:"_id"`     // 128 bits, in the picture
	Browser   string    `bson:"browser"` // hash of the secret that the browser has in a cookie
	Digits    string    `bson:"digits"`
	Site      string    `bson:"site"`
	Device    string    `bson:"device"`
	State     CodeState `bson:"state"`
	WeChat    string    `bson:"wechat,omitempty"` // keyed hash of who scanned it
	Account   string    `bson:"account,omitempty"`
	Resident  string    `bson:"resident,omitempty"` // the session of the phone that scanned it
	At        time.Time `bson:"at"`
	ExpiresAt time.Time `bson:"expiresAt"`
	Rev       int64     `bson:"rev"`
	Schema    int       `bson:"schema"`
}

// over is why a code leads nowhere any more, nil while it may.
func (c Code) over(now time.Time) error {
	switch {
	case c.State == CodeUsed:
		return ErrCodeUsed
	case c.State == CodeRefused:
		return ErrCodeRefused
	case !now.Before(c.ExpiresAt):
		return ErrCodeExpired
	}
	return nil
}

// Shown is a new code for the browser that asked.
type Shown struct {
	ID        string
	Secret    string // for an HttpOnly cookie
	Digits    string
	ExpiresAt time.Time
}

// ShowCode makes a code for a browser.
func (s *Service) ShowCode(ctx context.Context, site, device string) (Shown, error) {
	n, err := rand.Int(rand.Reader, big.NewInt(90))
	if err != nil {
		return Shown{}, err
	}
	now, browser := s.now(), opaque.New(tokenBytes)
	c := Code{
		ID: s.newID(), Browser: opaque.Hash(browser), Digits: fmt.Sprint(10 + n.Int64()), Site: site, Device: device,
		State: CodeShown, At: now, ExpiresAt: now.Add(CodeLife), Schema: 1,
	}
	if err := s.stores.Codes.InsertCode(ctx, c); err != nil {
		return Shown{}, fmt.Errorf("show a code: %w", err)
	}
	return Shown{ID: c.ID, Secret: browser, Digits: c.Digits, ExpiresAt: c.ExpiresAt}, nil
}

// CodePicture draws a code that was not used yet, for the browser it was made for.
func (s *Service) CodePicture(ctx context.Context, id, browser string) ([]byte, error) {
	c, err := s.ofBrowser(ctx, id, browser)
	if err == nil {
		err = c.over(s.now())
	}
	if err != nil {
		return nil, err
	}
	return s.pictures.Picture(ctx, id)
}

func (s *Service) ofBrowser(ctx context.Context, id, browser string) (Code, error) {
	c, err := s.stores.Codes.Code(ctx, id)
	if err == nil && c.Browser != opaque.Hash(browser) {
		return Code{}, ErrCodeUnknown
	}
	return c, err
}

// Asked is what the phone's confirm page shows of a code.
type Asked struct {
	Digits    string
	Site      string
	Device    string
	At        time.Time
	ExpiresAt time.Time
	Name      string // of the account that would be signed in
}

// Scan is the phone's first step: the code belongs to the account its WeChat is bound to, and to no other from now on.
// ErrNotBound, and each ErrCode….
func (s *Service) Scan(ctx context.Context, who Phoned, id string) (Asked, error) {
	a, err := s.bound(ctx, who)
	if err != nil {
		return Asked{}, err
	}
	var asked Asked
	err = s.stores.Codes.ChangeCode(ctx, id, func(c *Code) error {
		if err := c.over(s.now()); err != nil {
			return err
		}
		switch {
		case c.State == CodeShown:
			c.State, c.WeChat, c.Account, c.Resident = CodeScanned, a.WeChat, a.ID, who.Session
		case c.WeChat != a.WeChat:
			return ErrCodeTaken
		case c.State != CodeScanned:
			return ErrCodeUsed
		}
		asked = Asked{Digits: c.Digits, Site: c.Site, Device: c.Device, At: c.At, ExpiresAt: c.ExpiresAt, Name: a.Name}
		return nil
	})
	return asked, err
}

// Answer is the phone's second step: it is her, or it is not. ErrCodeTaken for a code another phone scanned, and each
// other ErrCode….
func (s *Service) Answer(ctx context.Context, who Phoned, id string, itIsMe bool) error {
	a, err := s.bound(ctx, who)
	if err != nil {
		return err
	}
	return s.stores.Codes.ChangeCode(ctx, id, func(c *Code) error {
		if err := c.over(s.now()); err != nil {
			return err
		}
		switch {
		case c.State == CodeShown:
			return ErrCodeWaits
		case c.WeChat != a.WeChat || c.Account != a.ID:
			return ErrCodeTaken
		case c.State != CodeScanned:
			return ErrCodeUsed
		}
		if c.State = CodeRefused; itIsMe {
			c.State = CodeConfirmed
		}
		return nil
	})
}

// CodeNow is where a code stands, for the browser that shows it. ErrCodeUnknown, ErrCodeExpired, ErrCodeRefused,
// ErrCodeUsed.
func (s *Service) CodeNow(ctx context.Context, id, browser string) (CodeState, error) {
	c, err := s.ofBrowser(ctx, id, browser)
	if err != nil {
		return "", err
	}
	return c.State, c.over(s.now())
}

// SignInCode uses a confirmed code up and opens the browser's session, with the roles that need no second factor.
// ErrCodeWaits, and each other ErrCode….
func (s *Service) SignInCode(ctx context.Context, id, browser string) (SignedIn, error) {
	var used Code
	err := s.stores.Codes.ChangeCode(ctx, id, func(c *Code) error {
		if c.Browser != opaque.Hash(browser) {
			return ErrCodeUnknown
		}
		if err := c.over(s.now()); err != nil {
			return err
		}
		if c.State != CodeConfirmed {
			return ErrCodeWaits
		}
		c.State = CodeUsed
		used = *c
		return nil
	})
	if err != nil {
		return SignedIn{}, err
	}
	a, err := s.stores.Accounts.Account(ctx, ByWeChat, used.WeChat)
	if errors.Is(err, ErrNotFound) || err == nil && (a.ID != used.Account || s.refuses(a)) {
		return SignedIn{}, ErrNotBound
	}
	if err != nil {
		return SignedIn{}, err
	}
	return s.seen(ctx, a, begin{kind: Console, how: HowScan, device: used.Device, scanned: used.Resident})
}

// BoundTo tells a phone whose account its WeChat is bound to. ErrNotBound.
func (s *Service) BoundTo(ctx context.Context, who Phoned) (name string, err error) {
	a, err := s.bound(ctx, who)
	return a.Name, err
}
