package web

import (
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"

	"github.com/gin-gonic/gin"
)

// contentPolicy lets the app's pages load what the binary serves and nothing else. Inline styles stay allowed: uni-app's
// runtime sets them on elements.
const contentPolicy = "default-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Site serves the app's built pages from memory at "/": files under assets/, whose names carry their hash, for a year;
// everything else revalidated. Any other GET that accepts HTML is the app's own address and gets its page. It takes the
// place of the engine's answer to unknown routes.
func (e *Engine) Site(pages fs.FS) error {
	answers := map[string]*answer{}
	err := fs.WalkDir(pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		cache := "no-cache"
		if strings.HasPrefix(name, "assets/") {
			cache = "public, max-age=31536000, immutable"
		}
		a, err := newAnswer(body, contentType(name), cache)
		if err != nil {
			return err
		}
		answers["/"+name] = a
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the app's pages: %w", err)
	}
	index := answers["/index.html"]
	if index == nil {
		return fmt.Errorf("read the app's pages: no index.html")
	}
	index.add(headerLine{"Content-Security-Policy", []string{contentPolicy}}, headerLine{"X-Frame-Options", deny})
	answers["/"] = index
	e.Engine.NoRoute(func(c *gin.Context) {
		if a := pageFor(answers, c.Request); a != nil {
			a.write(c.Writer, c.Request)
			c.Abort()
		}
	}, e.observe, func(c *gin.Context) { e.Fail(c, ErrNoRoute) })
	return nil
}

// pageFor finds the file a request means; nil when it means none.
func pageFor(answers map[string]*answer, r *http.Request) *answer {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return nil
	}
	if a := answers[r.URL.Path]; a != nil {
		return a
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || path.Ext(r.URL.Path) != "" || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return nil
	}
	return answers["/index.html"]
}

// contentType goes by the name; scripts and pages are UTF-8.
func contentType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}

// add puts further headers on the answer and its compressed form.
func (a *answer) add(lines ...headerLine) {
	a.header = append(a.header, lines...)
	a.zipHeader = append(a.zipHeader, lines...)
}
