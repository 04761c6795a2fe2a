package console

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// SignIns opens and ends sessions of the console.
type SignIns interface {
	SignInPassword(ctx context.Context, in staff.SignIn) (staff.SignedIn, error)
	ShowCode(ctx context.Context, site, device string) (staff.Shown, error)
	CodePicture(ctx context.Context, id, browser string) ([]byte, error)
	CodeNow(ctx context.Context, id, browser string) (staff.CodeState, error)
	SignInCode(ctx context.Context, id, browser string) (staff.SignedIn, error)
	SignOut(ctx context.Context, who staff.Principal) error
}

// Cookies of signing in, besides the session's.
const (
	codeCookie  = "code"  // which code this browser shows, with the secret that proves it
	knownCookie = "known" // what an earlier sign-in by password made this browser known by
	knownFor    = 180 * 24 * time.Hour
)

// Rates of signing in, per address; staff counts tries by name besides.
var (
	rateSignIn = web.Rate{Per: time.Second, Burst: 60}
	rateShown  = web.Rate{Per: time.Second, Burst: 120}
	rateAsked  = web.Rate{Per: 100 * time.Millisecond, Burst: 600} // a page asks every two seconds whether it was scanned
)

type signInPages struct{ signIns SignIns }

// SigningIn is the area of signing in and out: by a code that WeChat scans, or by password and one-time code.
func SigningIn(signIns SignIns) Area {
	s := &signInPages{signIns}
	return Area{Name: "signin", Routes: []Route{
		{Method: GET, Path: "/sign-in", Action: access.StaffSignIn, Handle: s.show, Rate: rateShown},
		{Method: POST, Path: "/sign-in", Action: access.StaffSignIn, Handle: s.byPassword, Rate: rateSignIn},
		{Method: POST, Path: "/sign-in/scan", Action: access.StaffSignIn, Handle: s.newCode, Rate: rateShown},
		{Method: GET, Path: "/sign-in/picture", Action: access.StaffSignIn, Handle: s.picture, Rate: rateShown},
		{Method: POST, Path: "/sign-in/code", Action: access.StaffSignIn, Handle: s.byCode, Rate: rateAsked},
		{Method: POST, Path: "/sign-out", Action: access.StaffSelf, Handle: s.out},
	}}
}

// SignInView is what the page of signing in shows.
type SignInView struct {
	Code ScanView
	Then string // where she wanted to go
}

// ScanView is the code that a phone scans, or why there is none.
type ScanView struct {
	ID      string
	Digits  string
	Seconds int  // until it expires
	Scanned bool // the phone has to say that it is her
	Fault   string
	Veil    bool // under the veil of a page that is worked on
}

func (s *signInPages) show(r *Request) (pages.Answer, error) {
	then := r.URL.Query().Get("then")
	if r.Who.Account != "" {
		return pages.Redirect{To: r.Then(then)}, nil
	}
	scan, err := s.code(r)
	if err != nil {
		return nil, err
	}
	return r.Page("signin/signin", "登录", SignInView{Code: scan, Then: then}), nil
}

// code makes a code for this browser. Without WeChat there is none, and the password is left.
func (s *signInPages) code(r *Request) (ScanView, error) {
	shown, err := s.signIns.ShowCode(r.Context(), r.Host, deviceOf(r.UserAgent()))
	if refusal := fault.From(err); refusal != nil && refusal.Kind == fault.Unavailable {
		return ScanView{Fault: refusal.Text}, nil
	}
	if err != nil {
		return ScanView{}, err
	}
	lasts := shown.ExpiresAt.Sub(r.console.Now())
	r.SetCookie(codeCookie, shown.ID+"."+shown.Secret, lasts)
	return ScanView{ID: shown.ID, Digits: shown.Digits, Seconds: int(lasts / time.Second), Veil: r.Text("veil") != ""}, nil
}

// newCode shows another code in the page's place for it.
func (s *signInPages) newCode(r *Request) (pages.Answer, error) {
	if !r.Partial() {
		return pages.Redirect{To: signInFor(r.Then(r.Text("then")))}, nil
	}
	scan, err := s.code(r)
	if err != nil {
		return nil, err
	}
	return r.Part("signin/signin", "scan", SignInView{Code: scan, Then: r.Text("then")}), nil
}

