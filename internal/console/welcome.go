package console

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"strings"

	"github.com/boombuler/barcode/qr"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Invitations lets people in by the invitation they were given.
type Invitations interface {
	Welcome(ctx context.Context, token string, again bool) (staff.Welcome, error)
	JoinConsole(ctx context.Context, token, password, code, device string) (staff.SignedIn, error)
}

type welcomePages struct {
	invitations Invitations
	regions     Regions
}

// Welcome is the area where somebody comes in for the first time, or again with a new second factor. The invitation travels in
// forms alone, never in an address.
func Welcome(invitations Invitations, regions Regions) Area {
	w := &welcomePages{invitations, regions}
	return Area{Name: "welcome", Routes: []Route{
		{Method: GET, Path: "/welcome", Action: access.StaffSignIn, Handle: w.ask, Rate: rateShown},
		{Method: POST, Path: "/welcome", Action: access.StaffSignIn, Handle: w.open, Rate: rateSignIn},
		{Method: POST, Path: "/welcome/join", Action: access.StaffSignIn, Handle: w.join, Rate: rateSignIn},
	}}
}

// WelcomeView is what an invitation shows.
type WelcomeView struct {
	staff.Welcome
	Token   string
	Picture template.HTML // of the second factor, for an authenticator
	Grouped string        // the same to be typed
	Roles   []string
}

func (w *welcomePages) ask(r *Request) (pages.Answer, error) {
	return r.Page("welcome/ask", "用邀请码进来", nil), nil
}

func (w *welcomePages) open(r *Request) (pages.Answer, error) {
	view, err := w.view(r, false)
	if errors.Is(err, staff.ErrInvitation) {
		err = fault.New(fault.Invalid, staff.ErrInvitation.Code, staff.ErrInvitation.Text).At(fault.Field{Location: "invitation", Message: staff.ErrInvitation.Text})
		return r.Refused(r.Page("welcome/ask", "用邀请码进来", nil), err)
	}
	if err != nil {
		return nil, err
	}
	return r.Page("welcome/join", view.Name+"，欢迎", view), nil
}

func (w *welcomePages) view(r *Request, again bool) (WelcomeView, error) {
	opened, err := w.invitations.Welcome(r.Context(), r.Text("invitation"), again)
	if err != nil {
		return WelcomeView{}, err
	}
	if opened.Purpose == staff.Bind {
		return WelcomeView{}, staff.ErrInvitation // it is for a phone
	}
	v := WelcomeView{Welcome: opened, Token: r.Text("invitation"), Roles: roleLines(w.regions, opened.Grants)}
	for i := 0; i < len(opened.Secret); i += 4 {
		v.Grouped += opened.Secret[i:min(i+4, len(opened.Secret))] + " "
	}
	v.Grouped = strings.TrimSpace(v.Grouped)
	v.Picture, err = drawQR(opened.URI)
	return v, err
}

// drawQR draws what an authenticator scans as a drawing inside the page: no address has the secret in it, and the content policy
// takes no picture but from an address.
func drawQR(uri string) (template.HTML, error) {
	drawn, err := qr.Encode(uri, qr.M, qr.Auto)
	if err != nil {
		return "", err
	}
	const quiet = 4 // modules around it that stay white
	side := drawn.Bounds().Dx()
	var path strings.Builder
	for y := range side {
		for x := range side {
			if dark, _, _, _ := drawn.At(x, y).RGBA(); dark == 0 {
				fmt.Fprintf(&path, "M%d %dh1v1h-1z", x+quiet, y+quiet)
			}
		}
	}
	all := side + 2*quiet
	svg := fmt.Sprintf(`<svg class="qr" viewBox="0 0 %d %d" width="220" height="220" role="img" aria-label="动态码的二维码" shape-rendering="crispEdges"><path d="M0 0h%dv%dH0z" fill="#fff"/><path d="%s" fill="#000"/></svg>`, all, all, all, all, path.String())
	return template.HTML(svg), nil //nolint:gosec // numbers alone
}

func (w *welcomePages) join(r *Request) (pages.Answer, error) {
	signed, err := w.invitations.JoinConsole(r.Context(), r.Text("invitation"), r.Secret("password"), r.Text("code"), deviceOf(r.UserAgent()))
	if err == nil {
		r.SetCookie(SessionCookie, signed.Token, 0)
		return r.Done("", "进来了。以后用账号、密码和动态码登录；也可以在“我的登录”里连上微信，扫码登录。"), nil
	}
	view, gone := w.view(r, true)
	if gone != nil {
		return nil, gone
	}
	at := map[string]string{staff.ErrPassword.Code: "password", staff.ErrTOTP.Code: "code", staff.ErrTOTPUsed.Code: "code"}[fault.From(err).Code]
	if at != "" {
		err = fault.From(err).At(fault.Field{Location: at, Message: fault.From(err).Text})
	}
	return r.Refused(r.Page("welcome/join", view.Name+"，欢迎", view), err)
}
