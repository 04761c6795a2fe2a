package operate

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/markdown"
	"pugongying/internal/quiz"
	"pugongying/internal/search"
	"pugongying/internal/testkit"
)

// live is what residents see: one explainer and one question that cite the laws of this test.
type live struct{ cites []law.Resolved }

func (l live) All() []*explainer.Explainer {
	return []*explainer.Explainer{{Authored: explainer.Authored{Slug: "wanfeng", Title: "晚风", Cites: []string{"风筝法第一条", "风筝法第二条"}}, Citations: l.cites}}
}
func (l live) Questions() []*quiz.Question {
	return []*quiz.Question{{ID: "q1", Stem: "放风筝要不要看天？", Citations: l.cites[:1]}}
}
func (l live) Outdated() []*quiz.Question {
	return []*quiz.Question{{ID: "q2", Stem: "线轴归谁？", Citations: l.cites[1:]}}
}

// kiteLaw is a law's text of a day.
func kiteLaw(day string, articles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# 风筝法\n\n%s 通过\n\n%s 施行\n\n<!-- INFO END -->\n\n", day, day)
	for i, text := range articles {
		fmt.Fprintf(&b, "第%s条 %s\n\n", law.Numeral(i+1), text)
	}
	return b.String()
}

type lawRig struct {
	*Laws
	library  *law.Library
	reloads  int
	failing  error // of a reload
	outcomes []lawimport.Outcome
}

func newLawRig(t *testing.T) *lawRig {
	t.Helper()
	facts, err := law.NewRegister([]law.Law{{Slug: "fz", Title: "风筝法", Short: "风筝法", Issued: "2010-01-01", Effective: "2010-01-01", Articles: 2}})
	if err != nil {
		t.Fatal(err)
	}
	memory, clock := law.NewMemory(), testkit.NewClock()
	r := &lawRig{library: law.NewLibrary(memory, facts, nil, func() string { return "2026-11-25" })}
	content := live{}
	for _, written := range []string{"风筝法第一条", "风筝法第二条"} {
		c, err := facts.Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		content.cites = append(content.cites, law.Resolved{Citation: c, Label: written})
	}
	r.Laws = NewLaws(LawParts{
		Store: memory, Library: r.library, Explainers: content, Questions: content, Now: clock.Now,
		Reload: func(ctx context.Context) error {
			r.reloads++
			return errors.Join(r.failing, r.library.Reload(ctx))
		},
	})
	return r
}

// bring imports texts.
func (r *lawRig) bring(ctx context.Context, texts ...string) ([]Dependant, error) {
	files := func(each func(string, []byte) error) error {
		for i, text := range texts {
			if err := each(fmt.Sprintf("%d.md", i), []byte(text)); err != nil {
				return err
			}
		}
		return nil
	}
	return r.Import(ctx, files, lawimport.Options{}, func(o lawimport.Outcome) { r.outcomes = append(r.outcomes, o) })
}

