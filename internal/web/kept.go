package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
)

// Kept holds the answers of published reads as finished bytes with their headers, so that a read encodes nothing. A new
// set of answers replaces the old one at once; readers never wait.
type Kept struct {
	answers atomic.Pointer[map[string]*answer]
	served  [2]prometheus.Counter
}

type answer struct {
	body, zipped      []byte
	etag              string
	header, zipHeader []headerLine
	notModified       []headerLine
}

type headerLine struct {
	name   string
	values []string
}

// NewKept is an empty set, which the engine asks first from now on.
func NewKept(e *Engine) *Kept {
	k := &Kept{}
	k.served[0], k.served[1] = e.metrics.kept.WithLabelValues("200"), e.metrics.kept.WithLabelValues("304")
	k.answers.Store(&map[string]*answer{})
	e.kept = k
	return k
}

// Replace encodes the answers, by path (as "/api/v1/home"), and puts them in the place of all earlier ones.
func (k *Kept) Replace(values map[string]any) error {
	answers := make(map[string]*answer, len(values))
	for path, v := range values {
		var buf bytes.Buffer
		enc := json.NewEncoder(&buf)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(v); err != nil {
			return fmt.Errorf("encode %s: %w", path, err)
		}
		a, err := newAnswer(buf.Bytes(), "application/json", "no-store")
		if err != nil {
			return fmt.Errorf("compress %s: %w", path, err)
		}
		answers[path] = a
	}
	k.answers.Store(&answers)
	return nil
}

// serve answers a published read from the kept bytes. A path that is not kept, a question with a query, and a request that
// brings a session (which may have ended, and must be told so) are left to their operation.
func (k *Kept) serve(w http.ResponseWriter, r *http.Request) bool {
	if r.Method != http.MethodGet || r.URL.RawQuery != "" || len(r.Header["Authorization"]) > 0 {
		return false
	}
	a := (*k.answers.Load())[r.URL.Path]
	if a == nil {
		return false
	}
	if a.write(w, r) == http.StatusOK {
		k.served[0].Inc()
	} else {
		k.served[1].Inc()
	}
	return true
}

// newAnswer prepares both forms of a body. What the API answers is kept in no browser (cache is "no-store"): a folder of
// cached stories would tell on her. Its tag serves clients that remember an answer in memory.
func newAnswer(body []byte, contentType, cache string) (*answer, error) {
	var zipped bytes.Buffer
	z, err := gzip.NewWriterLevel(&zipped, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(body); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	// One tag for the compressed form and the other: it is weak, as a tag for more than one row of bytes must be.
	a := &answer{body: body, zipped: zipped.Bytes(), etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`}
	shared := []headerLine{
		{"Etag", []string{"W/" + a.etag}}, {"Cache-Control", []string{cache}}, {"Vary", []string{"Accept-Encoding"}},
		{"X-Content-Type-Options", noSniff}, {"Referrer-Policy", noReferrer},
	}
	kind := headerLine{"Content-Type", []string{contentType}}
	a.notModified = shared
	a.header = append([]headerLine{kind, {"Content-Length", []string{strconv.Itoa(len(body))}}}, shared...)
	a.zipHeader = append([]headerLine{kind, {"Content-Length", []string{strconv.Itoa(zipped.Len())}}, {"Content-Encoding", []string{"gzip"}}}, shared...)
	return a, nil
}

// write sends the answer, compressed when the client takes that, or 304 when it has it already; it says which.
func (a *answer) write(w http.ResponseWriter, r *http.Request) int {
	h := w.Header()
	if match := r.Header["If-None-Match"]; len(match) > 0 && strings.Contains(match[0], a.etag) {
		set(h, a.notModified)
		w.WriteHeader(http.StatusNotModified)
		return http.StatusNotModified
	}
	body, header := a.body, a.header
	if accept := r.Header["Accept-Encoding"]; len(accept) > 0 && len(a.zipped) < len(a.body) && strings.Contains(accept[0], "gzip") {
		body, header = a.zipped, a.zipHeader
	}
	set(h, header)
	w.WriteHeader(http.StatusOK)
	send(w, r, body)
	return http.StatusOK
}

func set(h http.Header, lines []headerLine) {
	for i := range lines {
		h[lines[i].name] = lines[i].values
	}
}
