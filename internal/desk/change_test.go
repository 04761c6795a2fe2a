package desk

import (
	"errors"
	"testing"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// live is one story and one question that residents see.
type live struct {
	story    *explainer.Explainer
	question *quiz.Question
}

func (l live) All() []*explainer.Explainer { return []*explainer.Explainer{l.story} }
func (l live) Outdated() []*quiz.Question  { return []*quiz.Question{l.question} }

// shown makes what is live of bodies, as the libraries do.
func shown(t *testing.T, r *room, storyBody, questionBody []byte) live {
	t.Helper()
	e, err := explainer.Parse(storyBody)
	if err != nil {
		t.Fatal(err)
	}
	q, err := quiz.Parse(questionBody, r.AllVersions())
	if err != nil {
		t.Fatal(err)
	}
	l := live{&explainer.Explainer{Authored: *e, Version: 1}, q}
	for _, written := range e.Cites {
		c, _ := resolve(r.AllVersions(), written)
		l.story.Citations = append(l.story.Citations, c)
	}
	since, err := r.Since(t.Context(), append(l.story.Pins(), q.Pins()...))
	if err != nil {
		t.Fatal(err)
	}
	l.story.Changes, q.Changes = law.ChangesOf(l.story.Pins(), since), law.ChangesOf(q.Pins(), since)
	return l
}

func TestAChangedLawIsListedWithBothItsWordsAndWhatCitesIt(t *testing.T) {
	r := newRoom(t)
	r.bring("2010-01-01", "先看天。", "二。", "线轴归她。")
	storyBody := written(t, r, nil, story()).Body
	questionBody, err := WriteQuestion(t.Context(), r, nil, question())
	if err != nil {
		t.Fatal(err)
	}
	list := func() []Moved {
		t.Helper()
		l := shown(t, r, storyBody, questionBody)
		found, err := NewChanges(r, l, l).List(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := list(); len(found) != 0 {
		t.Errorf("negative control: nothing changed, and %+v", found)
	}
	r.bring("2026-11-01", "先看天，再看线。", "二。", "新的一条。", "线轴归她。")
	found := list()
	if len(found) != 2 || len(found[0].Pieces) != 2 || len(found[1].Pieces) != 2 {
		t.Fatalf("%+v", found)
	}
	first, third := found[0], found[1]
	if first.Change.Kind != law.TextChanged || first.Before != "先看天。" || first.After != "先看天，再看线。" || first.Instead != "风筝法 第一条" {
		t.Errorf("%+v", first)
	}
	if third.Change.Kind != law.Renumbered || third.After != "线轴归她。" || third.Instead != "风筝法 第四条" {
		t.Errorf("%+v", third)
	}
	if d := first.Diff(); len(d) != 3 || d[0].Text != "先看天" || d[1].Text != "，再看线" || !d[1].Come {
		t.Errorf("%+v", d)
	}
	// One act for each citation, and the texts are up to date: nothing is left in the list.
	for _, m := range found {
		to := r.citation(m.Instead)
		if storyBody, err = Replaced(t.Context(), r, publish.KindExplainer, storyBody, m.Pin.Citation, to); err != nil {
			t.Fatal(err)
		}
		if questionBody, err = Replaced(t.Context(), r, publish.KindQuestion, questionBody, m.Pin.Citation, to); err != nil {
			t.Fatal(err)
		}
	}
	if left := list(); len(left) != 0 {
		t.Errorf("after replacing: %+v", left)
	}
}

func TestAReplacedCitationIsNotWrittenTwice(t *testing.T) {
	r := newRoom(t)
	r.bring("2010-01-01", "一。", "二。", "三。")
	body, err := Replaced(t.Context(), r, publish.KindExplainer, written(t, r, nil, story()).Body, r.citation("风筝法第一条"), r.citation("风筝法第三条"))
	if err != nil {
		t.Fatal(err)
	}
	if e, err := explainer.Parse(body); err != nil || len(e.Cites) != 1 || e.Cites[0] != "风筝法 第三条" {
		t.Errorf("%+v, %v", e, err)
	}
	q, err := WriteQuestion(t.Context(), r, nil, question())
	if err != nil {
		t.Fatal(err)
	}
	if q, err = Replaced(t.Context(), r, publish.KindQuestion, q, r.citation("风筝法第一条"), r.citation("风筝法第三条")); err != nil {
		t.Fatal(err)
	}
	if got, err := quiz.Parse(q, r.Register()); err != nil || len(got.Citations) != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	for kind, text := range map[publish.Kind][]byte{publish.KindExplainer: body, publish.KindQuestion: q} {
		if _, err := Replaced(t.Context(), r, kind, text, r.citation("风筝法第一条"), r.citation("风筝法第二条")); !errors.Is(err, ErrNotCited) {
			t.Errorf("%s without that citation: %v", kind, err)
		}
	}
}

func TestALawThatIsGoneHasNoNewWords(t *testing.T) {
	r := newRoom(t)
	r.bring("2010-01-01", "先看天。", "二。", "线轴归她。")
	storyBody := written(t, r, nil, story()).Body
	questionBody, _ := WriteQuestion(t.Context(), r, nil, question())
	r.bring("2026-11-01", "别的。")
	l := shown(t, r, storyBody, questionBody)
	found, err := NewChanges(r, l, l).List(t.Context())
	if err != nil || len(found) != 2 || found[1].Change.Kind != law.Removed || found[1].Before != "线轴归她。" || found[1].After != "" || found[1].Instead != "" {
		t.Errorf("%+v, %v", found, err)
	}
}

func TestDifferencesCutNoCharacter(t *testing.T) {
	var before, after string
	for _, s := range Differences("她𬱖三十岁", "她𬱖三十四岁") {
		if !s.Come {
			before += s.Text
		}
		if !s.Gone {
			after += s.Text
		}
	}
	if before != "她𬱖三十岁" || after != "她𬱖三十四岁" {
		t.Errorf("%s %s", before, after)
	}
}
