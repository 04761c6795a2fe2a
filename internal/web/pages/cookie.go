package pages

import (
	"net"
	"net/http"
	"net/url"
	"time"
)

// secure is the prefix that a browser grants only to a cookie of this host alone, from https, for every path.
const secure = "__Host-"

// loopback reports whether the request came over plain http to this very machine, where there is no https to ask for. A
// reverse proxy says what it was asked by.
func (r *Request) loopback() bool {
	if r.TLS != nil || r.Header.Get("X-Forwarded-Proto") == "https" {
		return false
	}
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// cookieName is a cookie's name on the wire: with the prefix, but for plain http on loopback.
func (r *Request) cookieName(name string) string {
	if r.loopback() {
		return name
	}
	return secure + name
}

// Cookie is what the browser holds under a name; "" when nothing.
func (r *Request) Cookie(name string) string {
	c, err := r.Request.Cookie(r.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// SetCookie gives the browser a cookie that no script reads, that no other site makes it send, and that ends after a while
// (0 ends with the browser). Value has no characters that a cookie may not contain.
func (r *Request) SetCookie(name, value string, lasts time.Duration) {
	http.SetCookie(r.gin.Writer, &http.Cookie{
		Name: r.cookieName(name), Value: value, Path: "/", MaxAge: int(lasts / time.Second),
		HttpOnly: true, Secure: !r.loopback(), SameSite: http.SameSiteStrictMode,
	})
}

// DropCookie takes a cookie back.
func (r *Request) DropCookie(name string) {
	http.SetCookie(r.gin.Writer, &http.Cookie{Name: r.cookieName(name), Path: "/", MaxAge: -1, HttpOnly: true, Secure: !r.loopback(), SameSite: http.SameSiteStrictMode})
}

// said carries one sentence to the page behind a redirect.
const (
	saidCookie = "said"
	saidFor    = time.Minute
)

// Said takes the sentence that the page before left; "" when there is none.
func (r *Request) Said() string {
	sent := r.Cookie(saidCookie)
	if sent == "" {
		return ""
	}
	r.DropCookie(saidCookie)
	text, err := url.QueryUnescape(sent)
	if err != nil {
		return ""
	}
	return text
}
