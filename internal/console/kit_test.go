package console

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/miniprogram"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

const banner region.Code = "150424000000"

var errEnded = fault.New(fault.Unauthenticated, "staff.session", "登录已经结束。")

// sessions are signed-in people by their token.
type sessions map[string]staff.Principal

func (s sessions) Who(_ context.Context, kind staff.SessionKind, token string) (staff.Principal, error) {
	if token == "broken" {
		return staff.Principal{}, io.ErrUnexpectedEOF
	}
	if who, ok := s[token]; ok && kind == who.Kind {
		return who, nil
	}
	return staff.Principal{}, errEnded
}

// person is a member of staff with roles in one banner.
func person(name string, roles ...access.Role) staff.Principal {
	p := staff.Principal{Account: "A" + name, Name: name, Session: "S" + name, Kind: staff.Console}
	for _, r := range roles {
		p.Grants = append(p.Grants, access.Grant{Role: r, Scope: region.ScopeOf(banner)})
	}
	return p
}

// everyRole has one session of each role of staff, by the role's name.
func everyRole() sessions {
	all := sessions{}
	for _, role := range access.Roles() {
		if role >= access.Volunteer {
			all[role.String()] = person(role.String(), role)
		}
	}
	return all
}

type passing struct{}

func (passing) Allow(context.Context, string, time.Duration, int) (bool, time.Duration, error) {
	return true, 0, nil
}

// answer is what came back.
type answer = *httptest.ResponseRecorder

// rig is a console with its engine.
type rig struct {
	t *testing.T
	*Console
	engine *web.Engine
}

func open(t *testing.T, who sessions, areas ...Area) *rig {
	t.Helper()
	r, err := opened(t, who, areas...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func opened(t *testing.T, who sessions, areas ...Area) (*rig, error) {
	t.Helper()
	now := func() time.Time { return noon }
	engine, err := web.NewEngine(web.Options{Log: slog.New(slog.DiscardHandler), Metrics: prometheus.NewRegistry(), NewID: func() string { return "R1" }, Now: now, Unguarded: true})
	if err != nil {
		t.Fatal(err)
	}
	tree, err := region.Load()
	if err != nil {
		t.Fatal(err)
	}
	limits := web.Limits{Limiter: passing{}, Enabled: true, Log: slog.New(slog.DiscardHandler)}
	c, err := New(engine, Parts{Sessions: who, Regions: tree, Now: now, Limits: limits, Look: miniprogram.Look()}, areas...)
	return &rig{t, c, engine}, err
}

// get asks for a page as whoever has the token.
func (r *rig) get(token, path string) answer {
	return r.send(token, httptest.NewRequest(http.MethodGet, "https://xuetang.test"+Prefix+path, nil))
}

// post sends a form.
func (r *rig) post(token, path string, form url.Values) answer {
	req := httptest.NewRequest(http.MethodPost, "https://xuetang.test"+Prefix+path, strings.NewReader(form.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	return r.send(token, req)
}

func (r *rig) send(token string, req *http.Request) answer {
	if token != "" {
		req.AddCookie(&http.Cookie{Name: "__Host-" + SessionCookie, Value: token})
	}
	out := httptest.NewRecorder()
	r.engine.ServeHTTP(out, req)
	return out
}
