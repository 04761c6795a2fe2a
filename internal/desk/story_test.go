package desk

import (
	"reflect"
	"strings"
	"testing"

	"pugongying/internal/explainer"
	"pugongying/internal/markdown"
)

func TestAStoryOfTheFormIsOneThatCanBeShown(t *testing.T) {
	r := newRoom(t)
	r.bring("2010-01-01", "先看天。", "二。", "三。")
	w := written(t, r, nil, story())
	e, err := explainer.Parse(w.Body)
	if err != nil || len(w.Faults) > 0 {
		t.Fatalf("%v %v\n%s", err, w.Faults, w.Body)
	}
	if want := []string{"风筝法 第一条", "风筝法 第三条"}; !reflect.DeepEqual(e.Cites, want) || len(e.Provisions) != 2 {
		t.Errorf("it cites %q, %v", e.Cites, e.Provisions)
	}
	if _, _, err := explainer.Compose(e, r.Register(), markdown.New()); err != nil {
		t.Error(err)
	}
	again, err := OpenStory(w.Body)
	if err != nil || again.Title != "晚风" || again.Tags != "家里的事 谁能帮忙" || again.Share != "晚风" || !strings.Contains(again.Parts[2], "〔风筝法 第一条〕") || again.Parts[3] != "- 先看天" {
		t.Errorf("opened again: %+v, %v", again, err)
	}
	if twice := written(t, r, w.Body, again); string(twice.Body) != string(w.Body) {
		t.Errorf("saved again unchanged:\n%s\n%s", w.Body, twice.Body)
	}
}

// What cannot be stored is said at its place, what was there stays, and the rest is stored.
func TestWhatCannotBeStoredCostsItselfAlone(t *testing.T) {
	r := newRoom(t)
	before := written(t, r, nil, story()).Body
	s := story()
	s.Title = strings.Repeat("长", 201)
	s.Parts[0] = strings.Repeat("x", 1<<20)
	s.Parts[1] = "第一格\t第二格\n甲\t乙\n"
	s.Parts[3] = "新的一步"
	w := written(t, r, before, s)
	var at []string
	for _, f := range w.Faults {
		at = append(at, f.Location)
	}
	got, err := OpenStory(w.Body)
	if err != nil || !reflect.DeepEqual(at, []string{"title", "part1", "part2"}) {
		t.Errorf("faults at %q, %v", at, err)
	}
	if got.Title != "晚风" || got.Parts[0] != "她放风筝。" || got.Parts[1] != "第一格　第二格\n甲　乙" || got.Parts[3] != "新的一步" {
		t.Errorf("stored: %.200v", got)
	}
}

func TestACitationThatCannotBeReadStaysAsItIs(t *testing.T) {
	r, s := newRoom(t), story()
	s.Parts[2] = "有规定。〔没有这部法 第一条〕还有。〔风筝法 第九百条〕"
	w := written(t, r, nil, s)
	e, err := explainer.Draft(w.Body)
	if err != nil || len(e.Cites) != 0 || !strings.Contains(e.Sections[2].Body, "〔没有这部法 第一条〕") || !strings.Contains(e.Sections[2].Body, "〔风筝法 第九百条〕") {
		t.Errorf("%q %s, %v", e.Cites, e.Sections[2].Body, err)
	}
}

// Whoever mends a comma has compared nothing: a citation goes on meaning what it meant.
func TestSavingComparesNothing(t *testing.T) {
	r := newRoom(t)
	r.bring("2010-01-01", "先看天。", "二。", "三。")
	w := written(t, r, nil, story())
	was, _ := explainer.Draft(w.Body)
	r.bring("2026-11-01", "先看天，再看线。", "二。", "三。")
	s := story()
	s.Title, s.Parts[2] = "改了一个字", s.Parts[2]+"〔风筝法第二条〕"
	now, err := explainer.Draft(written(t, r, w.Body, s).Body)
	if err != nil || now.Provisions["风筝法 第一条"] != was.Provisions["风筝法 第一条"] || now.Provisions["风筝法 第二条"] == "" {
		t.Errorf("%v became %v, %v", was.Provisions, now.Provisions, err)
	}
	// The control: a text that is new means the new words.
	if fresh, _ := explainer.Draft(written(t, r, nil, story()).Body); fresh.Provisions["风筝法 第一条"] == was.Provisions["风筝法 第一条"] {
		t.Error("the law did not change")
	}
}
