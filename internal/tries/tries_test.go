package tries

import (
	"fmt"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

var triesStart = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func TestWaitsDouble(t *testing.T) {
	var tries Counter
	now := triesStart
	want := []time.Duration{0, 0, 0, 0, time.Minute, 2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute}
	for i, wait := range want {
		if err := tries.Take(now); err != 0 {
			t.Fatalf("try %d: %v", i+1, err)
		}
		if wait > 0 {
			if wait := tries.Take(now.Add(wait - time.Millisecond)); wait == 0 {
				t.Errorf("after try %d a code is tried before %v are over", i+1, wait)
			}
		}
		now = now.Add(wait)
	}
}

// guess tries codes for a span as fast as the rule lets it, after every rest tries leaving a pause that begins when the wait
// is over; it gives how many there were, and the most in any day.
func guess(take func(time.Time) time.Duration, wait func() time.Duration, span time.Duration, rest int) (all, day int) {
	var at []time.Time
	for now, row := triesStart, 0; now.Sub(triesStart) < span; now = now.Add(time.Minute) {
		if take(now) > 0 {
			continue
		}
		at = append(at, now)
		for len(at) > 0 && now.Sub(at[0]) >= 24*time.Hour {
			at = at[1:]
		}
		all, day, row = all+1, max(day, len(at)), row+1
		now = now.Add(-time.Minute) // at once again
		if row == rest {
			now, row = now.Add(Over+wait()+time.Minute), 0
		}
	}
	return all, day
}

// TestWhoeverHoldsHerPhoneGuessesFewCodes: pressing on, he meets a wait of a day after sixteen codes; making the most of
// what is forgotten, he tries a few thousand a year.
func TestWhoeverHoldsHerPhoneGuessesFewCodes(t *testing.T) {
	var tries Counter
	until := 0
	for now := triesStart; tries.Until.Sub(now) < 24*time.Hour; until++ {
		now = now.Add(max(0, tries.Until.Sub(now)))
		if err := tries.Take(now); err != 0 {
			t.Fatal(err)
		}
		if tries.Until.Sub(now) >= 24*time.Hour {
			until++
			break
		}
	}
	const year = 365 * 24 * time.Hour
	bestYear, bestDay, how := 0, 0, 0
	for rest := 1; rest <= 25; rest++ {
		var t Counter
		all, day := guess(t.Take, t.wait, year, rest)
		if all > bestYear {
			bestYear, how = all, rest
		}
		bestDay = max(bestDay, day)
	}
	before := earlierRule{}
	control, _ := guess(before.take, nil, 21*24*time.Hour, 1<<30)
	value := fmt.Sprintf("%d; at most %d in a day and %d a year (pausing after %d)", until, bestDay, bestYear, how)
	t.Log(value, "control", control)
	pass := until <= 20 && bestDay <= 20 && bestYear <= 5000 && control >= 10_000
	testkit.Score(t, "lock: tries until it holds for a day", value, pass, fmt.Sprintf("5 a quarter of an hour: %d codes in 21 days", control))
	if !pass {
		t.Errorf("%s; control %d", value, control)
	}
}

// earlierRule is the control: five tries a quarter of an hour for ever.
type earlierRule struct {
	count int
	until time.Time
}

func (r *earlierRule) take(now time.Time) time.Duration {
	if now.Before(r.until) {
		return r.until.Sub(now)
	}
	if r.count++; r.count >= 5 {
		r.count, r.until = 0, now.Add(15*time.Minute)
	}
	return 0
}

// TestSheIsNotLockedOutForEver: however long he pressed on, her code is tried a day after his last, and her own few slips
// never make her wait.
func TestSheIsNotLockedOutForEver(t *testing.T) {
	for _, pressed := range []time.Duration{time.Minute, time.Hour, 24 * time.Hour, 60 * 24 * time.Hour} {
		var tries Counter
		guess(tries.Take, nil, pressed, 1<<30)
		last := tries.Last
		most := min(24*time.Hour, max(time.Minute, 2*pressed))
		if wait := tries.Until.Sub(last); wait > most {
			t.Errorf("after %v of trying she waits %v", pressed, wait)
		}
		if err := tries.Take(last.Add(24 * time.Hour)); err != 0 {
			t.Errorf("a day after %v of trying: %v", pressed, err)
		}
	}
	var hers Counter
	for day := range 100 {
		for slip := range Free {
			if err := hers.Take(triesStart.Add(time.Duration(day*25)*time.Hour + time.Duration(slip)*time.Second)); err != 0 {
				t.Fatalf("day %d, slip %d: %v", day, slip, err)
			}
		}
	}
	for range 100 { // a right code costs nothing, however often
		if err := hers.Take(triesStart.Add(200 * 24 * time.Hour)); err != 0 {
			t.Fatal(err)
		}
		hers.GiveBack()
	}
}

func TestAClockThatRanAheadLeavesNoLongWait(t *testing.T) {
	var tries Counter
	ahead := triesStart.Add(33 * 24 * time.Hour)
	for range Free + 1 {
		if err := tries.Take(ahead); err != 0 {
			t.Fatal(err)
		}
	}
	if !tries.Bound(triesStart) || tries.Bound(triesStart) {
		t.Error("not mended, or not for good")
	}
	if wait := tries.Take(triesStart); wait == 0 {
		t.Errorf("the wait is gone")
	}
	if err := tries.Take(triesStart.Add(First)); err != 0 {
		t.Errorf("longer than the rule: %v", err)
	}
}
