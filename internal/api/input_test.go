package api

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/access"
	"pugongying/internal/web"
	"pugongying/internal/web/jsonapi"
)

// faulty is a request made wrong in one way, with the statuses that say so.
type faulty struct {
	fault string
	request
	statuses []int
}

// broken are all the ways in which an operation can be called wrongly according to the document, each derived from a
// correct call.
func broken(doc *huma.OpenAPI, op *huma.Operation, right request) []faulty {
	var all []faulty
	add := func(fault string, q request, statuses ...int) { all = append(all, faulty{fault, q, statuses}) }
	query := func(pair string) request {
		q := right
		q.path = queried(q.path, pair)
		return q
	}
	add("unknown query", query("zz=1"), 422)
	add("query of bad UTF-8", query("zz=%ff%fe"), 400, 422)
	for _, p := range op.Parameters {
		for _, bad := range wrongValues(p.Schema) {
			add(fmt.Sprintf("%s %s: %s", p.In, p.Name, bad.fault), with(right, op, p, bad.value), 400, 404, 422)
		}
		if p.In == "path" {
			add("path of bad UTF-8", with(right, op, p, "%ff%fe"), 400)
			add("path of nulls", with(right, op, p, "%00"), 400, 404)
		}
	}
	if op.RequestBody == nil {
		return all
	}
	body := func(text string) request {
		q := right
		q.body = text
		return q
	}
	kind := op.RequestBody.Content["application/json"].Schema
	for _, bad := range wrongBodies(doc.Components.Schemas, kind, right.body) {
		add("body: "+bad.fault, body(bad.value), 400, 404, 413, 422)
	}
	if op.RequestBody.Required {
		add("empty body", body(""), 400, 422)
	}
	media := body("{}")
	media.headers = append(slices.Clone(media.headers), "Content-Type", "text/plain")
	add("media type", media, 415)
	return all
}

// queried puts a pair into the query of an address, in the place of one of that name.
func queried(path, pair string) string {
	path, query, _ := strings.Cut(path, "?")
	name, _, _ := strings.Cut(pair, "=")
	pairs := slices.DeleteFunc(strings.Split(query, "&"), func(p string) bool { return p == "" || strings.HasPrefix(p, name+"=") })
	return path + "?" + strings.Join(append(pairs, pair), "&")
}

// with puts a value in the place of one parameter.
func with(right request, op *huma.Operation, p *huma.Param, value string) request {
	q := right
	switch p.In {
	case "query":
		q.path = queried(q.path, p.Name+"="+value)
	case "header":
		q.headers = append(slices.Clone(q.headers), p.Name, value)
	case "path":
		parts, names := strings.Split(q.path, "/"), strings.Split(op.Path, "/")
		parts[slices.Index(names, "{"+p.Name+"}")] = value
		q.path = strings.Join(parts, "/")
	}
	return q
}

type wrong struct{ fault, value string }

func wrongValues(s *huma.Schema) []wrong {
	var bad []wrong
	if s.MaxLength != nil {
		bad = append(bad, wrong{"too long", strings.Repeat("a", *s.MaxLength+1)})
	}
	if s.MinLength != nil {
		bad = append(bad, wrong{"too short", strings.Repeat("a", *s.MinLength-1)})
	}
	if s.Type == "integer" {
		bad = append(bad, wrong{"no number", "abc"}, wrong{"a fraction", "1.5"}, wrong{"an overflow", "99999999999999999999"})
	}
	if s.Minimum != nil {
		bad = append(bad, wrong{"too small", fmt.Sprint(int(*s.Minimum) - 1)})
	}
	if s.Maximum != nil {
		bad = append(bad, wrong{"too large", fmt.Sprint(int(*s.Maximum) + 1)})
	}
	return bad
}

