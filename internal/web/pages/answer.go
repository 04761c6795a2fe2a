package pages

import (
	"bytes"
	"net/http"
	"net/url"
	"strconv"

	"pugongying/internal/web"
)

// Answer is what a handler gives back: a Page, a Redirect, a File or Nothing.
type Answer interface{ write(r *Request) error }

// Page is a template with what it shows. It is rendered whole before anything is sent, so that a template that fails is an
// error page and never half a page.
type Page struct {
	Template string // as "audit/list"
	Block    string // a part of the page alone, for htmx; "" is the whole page
	Data     any
	Status   int // 0 is 200
}

func (p Page) write(r *Request) error {
	var out bytes.Buffer
	if err := r.door.Templates.render(&out, p); err != nil {
		return err
	}
	h := r.gin.Writer.Header()
	h.Set("Content-Security-Policy", Policy)
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), payment=(), usb=()")
	status := p.Status
	if status == 0 {
		status = http.StatusOK
	}
	if r.Method != http.MethodGet {
		h.Set("HX-Push-Url", "false") // a page that answers a form has no address of its own
	}
	return r.send(status, out.Bytes())
}

// Redirect sends the browser on to an address with GET, after something was done.
type Redirect struct {
	To  string
	Say string // one sentence for the page there: what was done
}

func (a Redirect) write(r *Request) error {
	if a.Say != "" {
		r.SetCookie(saidCookie, url.QueryEscape(a.Say), saidFor)
	}
	if r.Partial() { // a script follows a redirect by itself and would put the page into a part of this one
		r.gin.Header("HX-Redirect", a.To)
		r.gin.Status(http.StatusOK)
		r.gin.Writer.WriteHeaderNow()
		return nil
	}
	r.gin.Redirect(http.StatusSeeOther, a.To)
	return nil
}

// File is a file to be stored by the person who asked.
type File struct {
	Name string // as it is stored
	Type string
	Body []byte
}

func (f File) write(r *Request) error {
	h := r.gin.Writer.Header()
	h.Set("Content-Type", f.Type)
	h.Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(f.Name))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	r.gin.Status(http.StatusOK)
	_, err := r.gin.Writer.Write(f.Body)
	return err
}

// Media is a picture, a sound or a film shown inside a page.
type Media struct {
	Type string
	Body []byte
}

func (m Media) write(r *Request) error {
	h := r.gin.Writer.Header()
	h.Set("Content-Type", m.Type)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	r.gin.Status(http.StatusOK)
	_, err := r.gin.Writer.Write(m.Body)
	return err
}

// Nothing is an answer without a body.
type Nothing struct{}

func (Nothing) write(r *Request) error {
	r.gin.Status(http.StatusNoContent)
	r.gin.Writer.WriteHeaderNow()
	return nil
}

// send sends a body, compressed when the client takes that. Pages contain no secret that a guess beside it could be
// compressed against: the session is a cookie, and there is no token in a form.
func (r *Request) send(status int, body []byte) error {
	h := r.gin.Writer.Header()
	h.Set("Vary", "Accept-Encoding")
	if zipped := web.Zip(r.Request, body); zipped != nil {
		h.Set("Content-Encoding", "gzip")
		body = zipped
	}
	h.Set("Content-Length", strconv.Itoa(len(body)))
	r.gin.Status(status)
	_, err := r.gin.Writer.Write(body)
	return err
}