func (s *signInPages) picture(r *Request) (pages.Answer, error) {
	id, secret, _ := strings.Cut(r.Cookie(codeCookie), ".")
	picture, err := s.signIns.CodePicture(r.Context(), id, secret)
	if err != nil {
		return nil, err
	}
	return pages.Media{Type: http.DetectContentType(picture), Body: picture}, nil
}

// byCode says how far the code is, and signs in once the phone said that it is her.
func (s *signInPages) byCode(r *Request) (pages.Answer, error) {
	id, secret, _ := strings.Cut(r.Cookie(codeCookie), ".")
	view := SignInView{Then: r.Text("then"), Code: ScanView{ID: id, Digits: r.Text("digits"), Veil: r.Text("veil") != ""}}
	state, err := s.signIns.CodeNow(r.Context(), id, secret)
	if err == nil && state == staff.CodeConfirmed {
		var signed staff.SignedIn
		if signed, err = s.signIns.SignInCode(r.Context(), id, secret); err == nil {
			r.DropCookie(codeCookie)
			return s.in(r, signed, view)
		}
	}
	if refusal := fault.From(err); refusal != nil {
		if refusal.Kind == fault.Internal {
			return nil, err
		}
		view.Code = ScanView{Fault: refusal.Text, Veil: view.Code.Veil}
	}
	view.Code.Scanned = state == staff.CodeScanned
	if !r.Partial() {
		return pages.Redirect{To: signInFor(r.Then(view.Then)), Say: view.Code.Fault}, nil
	}
	return r.Part("signin/signin", "scan-state", view), nil
}

func (s *signInPages) byPassword(r *Request) (pages.Answer, error) {
	signed, err := s.signIns.SignInPassword(r.Context(), staff.SignIn{
		Login: r.Text("login"), Password: r.Secret("password"), Code: strings.ReplaceAll(r.Text("code"), " ", ""), Known: r.Cookie(knownCookie), Device: deviceOf(r.UserAgent()),
	})
	if err == nil {
		return s.in(r, signed, SignInView{Then: r.Text("then")})
	}
	if at := faultyField(err); at != "" {
		err = fault.From(err).At(fault.Field{Location: at, Message: fault.From(err).Text})
	}
	if r.Header.Get("X-Veil") != "" {
		return r.Refused(r.Page("signin/signin", "登录", SignInView{}), err)
	}
	scan, failed := s.code(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(r.Page("signin/signin", "登录", SignInView{Code: scan, Then: r.Text("then")}), err)
}

// faultyField is where a refusal of signing in stands.
func faultyField(err error) string {
	switch {
	case errors.Is(err, staff.ErrSignIn):
		return "password"
	case errors.Is(err, staff.ErrTOTP), errors.Is(err, staff.ErrTOTPUsed), errors.Is(err, staff.ErrNoTOTP):
		return "code"
	}
	return ""
}

// in gives the browser its session and leads on.
func (s *signInPages) in(r *Request, signed staff.SignedIn, view SignInView) (pages.Answer, error) {
	r.SetCookie(SessionCookie, signed.Token, 0)
	if signed.Known != "" {
		r.SetCookie(knownCookie, signed.Known, knownFor)
	}
	if view.Code.Veil {
		return r.Part("signin/signin", "scanned", nil), nil
	}
	return pages.Redirect{To: r.Then(view.Then)}, nil
}

func (s *signInPages) out(r *Request) (pages.Answer, error) {
	if err := s.signIns.SignOut(r.Context(), r.Who); err != nil {
		return nil, err
	}
	r.DropCookie(SessionCookie)
	return r.Done("/sign-in", "退出了。"), nil
}

// deviceOf names a browser as its owner would: which machine, which program. It is shown to her alone.
func deviceOf(agent string) string {
	device, program := "电脑", "浏览器"
	for _, d := range [][2]string{{"iPad", "iPad"}, {"iPhone", "手机"}, {"Android", "手机"}, {"Windows", "Windows 电脑"}, {"Mac OS", "苹果电脑"}} {
		if strings.Contains(agent, d[0]) {
			device = d[1]
			break
		}
	}
	for _, p := range [][2]string{{"Edg/", "Edge"}, {"Firefox/", "Firefox"}, {"Chrome/", "Chrome"}, {"Safari/", "Safari"}} {
		if strings.Contains(agent, p[0]) {
			program = p[1]
			break
		}
	}
	return device + " · " + program
}
