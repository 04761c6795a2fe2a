package console

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// Sessions says who a session belongs to.
type Sessions interface {
	// Who is the member of staff whose session of this kind has the token; a fault of kind Unauthenticated when it has ended
	// or never was.
	Who(ctx context.Context, kind staff.SessionKind, token string) (staff.Principal, error)
}

// SessionCookie is the name of the cookie that holds a session's token.
const SessionCookie = "console"

// ErrNoSession answers whoever is not signed in and asked for something other than a page.
var ErrNoSession = fault.New(fault.Unauthenticated, "console.no_session", "登录已经结束，请再登录一次。你写的还在这一页。")

// Request is one request of a member of staff.
type Request struct {
	*pages.Request
	Who     staff.Principal // nobody on the pages of signing in
	console *Console
}

// admit lets in who may do the route's action at all.
func (c *Console) admit(route Route, open bool) pages.Handler {
	return func(pr *pages.Request) (pages.Answer, error) {
		who, err := c.who(pr)
		if err != nil {
			return nil, err
		}
		r := &Request{Request: pr, Who: who, console: c}
		pr.Attach(r)
		switch {
		case open || who.Admits(route.Action):
			return route.Handle(r)
		case who.Account != "":
			return nil, staff.ErrNotFound
		case route.Method == GET && !pr.Partial():
			return pages.Redirect{To: signInFor(pr.URL.RequestURI())}, nil
		}
		return nil, ErrNoSession
	}
}

// who is who the cookie belongs to; nobody without one, or when the session has ended.
func (c *Console) who(r *pages.Request) (staff.Principal, error) {
	token := r.Cookie(SessionCookie)
	if token == "" {
		return staff.Principal{}, nil
	}
	who, err := c.Sessions.Who(r.Context(), staff.Console, token)
	var refusal *fault.Error
	if errors.As(err, &refusal) && refusal.Kind == fault.Unauthenticated {
		return staff.Principal{}, nil
	}
	return who, err
}

// by is what requests are counted by: the session, as a hash, or else the address.
func (c *Console) by(r *pages.Request) string {
	if token := r.Cookie(SessionCookie); token != "" {
		sum := sha256.Sum256([]byte(token))
		return base64.RawURLEncoding.EncodeToString(sum[:12])
	}
	return r.Address()
}

// signInFor is the sign-in page that leads to an address.
func signInFor(to string) string {
	if to == Prefix || to == Prefix+"/" {
		return Prefix + "/sign-in"
	}
	return Prefix + "/sign-in?then=" + url.QueryEscape(to)
}

// Then is where somebody who just signed in goes: where she wanted to, or home.
func (r *Request) Then(to string) string {
	if r.console.door.Local(to) && !strings.HasPrefix(to, Prefix+"/sign-in") {
		return to
	}
	return Prefix
}

// View is what the layout shows around a page's own data.
type View struct {
	Title string
	Data  any
	Form  *pages.Form
	Rail  []Group // nil on a page without the rail
	Who   *Person
	Here  string // the address, to tell which item of the rail is the page's
	Said  string // what was just done
}

// Page is a page in the frame.
func (r *Request) Page(template, title string, data any) pages.Page {
	return pages.Page{Template: template, Data: r.view(title, data)}
}

// Part is a part of a page alone, for htmx: the block of the template that its name says.
func (r *Request) Part(template, block string, data any) pages.Page {
	return pages.Page{Template: template, Block: block, Data: data}
}

// Filled is a page whose form has values in it already.
func (r *Request) Filled(page pages.Page, form *pages.Form) pages.Page {
	view := page.Data.(View) // made by Page
	view.Form = form
	page.Data = view
	return page
}

// Refused shows a page again with what was sent and what is wrong with it, where a person can mend that; every other
// error passes through.
func (r *Request) Refused(page pages.Page, err error) (pages.Answer, error) {
	form := r.Form()
	if !form.Refused(err) {
		return nil, err
	}
	page = r.Filled(page, form)
	page.Status = web.FailureOf(err).Status
	return page, nil
}

// Done leads on after something was done, and says so there.
func (r *Request) Done(path, said string) pages.Answer {
	return pages.Redirect{To: Prefix + path, Say: said}
}

func (r *Request) view(title string, data any) View {
	v := View{Title: title, Data: data, Form: &pages.Form{}, Here: r.URL.Path, Said: r.Said()}
	if r.Who.Account != "" {
		v.Rail, v.Who = r.console.rail(r.Who, r.URL.Path), r.console.person(r.Who)
	}
	return v
}

// FaultView is what the page of an error shows.
type FaultView struct {
	Text   string
	Errors []fault.Field
	Trace  string // the request's id, to tell whoever looks into the log
}

// failure is the page of an error. Who asks is known when the request got as far as that.
func (c *Console) failure(pr *pages.Request, f web.Failure) pages.Page {
	r, ok := web.Attached(pr.Context()).(*Request)
	if !ok {
		r = &Request{Request: pr, console: c}
	}
	title := titles[f.Status]
	if title == "" {
		title = "没有做成"
	}
	view := r.view(title, FaultView{Text: f.Fault.Text, Errors: f.Fault.Fields, Trace: web.RequestID(pr.Context())})
	return pages.Page{Template: "fault/fault", Data: view}
}

// titles of pages of errors.
var titles = map[int]string{
	http.StatusNotFound:              "没有找到",
	http.StatusForbidden:             "没有找到",
	http.StatusUnauthorized:          "请再登录一次",
	http.StatusConflict:              "别处已经改过",
	http.StatusTooManyRequests:       "太快了",
	http.StatusRequestEntityTooLarge: "太大了",
	http.StatusServiceUnavailable:    "现在有点忙",
	http.StatusInternalServerError:   "出了点问题",
}