// wrongBodies breaks a body as a whole, then each of its properties.
func wrongBodies(registry huma.Registry, s *huma.Schema, right string) []wrong {
	bad := []wrong{
		{"broken JSON", "{"}, {"more than one", right + right}, {"an array", "[]"}, {"a string", `"a"`}, {"bad UTF-8", "{\"zz\xff\":1}"},
		{"unknown field", withField(right, "zz", "1")}, {"over-sized", withField(right, "zz", `"`+strings.Repeat("a", int(web.DefaultBounds.Body))+`"`)},
		{"too deep", strings.Repeat("[", 20_000)},
	}
	if s.Ref != "" {
		s = registry.SchemaFromRef(s.Ref)
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		bad = append(bad, wrong{name + " in capitals", withField(without(right, name), strings.ToUpper(name), "null")})
		wrongType := map[string]string{"string": "7", "boolean": `"yes"`, "integer": `"7"`, "array": `"a"`, "object": "7"}[p.Type]
		bad = append(bad, wrong{name + " of a wrong type", withField(right, name, wrongType)})
		for _, v := range wrongValues(p) {
			bad = append(bad, wrong{name + " " + v.fault, withField(right, name, `"`+v.value+`"`)})
		}
		if p.Type == "string" {
			bad = append(bad, wrong{name + " of bad UTF-8", withField(right, name, "\"\xff\xfe\"")})
		}
		if len(p.Enum) > 0 {
			bad = append(bad, wrong{name + " of no kind", withField(right, name, `"nothing"`)})
		}
		if p.MaxItems != nil {
			bad = append(bad, wrong{name + " with too many", withField(right, name, "["+strings.Repeat(`"a",`, *p.MaxItems)+`"a"]`)})
		}
		if p.MaxProperties != nil {
			var many strings.Builder
			for i := range *p.MaxProperties {
				fmt.Fprintf(&many, `"q%d":[],`, i)
			}
			bad = append(bad, wrong{name + " with too many", withField(right, name, "{"+many.String()+`"z":[]}`)})
		}
	}
	for _, name := range s.Required {
		bad = append(bad, wrong{"without " + name, without(right, name)})
	}
	return bad
}

// withField sets one field in a JSON object, as raw text.
func withField(object, name, value string) string {
	rest := without(object, name)
	if rest == "{}" {
		return `{"` + name + `":` + value + `}`
	}
	return `{"` + name + `":` + value + `,` + rest[1:]
}

func without(object, name string) string {
	fields := map[string]json.RawMessage{}
	if json.Unmarshal([]byte(object), &fields) != nil {
		fields = map[string]json.RawMessage{}
	}
	delete(fields, name)
	text, _ := json.Marshal(fields)
	return string(text)
}

var (
	stable = regexp.MustCompile(`^[a-z_]+(\.[a-z0-9_]+)*$`)
	latin  = regexp.MustCompile(`[A-Za-z][A-Za-z-]+`)
)

// problemOf reports what is wrong with a refusal: it must be a problem with a stable code, in Chinese, and nothing may
// have been written.
func problemOf(w *httptest.ResponseRecorder, statuses []int, allowed map[string]bool) string {
	var p jsonapi.Problem
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil || w.Header().Get("Content-Type") != "application/problem+json" {
		return fmt.Sprintf("%d %q is no problem", w.Code, w.Header().Get("Content-Type"))
	}
	if !slices.Contains(statuses, w.Code) || p.Status != w.Code || !stable.MatchString(p.Code) {
		return fmt.Sprintf("%d %s, want %v", w.Code, w.Body, statuses)
	}
	for _, text := range append(messages(p), p.Detail) {
		if !strings.ContainsFunc(text, func(c rune) bool { return unicode.Is(unicode.Han, c) }) {
			return fmt.Sprintf("%q is not Chinese", text)
		}
		for _, word := range latin.FindAllString(text, -1) {
			if !allowed[word] {
				return fmt.Sprintf("%q speaks English", text)
			}
		}
	}
	return ""
}

func messages(p jsonapi.Problem) []string {
	var all []string
	for _, e := range p.Errors {
		all = append(all, e.Message)
	}
	return all
}

