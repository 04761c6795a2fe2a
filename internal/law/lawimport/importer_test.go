package lawimport

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"pugongying/internal/law"
)

func TestADayIsReadHoweverItIsWritten(t *testing.T) {
	for written, want := range map[string]string{
		"2026-01-02": "2026-01-02", "2026-1-2": "2026-01-02", "2026年1月2日": "2026-01-02", "２０２６－０１－０２": "2026-01-02",
		"2026-02-30": "", "2026": "", "2026-01-02 2026-01-03": "", "明天": "",
	} {
		store := law.NewMemory()
		m, err := NewImporter(context.Background(), store, none(t), Options{Effective: written}, clock, func(Outcome) {})
		if want == "" {
			if err == nil {
				t.Errorf("%s is a day", written)
			}
			continue
		}
		if err = errors.Join(err, m.Add(context.Background(), "a.md", []byte(ours)), m.Close(context.Background())); err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		laws, _ := store.Laws(context.Background(), 0)
		if f := laws[0].Versions[0]; f.Effective != want || !strings.HasPrefix(f.Version, want+".") {
			t.Errorf("%s: %+v", written, f)
		}
	}
}

// The effective day of a text that was imported with a wrong one can be corrected, repeatedly.
func TestADayNamedForATextThatIsHere(t *testing.T) {
	r := newRoom(t)
	text := kites("风筝法", "2010-01-01", "一。", "二。")
	r.bring(text)
	name := r.law("fz").Versions[0].Version
	for _, day := range []string{"2027-01-01", "2026-11-25", "2027-01-01"} {
		m, outcomes := feed(t, r.store, Options{Effective: day}, text, text)
		if err := errors.Join(m.Close(context.Background()), r.Reload(context.Background())); err != nil {
			t.Fatal(err)
		}
		if kinds := fmt.Sprint((*outcomes)[0].Kind, (*outcomes)[1].Kind); kinds != "amended same" && kinds != "amendedsame" {
			t.Errorf("%s: %s", day, kinds)
		}
		h := r.law("fz")
		if len(h.Versions) != 1 || h.Versions[0].Effective != day || h.Versions[0].Version != name || (h.Versions[0].Status == law.InForce) != (day == r.day) {
			t.Errorf("%s: %+v", day, h.Versions)
		}
		if v, err := r.Version(context.Background(), "fz", name); err != nil || v.Fact.Version != name {
			t.Errorf("%s: its text is gone: %v", day, err)
		}
	}
}

// A text that was imported as outdated and is later found in a folder of current laws becomes current; not the reverse.
func TestATextThatIsHereStandsAsTheBetterFileSays(t *testing.T) {
	was := strings.Replace(ours, "现行有效（之后是否修改未核）", "仅供参考", 1)
	for name, order := range map[string][]string{"outdated first": {was, ours}, "outdated last": {ours, was}} {
		store := law.NewMemory()
		for i, text := range order {
			m, outcomes := feed(t, store, Options{Accept: []law.Standing{law.Outdated}}, text)
			if err := m.Close(context.Background()); err != nil || (*outcomes)[0].Kind == Refused {
				t.Fatal(name, i, *outcomes, err)
			}
		}
		laws, _ := store.Laws(context.Background(), 0)
		if len(laws) != 1 || len(laws[0].Versions) != 1 || laws[0].Versions[0].Standing != law.Whole {
			t.Errorf("%s: %+v", name, laws)
		}
	}
}

func TestTheSameLawInTwoFilesOfOneFolder(t *testing.T) {
	other := strings.Replace(ours, "风筝应当有线。", "风筝应当有长线。", 1)
	got := importing(t, map[string]string{"a.md": ours, "b/copy.md": lawRefBook, "c.md": other}, Options{})
	kinds := []Kind{}
	for _, o := range got.outcomes {
		kinds = append(kinds, o.Kind)
	}
	if fmt.Sprint(kinds) != "[added same refused]" {
		t.Errorf("%v", kinds)
	}
	got.take(t, map[string]string{"c.md": other}, Options{Replace: true})
	laws, _ := got.store.Laws(context.Background(), 0)
	if len(laws) != 1 || len(laws[0].Versions) != 2 || len(laws[0].InUse()) != 1 || laws[0].InUse()[0].SHA256 == laws[0].Versions[0].SHA256 {
		t.Errorf("%+v", laws)
	}
	before, _ := got.store.Generation(context.Background())
	got.take(t, map[string]string{"c.md": other, "moved.md": other}, Options{Replace: true})
	if now, _ := got.store.Generation(context.Background()); got.count(Same) != 2 || now != before {
		t.Errorf("again: %+v, generation %v → %v", got.outcomes, before, now)
	}
}

// failing fails at the write of that number.
type failing struct {
	*law.Memory
	writes, at int
	cause      error
}

func (s *failing) Apply(ctx context.Context, write law.Write) error {
	if s.writes++; s.writes == s.at {
		return s.cause
	}
	return s.Memory.Apply(ctx, write)
}

func manyLaws(n int) map[string]string {
	folder := map[string]string{"x.md": "# 说明\n", "y.md": strings.Replace(ours, "**第二条**", "**第四条**", 1)}
	for i := range n {
		folder[fmt.Sprintf("%03d.md", i)] = kites(fmt.Sprintf("第%d号云条例", i), "2020-01-01", "一。", "二。")
	}
	folder["d/README.md"] = "# 线轴典\n\n2020年5月28日通过\n"
	folder["d/1.md"] = "# 第一编　总则\n\n第一条　一。\n"
	folder["d/2.md"] = "# 第二编　附则\n\n第二条　本法自2021年1月1日起施行。\n"
	return folder
}

