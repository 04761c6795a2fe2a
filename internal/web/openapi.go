package web

import (
	"context"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net/http"
	"sort"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humagin"
	"github.com/danielgtaylor/huma/v2/validation"
	"github.com/gin-gonic/gin"
)

// MaxBody bounds the bytes of every JSON body.
const MaxBody = 64 << 10

var errNotUTF8 = errors.New("内容不是 UTF-8 文字")

// speakChinese replaces, once for the process, what huma keeps in package variables: its words, its error shape, its nullable lists.
var speakChinese = sync.OnceFunc(func() {
	huma.NewError = humaError
	huma.ValidateStrictCasing = true  // "Code" is no "code": what is declared is the whole contract
	huma.DefaultArrayNullable = false // a list without entries is [], never null
	validation.MsgUnexpectedProperty = "这里没有这一项"
	validation.MsgExpectedBoolean = "要填是或否"
	validation.MsgExpectedNumber = "要填数字"
	validation.MsgExpectedInteger = "要填整数"
	validation.MsgExpectedString = "要填文字"
	validation.MsgExpectedArray = "要填一组内容"
	validation.MsgExpectedObject = "要填一组有名字的内容"
	validation.MsgExpectedArrayItemsUnique = "有重复的内容"
	validation.MsgExpectedOneOf = "只能是这几个之一：%s"
	validation.MsgExpectedMinimumNumber = "不能小于 %v"
	validation.MsgExpectedMaximumNumber = "不能大于 %v"
	validation.MsgExpectedMinLength = "太短了，至少 %d 个字"
	validation.MsgExpectedMaxLength = "太长了，最多 %d 个字"
	validation.MsgExpectedBePattern = "写法不对：%s"
	validation.MsgExpectedMatchPattern = "写法不对，要像 %s"
	validation.MsgExpectedMinItems = "至少要有 %d 项"
	validation.MsgExpectedMaxItems = "最多 %d 项"
	validation.MsgExpectedMaxProperties = "最多 %d 项"
	validation.MsgExpectedMinProperties = "至少要有 %d 项"
	validation.MsgExpectedRequiredProperty = "缺少 %s"
})

// NewAPI is huma on the engine: typed operations, OpenAPI 3.1 at /openapi.json, a readable page at /docs that needs
// nothing from outside, and our problems for every refusal.
func NewAPI(e *Engine, title, version string) huma.API {
	speakChinese()
	config := huma.DefaultConfig(title, version)
	config.CreateHooks = nil // no $schema property in answers
	config.DocsPath, config.SchemasPath = "", ""
	config.RejectUnknownQueryParameters = true
	format := huma.Format{Marshal: encode, Unmarshal: decode}
	config.Formats = map[string]huma.Format{"application/json": format, "json": format}
	config.OpenAPIPath = ""
	api := huma.NewAPI(config, &adapter{engine: e})
	e.Handle(http.MethodGet, "/openapi.json", func(c *gin.Context) {
		c.Header("Cache-Control", "no-cache")
		c.JSON(http.StatusOK, api.OpenAPI())
	})
	e.Handle(http.MethodGet, "/docs", func(c *gin.Context) { e.docs(c, api.OpenAPI()) })
	return api
}

// adapter is humagin's with our Engine's observation in front.
type adapter struct{ engine *Engine }

// Handle registers a huma operation as a Gin route.
func (a *adapter) Handle(op *huma.Operation, handler func(huma.Context)) {
	path := strings.NewReplacer("{", ":", "}", "").Replace(op.Path)
	a.engine.Handle(op.Method, path, func(c *gin.Context) { handler(humagin.NewContext(op, c)) })
}

// ServeHTTP lets huma's own tests drive the engine.
func (a *adapter) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.engine.ServeHTTP(w, r) }

func encode(w io.Writer, v any) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// decode refuses bytes that are not UTF-8: encoding/json would quietly put replacement characters in their place.
func decode(data []byte, v any) error {
	if !utf8.Valid(data) {
		return errNotUTF8
	}
	return json.Unmarshal(data, v)
}

// GinOf finds the Gin context below a huma context, for the client's address alone.
func GinOf(ctx huma.Context) *gin.Context { return humagin.Unwrap(ctx) }

// Answer runs a handler and gives its error its shape; a failure of the server's own is logged here and nowhere else.
func Answer[O any](ctx context.Context, e *Engine, handle func() (*O, error)) (*O, error) {
	out, err := handle()
	if err == nil {
		return out, nil
	}
	p := ProblemOf(err)
	e.LogFailure(ctx, p)
	return nil, p
}

type docRow struct{ Method, Path, Summary, Description string }

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>接口</title><style>
body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#faf7f0;color:#25312b}
table{border-collapse:collapse;width:100%}td{border-top:1px solid #e7e1d4;padding:.5rem .75rem .5rem 0;vertical-align:top}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}.m{color:#2b6a4d;font-weight:600;width:5rem}.d{color:#59665f}a{color:#2b6a4d}
</style></head><body><h1>{{.Title}}</h1><p>完整的描述（OpenAPI 3.1）：<a href="/openapi.json">/openapi.json</a></p><table>
{{range .Rows}}<tr><td class="m">{{.Method}}</td><td><code>{{.Path}}</code><br>{{.Summary}}<div class="d">{{.Description}}</div></td></tr>
{{end}}</table></body></html>`))

func (e *Engine) docs(c *gin.Context, spec *huma.OpenAPI) {
	var rows []docRow
	for path, item := range spec.Paths {
		for method, op := range map[string]*huma.Operation{"GET": item.Get, "POST": item.Post, "PUT": item.Put, "PATCH": item.Patch, "DELETE": item.Delete} {
			if op != nil {
				rows = append(rows, docRow{method, path, op.Summary, op.Description})
			}
		}
	}
	sort.Slice(rows, func(i, j int) bool {
		return rows[i].Path < rows[j].Path || rows[i].Path == rows[j].Path && rows[i].Method < rows[j].Method
	})
	c.Header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
	c.Header("Content-Type", "text/html; charset=utf-8")
	if err := docsPage.Execute(c.Writer, struct {
		Title string
		Rows  []docRow
	}{spec.Info.Title, rows}); err != nil {
		e.LogFailure(c.Request.Context(), ProblemOf(err))
	}
}
