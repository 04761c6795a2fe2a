package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"
)

// generator creates requests from everything the OpenAPI document declares, from near misses, and from nonsense. What the
// server returned (sessions, attempts, codes, cursors) goes into later requests, so that they get past the first refusal.
type generator struct {
	random  *rand.Rand
	doc     *huma.OpenAPI
	routes  []Route
	tokens  []string
	foreign []string            // tokens nobody may use here, and those that open nothing
	values  map[string][]string // by parameter or property
}

// nonsense is used anywhere text is accepted.
var nonsense = []string{
	"", " ", "0", "-1", "null", "true", "../../etc/passwd", "%00", "\x00", "\xff\xfe", "{$ne:1}", `{"$gt":""}`, "'; drop", "<script>", "𠮷", "‮", "e\u0301",
	"99999999999999999999", "1e999", strings.Repeat("甲", 100), strings.Repeat("a", 70_000), "*", "a b", "a\r\nX-Evil: 1", "~", "~~~", "{slug}", ".", "..", "/",
}

func newGenerator(r *rig, seed, worker uint64) *generator {
	g := &generator{random: rand.New(rand.NewPCG(seed, worker)), doc: r.api.OpenAPI(), routes: slices.Sorted(maps.Keys(Routes)), values: map[string][]string{
		"provider": {"guest", "wechat"}, "parent": {"150000000000", "150400000000", "150424000000"}, "region": {"150400000000", ""}, "limit": {"1", "50", "7"},
		"scene": {"~demo1", "150424", "150424~demo1~2"}, "list": {"read", "favourites"}, "name": {"walk.mp3", shownFile}, "ageBand": {"18-59", "under14", ""},
		"id": {missing}, "question": {missing}, "adopt": {missing}, "newCode": {""}, "code": {"sandbox-generator", "150400000000"}, "key": {"none"}, "after": {""}, "tag": {"告诫书"},
		"law": {kiteSlug, "风筝法", "fjtblf", "民法典"}, "number": {"2", "1", "260-1"}, "status": {"in_force", "repealed"},
		"q": {"反家暴法23", "第二十三条", "打老婆怎么办", "告诫", "民法典第1条至第9条", "他"}, "kind": {"article", "explainer", "question", "law"},
	}}
	g.values["slug"] = []string{r.story(), r.topic()}
	g.values["for"], g.values["mode"], g.values["age"], g.values["topic"] = []string{"self", "other"}, []string{"phone", "video"}, []string{"14-17"}, []string{"school"}
	g.values["topics"], g.values["number"], g.values["when"], g.values["as"] = []string{"school", "family"}, append(g.values["number"], "000 0471 2036"), []string{"noon"}, []string{"centre"}
	g.values["slot"] = []string{r.plans.Slot("C7", 9, 10).ID(), r.plans.Slot("C8", 12, 14).ID(), r.plans.Slot("C9", 3, 9).ID()}
	kites := need(r.laws.Law(kiteSlug))(r.t)
	g.values["version"] = []string{kites.Versions[0].Version, kites.Versions[1].Version}
	g.values["from"], g.values["to"] = append(slices.Clone(g.values["version"]), "2026-11-24"), append(slices.Clone(g.values["version"]), "2026-12-02")
	other := r.guest()
	hers := r.sit(other)
	g.values["id"] = append(g.values["id"], hers.ID, r.begin(other).ID)
	g.values["adopt"], g.values["question"] = append(g.values["adopt"], hers.ID), append(g.values["question"], hers.Questions[0].ID)
	ended := r.guest()
	r.want(204, ended, "DELETE", "/api/v1/sessions/current", "")
	g.foreign = []string{ended.Token, "garbage", "", strings.Repeat("a", 43)}
	return g
}

func (g *generator) chance(percent float64) bool { return g.random.Float64()*100 < percent }

func pick[T any](g *generator, of []T) T { return of[g.random.IntN(len(of))] }

var goodbyes = []Route{"DELETE /api/v1/me", "DELETE /api/v1/sessions/current", "POST /api/v1/sessions/end"}

