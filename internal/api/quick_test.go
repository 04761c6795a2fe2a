package api

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/danielgtaylor/huma/v2"
)

// bodies of a submission, right and wrong.
var submissionBodies = []string{
	`{}`, ` { } `, `{"answers":{}}`, `{"answers":{"q1":["a"],"q2":["b","c"],"q3":[]}}`, `{"answers":{"q1":["\u544a\n"]}}`, `{"answers":{"\u0071":["a"]}}`,
	`{"answers":{"q1":["a"],"q1":["b"]}}`, `{"answers":null}`, `null`, `[]`, `"a"`, `7`, `{`, `{}{}`, `{"answers":{"q1":"a"}}`, `{"answers":{"q1":[1]}}`, `{"answers":{"q1":[null]}}`,
	`{"answers":{"q1":null}}`, `{"answers":[]}`, `{"Answers":{}}`, `{"answers":{},"x":1}`, `{"answers":{},"answers":{"q1":["a"]}}`, `{"answers":{"q1":["a",]}}`, "{\"answers\":{\"q\xff\":[]}}",
	`{"answers":{` + strings.TrimSuffix(strings.Repeat(`"q":[],`, 61), ",") + `}}`, `{"answers":{"q1":["\ud800"]}}`, ``,
}

func manyAnswers(n int) string {
	answers := map[string][]string{}
	for i := range n {
		answers[strings.Repeat("q", i+1)] = []string{"a"}
	}
	text, _ := json.Marshal(map[string]any{"answers": answers})
	return string(text)
}

// declared reads a body as huma reads those of all other operations: checked against the schema, then unmarshalled.
func declared(r *rig, body string) (*SubmittingBody, bool) {
	op := r.api.OpenAPI().Paths[submissionPath].Post
	var parsed any
	if !utf8.ValidString(body) || json.Unmarshal([]byte(body), &parsed) != nil {
		return nil, false
	}
	path := huma.NewPathBuffer(nil, 0)
	var found huma.ValidateResult
	huma.Validate(r.api.OpenAPI().Components.Schemas, op.RequestBody.Content["application/json"].Schema, path, huma.ModeWriteToServer, parsed, &found)
	var read SubmittingBody
	return &read, len(found.Errors) == 0 && json.Unmarshal([]byte(body), &read) == nil
}

// TestABodyReadQuicklyIsTheBodyThatTheSchemaDeclares: reading in one pass gives exactly what the schema would have
// accepted, and never accepts what the schema would have refused.
func TestABodyReadQuicklyIsTheBodyThatTheSchemaDeclares(t *testing.T) {
	r := newRig(t)
	quick := 0
	for _, text := range append(slices.Clone(submissionBodies), manyAnswers(60), manyAnswers(61)) {
		var b SubmittingBody
		if !utf8.ValidString(text) || !b.ReadQuick([]byte(text)) {
			if b.Answers != nil {
				t.Errorf("%s: refused, and read all the same", text)
			}
			continue
		}
		quick++
		want, right := declared(r, text)
		if !right || !maps.EqualFunc(b.Answers, want.Answers, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Errorf("%s: read as %v, declared %v (%v)", text, b.Answers, want, right)
		}
	}
	if quick < 6 {
		t.Errorf("negative control: only %d bodies are read quickly", quick)
	}
}

// TestASubmissionThatIsWrittenOtherwiseIsAnsweredAlike sends every body through the API: a right one is submitted, a wrong
// one is refused in the words of every other operation.
func TestASubmissionThatIsWrittenOtherwiseIsAnsweredAlike(t *testing.T) {
	r := newRig(t)
	allowed := names(r.api.OpenAPI())
	for _, text := range append(slices.Clone(submissionBodies), manyAnswers(61)) {
		_, right := declared(r, text)
		a := r.begin(nobody)
		w := r.do(nobody, "POST", "/api/v1/attempts/"+a.ID+"/submission", text)
		switch wrong := problemOf(w, []int{400, 422}, allowed); {
		case w.Code == 404 || w.Code == 200: // read; a question that is not in the paper is not found or passed over
			if !right && text != "" {
				t.Errorf("%q was taken: %d", text, w.Code)
			}
		case wrong != "":
			t.Errorf("%q: %s", text, wrong)
		case right && strings.Contains(w.Body.String(), "input."):
			t.Errorf("%q was refused: %s", text, w.Body)
		}
	}
	a := r.begin(nobody)
	for kind, status := range map[string]int{"text/plain": 415, "application/xml": 415, "application/json; charset=utf-8": 200} {
		if w := r.do(nobody, "POST", "/api/v1/attempts/"+a.ID+"/submission", "{}", "Content-Type", kind); w.Code != status {
			t.Errorf("as %s: %d %s", kind, w.Code, w.Body)
		}
	}
}

func FuzzQuickBody(f *testing.F) {
	for _, text := range submissionBodies {
		f.Add(text)
	}
	r := newRig(f)
	f.Fuzz(func(t *testing.T, text string) {
		var b SubmittingBody
		if !utf8.ValidString(text) || !b.ReadQuick([]byte(text)) {
			return
		}
		if want, right := declared(r, text); !right || !maps.EqualFunc(b.Answers, want.Answers, func(a, b []string) bool { return slices.Equal(a, b) }) {
			t.Fatalf("%q: read as %v, declared %v (%v)", text, b.Answers, want, right)
		}
	})
}