func TestLawsAreListedWithTheirVersions(t *testing.T) {
	r := newLawRig(t)
	if rows := r.List(); len(rows) != 1 || rows[0].Law != "fz" || rows[0].Versions != 0 || rows[0].Articles != 2 {
		t.Fatalf("before an import: %+v", rows)
	}
	for _, text := range []string{kiteLaw("2010年1月1日", "放风筝要看天。", "线轴归放的人。"), kiteLaw("2027年1月1日", "放风筝要看天。", "线轴归做的人。", "线要结实。")} {
		if _, err := r.bring(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if rows := r.List(); len(rows) != 1 || rows[0].Versions != 2 || rows[0].Status != law.InForce || rows[0].Effective != "2010-01-01" || rows[0].Articles != 2 {
		t.Errorf("with a version in force and one to come: %+v", rows)
	}
	if r.reloads != 2 || len(r.outcomes) != 2 || r.outcomes[0].Kind != lawimport.Added || r.outcomes[1].Kind != lawimport.Newer {
		t.Errorf("%d reloads, %+v", r.reloads, r.outcomes)
	}
}

func TestDependantsOfALawAreNamed(t *testing.T) {
	r := newLawRig(t)
	if _, err := r.bring(t.Context(), kiteLaw("2010年1月1日", "放风筝要看天。", "线轴归放的人。")); err != nil {
		t.Fatal(err)
	}
	found, err := r.Dependants(t.Context(), "筝")
	if !errors.Is(err, law.ErrUnknown) || found != nil {
		t.Errorf("a name that is no law's: %v, %v", found, err)
	}
	found, err = r.Dependants(t.Context(), "fz")
	if err != nil || len(found) != 4 {
		t.Fatalf("%+v, %v", found, err)
	}
	for i, want := range []Dependant{
		{"故事", "wanfeng", "晚风", "fz", "风筝法第一条", "没有变"}, {"故事", "wanfeng", "晚风", "fz", "风筝法第二条", "没有变"},
		{"题目（已停用）", "q2", "线轴归谁？", "fz", "风筝法第二条", "没有变"}, {"题目", "q1", "放风筝要不要看天？", "fz", "风筝法第一条", "没有变"},
	} {
		if found[i] != want {
			t.Errorf("%d: %+v, want %+v", i, found[i], want)
		}
	}
	if all, err := r.Dependants(t.Context(), ""); err != nil || len(all) != 0 { // nothing changed
		t.Errorf("%+v, %v", all, err)
	}
}

func TestAnImportThatFailsSaysSo(t *testing.T) {
	r := newLawRig(t)
	broken := errors.New("the folder went away")
	if _, err := r.Import(t.Context(), func(func(string, []byte) error) error { return broken }, lawimport.Options{}, func(lawimport.Outcome) {}); !errors.Is(err, broken) || r.reloads != 0 {
		t.Errorf("a folder that cannot be read: %v, %d reloads", err, r.reloads)
	}
	r.failing = errors.New("the disk is full")
	if _, err := r.bring(t.Context(), kiteLaw("2010年1月1日", "放风筝要看天。", "线轴归放的人。")); !errors.Is(err, r.failing) {
		t.Errorf("laws that are written and not taken in: %v", err)
	}
	r.failing = nil
	if _, err := r.bring(t.Context(), kiteLaw("2010年1月1日", "放风筝要看天。", "线轴归放的人。")); err != nil || r.outcomes[len(r.outcomes)-1].Kind != lawimport.Same {
		t.Errorf("the same files again: %v, %+v", err, r.outcomes)
	}
	if _, err := r.bring(t.Context(), "# 风筝法\n\n第一条 甲\n\n第三条 丙\n"); err != nil || r.outcomes[len(r.outcomes)-1].Kind != lawimport.Refused {
		t.Errorf("an article is missing: %v, %+v", err, r.outcomes)
	}
	if rows := r.List(); len(rows) != 1 || rows[0].Versions != 1 {
		t.Errorf("a refused file left %+v", rows)
	}
}

func TestResultsAreLabelledAsTheListWantsThem(t *testing.T) {
	for want, hit := range map[string]search.Document{
		"wanfeng": {Kind: search.Explainer, Slug: "wanfeng", Title: "晚风"}, "fz 2": {Kind: search.Article, Law: "fz", Number: "2"},
		"fz": {Kind: search.Law, Law: "fz", Title: "风筝法"}, "题目：线轴归谁？": {Kind: search.Question, Title: "线轴归谁？"},
	} {
		if got := label(search.Hit{Document: hit}); got != want {
			t.Errorf("label = %q, want %q", got, want)
		}
	}
}

func TestShippedContentIsReadable(t *testing.T) {
	items, register := shipped(t)
	kinds := map[string]int{}
	for _, item := range items {
		if err := Readable(item, register, markdown.New()); err != nil {
			t.Errorf("%s: %v", item.ID, err)
		}
		kinds[string(item.Kind)]++
		item.Body = []byte("{")
		if Readable(item, register, markdown.New()) == nil {
			t.Errorf("negative control: %s is readable when it is cut", item.ID)
		}
	}
	if len(kinds) != 3 {
		t.Errorf("kinds %v", kinds)
	}
}