// next is the next request.
func (g *generator) next() (*http.Request, Route) {
	route := pick(g, g.routes)
	for slices.Contains(goodbyes, route) && !g.chance(8) { // otherwise nobody stays signed in for long
		route = pick(g, g.routes)
	}
	method, path, _ := strings.Cut(string(route), " ")
	op := methods(g.doc.Paths[path])[method]
	header := http.Header{}
	query := url.Values{}
	for _, p := range op.Parameters {
		switch {
		case p.In == "path":
			path = strings.Replace(path, "{"+p.Name+"}", g.value(p.Name), 1)
		case p.Name == "X-Keeping-Code" && !g.chance(0.2): // each costs 19 MiB and two passes
		case p.In == "query" && g.chance(40):
			query.Set(p.Name, g.value(p.Name))
		case p.In == "header" && g.chance(40):
			header.Set(p.Name, g.key(p.Name))
		}
	}
	if g.chance(3) {
		query.Set(pick(g, nonsense), pick(g, nonsense))
	}
	body := ""
	if op.RequestBody != nil {
		body = g.body(op.RequestBody.Content["application/json"].Schema)
	}
	if g.chance(2) {
		method = pick(g, []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "get", "M-SEARCH"})
	}
	if g.chance(3) {
		path = g.mutate(path)
	}
	g.dress(header)
	u := &url.URL{Path: path, RawQuery: query.Encode()}
	if g.chance(1) {
		u.RawQuery = g.mutate(u.RawQuery)
	}
	return &http.Request{
		Method: method, URL: u, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header, Host: "test", RemoteAddr: "192.0.2.1:1234",
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), RequestURI: u.RequestURI(),
	}, route
}

// value fills a parameter: mostly with what the server knows.
func (g *generator) value(name string) string {
	known := g.values[name]
	if len(known) == 0 || g.chance(10) {
		return pick(g, nonsense)
	}
	if v := pick(g, known); !g.chance(4) {
		return v
	}
	return g.mutate(pick(g, known))
}

// key is a header's value; idempotency keys come again now and then.
func (g *generator) key(name string) string {
	if name == "X-Keeping-Code" {
		return pick(g, []string{"123456", "000000", "12", "abc"})
	}
	if g.chance(10) {
		return pick(g, nonsense)
	}
	return fmt.Sprintf("idempotency-key-%d", g.random.IntN(50))
}

// dress puts the headers on that any client may send.
func (g *generator) dress(h http.Header) {
	h.Set("Content-Type", "application/json")
	if g.chance(3) {
		h.Set("Content-Type", pick(g, []string{"", "text/plain", "application/json; charset=gbk", "application/cbor", "\xff", "multipart/form-data"}))
	}
	switch {
	case g.chance(5):
		h.Set("Authorization", pick(g, []string{"Bearer " + pick(g, g.foreign), pick(g, g.foreign), "Basic eDp5", "Bearer \xff"}))
	case len(g.tokens) > 0 && g.chance(75):
		h.Set("Authorization", "Bearer "+pick(g, g.tokens))
	}
	for name, values := range map[string][]string{
		"Accept": {"*/*", "text/html", "application/cbor", "\xff"}, "Accept-Encoding": {"gzip", "br", "gzip;q=0", "\xff"}, "If-None-Match": {"*", `"x"`, `W/"`}, "Range": {"bytes=0-1", "bytes=9-1", "bytes=-"},
		"X-Forwarded-For": {"203.0.113.9", "\xff", strings.Repeat("1,", 4000)}, "If-Match": {"*"}, "Content-Encoding": {"gzip"}, "Expect": {"100-continue"}, "Transfer-Encoding": {"chunked"},
	} {
		if g.chance(3) {
			h.Set(name, pick(g, values))
		}
	}
}

// body is mostly what the schema says, now and then broken.
func (g *generator) body(s *huma.Schema) string {
	if g.chance(5) {
		return pick(g, append([]string{"[]", "{", "[[[[", `{"a":`, "\"\\ud800\"", strings.Repeat(`{"a":`, 3000)}, nonsense...))
	}
	text, _ := json.Marshal(g.of("", s, 0))
	if g.chance(8) {
		return g.mutate(string(text))
	}
	return string(text)
}

// of makes a value of a schema.
func (g *generator) of(name string, s *huma.Schema, depth int) any {
	if s.Ref != "" {
		s = g.doc.Components.Schemas.SchemaFromRef(s.Ref)
	}
	if depth > 4 || g.chance(3) {
		return pick(g, []any{nil, 1.5, -1, true, "", []any{}, map[string]any{}, []any{nil}})
	}
	switch s.Type {
	case "boolean":
		return g.chance(70)
	case "integer", "number":
		return g.random.IntN(100) - 10
	case "array":
		items := []any{}
		for range g.random.IntN(4) {
			items = append(items, g.of(name, s.Items, depth+1))
		}
		return items
	case "object":
		return g.object(s, depth)
	}
	if name == "newCode" && g.chance(2) {
		return "123456"
	}
	if name == "options" {
		return pick(g, []string{"a", "b", "c", "d", "e"})
	}
	return g.value(name)
}

func (g *generator) object(s *huma.Schema, depth int) map[string]any {
	fields := map[string]any{}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if slices.Contains(s.Required, name) && !g.chance(2) || g.chance(40) {
			fields[name] = g.of(name, s.Properties[name], depth+1)
		}
	}
	if inner, ok := s.AdditionalProperties.(*huma.Schema); ok {
		for range g.random.IntN(3) {
			fields[g.value("question")] = g.of("options", inner, depth+1)
		}
	}
	if g.chance(2) {
		fields[pick(g, nonsense)] = 1
	}
	return fields
}

