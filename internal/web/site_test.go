package web

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"
)

func TestSite(t *testing.T) {
	r := newRig(t)
	r.engine.doors = nil
	r.engine.Mount(Door{Fail: func(c *gin.Context, f Failure) { c.Data(f.Status, "application/problem+json", nil) }})
	script := strings.Repeat("console.log(1);", 100)
	err := r.engine.Site(fstest.MapFS{
		"index.html":      {Data: []byte("<!doctype html><title>学堂</title>")},
		"assets/a-123.js": {Data: []byte(script)},
		"static/seed.svg": {Data: []byte("<svg/>")},
	})
	if err != nil {
		t.Fatal(err)
	}
	html := []string{"Accept", "text/html,*/*"}
	for name, tt := range map[string]struct {
		method, path string
		headers      []string
		status       int
		kind, cache  string
	}{
		"home":               {"GET", "/", html, 200, "text/html; charset=utf-8", "no-cache"},
		"a page of the app":  {"GET", "/pages/home/home", html, 200, "text/html; charset=utf-8", "no-cache"},
		"a hashed script":    {"GET", "/assets/a-123.js", nil, 200, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"},
		"a picture":          {"GET", "/static/seed.svg", nil, 200, "image/svg+xml", "no-cache"},
		"a missing script":   {"GET", "/assets/b.js", html, 404, "application/problem+json", "no-store"},
		"a missing api path": {"GET", "/api/v1/nothing", html, 404, "application/problem+json", "no-store"},
		"not a page":         {"POST", "/", html, 404, "application/problem+json", "no-store"},
		"not for a person":   {"GET", "/pages/home/home", nil, 404, "application/problem+json", "no-store"},
		"traversal":          {"GET", "/../kept.go", nil, 404, "application/problem+json", "no-store"},
	} {
		t.Run(name, func(t *testing.T) {
			w := r.do(tt.method, tt.path, "", tt.headers...)
			if w.Code != tt.status || w.Header().Get("Content-Type") != tt.kind || w.Header().Get("Cache-Control") != tt.cache {
				t.Fatalf("%d %v", w.Code, w.Header())
			}
		})
	}
	page := r.do("GET", "/", "").Header()
	for directive := range strings.SplitSeq(page.Get("Content-Security-Policy"), "; ") {
		name, sources, _ := strings.Cut(directive, " ")
		if name != "style-src" && strings.Contains(sources, "unsafe") || strings.ContainsAny(sources, "*.") {
			t.Errorf("the page's policy lets in %q", directive)
		}
	}
	for _, directive := range []string{"default-src 'self'", "object-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(page.Get("Content-Security-Policy"), directive) {
			t.Errorf("the page's policy lacks %q", directive)
		}
	}
	if page.Get("X-Frame-Options") != "DENY" || page.Get("Referrer-Policy") != "no-referrer" || page.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("the page's headers: %v", page)
	}
	if w := r.do("GET", "/assets/a-123.js", "", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "gzip" {
		t.Error("a script is not compressed")
	}
}

func TestSiteNeedsItsPage(t *testing.T) {
	if err := newRig(t).engine.Site(fstest.MapFS{"a.js": {Data: []byte("1")}}); err == nil {
		t.Fatal("a site without index.html was accepted")
	}
}
