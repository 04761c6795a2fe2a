package law_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pugongying/internal/fault"
	"pugongying/internal/law"
)

func TestPagesOfLawsMakeTheWholeList(t *testing.T) {
	r := newRoom(t)
	for i := range 9 {
		r.bring(kites(fmt.Sprintf("第%d号云条例", i), "2020-01-01", "一。"))
	}
	for _, limit := range []int{0, 1, 3, 50} {
		seen, after := 0, ""
		for more := true; more; more = after != "" {
			items, next, err := r.List(law.Page{After: after, Limit: limit})
			if err != nil || len(items) > max(limit, 1) {
				t.Fatalf("%d of %d, %v", len(items), limit, err)
			}
			for _, h := range items {
				if h.Slug != r.Laws()[seen].Slug {
					t.Errorf("in pages of %d the %d. is %s", limit, seen, h.Slug)
				}
				seen++
			}
			after = next
		}
		if seen != 11 {
			t.Errorf("in pages of %d: %d laws", limit, seen)
		}
	}
	if items, _, _ := r.List(law.Page{Limit: 50, Status: law.ToCome}); len(items) != 1 || items[0].Slug != "xz" {
		t.Errorf("to come: %+v", items)
	}
	if _, _, err := r.List(law.Page{After: "nichts"}); !errors.Is(err, fault.ErrCursor) {
		t.Error(err)
	}
}

func TestAnArticleAndWhatItWas(t *testing.T) {
	ctx, r := context.Background(), newRoom(t)
	r.bring(kites("风筝法", "2010-01-01", "一。", "二。", "三，风筝应当有一根结实的线。"), kites("风筝法", "2026-01-01", "一。", "插进来的。", "二。", "三，风筝应当有一根很结实的线。"), kites("云法", "2020-01-01", "一。"))
	for number, want := range map[string]string{"1": "", "2": "added ", "3": "renumbered 2", "4": "changed 3"} {
		s, err := r.Article(ctx, "筝法", number, "")
		if err != nil {
			t.Fatal(number, err)
		}
		got := ""
		if s.Before != nil {
			got = string(s.Before.Kind) + " "
			if s.Before.To.Article > 0 {
				got += s.Before.To.Number()
			}
		}
		if got != want || s.Article.Number() != number {
			t.Errorf("%s was %q, want %q", number, got, want)
		}
	}
	old := r.law("fz").Versions[0].Version
	if s, err := r.Article(ctx, "fz", "2", old); err != nil || s.Before != nil || s.Versions[s.At].Status != law.Superseded {
		t.Errorf("%+v %v", s.Before, err)
	}
	for _, c := range []struct {
		law, number, version string
		want                 error
	}{
		{"nichts", "1", "", law.ErrUnknown}, {"fz", "9", "", law.ErrNoArticle}, {"fz", "0", "", law.ErrNoArticle}, {"fz", "1", "x", law.ErrNoVersion},
		{"xz", "1", "", law.ErrNoText}, {"xz", "3", "", law.ErrNoArticle}, {"fz", "4", old, law.ErrNoArticle},
	} {
		if _, err := r.Article(ctx, c.law, c.number, c.version); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range []struct {
		law, from, to string
		want          error
	}{
		{"fz", "", "", nil}, {"fz", "x", "", law.ErrNoVersion}, {"fz", "", "x", law.ErrNoVersion}, {"fz", "", old, law.ErrSingleVersion},
		{"云法", "", "", law.ErrSingleVersion}, {"xz", "", "", law.ErrNoText}, {"nichts", "", "", law.ErrUnknown},
	} {
		if _, err := r.Changes(ctx, c.law, c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestATextThatIsHereCanStillBeRepealed(t *testing.T) {
	r := newRoom(t)
	header := "<!-- 风筝法 | 公布：2010-01-01 | 施行：2010-01-01 | 状态：现行有效%s -->\n\n**第一条**　一。\n"
	r.bring(fmt.Sprintf(header, ""))
	r.bring(fmt.Sprintf(header, " | 废止：2026-11-01"))
	if h := r.law("fz"); h.Status != law.Repealed || len(h.Versions) != 1 || h.Versions[0].Until != "2026-10-31" {
		t.Errorf("%+v", h)
	}
}
