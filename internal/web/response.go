package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Response is a response prepared once and sent many times: its body, its headers and its tag are finished bytes, so that
// sending it encodes nothing. The compressed form is made when the first client asks for it. It is immutable and safe for
// concurrent use.
type Response struct {
	body        []byte
	etag        string
	header      []headerLine
	notModified []headerLine
	extra       []headerLine

	once      sync.Once
	zipped    []byte
	zipHeader []headerLine
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
	// does not pass on); 0 is never. It holds whatever CacheControl tells browsers.
	Proxy time.Duration
	// Page marks an HTML page, which carries the content policy and may not be framed.
	Page bool
}

// NewResponse prepares a body. Its tag is weak, as one tag for the compressed and the plain form must be.
func NewResponse(body []byte, o ResponseOptions) *Response {
	sum := sha256.Sum256(body)
	r := &Response{body: body, etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	r.notModified = []headerLine{
		{"Etag", []string{"W/" + r.etag}}, {"Cache-Control", []string{o.CacheControl}}, {"Vary", []string{"Accept-Encoding"}},
		{"X-Content-Type-Options", noSniff}, {"Referrer-Policy", noReferrer},
	}
	if o.Proxy > 0 {
		r.notModified = append(r.notModified, headerLine{"X-Accel-Expires", []string{strconv.Itoa(int(o.Proxy / time.Second))}})
	}
	r.extra = append(r.extra, headerLine{"Content-Type", []string{o.ContentType}})
	if o.Page {
		r.extra = append(r.extra, headerLine{"Content-Security-Policy", []string{contentPolicy}}, headerLine{"X-Frame-Options", deny})
	}
	r.header = r.lines(len(body))
	return r
}

func (r *Response) lines(length int, more ...headerLine) []headerLine {
	lines := append([]headerLine{{"Content-Length", []string{strconv.Itoa(length)}}}, r.extra...)
	return append(append(lines, r.notModified...), more...)
}

// Size is the memory the response may come to take, in bytes.
func (r *Response) Size() int { return len(r.body)*3/2 + responseOverhead }

// responseOverhead is what headers and bookkeeping of one response take, about.
const responseOverhead = 1 << 10

// Write sends the response, compressed when the client takes that, or 304 when it has it already; it says which.
func (r *Response) Write(w http.ResponseWriter, req *http.Request) int {
	if accept := req.Header["Accept-Encoding"]; len(accept) > 0 && strings.Contains(accept[0], "gzip") && !r.has(req) {
		r.once.Do(r.compress)
		if r.zipped != nil {
			return r.send(w, req, r.zipHeader, r.zipped)
		}
	}
	return r.WritePlain(w, req)
}

// WritePlain is Write without compression, for a response that may be sent only once.
func (r *Response) WritePlain(w http.ResponseWriter, req *http.Request) int {
	if r.has(req) {
		set(w.Header(), r.notModified)
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	return r.send(w, req, r.header, r.body)
}

func (r *Response) send(w http.ResponseWriter, req *http.Request, header []headerLine, body []byte) int {
	set(w.Header(), header)
	w.WriteHeader(http.StatusOK)
	send(w, req, body)
	return http.StatusOK
}

// has says whether the client named this response's tag.
func (r *Response) has(req *http.Request) bool {
	match := req.Header["If-None-Match"]
	return len(match) > 0 && strings.Contains(match[0], r.etag)
}

// zippers are compressors for reuse: one takes most of a megabyte.
var zippers = sync.Pool{New: func() any {
	z, _ := gzip.NewWriterLevel(nil, gzip.BestCompression) // the level is valid
	return z
}}

// compress makes the compressed form, where it is shorter.
func (r *Response) compress() {
	var out bytes.Buffer
	z := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(&out)
	_, writeErr := z.Write(r.body)
	if err := z.Close(); err != nil || writeErr != nil || out.Len() >= len(r.body) {
		return // a buffer refuses nothing; what does not shrink is sent as it is
	}
	r.zipped = bytes.Clone(out.Bytes())
	r.zipHeader = r.lines(len(r.zipped), headerLine{"Content-Encoding", []string{"gzip"}})
}

func set(h http.Header, lines []headerLine) {
	for i := range lines {
		h[lines[i].name] = lines[i].values
	}
}
