package sandbox

import (
	"embed"
	"html/template"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

//go:embed page.html page.css
var files embed.FS

var pageTemplate = template.Must(template.ParseFS(files, "page.html"))

var nameShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,32}$`)

const policy = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// Page shows, under /sandbox, what the mini-program appID sent, and takes the part of the member. It answers only a
// browser on this machine, asked under a name of this machine.
func (s *Sandbox) Page(appID string) http.Handler {
	p := page{s, appID}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /sandbox", p.show)
	mux.HandleFunc("GET /sandbox/{$}", p.show)
	mux.HandleFunc("GET /sandbox/page.css", p.style)
	mux.HandleFunc("GET /sandbox/codes/{number}", p.picture)
	mux.HandleFunc("POST /sandbox/consent", p.consent)
	mux.HandleFunc("POST /sandbox/visit", p.visit)
	mux.HandleFunc("POST /sandbox/takeback", p.takeBack)
	mux.HandleFunc("POST /sandbox/deliver", p.deliver)
	guarded := http.NewCrossOriginProtection().Handler(mux)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !local(r) {
			http.Error(w, "沙箱只在本机打开。", http.StatusForbidden)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Cache-Control", "no-store")
		r.Body = http.MaxBytesReader(w, r.Body, 8<<10)
		guarded.ServeHTTP(w, r)
	})
}

// local reports whether a request comes from this machine, through no proxy, under a name of this machine: a page elsewhere
// that points its own name at 127.0.0.1 is refused.
func local(r *http.Request) bool {
	from, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil || !from.Addr().Unmap().IsLoopback() {
		return false
	}
	if r.Header.Get("X-Forwarded-For") != "" || r.Header.Get("Forwarded") != "" || r.Header.Get("X-Real-Ip") != "" {
		return false
	}
	host := r.Host
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if host == "localhost" || strings.HasSuffix(host, ".localhost") {
		return true
	}
	address, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && address.Unmap().IsLoopback()
}

type page struct {
	sandbox *Sandbox
	appID   string
}

// shown is one line as the template reads it.
type shown struct {
	Time, Who, Title, State, Link string
	Bad                           bool
	Fields                        [][2]string
	Number                        int
}

type view struct {
	AppID                                   string
	Token                                   string
	People                                  []personShown
	Templates                               []Template
	Logins, Messages, Codes, Checks, Pushes []shown
	Waiting                                 bool
}

type personShown struct {
	Name, OpenID, Visited string
	Allowed               [][2]string
}

func (p page) show(w http.ResponseWriter, _ *http.Request) {
	a := p.sandbox.app(p.appID)
	if a == nil {
		http.Error(w, "沙箱里没有这个小程序。", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_ = pageTemplate.Execute(w, a.view(p.sandbox.now()))
}

func (a *account) view(now time.Time) view {
	a.mu.Lock()
	defer a.mu.Unlock()
	v := view{
		AppID: a.AppID, Templates: a.Templates, Token: "还没有取过", Waiting: len(a.outbox) > 0,
		Logins: show(a.shown.logins), Messages: show(a.shown.messages), Codes: show(a.shown.codes),
		Checks: show(a.shown.checks), Pushes: show(a.shown.pushes),
	}
	if t := a.current(); t != nil && now.Before(t.until) {
		v.Token = "有效到 " + t.until.In(zone).Format("15:04:05")
	}
	for _, who := range a.people {
		if who.visited.IsZero() {
			continue // only a name in a code that was refused
		}
		v.People = append(v.People, a.personShown(who))
	}
	slices.SortFunc(v.People, func(x, y personShown) int { return strings.Compare(x.Name, y.Name) })
	v.People = v.People[:min(len(v.People), shownLines)]
	return v
}

func (a *account) personShown(who *person) personShown {
	out := personShown{Name: who.name, OpenID: who.openID, Visited: who.visited.In(zone).Format("15:04:05")}
	for _, t := range a.Templates {
		left := who.consents[t.ID]
		switch {
		case left > 0 && t.LongTerm:
			out.Allowed = append(out.Allowed, [2]string{t.Title, "一直收"})
		case left > 0:
			out.Allowed = append(out.Allowed, [2]string{t.Title, strconv.Itoa(left) + " 条"})
		}
	}
	return out
}

func show(lines []*line) []shown {
	out := make([]shown, 0, len(lines))
	for _, l := range lines {
		s := shown{
			Time: l.at.In(zone).Format("15:04:05"), Who: l.who, Title: l.title, State: l.state, Bad: l.bad, Link: l.link, Number: l.number,
		}
		for _, f := range l.fields {
			s.Fields = append(s.Fields, [2]string{f.label, f.value})
		}
		out = append(out, s)
	}
	return out
}

func (p page) style(w http.ResponseWriter, r *http.Request) {
	css, err := files.ReadFile("page.css")
	if err != nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(css)
}

func (p page) picture(w http.ResponseWriter, r *http.Request) {
	number, err := strconv.Atoi(strings.TrimSuffix(r.PathValue("number"), ".jpg"))
	a := p.sandbox.app(p.appID)
	if err != nil || a == nil {
		http.NotFound(w, r)
		return
	}
	picture := a.picture(number)
	if picture == nil {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", "image/jpeg")
	_, _ = w.Write(picture)
}

func (a *account) picture(number int) []byte {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, l := range a.shown.codes {
		if l.number == number {
			return l.picture
		}
	}
	return nil
}

func (p page) consent(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(name string) error {
		if r.PostFormValue("answer") == "withdraw" {
			return p.sandbox.Withdraw(p.appID, name, r.PostFormValue("template"))
		}
		return p.sandbox.Consent(p.appID, name, r.PostFormValue("template"), r.PostFormValue("answer") == "accept")
	})
}

func (p page) visit(w http.ResponseWriter, r *http.Request) {
	p.act(w, r, func(name string) error {
		p.sandbox.Visit(p.appID, name)
		return nil
	})
}

func (p page) takeBack(w http.ResponseWriter, r *http.Request) {
	what := r.PostFormValue("what")
	if what == "account" {
		what = ""
	}
	p.act(w, r, func(name string) error { return p.sandbox.TakeBack(p.appID, name, what) })
}

func (p page) deliver(w http.ResponseWriter, r *http.Request) {
	p.sandbox.hurry(p.appID)
	p.sandbox.Deliver(r.Context())
	http.Redirect(w, r, "/sandbox", http.StatusSeeOther)
}

// hurry makes everything in the outbox due.
func (s *Sandbox) hurry(appID string) {
	if a := s.app(appID); a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		for _, parcel := range a.outbox {
			parcel.due = s.now()
		}
	}
}

func (p page) act(w http.ResponseWriter, r *http.Request, do func(name string) error) {
	name := r.PostFormValue("name")
	if !nameShape.MatchString(name) {
		http.Error(w, "名字只用字母、数字、_ 和 -，最多 32 个。", http.StatusUnprocessableEntity)
		return
	}
	if err := do(name); err != nil {
		http.Error(w, "没有这个模板。", http.StatusUnprocessableEntity)
		return
	}
	http.Redirect(w, r, "/sandbox", http.StatusSeeOther)
}
