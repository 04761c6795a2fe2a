package backup

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestWhatOutlivedItsTime(t *testing.T) {
	now := time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)
	var all []made
	for age := time.Duration(0); age < 40*24*time.Hour; age += 30 * time.Minute {
		at := now.Add(-age)
		all = append(all, made{name: at.Format(stamp) + "-", taken: at})
	}
	gone := outlived(all, now, 7*24*time.Hour)
	var stay []time.Duration
	for _, m := range all {
		if _, is := gone[m.name]; !is {
			stay = append(stay, now.Sub(m.taken))
		}
	}
	if day := slices.IndexFunc(stay, func(d time.Duration) bool { return d > 24*time.Hour }); day != 49 {
		t.Errorf("%d of the last day stay", day)
	}
	if len(stay) < 49+6 || len(stay) > 49+7 || slices.Max(stay) > 7*24*time.Hour {
		t.Errorf("%d stay, the oldest of %v", len(stay), slices.Max(stay))
	}
	if gone := outlived(all[len(all)-3:], now, time.Hour); len(gone) != 2 {
		t.Errorf("the newest goes as well: %v", gone)
	}
	wrong := append([]made{all[0], {name: "future", taken: now.Add(33 * 24 * time.Hour)}}, all[1:]...)
	if _, is := outlived(wrong, now, time.Hour)["future"]; !is {
		t.Error("one that was dated by a clock that was ahead stays for a month")
	}
}

// TestAnErasedKeyIsGoneAfterAWeek: for eight days after her key was removed backups go on; then nothing of her key is left,
// while the documents of that time still are.
func TestAnErasedKeyIsGoneAfterAWeek(t *testing.T) {
	r := newRig(t)
	r.make()
	first := r.stored()
	hers := slices.DeleteFunc(slices.Clone(first), func(path string) bool { return !within(r.dir, path, "keys/chunks") })
	if len(hers) == 0 {
		t.Fatal("her key is in no file")
	}
	delete(r.docs, "keys")
	left := func() int {
		return len(slices.DeleteFunc(slices.Clone(hers), func(path string) bool { _, err := os.Stat(path); return err != nil }))
	}
	for hour := 0; hour < 7*24; hour += 2 {
		r.now = r.now.Add(2 * time.Hour)
		r.make()
		if hour == 12 {
			r.unbelieved(33 * 24 * time.Hour)
			if left() != len(hers) {
				t.Error("a clock that nobody believes removed something, or her key is gone within a day")
			}
		}
	}
	r.now = r.now.Add(2 * time.Hour)
	r.make()
	if left() > 0 {
		t.Errorf("%d files of her key are left after a week", left())
	}
	v, err := Verify(r.dir, nil)
	if err != nil || len(v.Faults) > 0 || v.Backups < 12+7 || v.Keys < 12+5 {
		t.Errorf("%+v %v", v, err)
	}
}

// unbelieved makes a backup while the clock is ahead and known to be wrong.
func (r *rig) unbelieved(ahead time.Duration) {
	r.t.Helper()
	r.now, r.believed = r.now.Add(ahead), false
	if report := r.make(); !report.Unbelieved || report.Removed != 0 {
		r.t.Errorf("%+v", report)
	}
	r.now, r.believed = r.now.Add(-ahead), true
}

func within(dir, path, part string) bool {
	matched, _ := filepath.Match(filepath.Join(dir, part, "*", "*"), path)
	return matched
}

// TestAnUnreadableManifestKeepsEverything: it may name any chunk.
func TestAnUnreadableManifestKeepsEverything(t *testing.T) {
	r := newRig(t)
	r.make()
	before := r.stored()
	for _, path := range before {
		if filepath.Ext(path) == extension {
			if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	r.now = r.now.Add(48 * time.Hour)
	report, err := Make(t.Context(), r.options(), r.world)
	wants(t, err, ErrDamaged)
	if report.Name == "" {
		t.Error("the backup itself is not told")
	}
	if _, _, err := r.restore(); err != nil {
		t.Errorf("the backup itself was not made: %v", err)
	}
	for _, path := range before {
		if _, err := os.Stat(path); err != nil {
			t.Error(err)
		}
	}
}

// TestTheNewestIsTheNewestWhateverTheClockSays: the clock goes back by a month between two backups.
func TestTheNewestIsTheNewestWhateverTheClockSays(t *testing.T) {
	r := newRig(t)
	r.make()
	r.now = r.now.Add(-30 * 24 * time.Hour)
	r.put("attempts", "newer", "x")
	report := r.make()
	_, restored, err := r.restore()
	if err != nil || restored.Name != report.Name {
		t.Errorf("%s was restored, %s is the newest: %v", restored.Name, report.Name, err)
	}
	if got := fmt.Sprint(restored.Taken); got != fmt.Sprint(report.Taken) {
		t.Errorf("taken at %s", got)
	}
}
