// Package api is the HTTP API of the mini-program: JSON under /api/v1, described by OpenAPI. An operation binds its input,
// identifies the caller, calls one capability and answers; it contains no business rule of its own. Routes maps each route
// to an action, and access.Actions says who may do it. Published reads are answered from snapshots and leave no log line.
// Every refusal of a capability is answered in one problem shape, rendered by package jsonapi.
//
// It refuses what it does not know: unknown fields and query parameters, bodies larger than their route's limit, and a
// session that has ended (which is never treated as no session).
package api

import (
	"context"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/member"
	"pugongying/internal/web"
	"pugongying/internal/web/jsonapi"
)

// Base is the path every operation begins with.
const Base = "/api/v1"

// Rate limits of the API. Sessions and attempts are counted before addresses, since a school or a village shares one
// address.
var (
	rateSignIn     = web.Rate{Per: 100 * time.Millisecond, Burst: 300}    // per address
	rateEnd        = web.Rate{Per: time.Second, Burst: 10}                // per end key: nobody's flood leaves another's session alive
	rateStart      = web.Rate{Per: 50 * time.Millisecond, Burst: 600}     // per address, for requests without a session
	rateGuests     = web.Rate{Per: 28800 * time.Millisecond, Burst: 3000} // per address: 3,000 a day, more than a school has
	rateGuestsWide = web.Rate{Per: 2880 * time.Millisecond, Burst: 30000} // per IPv6 /48, of which one customer has all
	rateWrite      = web.Rate{Per: 500 * time.Millisecond, Burst: 120}    // per session, or per attempt
	rateSave       = web.Rate{Per: 500 * time.Millisecond, Burst: 240}    // per account: a save every two seconds, on two phones
	rateClaim      = web.Rate{Per: time.Minute, Burst: 5}                 // per session
	rateCompletion = web.Rate{Per: 100 * time.Millisecond, Burst: 300}    // per address
	ratePicture    = web.Rate{Per: 20 * time.Millisecond, Burst: 1500}    // per address: a class reads a story with its pictures
	rateSearch     = web.Rate{Per: 100 * time.Millisecond, Burst: 300}    // per address
)

// ErrExpired answers every token that belongs to no session, so that an ended session is never treated as no session.
var ErrExpired = member.ErrSessionUnknown

// door is what every operation shares.
type door struct {
	Services
	api *jsonapi.API
}

// Limits of published reads: the memory of their prepared responses, and how long a reverse proxy may answer them in this
// server's place (configs/nginx.conf). A withdrawal takes effect after at most that time.
const (
	snapshotBytes = 12 << 20
	proxyFor      = 5 * time.Second
)

// New registers every operation on the engine.
func New(engine *web.Engine, s Services) *API {
	d := &door{Services: s, api: jsonapi.New(engine, jsonapi.Options{
		Title: "蒲公英学堂", Version: "1", ProxyFor: proxyFor,
		Snapshots: jsonapi.SnapshotOptions{Bytes: snapshotBytes, Now: s.Now, Until: nextDay},
	})}
	d.addCompletion()
	d.addLaws()
	d.addQuiz()
	d.addRegions()
	d.addSessions()
	d.addMe()
	d.addKeeping()
	d.addReviews()
	d.addReports()
	d.addMedia()
	d.addStaffPictures()
	d.addSearch()
	d.addDrafts()
	d.addActs()
	d.addStaffEntry()
	d.addBooking()
	return &API{door: d}
}

// Describe registers every operation without capabilities behind it: useful for its OpenAPI document only.
func Describe(engine *web.Engine) *API {
	return New(engine, Services{Now: func() time.Time { return time.Time{} }})
}

// nextDay is when the next civil day begins: laws come into force then, and a hotline's last test call may become too old.
func nextDay(now time.Time) time.Time {
	year, month, day := now.In(civil.Zone()).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, civil.Zone())
}

// API is the door once it is open.
type API struct{ door *door }

// OpenAPI is the description of every operation.
func (a *API) OpenAPI() *huma.OpenAPI { return a.door.api.OpenAPI() }

// Refresh discards every prepared response. It is called whenever published content has changed, after the capabilities
// have loaded the change.
func (a *API) Refresh() { a.door.api.Snapshots.Renew() }

// spec is what an operation is besides its input and output.
type spec struct {
	route   Route
	summary string
	status  int
	rate    web.Rate
	limit   string     // path parameter the rate is counted by; without one it is the session, or else the address
	bounds  web.Bounds // zero fields take web.DefaultBounds
	quick   bool       // the body reads itself (jsonapi.Quick)
}

