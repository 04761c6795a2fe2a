package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Response is a response prepared once and sent many times: its body, its headers and its tag are finished bytes, so that
// sending it encodes nothing. The compressed form is made when the first client asks for it. It is immutable and safe for
// concurrent use.
type Response struct {
	etag        string
	common      []headerLine // of every form
	plain       form
	notModified form

	once   sync.Once
	zipped *form // nil when it would not be shorter
}

// form is one way to send a response, as a header map takes it and as it goes over the wire.
type form struct {
	status int
	header []headerLine
	wire   []byte // header lines with the empty line behind them
	body   []byte
}

type headerLine struct {
	name   string
	values []string
}

// ResponseOptions are the headers of a prepared response.
type ResponseOptions struct {
	ContentType  string
	CacheControl string
	// Proxy is how long the reverse proxy in front of this server may answer in its place (X-Accel-Expires, which nginx
	// does not pass on); 0 is never. It applies whatever CacheControl says to browsers.
	Proxy time.Duration
	// Page is set for an HTML page, which carries the content policy and may not be framed.
	Page bool
}

// NewResponse prepares a body. Its tag is weak, as one tag for the compressed and the plain form must be.
func NewResponse(body []byte, o ResponseOptions) *Response {
	sum := sha256.Sum256(body)
	r := &Response{etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	// A 304 carries what RFC 9110, 15.4.5 asks for and no more: the rest is that of the answer the client has.
	validators := []headerLine{
		{"Etag", []string{"W/" + r.etag}}, {"Cache-Control", []string{o.CacheControl}}, {"Vary", []string{"Accept-Encoding"}},
	}
	if o.Proxy > 0 {
		validators = append(validators, headerLine{"X-Accel-Expires", []string{strconv.Itoa(int(o.Proxy / time.Second))}})
	}
	r.common = append(slices.Clone(validators), headerLine{"X-Content-Type-Options", noSniff}, headerLine{"Referrer-Policy", noReferrer},
		headerLine{"Content-Type", []string{o.ContentType}})
	if o.Page {
		r.common = append(r.common, headerLine{"Content-Security-Policy", []string{contentPolicy}}, headerLine{"X-Frame-Options", deny})
	}
	r.notModified = newForm(http.StatusNotModified, validators, nil)
	r.plain = r.with(body)
	return r
}

// with is the form of a body, with more header lines.
func (r *Response) with(body []byte, more ...headerLine) form {
	header := append([]headerLine{{"Content-Length", []string{strconv.Itoa(len(body))}}}, r.common...)
	return newForm(http.StatusOK, append(header, more...), body)
}

func newForm(status int, header []headerLine, body []byte) form {
	wire := make([]byte, 0, 400)
	for _, line := range header {
		wire = append(append(append(append(wire, line.name...), ": "...), line.values[0]...), "\r\n"...)
	}
	return form{status: status, header: header, wire: append(wire, "\r\n"...), body: body}
}

// statusLines are the status lines of prepared responses.
var statusLines = map[int]string{http.StatusOK: "HTTP/1.1 200 OK\r\n", http.StatusNotModified: "HTTP/1.1 304 Not Modified\r\n"}

func (f *form) write(w http.ResponseWriter, req *http.Request) int {
	if c := connOf(w, req); c != nil {
		c.respond(statusLines[f.status], f.wire, f.body)
		return f.status
	}
	h := w.Header()
	for i := range f.header {
		h[f.header[i].name] = f.header[i].values
	}
	w.WriteHeader(f.status)
	if f.body != nil {
		send(w, req, f.body)
	}
	return f.status
}

// Size is the memory the response may come to take, in bytes.
func (r *Response) Size() int { return len(r.plain.body)*3/2 + responseOverhead }

// responseOverhead is what headers and bookkeeping of one response take, about.
const responseOverhead = 2 << 10

// Write sends the response, compressed when the client takes that, or 304 when it has it already; it says which.
func (r *Response) Write(w http.ResponseWriter, req *http.Request) int {
	if takesGzip(req.Header["Accept-Encoding"]) && !r.has(req) {
		if r.once.Do(r.compress); r.zipped != nil {
			return r.zipped.write(w, req)
		}
	}
	return r.WritePlain(w, req)
}

// WritePlain is Write without compression, for a response that may be sent only once.
func (r *Response) WritePlain(w http.ResponseWriter, req *http.Request) int {
	if r.has(req) {
		return r.notModified.write(w, req)
	}
	return r.plain.write(w, req)
}

// has reports whether the client named this response's tag, or "*", which is every tag (RFC 9110, 13.1.2).
func (r *Response) has(req *http.Request) bool {
	match := req.Header["If-None-Match"]
	return len(match) > 0 && (match[0] == "*" || strings.Contains(match[0], r.etag))
}

// takesGzip reports whether a client names gzip and does not refuse it by a quality of 0 (RFC 9110, 12.5.3).
func takesGzip(accept []string) bool {
	for _, line := range accept {
		if line == "gzip" || strings.HasPrefix(line, "gzip, ") { // what clients and proxies send
			return true
		}
		for part := range strings.SplitSeq(line, ",") {
			coding, quality, _ := strings.Cut(part, ";")
			if strings.EqualFold(strings.TrimSpace(coding), "gzip") {
				q, weighed := strings.CutPrefix(strings.TrimSpace(quality), "q=")
				return !weighed || strings.Trim(q, "0.") != ""
			}
		}
	}
	return false
}

// zippers are compressors for reuse: one takes most of a megabyte.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestCompression) // the level is valid
	return z
}}

// compress makes the compressed form, where it is shorter.
func (r *Response) compress() {
	if out := zip(r.plain.body); out != nil {
		zipped := r.with(bytes.Clone(out), headerLine{"Content-Encoding", []string{"gzip"}})
		r.zipped = &zipped
	}
}

// zip compresses a body; nil where that is no shorter.
func zip(body []byte) []byte {
	var out bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&out)
	_, writeErr := z.Write(body)
	if err := z.Close(); err != nil || writeErr != nil || out.Len() >= len(body) {
		return nil // a buffer refuses nothing; what does not shrink is sent as it is
	}
	return out.Bytes()
}

// Zip is a body compressed for the client of a request; nil where the client does not take that, or it is no shorter.
func Zip(req *http.Request, body []byte) []byte {
	if !takesGzip(req.Header["Accept-Encoding"]) {
		return nil
	}
	return zip(body)
}
