package explainer

import (
	"bytes"
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
)

// moving are laws of which one provision changes.
type moving struct {
	*law.Library
	generation int64
	changed    law.Citation
}

func (m *moving) Generation() int64 { return m.generation }

func (m *moving) Since(_ context.Context, pins []law.Pin) (map[law.Pin]law.Change, error) {
	found := map[law.Pin]law.Change{}
	for _, p := range pins {
		if p.Citation == m.changed {
			found[p] = law.Change{Kind: law.TextChanged}
		}
	}
	return found, nil
}

func TestAnExplainerWhoseLawChangedSaysSo(t *testing.T) {
	laws := &moving{Library: law.Fixed(register(t))}
	var log bytes.Buffer
	from := &source{generation: 1, items: []publish.Item{item("ID1", "chunfeng", "1")}}
	l := NewLibrary(from, laws, markdown.New(), slog.New(slog.NewTextHandler(&log, nil)))
	reload := func() *Explainer {
		t.Helper()
		if err := l.Reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		return l.All()[0]
	}
	s := reload()
	cited := s.Citations[0]
	if s.Notice != "" || len(l.Citing(cited.Law, cited.Number())) != 1 || len(l.Citing(cited.Law, "999")) != 0 {
		t.Errorf("%q, cited by %d", s.Notice, len(l.Citing(cited.Law, cited.Number())))
	}
	laws.changed = cited.Citation
	if s := reload(); s.Notice != "" {
		t.Error("negative control: reloaded although no generation moved")
	}
	laws.generation++
	if s := reload(); !strings.Contains(s.Notice, cited.Label) || l.Generation() != 1 {
		t.Errorf("%q at %d", s.Notice, l.Generation())
	}
}

func TestANoticeNamesALawOnceAndFewOfItsProvisions(t *testing.T) {
	at := func(slug, short string, article int) law.Resolved {
		c := law.Citation{Law: slug, Article: article}
		return law.Resolved{Citation: c, Short: short, Label: short + " " + c.Provision()}
	}
	several := []law.Resolved{at("a", "甲法", 1), at("a", "甲法", 2), at("b", "乙法", 3), at("a", "甲法", 4)}
	for cited, want := range map[int]string{
		2: "（甲法 第一条、第二条）",
		3: "（甲法 第一条、第二条、乙法 第三条）",
		4: "（甲法 第一条、第二条、乙法 第三条等 4 处）",
	} {
		if got := notice(several[:cited], slices.Repeat([]law.Change{{Kind: law.TextChanged}}, cited)); !strings.Contains(got, want) {
			t.Errorf("%d changed: %s", cited, got)
		}
	}
}
