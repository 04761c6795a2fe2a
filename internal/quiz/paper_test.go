package quiz

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// leaks finds the texts of right answers in a value as an API handler could send it.
func leaks(tb testing.TB, value any) []string {
	tb.Helper()
	text, err := json.Marshal(value)
	if err != nil {
		tb.Fatal(err)
	}
	found := []string{}
	for _, canary := range []string{canaryWhy, canaryConcept, "反家庭暴力法", "ex1", "Right", "Answer\"", "Correct", "Score"} {
		if strings.Contains(string(text), canary) {
			found = append(found, canary)
		}
	}
	return found
}

func TestNothingLeaksBeforeSubmission(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p := b.start(t, "m1")
	for question, options := range b.answers(p) {
		if err := b.Answer(ctx, b.of("m1"), p.ID, Given{question, options}); err != nil {
			t.Fatal(err)
		}
	}
	paper, result, err := b.Resume(ctx, b.of("m1"), p.ID)
	if err != nil || result != nil {
		t.Fatalf("Resume of an open attempt: result %+v, error %v", result, err)
	}
	for _, shown := range []Paper{p, paper} {
		if found := leaks(t, shown); len(found) > 0 {
			t.Errorf("before submission a paper says %v", found)
		}
	}
	daily, err := b.Start(ctx, b.of(""), StartRequest{Origin: FromDaily}, nil)
	if found := leaks(t, daily); err != nil || len(found) > 0 {
		t.Errorf("the daily paper says %v (%v)", found, err)
	}

	// Negative control: the same search finds all of it in the result, so the search works.
	done, err := b.Submit(ctx, b.of("m1"), p.ID, nil)
	if found := leaks(t, done); err != nil || len(found) != 8-1 { // no field of a result is called Right
		t.Errorf("the search finds only %v in a result (%v)", found, err)
	}
}

// TestPaperCannotCarryAnAnswer walks the type itself: a field added later that could carry a right answer fails here.
func TestPaperCannotCarryAnAnswer(t *testing.T) {
	allowed := map[string]bool{
		"ID": true, "Title": true, "State": true, "Questions": true, "Answers": true, "ExpiresAt": true,
		"Kind": true, "Situation": true, "Several": true, "Stem": true, "Options": true, "Text": true, "Picture": true,
	}
	for _, of := range []reflect.Type{reflect.TypeFor[Paper](), reflect.TypeFor[Asked](), reflect.TypeFor[Choice]()} {
		for i := range of.NumField() {
			if name := of.Field(i).Name; !allowed[name] {
				t.Errorf("%s.%s is new: may it be seen before submission?", of.Name(), name)
			}
		}
	}
}

func TestResultTellsWhatIsRightAndWhy(t *testing.T) {
	b := newBench(t)
	p, r := b.sit(t, "m1", "q1", "q4")
	if r.Score != 4 || r.Total != 6 || !r.Released || len(r.Graded) != 6 {
		t.Fatalf("result %+v", r)
	}
	for i, m := range r.Graded {
		asked := p.Questions[i]
		if m.Question != asked.ID || !reflect.DeepEqual(m.Options, asked.Options) {
			t.Errorf("mark %d is of %s with %v, asked was %s with %v", i, m.Question, m.Options, asked.ID, asked.Options)
		}
		wrong := m.Question == "q1" || m.Question == "q4"
		if m.Correct == wrong || m.Explanation != canaryWhy+m.Question || len(m.Citations) != 1 || len(m.Answer) == 0 {
			t.Errorf("mark of %s: %+v", m.Question, m)
		}
		if (m.Explainer == "ex1") != (m.Question == "q1" || m.Question == "q2") {
			t.Errorf("mark of %s leads to explainer %q", m.Question, m.Explainer)
		}
	}
}

func TestResultsWaitForTheirRelease(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	p := b.start(t, "m1")
	a := b.store.attempts[p.ID]
	a.ReleaseAt = b.at.Add(hour)
	b.store.attempts[p.ID] = a
	r, err := b.Submit(ctx, b.of("m1"), p.ID, b.answers(p))
	if err != nil || r.Released || r.Graded != nil || r.Score != 6 {
		t.Fatalf("before the release: %+v, %v", r, err)
	}
	b.at = b.at.Add(hour)
	_, again, err := b.Resume(ctx, b.of("m1"), p.ID)
	if err != nil || !again.Released || len(again.Graded) != 6 {
		t.Fatalf("after the release: %+v, %v", again, err)
	}
}
