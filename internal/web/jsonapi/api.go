// Package jsonapi is the JSON door's half of the plumbing: huma on the engine, problems (RFC 9457) with Chinese sentences,
// limits declared with each operation, and snapshots of published reads. It promises that every failure leaves as one shape,
// that bodies are bounded and refused when they are not UTF-8 JSON of the declared shape, and that a published read is
// answered from prepared bytes under the schema it declares. It knows no capability.
package jsonapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/gin-gonic/gin"

	"pugongying/internal/web"
)

var errNotUTF8 = errors.New("内容不是 UTF-8 文字")

// API is huma on an engine: typed operations, OpenAPI 3.1 at /openapi.json, a readable page at /docs that needs nothing
// from outside, and our problems for every refusal.
type API struct {
	huma.API
	engine    *web.Engine
	Snapshots *Snapshots
	proxyFor  time.Duration
}

// Options say what the API is called and how long published answers hold.
type Options struct {
	Title, Version string
	Snapshots      SnapshotOptions
	ProxyFor       time.Duration // how long a reverse proxy may answer published reads in this server's place
}

// New opens the JSON door on an engine; it answers the errors of every path that belongs to no other door.
func New(e *web.Engine, o Options) *API {
	speakChinese()
	config := huma.DefaultConfig(o.Title, o.Version)
	config.CreateHooks = nil // no $schema property in answers
	config.DocsPath, config.SchemasPath = "", ""
	config.RejectUnknownQueryParameters = true
	format := huma.Format{Marshal: encode, Unmarshal: decode}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.OpenAPIPath = ""
	a := &API{API: huma.NewAPI(config, &adapter{engine: e}), engine: e, Snapshots: newSnapshots(e, o.Snapshots), proxyFor: o.ProxyFor}
	e.Mount(web.Door{Fail: writeFailure})
	e.Handle(http.MethodGet, "/openapi.json", func(c *gin.Context) {
		c.Header("Cache-Control", "no-cache")
		c.JSON(http.StatusOK, a.OpenAPI())
	})
	e.Handle(http.MethodGet, "/docs", a.docs)
	return a
}

// adapter is humagin's with our Engine's observation in front.
type adapter struct{ engine *web.Engine }

// routeKey is where an operation carries its web.Route through huma.
const routeKey = "route"

// Handle registers a huma operation as a Gin route.
func (a *adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	route, _ := op.Metadata[routeKey].(web.Route)
	route.Method, route.Path = op.Method, strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
	a.engine.Route(route, func(c *gin.Context) { handler(humagin.NewContext(op, c)) })
}

// ServeHTTP lets huma's own tests drive the engine.
func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

// encoder is for reuse, with the buffer it writes to.
type encoder struct {
	bytes.Buffer
	*json.Encoder
}

var encoders = sync.Pool{New: func() any {
	e := &encoder{}
	e.Encoder = json.NewEncoder(&e.Buffer)
	e.SetEscapeHTML(false)
	return e
}}

// largestEncoder is the largest buffer that is used again.
const largestEncoder = 64 << 10

func (e *encoder) release() {
	if e.Cap() <= largestEncoder {
		e.Reset()
		encoders.Put(e)
	}
}

// encode writes an answer in one piece that says its length, where net/http would cut it into chunks.
func encode(w io.Writer, v any) error {
	e := encoders.Get().(*encoder)
	defer e.release()
	if err := e.Encode(v); err != nil {
		return err
	}
	if answer, ok := w.(http.ResponseWriter); ok {
		answer.Header()["Content-Length"] = []string{strconv.Itoa(e.Len())}
	}
	_, err := w.Write(e.Bytes())
	return err
}

// encoded is what is stored of an answer, at its own size.
func encoded(v any) ([]byte, error) {
	e := encoders.Get().(*encoder)
	defer e.release()
	err := e.Encode(v)
	return bytes.Clone(e.Bytes()), err
}

// decode refuses bytes that are not UTF-8: encoding/json would quietly put replacement characters in their place.
func decode(data []byte, v any) error {
	if quickly(data, v) {
		return nil
	}
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	return json.Unmarshal(data, v)
}

// GinOf finds the Gin context below a huma context, for the client's address and for streaming alone.
func GinOf(ctx huma.Context) *gin.Context { return humagin.Unwrap(ctx) }

// Operation is huma's with the limits of its route.
type Operation struct {
	huma.Operation
	Bounds   web.Bounds // zero fields take web.DefaultBounds
	Priority web.Priority
}

// bind puts the limits where huma and the engine look for them.
func (o Operation) bind(quiet bool) huma.Operation {
	bounds := o.Bounds.OrDefault()
	op := o.Operation
	op.MaxBodyBytes, op.BodyReadTimeout = bounds.Body, -1 // the engine has read the body already
	op.Metadata = map[string]any{routeKey: web.Route{Bounds: bounds, Priority: o.Priority, Quiet: quiet}}
	return op
}

// PriorityOf is the priority an operation was registered with.
func PriorityOf(op *huma.Operation) web.Priority {
	route, _ := op.Metadata[routeKey].(web.Route)
	return route.Priority
}

// BoundsOf are the limits an operation was registered with; false for one that did not come through this package.
func BoundsOf(op *huma.Operation) (web.Bounds, bool) {
	route, ok := op.Metadata[routeKey].(web.Route)
	return route.Bounds, ok
}

// Register adds an operation; a failure of the server's own is logged here and nowhere else.
func Register[I, O any](a *API, op Operation, handle func(ctx context.Context, in *I) (*O, error)) {
	huma.Register(a.API, op.bind(false), func(ctx context.Context, in *I) (*O, error) {
		out, err := handle(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		return out, nil
	})
}

func (a *API) problem(ctx context.Context, err error) *Problem {
	p := ProblemOf(err)
	a.engine.LogFailure(ctx, p.failure)
	return p
}

// Refuse answers a request with an error before its operation runs.
func (a *API) Refuse(hc huma.Context, err error) {
	p := a.problem(hc.Context(), err)
	for name, values := range p.GetHeaders() {
		hc.SetHeader(name, values[0])
	}
	_ = huma.WriteErr(a.API, hc, p.Status, p.Detail, p) // a client that went away reads no error
}

// prepared is an answer that is already bytes.
type prepared struct{ Body func(huma.Context) }

// published is the Cache-Control of a published read: a folder of cached stories would reveal what she reads. Its ETag
// serves clients that cache an answer in memory.
const published = "no-store"

// Publish adds a published read: its answer is the same for everybody, is prepared once and sent from a snapshot from then
// on. The handler does not learn who asks.
func Publish[I, T any](a *API, op Operation, read func(ctx context.Context, in *I) (T, error)) {
	declared := op.bind(true)
	status := strconv.Itoa(http.StatusOK)
	schema := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[T](), true, op.OperationID+"Response")
	declared.Responses = map[string]*huma.Response{status: {Content: map[string]*huma.MediaType{"application/json": {Schema: schema}}}}
	huma.Register(a.API, declared, func(ctx context.Context, in *I) (*prepared, error) {
		epoch := a.Snapshots.current() // before the read: a change meanwhile makes its answer too old to store
		value, err := read(ctx, in)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		body, err := encoded(value)
		if err != nil {
			return nil, a.problem(ctx, err)
		}
		response := web.NewResponse(body, web.ResponseOptions{ContentType: "application/json", CacheControl: published, Proxy: a.proxyFor})
		return &prepared{Body: func(hc huma.Context) {
			c := GinOf(hc)
			a.Snapshots.keep(epoch, c.Request, response)
			response.WritePlain(c.Writer, c.Request)
		}}, nil
	})
}