// add registers one operation: permission, rate, input, handler. The handler is given the caller.
func add[I, O any](d *door, s spec, handle func(ctx context.Context, who member.Principal, in *I) (*O, error)) {
	jsonapi.Register(d.api, d.operation(s), func(ctx context.Context, in *I) (*O, error) {
		from, _ := web.Attached(ctx).(*caller)
		if from == nil {
			return nil, jsonapi.ErrNoSession // admit attaches somebody or nobody to every request
		}
		return handle(ctx, from.Principal, in)
	})
}

// addPublished registers one published read, whose answer is the same for everybody: the handler does not learn who asks.
func addPublished[I, T any](d *door, s spec, read func(ctx context.Context, in *I) (T, error)) {
	jsonapi.Publish(d.api, d.operation(s), read)
}

func (d *door) operation(s spec) jsonapi.Operation {
	action, listed := Routes[s.route]
	row, known := access.Actions[action]
	if !listed || !known {
		panic("no action, or none with a row in the table, for " + string(s.route))
	}
	op := described(s, action, d.admit(action, s))
	if row[access.Nobody].On == access.Any {
		op.Security = nil
	}
	if s.quick {
		d.api.QuickBody(&op)
	}
	return op
}

// described is an operation with a bearer token, behind a door that admits.
func described(s spec, action access.Action, admit func(huma.Context, func(huma.Context))) jsonapi.Operation {
	method, path, _ := strings.Cut(string(s.route), " ")
	return jsonapi.Operation{Bounds: s.bounds, Priority: priorityOf(s.route, action), Operation: huma.Operation{
		OperationID: operationID(method, path), Method: method, Path: path, Summary: s.summary, DefaultStatus: s.status,
		Middlewares: huma.Middlewares{admit},
		Errors:      []int{http.StatusUnauthorized, http.StatusNotFound, http.StatusTooManyRequests},
		Security:    []map[string][]string{{"bearer": {}}},
	}}
}

// caller is who a request comes from, and from which address. Only the limiter is given the address, whose keys are keyed
// hashes; no document and no log holds one.
type caller struct {
	member.Principal
	address string
}

// admit identifies the caller, checks the permission table and counts the rate, before the body is looked at.
func (d *door) admit(action access.Action, s spec) func(huma.Context, func(huma.Context)) {
	return func(hc huma.Context, next func(huma.Context)) {
		who, err := d.principal(hc)
		if err == nil {
			err = permit(action, roleOf(who))
		}
		if err == nil && d.Limits.Enabled && s.rate.Burst > 0 {
			err = d.Limits.Check(hc.Context(), limitKey(hc, s, who), s.rate)
		}
		if err != nil {
			d.api.Refuse(hc, err)
			return
		}
		web.Attach(hc.Context(), &caller{who, jsonapi.GinOf(hc).ClientIP()})
		next(hc)
	}
}

func (d *door) principal(hc huma.Context) (member.Principal, error) {
	token, err := bearer(hc)
	if err != nil || token == "" {
		return member.Principal{}, err
	}
	return d.Members.Resolve(hc.Context(), token)
}

// bearer is the token of a request, "" when it brings none.
func bearer(hc huma.Context) (string, error) {
	header := hc.Header("Authorization")
	if header == "" {
		return "", nil
	}
	token, ok := strings.CutPrefix(header, "Bearer ")
	if !ok || token == "" {
		return "", ErrExpired
	}
	return token, nil
}

func limitKey(hc huma.Context, s spec, who member.Principal) string {
	op := string(s.route)
	if s.limit != "" {
		return op + "|" + s.limit + "|" + hc.Param(s.limit)
	}
	if who.ID != "" {
		return op + "|member|" + string(who.ID)
	}
	return op + "|address|" + network(jsonapi.GinOf(hc).ClientIP())
}

// network is the key an address is limited by: the address itself, or an IPv6 customer's /64.
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

// wideNetwork is the network that one IPv6 customer may have as a whole; "" for an address that stands for itself.
func wideNetwork(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil || ip.Unmap().Is4() {
		return ""
	}
	prefix, err := ip.Prefix(48)
	if err != nil {
		return ""
	}
	return prefix.String()
}

// FromAddress is the part of an input that knows where the request came from. Only the limiter is given it, whose keys
// are keyed hashes; no document ever holds an address.
type FromAddress struct{ address string }

// Resolve implements huma.Resolver.
func (f *FromAddress) Resolve(hc huma.Context) []error {
	f.address = jsonapi.GinOf(hc).ClientIP()
	return nil
}

// operationID turns a route into an id such as "get-explainers-slug".
func operationID(method, path string) string {
	path = strings.TrimPrefix(path, Base)
	return strings.ToLower(method) + strings.NewReplacer("/", "-", "{", "", "}", "").Replace(path)
}

// empty is the output of an operation that answers 204.
type empty struct{}

// body is the output of an operation that answers with JSON.
type body[T any] struct{ Body T }

func answer[T any](v T) *body[T] { return &body[T]{Body: v} }
