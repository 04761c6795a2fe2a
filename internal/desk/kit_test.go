package desk

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/quiz"
)

// room is a library of one law whose texts are imported by day.
type room struct {
	*law.Library
	t  *testing.T
	in *law.Memory
}

func newRoom(t *testing.T) *room {
	t.Helper()
	facts, err := law.NewRegister([]law.Law{{Slug: "fz", Title: "风筝法", Short: "风筝法", Issued: "2010-01-01", Effective: "2010-01-01", Articles: 3}})
	if err != nil {
		t.Fatal(err)
	}
	r := &room{t: t, in: law.NewMemory()}
	r.Library = law.NewLibrary(r.in, facts, nil, func() string { return "2026-11-30" })
	return r
}

// bring imports a version of the law.
func (r *room) bring(day string, articles ...string) {
	r.t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "# 风筝法\n\n%s 通过\n\n%s 施行\n\n<!-- INFO END -->\n\n", day, day)
	for i, text := range articles {
		fmt.Fprintf(&b, "第%s条 %s\n\n", law.Numeral(i+1), text)
	}
	ctx := context.Background()
	m, err := lawimport.NewImporter(ctx, r.in, r.Shipped(), lawimport.Options{}, func() time.Time { return time.Unix(0, 0).UTC() }, func(o lawimport.Outcome) {
		if o.Kind == lawimport.Refused {
			r.t.Error(o.Reason)
		}
	})
	if err == nil {
		err = m.Add(ctx, day+".md", []byte(b.String()))
	}
	if err == nil {
		err = m.Close(ctx)
	}
	if err == nil {
		err = r.Reload(ctx)
	}
	if err != nil {
		r.t.Fatal(err)
	}
}

func (r *room) citation(written string) law.Citation {
	r.t.Helper()
	found, ok := resolve(r.AllVersions(), written)
	if !ok {
		r.t.Fatal(written)
	}
	return found.Citation
}

func story() Story {
	return Story{
		ID: "CQW3Y46HY6NUEK6YE37CM7GF67", Slug: "wanfeng", Title: "晚风", Summary: "晚上的风。", Tags: "家里的事，谁能帮忙", Provenance: explainer.Invented,
		Parts: [Parts]string{"她放风筝。", "她看了看天。", "放飞前要看天。〔风筝法第一条〕线轴归她。〔风筝法 第三条〕又一次。〔风筝法第1条〕", "- 先看天"},
	}
}

func question() Question {
	return Question{
		ID: "Q1", Kind: quiz.Single, Stem: "要不要看天？", Options: [MostOptions]string{"要", "不要"}, Right: [MostOptions]bool{true},
		Explanation: "先看天。", Concept: "fengzheng.tian", Difficulty: "1", Citations: "风筝法第一条\n风筝法 第三条",
	}
}

// written is a story's body.
func written(t *testing.T, r *room, before []byte, s Story) Writing {
	t.Helper()
	w, err := WriteStory(t.Context(), r, before, s, "2026-11-30")
	if err != nil {
		t.Fatal(err)
	}
	return w
}
