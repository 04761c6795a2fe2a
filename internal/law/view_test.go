package law

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pugongying/internal/fault"
)

func TestPagesOfLawsMakeTheWholeList(t *testing.T) {
	r := newRoom(t)
	for i := range 9 {
		r.bring(kites(fmt.Sprintf("第%d号云条例", i), "2020-01-01", "一。"))
	}
	for _, limit := range []int{0, 1, 3, 50} {
		seen, after := 0, ""
		for more := true; more; more = after != "" {
			items, next, err := r.List(Page{After: after, Limit: limit})
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
	if items, _, _ := r.List(Page{Limit: 50, Status: ToCome}); len(items) != 1 || items[0].Slug != "xz" {
		t.Errorf("to come: %+v", items)
	}
	if _, _, err := r.List(Page{After: "nichts"}); !errors.Is(err, fault.ErrCursor) {
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
		if got != want || s.Text.Articles[s.Place].Number() != number {
			t.Errorf("%s was %q, want %q", number, got, want)
		}
	}
	old := r.law("fz").Versions[0].Version
	if s, err := r.Article(ctx, "fz", "2", old); err != nil || s.Before != nil || s.Versions[s.At].Status != Superseded {
		t.Errorf("%+v %v", s.Before, err)
	}
	for _, c := range []struct {
		law, number, version string
		want                 error
	}{
		{"nichts", "1", "", ErrUnknown}, {"fz", "9", "", ErrNoArticle}, {"fz", "0", "", ErrNoArticle}, {"fz", "1", "x", ErrNoVersion},
		{"xz", "1", "", ErrNoText}, {"xz", "3", "", ErrNoArticle}, {"fz", "4", old, ErrNoArticle},
	} {
		if _, err := r.Article(ctx, c.law, c.number, c.version); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	for _, c := range []struct {
		law, from, to string
		want          error
	}{
		{"fz", "", "", nil}, {"fz", "x", "", ErrNoVersion}, {"fz", "", "x", ErrNoVersion}, {"fz", "", old, ErrSingleVersion},
		{"云法", "", "", ErrSingleVersion}, {"xz", "", "", ErrNoText}, {"nichts", "", "", ErrUnknown},
	} {
		if _, err := r.Changes(ctx, c.law, c.from, c.to); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestRecentLetsGoOfWhatWasUsedLongAgo(t *testing.T) {
	var r recent[int]
	for i := range recentAtMost {
		r.put(fmt.Sprint(i), i+1)
	}
	r.get("0")
	r.put("new", 100)
	r.put("new", 101)
	if r.get("0") != 1 || r.get("1") != 0 || r.get("new") != 101 || len(r.order) != recentAtMost || len(r.byID) != recentAtMost {
		t.Errorf("%v", r.order)
	}
}

// stubborn refuses the first writes as if another import had been quicker.
type stubborn struct {
	*Memory
	refusals int
}

func (s *stubborn) Apply(ctx context.Context, write Write) error {
	if write.Touches() && s.refusals > 0 {
		s.refusals--
		return ErrStale
	}
	return s.Memory.Apply(ctx, write)
}

func TestAnImportThatIsOvertakenTriesAgain(t *testing.T) {
	for refusals, want := range map[int]error{0: nil, flushTries - 1: nil, flushTries: ErrStale} {
		store, told := &stubborn{NewMemory(), refusals}, 0
		m, err := NewImporter(context.Background(), store, none(t), Options{}, clock, func(Outcome) { told++ })
		if err == nil {
			err = errors.Join(m.Add(context.Background(), "a.md", []byte(ours)), m.Close(context.Background()))
		}
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("after %d refusals: %v", refusals, err)
		}
		if laws, _ := store.Laws(context.Background()); (len(laws) == 1 && told == 1) != (want == nil) {
			t.Errorf("after %d refusals: %d laws, told of %d", refusals, len(laws), told)
		}
	}
}

func TestATextThatIsHereCanStillBeRepealed(t *testing.T) {
	r := newRoom(t)
	head := "<!-- 风筝法 | 公布：2010-01-01 | 施行：2010-01-01 | 状态：现行有效%s -->\n\n**第一条**　一。\n"
	r.bring(fmt.Sprintf(head, ""))
	r.bring(fmt.Sprintf(head, " | 废止：2026-11-01"))
	if h := r.law("fz"); h.Status != Repealed || len(h.Versions) != 1 || h.Versions[0].Until != "2026-10-31" {
		t.Errorf("%+v", h)
	}
}
