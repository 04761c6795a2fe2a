package member_test

import (
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/testkit"
)

const floodDays = 20

// floodGuests is how many guests come and go: 100,000 with PGY_SOAK=1 (make soak), else a tenth.
func floodGuests() int {
	if os.Getenv("PGY_SOAK") != "" {
		return 100_000
	}
	return 10_000
}

// come signs guests in from many phones at once; half of them leave, the others are never heard of again.
func (k *kit) come(t testing.TB, guests int) {
	t.Helper()
	phones := min(64, guests)
	var group sync.WaitGroup
	for phone := range phones {
		group.Go(func() {
			for n := phone; n < guests; n += phones {
				in, err := k.SignInGuest(ctx, false)
				if err == nil && n%2 == 0 {
					err = k.EndByKey(ctx, in.EndKey)
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	group.Wait()
}

// documents counts what is stored of anybody.
func (k *kit) documents(t testing.TB) (n int64) {
	t.Helper()
	for _, d := range store.Declarations() {
		n += k.count(t, d.Collection)
	}
	return n
}

// used is how far into the file anything was ever written, which bbolt gives no byte back of, and how much of that is in use.
func used(t testing.TB, dir string) (size, content int64) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "documents.db"))
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(t.TempDir(), "copy.db")
	if err := os.WriteFile(copied, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(copied, 0o600, &bbolt.Options{ReadOnly: true, PreLoadFreelist: true})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err = db.View(func(tx *bbolt.Tx) error { size = tx.Size(); return nil }); err != nil {
		t.Fatal(err)
	}
	return size, size - int64(db.Stats().FreePageN*db.Info().PageSize)
}

// TestGuestsWhoComeAndGoLeaveNoGrowth: day after day as many guests as the day before; from the third day on the file
// has all the room it needs, and every document of theirs goes.
func TestGuestsWhoComeAndGoLeaveNoGrowth(t *testing.T) {
	dir := t.TempDir()
	engine, err := bolt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close(ctx)
	k, guests := newKit(t, engine), floodGuests()
	before := k.documents(t)
	var sizes, content [floodDays]int64
	var swept time.Duration
	for day := range floodDays {
		k.come(t, guests/floodDays)
		k.clock.Advance(24 * time.Hour)
		start := time.Now()
		if err := k.Service.Reconcile(ctx); err != nil {
			t.Fatal(err)
		}
		swept += time.Since(start)
		sizes[day], content[day] = used(t, dir)
	}
	level, last := sizes[3], sizes[floodDays-1]
	for range 2 { // those of the last day
		k.clock.Advance(24 * time.Hour)
		if err := k.Reconcile(ctx); err != nil {
			t.Fatal(err)
		}
	}
	left := k.documents(t) - before
	perMinute := float64(guests) / swept.Minutes()
	control := k.grownWithoutSweeping(t, dir, guests/floodDays)
	value := fmt.Sprintf("%d guests in %d days: in use %.1f MB on day 4, %.1f MB on day 20 of a file of %.1f MB, %.1f MB; %d documents left; forgotten at %.0f a minute",
		guests, floodDays, mb(content[3]), mb(content[floodDays-1]), mb(level), mb(last), left, perMinute)
	t.Log(value, sizes, content)
	// What is written while a reader waits for the processor goes behind the end of the file, which then has that room for
	// good: on a busy machine the file grows a little, by far less than by a day that is not swept.
	pass := float64(content[floodDays-1]) <= 1.1*float64(content[3])+1<<18 && left == 0 && perMinute > 600 &&
		control > 0 && float64(last-level) <= 0.25*(floodDays-4)*control
	testkit.Score(t, "flood: store growth over 100,000 guests", value, pass, fmt.Sprintf("a day that is not swept: %.1f MB", control/(1<<20)))
	if !pass {
		t.Errorf("%s; a day without sweeping takes %.1f MB", value, control/(1<<20))
	}
}

func mb(bytes int64) float64 { return float64(bytes) / (1 << 20) }

// grownWithoutSweeping is the control: how many bytes a day the store takes when the same guests come for four days and none
// is swept.
func (k *kit) grownWithoutSweeping(t testing.TB, dir string, aDay int) float64 {
	t.Helper()
	const days = 4
	_, before := used(t, dir)
	for range days {
		k.come(t, aDay)
		k.clock.Advance(24 * time.Hour)
	}
	_, after := used(t, dir)
	return float64(after-before) / days
}

// TestAFloodOfGuestsIsSweptInOneRound, on both engines: what a day brought goes at once and not a hundred a minute, and
// neither a guest of today nor one with a claim code goes with it.
func TestAFloodOfGuestsIsSweptInOneRound(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		k.come(t, 300)
		_, claims := k.guest(t, false)
		if _, _, err := k.AskClaimCode(ctx, claims, k.layer(t, claims, "")); err != nil {
			t.Fatal(err)
		}
		k.clock.Advance(48 * time.Hour)
		_, stays := k.guest(t, false)
		if err := k.Service.Reconcile(ctx); err != nil {
			t.Fatal(err)
		}
		if n := k.count(t, "members"); n != 2 {
			t.Errorf("%d members are left", n)
		}
		for _, id := range []member.ID{claims.ID, stays.ID} {
			if _, err := k.Me(ctx, id); err != nil {
				t.Errorf("%s: %v", id, err)
			}
		}
		if n := k.count(t, "erasures"); n != 0 {
			t.Errorf("%d erasures are listed of guests that a copy would sweep by itself", n)
		}
	})
}
