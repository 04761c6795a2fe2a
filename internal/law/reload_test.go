package law_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pugongying/internal/law"
)

// counting counts what a library reads from a store.
type counting struct {
	law.Store
	untracked bool // as if the last writer was a program that does not record generations
	failing   bool
	asked     []int64 // the generations after which laws were requested
	laws      int     // how many laws were returned
	texts     int
}

func (c *counting) Generation(ctx context.Context) (law.Generation, error) {
	g, err := c.Store.Generation(ctx)
	if c.untracked {
		g.Tracked = 0
	}
	return g, err
}

func (c *counting) Laws(ctx context.Context, after int64) ([]law.Entry, error) {
	entries, err := c.Store.Laws(ctx, after)
	c.asked, c.laws = append(c.asked, after), c.laws+len(entries)
	if c.failing {
		return nil, errors.New("the store does not answer")
	}
	return entries, err
}

func (c *counting) Version(ctx context.Context, id string) (*law.Version, error) {
	c.texts++
	return c.Store.Version(ctx, id)
}

// said reports what was read since the last call.
func (c *counting) said() string {
	said := fmt.Sprintf("%v %d laws %d texts", c.asked, c.laws, c.texts)
	c.asked, c.laws, c.texts = nil, 0, 0
	return said
}

func TestReloadReadsWhatChangedAndNothingElse(t *testing.T) {
	ctx, r := context.Background(), newRoom(t)
	var texts []string
	for i := range 20 {
		texts = append(texts, kites(fmt.Sprintf("第%d号云条例", i), "2010-01-01", "云。"))
	}
	r.bring(texts...)
	store := &counting{Store: r.store}
	day := "2026-11-25"
	l := law.NewLibrary(store, kiteFacts(t), nil, func() string { return day })
	reads := func(what, want string) {
		t.Helper()
		if err := l.Reload(ctx); err != nil {
			t.Fatal(what, err)
		}
		if got := store.said(); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	reads("the first time", "[0] 20 laws 0 texts")
	reads("nothing changed", "[] 0 laws 0 texts")
	r.bring(kites("第7号云条例", "2020-01-01", "云。", "雨。"))
	reads("one law changed", "[1] 1 laws 0 texts")
	if h, err := l.Law("第7号云条例"); err != nil || len(h.Versions) != 2 || h.Articles != 2 || len(l.Laws()) != 22 {
		t.Errorf("%+v, %v, %d laws", h, err, len(l.Laws()))
	}
	day = "2030-01-01" // 线轴法 comes into force
	reads("another day", "[] 0 laws 0 texts")
	if h, _ := l.Law("xz"); h.Status != law.InForce {
		t.Errorf("on its day: %+v", h)
	}
	r.bring(kites("第8号云条例", "2020-01-01", "雪。"))
	store.untracked = true
	reads("after a program that records no generations", "[0] 20 laws 0 texts")
}

// A reload after a failed one also reads what the failed one missed.
func TestAFailedReloadIsTriedAgain(t *testing.T) {
	ctx, r := context.Background(), newRoom(t)
	r.bring(kites("云条例", "2010-01-01", "云。"))
	store := &counting{Store: r.store, failing: true}
	l := law.NewLibrary(store, kiteFacts(t), nil, func() string { return "2026-11-25" })
	if err := l.Reload(ctx); err == nil || len(l.Laws()) != 2 || l.Generation() != 0 {
		t.Errorf("%v, %d laws at %d", err, len(l.Laws()), l.Generation())
	}
	store.failing = false
	if err := l.Reload(ctx); err != nil || len(l.Laws()) != 3 || l.Generation() == 0 {
		t.Errorf("%v, %d laws at %d", err, len(l.Laws()), l.Generation())
	}
}

func TestAHashChangesWithWhatIsShownOfItsLawAlone(t *testing.T) {
	r := newRoom(t)
	r.bring(kites("风筝法", "2010-01-01", "一。", "二。"), kites("云条例", "2010-01-01", "云。"))
	other := law.NewLibrary(r.store, kiteFacts(t), nil, func() string { return "2026-11-26" })
	if err := other.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	kite, cloud := r.law("fz").Hash, r.law("云条例").Hash
	if h, _ := other.Law("fz"); kite == "" || kite == cloud || h.Hash != kite {
		t.Errorf("%s, %s, on another server %s", kite, cloud, h.Hash)
	}
	r.bring(kites("风筝法", "2030-01-01", "一。", "二。", "三。"))
	if next := r.law("fz").Hash; next == kite || r.law("云条例").Hash != cloud {
		t.Errorf("with a new version %s after %s", next, kite)
	}
	before := r.law("fz").Hash
	if r.on("2030-01-01").law("fz").Hash == before || r.law("云条例").Hash != cloud {
		t.Error("the day on which a status changes leaves the hash as it was")
	}
}

func TestPagesOfAStatusAreThoseOfTheWholeList(t *testing.T) {
	r := newRoom(t)
	var texts []string
	for i := range 30 {
		from := []string{"2010-01-01", "2031-01-01"}[i%2]
		texts = append(texts, kites(fmt.Sprintf("第%d号云条例", i), from, "云。"))
	}
	r.bring(texts...)
	for _, status := range []law.Status{"", law.InForce, law.ToCome, law.Repealed} {
		var want, got []string
		for _, h := range r.Laws() {
			if status == "" || h.Status == status {
				want = append(want, h.Slug)
			}
		}
		for after, more := "", true; more; more = after != "" {
			items, next, err := r.List(law.Page{After: after, Limit: 4, Status: status})
			if err != nil || len(items) > 4 {
				t.Fatal(status, len(items), err)
			}
			for _, h := range items {
				got = append(got, h.Slug)
			}
			after = next
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", status, got, want)
		}
	}
	if items, _, err := r.List(law.Page{After: r.Laws()[3].Slug, Limit: 1, Status: law.ToCome}); err != nil || items[0].Status != law.ToCome {
		t.Errorf("after a law of another status: %+v, %v", items, err)
	}
}
