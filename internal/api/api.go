// Package api is the mini-program's door: JSON under /api/v1, described by OpenAPI. An operation binds its input, says
// who is asking, calls one capability and answers; it applies no rule of its own. Who may call what stands in one table
// (Permissions). Published reads are answered from kept bytes and leave no line in any log. Everything a capability
// refuses leaves as one problem shape, rendered by package web.
//
// It refuses what it does not know: unknown fields and query parameters, bodies beyond web.MaxBody, a session that has
// ended (which is never taken for no session).
package api

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/member"
	"pugongying/internal/web"
)

// Base is the path every operation begins with.
const Base = "/api/v1"

// Rates of the door. Sessions and attempts are counted before addresses, since a school or a village shares one address.
var (
	rateSignIn  = web.Rate{Per: 100 * time.Millisecond, Burst: 300} // an address
	rateStart   = web.Rate{Per: 50 * time.Millisecond, Burst: 600}  // an address, where nobody is asking
	rateWrite   = web.Rate{Per: 500 * time.Millisecond, Burst: 120} // a session, or one attempt
	rateClaim   = web.Rate{Per: time.Minute, Burst: 5}              // a session
	rateReading = web.Rate{Per: 100 * time.Millisecond, Burst: 300} // an address
	rateSearch  = web.Rate{Per: 100 * time.Millisecond, Burst: 300} // an address
)

// ErrExpired answers every token that opens no session, so that an ended session is never taken for none.
var ErrExpired = member.ErrSessionUnknown

// door is what every operation shares.
type door struct {
	Services
	engine *web.Engine
	api    huma.API
	kept   *web.Kept
}

// New registers every operation on the engine and fills the kept answers.
func New(engine *web.Engine, s Services) (*API, error) {
	a := register(engine, s)
	return a, a.Refresh()
}

// Describe registers every operation with nothing behind it: good for its OpenAPI document and for nothing else.
func Describe(engine *web.Engine) *API { return register(engine, Services{}) }

func register(engine *web.Engine, s Services) *API {
	kept := web.NewKept(engine)
	d := &door{Services: s, engine: engine, kept: kept, api: web.NewAPI(engine, "蒲公英学堂", "1")}
	d.addReading()
	d.addLaws()
	d.addQuiz()
	d.addRegions()
	d.addSessions()
	d.addMe()
	d.addKeeping()
	d.addReviews()
	d.addMedia()
	d.addSearch()
	return &API{door: d}
}

// API is the door once it is open.
type API struct{ door *door }

// OpenAPI is the description of every operation.
func (a *API) OpenAPI() *huma.OpenAPI { return a.door.api.OpenAPI() }

// asking is the context key of who is asking; it is read in add alone, and handed on as a parameter.
type asking struct{}

// spec is what an operation is besides its input and output.
type spec struct {
	route   Route
	summary string
	status  int
	rate    web.Rate
	limit   string // a path parameter the rate is counted by; none: the session, or else the address
}

// add registers one operation: permission, rate, input, handler. The handler is given who is asking.
func add[I, O any](d *door, s spec, handle func(ctx context.Context, who member.Asker, in *I) (*O, error)) {
	rule, listed := Permissions[s.route]
	if !listed {
		panic("no row in the permission table for " + string(s.route))
	}
	method, path, _ := strings.Cut(string(s.route), " ")
	op := huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: path, Summary: s.summary,
		DefaultStatus: s.status, MaxBodyBytes: web.MaxBody, BodyReadTimeout: 15 * time.Second,
		Middlewares: huma.Middlewares{d.admit(rule, s)},
		Errors:      []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusTooManyRequests},
	}
	if rule.Nobody != Allow {
		op.Security = []map[string][]string{{"bearer": {}}}
	}
	huma.Register(d.api, op, func(ctx context.Context, in *I) (*O, error) {
		return web.Answer(ctx, d.engine, func() (*O, error) {
			who, _ := ctx.Value(asking{}).(member.Asker)
			return handle(ctx, who, in)
		})
	})
}

// admit finds out who is asking, looks the permission up and counts the rate, before a byte of the body is read.
func (d *door) admit(rule Rule, s spec) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		who, err := d.asker(hc)
		if err == nil {
			err = refuse(rule.verdict(who), who)
		}
		if err == nil {
			err = d.Limits.Check(hc.Context(), limitKey(hc, s, who), s.rate)
		}
		if err != nil {
			p := web.ProblemOf(err)
			d.engine.LogFailure(hc.Context(), p)
			for name, values := range p.GetHeaders() {
				hc.SetHeader(name, values[0])
			}
			_ = huma.WriteErr(d.api, hc, p.Status, p.Detail, p) // a client that went away is told nothing
			return
		}
		next(huma.WithValue(hc, asking{}, who))
	}
}

func (d *door) asker(hc huma.Context) (member.Asker, error) {
	header := hc.Header("Authorization")
	if header == "" {
		return member.Asker{}, nil
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || token == "" {
		return member.Asker{}, ErrExpired
	}
	return d.Members.Resolve(hc.Context(), token)
}

func refuse(v Verdict, who member.Asker) error {
	switch {
	case v != Deny:
		return nil
	case who.ID == "":
		return web.ErrNoSession
	case who.Kind == member.Guest:
		return ErrNotForGuests
	}
	return ErrNotForMembers
}

func limitKey(hc huma.Context, s spec, who member.Asker) string {
	op := string(s.route)
	if s.limit != "" {
		return op + "|" + s.limit + "|" + hc.Param(s.limit)
	}
	if who.ID != "" {
		return op + "|member|" + string(who.ID)
	}
	return op + "|address|" + network(web.GinOf(hc).ClientIP())
}

// network is what an address is counted by: itself, or an IPv6 customer's /64.
func network(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return address
	}
	prefix, err := ip.Prefix(64)
	if err != nil {
		return address
	}
	return prefix.String()
}

// operationID makes "get-explainers-slug" of a route.
func operationID(method, path string) string {
	path = strings.TrimPrefix(path, Base)
	return strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path)
}

// empty is the output of an operation that answers 204.
type empty struct{}

// body is the output of an operation that answers with JSON.
type body[T any] struct{ Body T }

func answer[T any](v T) *body[T] { return &body[T]{Body: v} }