// mutate changes a few bytes.
func (g *generator) mutate(text string) string {
	b := []byte(text)
	for range 1 + g.random.IntN(3) {
		at := 0
		if len(b) > 0 {
			at = g.random.IntN(len(b))
		}
		switch g.random.IntN(4) {
		case 0:
			b = append(b[:at:at], append([]byte(pick(g, nonsense[:25])), b[at:]...)...)
		case 1:
			b = b[:at]
		case 2:
			if len(b) > 0 {
				b[at] ^= 1 << g.random.IntN(8)
			}
		default:
			b = append(b[:at:at], append(bytes.Clone(b[at:]), b[at:]...)...)
		}
	}
	return string(b)
}

// learn remembers what an answer returned, and forgets a session that has ended.
func (g *generator) learn(route Route, req *http.Request, w *httptest.ResponseRecorder) {
	if w.Code == http.StatusUnauthorized {
		used := strings.TrimPrefix(req.Header.Get("Authorization"), "Bearer ")
		g.tokens = slices.DeleteFunc(g.tokens, func(token string) bool { return token == used })
	}
	if w.Code >= 300 || w.Body.Len() == 0 || w.Header().Get("Content-Encoding") != "" {
		return
	}
	var a struct {
		ID, Token, EndKey, Code, Next string
		Questions                     []struct{ ID string }
	}
	if json.Unmarshal(w.Body.Bytes(), &a) != nil {
		return
	}
	switch route {
	case "POST /api/v1/sessions":
		g.keep("key", a.EndKey)
		if g.tokens = append(g.tokens, a.Token); len(g.tokens) > 3 {
			g.tokens = g.tokens[1:]
		}
	case "POST /api/v1/me/claim-code":
		g.keep("code", a.Code)
	case "POST /api/v1/appointments":
		g.keep("id", a.ID)
	case "POST /api/v1/appointments/{id}/confirmation":
		g.keep("code", a.Code)
	case "GET /api/v1/explainers", "GET /api/v1/laws", "GET /api/v1/me/mistakes":
		g.keep("after", a.Next)
	}
	if len(a.Questions) > 0 {
		g.keep("id", a.ID)
		g.keep("adopt", a.ID)
		g.keep("question", a.Questions[g.random.IntN(len(a.Questions))].ID)
	}
}

// keep remembers the latest dozen values.
func (g *generator) keep(name, value string) {
	if g.values[name] = append(g.values[name], value); len(g.values[name]) > 12 {
		g.values[name] = slices.Delete(g.values[name], 2, 3)
	}
}

// requestOf makes a request of raw bytes, for the native target: route, token, then parameters, query and body apart by "\n".
func requestOf(g *generator, data []byte) *http.Request {
	at := func(i int) byte {
		if i < len(data) {
			return data[i]
		}
		return 0
	}
	route := g.routes[int(at(0))%len(g.routes)]
	method, path, _ := strings.Cut(string(route), " ")
	parts := strings.SplitN(string(data[min(2, len(data)):]), "\n", 4)
	parts = append(parts, "", "", "", "")
	for _, name := range []string{"{slug}", "{id}", "{code}", "{scene}", "{list}", "{name}", "{law}"} {
		path = strings.Replace(path, name, parts[0], 1)
	}
	path = strings.NewReplacer("{question}", parts[1], "{number}", parts[1], "{slug}", parts[1]).Replace(path)
	header := http.Header{"Content-Type": {"application/json"}, "Idempotency-Key": {parts[1]}}
	if len(g.tokens) > 0 && at(1)%2 == 0 {
		header.Set("Authorization", "Bearer "+g.tokens[int(at(1)/2)%len(g.tokens)])
	}
	return &http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: parts[2]}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: header,
		Host: "test", RemoteAddr: "192.0.2.1:1234", Body: io.NopCloser(strings.NewReader(parts[3])), ContentLength: int64(len(parts[3])),
	}
}

func FuzzRouter(f *testing.F) {
	r := newRig(f)
	g := newGenerator(r, 1, 0)
	g.tokens = []string{r.guest().Token, r.weChat("fuzzer").Token}
	for i := range g.routes {
		f.Add(append([]byte{byte(i), 0}, r.story()+"\n\n\n{}"...))
		f.Add(append([]byte{byte(i), 1}, missing+"\n"+missing+"\nlimit=1\n{\"provider\":\"guest\"}"...))
		f.Add(append([]byte{byte(i), 2}, "read\n"+r.story()+"\ntag=\xff\n{\"options\":[\"a\"],\"code\":\"1\",\"key\":\"2\"}"...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		w := httptest.NewRecorder()
		r.web.ServeHTTP(w, requestOf(g, data))
		if w.Code >= 500 {
			t.Fatalf("%d %s\n%s", w.Code, w.Body, r.log)
		}
	})
}
