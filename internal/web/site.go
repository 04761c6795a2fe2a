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
// runtime sets them on elements. A voice and a picture that only its owner may have are shown from the page's memory (blob:).
const contentPolicy = "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Site serves the app's built pages from memory at "/": files under assets/, whose names carry their hash, for a year;
// everything else revalidated. Any other GET that accepts HTML is an address inside the app and gets its page, unless it is
// another door's. It replaces the engine's answer to unknown routes.
func (e *Engine) Site(pages fs.FS) error {
	responses := map[string]*Response{}
	err := fs.WalkDir(pages, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		body, err := fs.ReadFile(pages, name)
		if err != nil {
			return err
		}
		o := ResponseOptions{ContentType: contentType(name), CacheControl: "no-cache", Page: name == "index.html"}
		if strings.HasPrefix(name, "assets/") {
			o.CacheControl = "public, max-age=31536000, immutable"
		}
		responses["/"+name] = NewResponse(body, o)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the app's pages: %w", err)
	}
	if responses["/index.html"] == nil {
		return fmt.Errorf("read the app's pages: no index.html")
	}
	responses["/"] = responses["/index.html"]
	e.Engine.NoRoute(func(c *gin.Context) {
		if page := pageFor(responses, c.Request); page != nil && !e.taken(c.Request.URL.Path) {
			page.Write(c.Writer, c.Request)
			c.Abort()
		}
	}, e.observer(Route{}), func(c *gin.Context) { e.Fail(c, ErrNoRoute) })
	return nil
}

// pageFor finds the file a request means; nil when it means none.
func pageFor(responses map[string]*Response, r *http.Request) *Response {
	if r.Method != http.MethodGet {
		return nil
	}
	if page := responses[r.URL.Path]; page != nil {
		return page
	}
	if strings.HasPrefix(r.URL.Path, "/api/") || path.Ext(r.URL.Path) != "" || !strings.Contains(r.Header.Get("Accept"), "text/html") {
		return nil
	}
	return responses["/index.html"]
}

// contentType goes by the name; scripts and pages are UTF-8.
func contentType(name string) string {
	if t := mime.TypeByExtension(path.Ext(name)); t != "" {
		return t
	}
	return "application/octet-stream"
}
