package jsonapi

import (
	"html/template"
	"sort"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"pugongying/internal/web"
)

type docRow struct{ Method, Path, Summary, Description string }

var docsPage = template.Must(template.New("docs").Parse(`<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1"><title>接口</title><style>
body{font:16px/1.6 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;background:#faf7f0;color:#25312b}
table{border-collapse:collapse;width:100%}td{border-top:1px solid #e7e1d4;padding:.5rem .75rem .5rem 0;vertical-align:top}
code{font-family:ui-monospace,monospace;overflow-wrap:anywhere}.m{color:#2b6a4d;font-weight:600;width:5rem}.d{color:#59665f}a{color:#2b6a4d}
</style></head><body><h1>{{.Title}}</h1><p>完整的描述（OpenAPI 3.1）：<a href="/openapi.json">/openapi.json</a></p><table>
{{range .Rows}}<tr><td class="m">{{.Method}}</td><td><code>{{.Path}}</code><br>{{.Summary}}<div class="d">{{.Description}}</div></td></tr>
{{end}}</table></body></html>`))

func (a *API) docs(c *gin.Context) {
	spec := a.OpenAPI()
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
		a.engine.LogFailure(c.Request.Context(), web.FailureOf(err))
	}
}