// names are the words of the contract itself, which a message may quote.
func names(doc *huma.OpenAPI) map[string]bool {
	all := map[string]bool{"JSON": true, "UTF-": true}
	for _, s := range doc.Components.Schemas.Map() {
		for name, p := range s.Properties {
			all[name] = true
			for _, v := range p.Enum {
				for _, word := range latin.FindAllString(fmt.Sprint(v), -1) {
					all[word] = true
				}
			}
		}
	}
	return all
}

func TestBadInputToEveryOperation(t *testing.T) {
	r := newRig(t)
	guest, her := r.guest(), r.weChat("she")
	r.want(204, guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true}`)
	doc, tried, operations := r.api.OpenAPI(), 0, 0
	allowed := names(doc)
	for _, route := range slices.Sorted(maps.Keys(Routes)) {
		method, path, _ := strings.Cut(string(route), " ")
		op := methods(doc.Paths[path])[method]
		as := guest
		if cellOf(route, access.Guest).On == 0 {
			as = her
		}
		attempt := r.begin(as)
		right := r.fill(route, ids{attempt.ID, attempt.Questions[0].ID, "0000000000000000"})
		if right.body == "" && op.RequestBody != nil {
			right.body = "{}"
		}
		bad := append(broken(doc, op, right), unowned(r, route)...)
		before := r.documents()
		for _, f := range bad {
			tried++
			w := r.send(as, f.request)
			if wrong := problemOf(w, f.statuses, allowed); wrong != "" {
				t.Errorf("%s, %s: %s", route, f.fault, wrong)
			}
		}
		if wrote := changed(before, r.documents()); len(wrote) > 0 {
			t.Errorf("%s wrote %v", route, wrote)
		}
		operations++
	}
	t.Logf("bad requests refused: %d, of %d operations / %d in the document; documents changed: 0", tried, operations, len(operationsOf(r)))
	before := r.documents()
	r.begin(guest)
	if len(changed(before, r.documents())) == 0 {
		t.Error("negative control: a write is not seen, so this test shows nothing")
	}
	if problemOf(r.do(nobody, "GET", "/api/v1/home", ""), []int{422}, allowed) == "" {
		t.Error("negative control: a good answer passes for a refusal")
	}
}

// unowned uses an id of somebody else's.
func unowned(r *rig, route Route) []faulty {
	if !slices.Contains(owned, route) || route == "PUT /api/v1/me/keeping" { // there the switches are hers, whatever becomes of the attempt
		return nil
	}
	other := r.weChat("other")
	hers := r.begin(other)
	return []faulty{{"foreign id", r.fill(route, ids{hers.ID, hers.Questions[0].ID, "1111111111111111"}), []int{404}}}
}

func TestBadInputWithoutASessionOrWithOneThatEnded(t *testing.T) {
	r := newRig(t)
	ended := r.guest()
	r.clock.Advance(31 * 24 * time.Hour)
	allowed, before, tried := names(r.api.OpenAPI()), r.documents(), 0
	for route := range Routes {
		q := r.fill(route, ids{missing, missing, "0000000000000000"})
		if wrong := problemOf(r.send(ended, q), []int{401}, allowed); wrong != "" {
			t.Errorf("%s with an ended session: %s", route, wrong)
		}
		tried++
		if cellOf(route, access.Nobody).On != 0 {
			continue
		}
		for _, f := range append(broken(r.api.OpenAPI(), operation(r, route), q), faulty{"nothing", q, nil}) {
			want := []int{400, 401}
			if len(f.body) > int(web.DefaultBounds.Body) {
				want = []int{413} // the door does not even read it
			}
			if wrong := problemOf(r.send(nobody, f.request), want, allowed); wrong != "" {
				t.Errorf("%s of nobody, %s: %s", route, f.fault, wrong)
			}
			tried++
		}
	}
	if wrote := changed(before, r.documents()); len(wrote) > 0 {
		t.Errorf("written: %v", wrote)
	}
	t.Logf("requests without a session or with an ended one refused: %d; documents changed: 0", tried)
}

func operation(r *rig, route Route) *huma.Operation {
	method, path, _ := strings.Cut(string(route), " ")
	return methods(r.api.OpenAPI().Paths[path])[method]
}