// An import that fails at any of its writes has stored whole laws only; a second run gives the same result as an
// uninterrupted one.
func TestAnInterruptedImportGoesOnWhereItStopped(t *testing.T) {
	folder := manyLaws(120)
	whole := importing(t, folder, Options{})
	want, _ := whole.store.Laws(context.Background(), 0)
	writes := 0
	for at := 1; at <= writes+1; at++ {
		s := &failing{Memory: law.NewMemory(), at: at, cause: errors.New("the plug was pulled")}
		reported, err := run(t, s, folder)
		if writes = max(writes, s.writes); at > s.writes {
			if err != nil {
				t.Errorf("negative control: %v", err)
			}
			continue
		}
		if !errors.Is(err, s.cause) {
			t.Errorf("broken off at %d: %v", at, err)
		}
		stored, _ := s.Laws(context.Background(), 0)
		for _, e := range stored {
			if v, err := s.Version(context.Background(), law.VersionID(e.Slug, e.Versions[0].Version)); err != nil || len(v.Articles) != 2 {
				t.Errorf("broken off at %d, half of a law is here: %+v, %v", at, e, err)
			}
		}
		if added := tally(reported)[Added]; added != len(stored) {
			t.Errorf("broken off at %d: told of %d, kept %d", at, added, len(stored))
		}
		reported, err = run(t, s, folder)
		if got, _ := s.Laws(context.Background(), 0); err != nil || fmt.Sprint(shorts(got)) != fmt.Sprint(shorts(want)) {
			t.Errorf("broken off at %d and run again: %d laws of %d, %v", at, len(got), len(want), err)
		}
		if n := tally(reported); n[Added]+n[Same] != len(want) || n[Refused] != 1 || n[Passed] != 1 || n[Added] != len(want)-len(stored) {
			t.Errorf("broken off at %d and run again: %v", at, n)
		}
	}
	if writes < 3 {
		t.Errorf("negative control: all of it was %d writes", writes)
	}
}

func run(t *testing.T, s law.Store, folder map[string]string) (reported []Outcome, err error) {
	t.Helper()
	m, err := NewImporter(context.Background(), s, none(t), Options{}, clock, func(o Outcome) { reported = append(reported, o) })
	if err == nil {
		err = m.ImportFolder(context.Background(), mapFS(folder))
	}
	return reported, err
}

func tally(reported []Outcome) map[Kind]int {
	n := map[Kind]int{}
	for _, o := range reported {
		n[o.Kind]++
	}
	return n
}

func shorts(entries []law.Entry) []string {
	var said []string
	for _, e := range entries {
		said = append(said, e.Slug+e.Versions[0].SHA256)
	}
	return said
}

func TestFourImportsAtOnceAreOne(t *testing.T) {
	store, folder := law.NewMemory(), manyLaws(120)
	var group sync.WaitGroup
	var mu sync.Mutex
	added := 0
	for range 4 {
		group.Go(func() {
			reported, err := run(t, store, folder)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			added += tally(reported)[Added]
			mu.Unlock()
		})
	}
	group.Wait()
	laws, _ := store.Laws(context.Background(), 0)
	if len(laws) != 121 || added != 121 {
		t.Errorf("%d laws, told of %d", len(laws), added)
	}
	if i := slices.IndexFunc(laws, func(e law.Entry) bool { return len(e.Versions) != 1 }); i >= 0 {
		t.Errorf("%+v", laws[i])
	}
}

func TestWhatIsAcceptedIsNamed(t *testing.T) {
	folder := map[string]string{"a.md": ours, "_partial/b.md": strings.ReplaceAll(ours, "风筝法", "云法"), "_outdated/c.md": strings.ReplaceAll(ours, "风筝法", "鸟法")}
	for _, c := range []struct {
		accept         []law.Standing
		added, refused int
	}{{nil, 1, 2}, {[]law.Standing{law.Partial}, 2, 1}, {[]law.Standing{law.Outdated}, 2, 1}, {[]law.Standing{law.Partial, law.Outdated}, 3, 0}} {
		got := importing(t, folder, Options{})
		got.store = law.NewMemory()
		if got.take(t, folder, Options{Accept: c.accept}); got.count(Added) != c.added || got.count(Refused) != c.refused {
			t.Errorf("%v: %+v", c.accept, got.outcomes)
		}
		// A file that was refused is imported when its kind is accepted explicitly.
		if got.take(t, folder, Options{Accept: []law.Standing{law.Partial, law.Outdated}}); got.count(Added)+c.added != 3 || got.count(Refused) != 0 {
			t.Errorf("%v, then both: %+v", c.accept, got.outcomes)
		}
	}
}

// stubborn refuses the first writes with ErrStale, as if another import had been faster.
type stubborn struct {
	*law.Memory
	refusals int
}

func (s *stubborn) Apply(ctx context.Context, write law.Write) error {
	if write.Touches() && s.refusals > 0 {
		s.refusals--
		return law.ErrStale
	}
	return s.Memory.Apply(ctx, write)
}

func TestAnImportThatIsOvertakenTriesAgain(t *testing.T) {
	for refusals, want := range map[int]error{0: nil, flushTries - 1: nil, flushTries: law.ErrStale} {
		store, reported := &stubborn{law.NewMemory(), refusals}, 0
		m, err := NewImporter(context.Background(), store, none(t), Options{}, clock, func(Outcome) { reported++ })
		if err == nil {
			err = errors.Join(m.Add(context.Background(), "a.md", []byte(ours)), m.Close(context.Background()))
		}
		if !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("after %d refusals: %v", refusals, err)
		}
		if laws, _ := store.Laws(context.Background(), 0); (len(laws) == 1 && reported == 1) != (want == nil) {
			t.Errorf("after %d refusals: %d laws, told of %d", refusals, len(laws), reported)
		}
	}
}
