package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// moving is a Laws whose provisions can be changed.
type moving struct {
	*law.Library
	header  int64
	changed []law.Citation
}

func (m *moving) Generation() int64 { return m.header }

func (m *moving) Since(_ context.Context, pins []law.Pin) (map[law.Pin]law.Change, error) {
	found := map[law.Pin]law.Change{}
	for _, p := range pins {
		if slices.Contains(m.changed, p.Citation) {
			found[p] = law.Change{Kind: law.TextChanged}
		}
	}
	return found, nil
}

func TestAQuestionWhoseLawChangedLeavesTheDraws(t *testing.T) {
	ctx, b := context.Background(), newBench(t)
	laws := &moving{Library: law.Fixed(testLaws(t))}
	b.bank = NewBank(b.source, laws)
	if err := b.bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	first := b.bank.Questions()[0].Citations[0]
	if n := len(b.bank.Citing(first.Law, first.Number())); n != 6 || b.bank.Size() != 6 || len(b.bank.Outdated()) != 0 {
		t.Fatalf("%d cite %s, %d in all", n, first.Label, b.bank.Size())
	}
	sat, err := b.Start(ctx, b.of(""), StartRequest{Origin: FromTopic, Slug: "first"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	laws.changed = []law.Citation{first.Citation}
	if err := b.bank.Reload(ctx); err != nil || b.bank.Size() != 6 {
		t.Errorf("negative control: reloaded although no head moved: %v", err)
	}
	laws.header++
	if err := b.bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	drawn := b.bank.Outdated()
	if len(drawn) == 0 || len(drawn)+b.bank.Size() != 6 || len(b.bank.Citing(first.Law, first.Number())) != 0 {
		t.Errorf("%d held, %d drawn", len(drawn), b.bank.Size())
	}
	if _, err := b.Start(ctx, b.of(""), StartRequest{Origin: FromTopic, Slug: "first"}, nil); err != nil && !errors.Is(err, ErrTopicUnknown) {
		t.Error(err)
	}
	again, _, err := b.Resume(ctx, b.of(""), sat.ID)
	if err != nil || len(again.Questions) != len(sat.Questions) {
		t.Errorf("her sitting shows %d of %d questions, %v", len(again.Questions), len(sat.Questions), err)
	}
	result, err := b.Submit(ctx, b.of(""), sat.ID, nil)
	if err != nil || len(result.Graded) != len(sat.Questions) {
		t.Errorf("and is graded by %d of them, %v", len(result.Graded), err)
	}
	laws.changed, laws.header = nil, laws.header+1
	if err := b.bank.Reload(ctx); err != nil || b.bank.Size() != 6 {
		t.Errorf("pinned anew they do not come back: %d, %v", b.bank.Size(), err)
	}
}

func TestQuestionsAreListedByTheArticleTheyCite(t *testing.T) {
	ctx, b := context.Background(), newBench(t)
	// The second topic comes after the first: a question in both is listed under the first.
	b.source.put(publish.KindTopic, "t1", "first", yamlTopic("first", 2, []string{"q4", "q2"}))
	b.source.put(publish.KindTopic, "t2", "second", yamlTopic("second", 2, []string{"q3", "q4"}))
	b.source.put(publish.KindQuestion, "q5", "", "")
	b.source.versions["q5"][1].Body = nil // withdrawn
	other := strings.ReplaceAll(yamlQuestion("q6", Multiple, "别的", ""), "第二条", "第三条第一款")
	b.source.put(publish.KindQuestion, "q6", "", other)
	if err := b.bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	for article, want := range map[string][]string{
		"2": {"first 题目q4", "first 题目q2", "second 这句话对吗？题目q3", " 题目q1"}, "3": {" 题目q6"}, "4": {},
	} {
		got := []string{}
		for _, p := range b.bank.Citing("fjtblf", article) {
			slug := ""
			if p.Topic != nil {
				slug = p.Topic.Slug
			}
			got = append(got, slug+" "+p.Stem)
			if (p.Situation != "") != (p.Stem == "题目q4") {
				t.Errorf("%s is told of with the situation %q", p.Stem, p.Situation)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("article %s: %q, want %q", article, got, want)
		}
	}
	if n := len(b.bank.Citing("other", "2")); n != 0 {
		t.Errorf("%d cite another law", n)
	}
}

func TestAListedQuestionKeepsItsAnswerSecret(t *testing.T) {
	b := newBench(t)
	secret := func(v any) bool {
		said := fmt.Sprintf("%+v", v)
		return strings.Contains(said, canaryWhy) || strings.Contains(said, canaryConcept) || strings.Contains(said, "乙") || strings.Contains(said, "Right")
	}
	for _, p := range b.bank.Citing("fjtblf", "2") {
		if secret(p) || secret(*p.Topic) {
			t.Errorf("%+v", p)
		}
	}
	if !secret(*b.bank.Questions()[0]) {
		t.Error("negative control: what is right is not seen in a question that tells it")
	}
}
