package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"pugongying/internal/booking"
	"pugongying/internal/booking/bookingtest"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// call is one call of a client about one counsellor's day.
type call struct {
	kind string // enter, move, cancel
	who  string // the appointment; of an enter the one that was made, "" when none was
	hour int    // it takes
}

// result is what the client was told; unknown when it was told nothing.
type result struct {
	taken, unknown bool
	who            string
}

// dayModel is a counsellor's day: who has which hour. A call whose answer was lost happened or did not.
var dayModel = porcupine.NondeterministicModel{
	Init: func() []interface{} { return []interface{}{map[int]string{}} },
	Step: func(state, input, output interface{}) []interface{} {
		day, c, r := state.(map[int]string), input.(call), output.(result)
		after, done := c.on(day, r.who)
		switch {
		case r.unknown && done:
			return []interface{}{day, after}
		case r.unknown:
			return []interface{}{day}
		case r.taken == done: // told taken where it could be had, or had where it was taken
			return nil
		case r.taken:
			return []interface{}{day}
		}
		return []interface{}{after}
	},
	Equal: func(a, b interface{}) bool { return maps.Equal(a.(map[int]string), b.(map[int]string)) },
}

// on is the day after a call that succeeds; false where it cannot.
func (c call) on(day map[int]string, made string) (map[int]string, bool) {
	who := c.who
	if c.kind == "enter" {
		who = made
	}
	from, there := 0, false
	for hour, other := range day {
		if other == who {
			from, there = hour, true
		}
	}
	after := maps.Clone(day)
	switch c.kind {
	case "cancel":
		delete(after, from)
		return after, there
	case "move":
		if day[c.hour] == who {
			return after, there
		}
		delete(after, from)
	}
	if day[c.hour] != "" || c.kind == "move" && !there {
		return nil, false
	}
	after[c.hour] = who
	return after, true
}

// TestADayIsLinearizable records what 16 clients on two servers were told about one counsellor's days, the engine crashing
// meanwhile, and asks porcupine whether one order of the calls explains it, day by day. Without the guard none does.
func TestADayIsLinearizable(t *testing.T) {
	for name, guarded := range map[string]bool{"guarded": true, "control: without the guard": false} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, engine document.Engine) {
				bookable(t, engine, guarded)
				w := &world{t: t, clock: testkit.NewClock(), engine: testkit.NewCrashing(engine)}
				plans := bookingtest.New(1, w.clock.Now)
				for range 2 {
					w.servers = append(w.servers, newCounter(t, w.engine, plans, w.clock.Now))
				}
				days, calls, legal := soaking(engine, 200, 12), 0, true
				days = max(days, 3)
				for day := range days {
					history := w.history(day)
					calls += len(history)
					ok := porcupine.CheckOperationsTimeout(dayModel.ToModel(), history, 20*time.Second)
					if guarded && ok != porcupine.Ok {
						t.Errorf("day %d: %s", day, ok)
					}
					legal = legal && ok != porcupine.Illegal
				}
				if !guarded && legal {
					t.Error("negative control: without its guard every history is explained")
				}
				t.Logf("%s: %d calls on %d days, legal: %v", engine.Describe(), calls, days, legal)
				if guarded {
					testkit.Score(t, "booking: a counsellor's day is linearizable", fmt.Sprintf("%v, %d calls on %d days", legal, calls, days), !t.Failed(),
						"without the unique index porcupine finds no order (TestADayIsLinearizable)")
				}
			})
		})
	}
}

// history is what clients did on one day, and were told.
func (w *world) history(day int) (all []porcupine.Operation) {
	var mu sync.Mutex
	var group sync.WaitGroup
	begin := time.Now()
	w.engine.Revive()
	w.engine.Arm(60 + day*7%90)
	for client := range 16 {
		group.Go(func() {
			random := rand.New(rand.NewPCG(uint64(day), uint64(client)))
			mine := ""
			for range 5 {
				c := call{kind: "enter", who: mine, hour: 9 + random.IntN(3)}
				if mine != "" {
					c.kind = []string{"move", "move", "cancel"}[random.IntN(3)]
				}
				from := time.Since(begin)
				r := w.do(random, day, &c)
				if r.unknown {
					w.engine.Revive()
				}
				mu.Lock()
				all = append(all, porcupine.Operation{ClientId: client, Input: c, Call: from.Nanoseconds(), Output: r, Return: time.Since(begin).Nanoseconds()})
				mu.Unlock()
				switch {
				case r.unknown: // whatever became of it, another client goes on
					return
				case c.kind == "enter" && !r.taken:
					mine = r.who
				case c.kind == "cancel":
					mine = ""
				}
			}
		})
	}
	group.Wait()
	w.engine.Revive()
	end := time.Since(begin).Nanoseconds()
	for i := range all { // a call without an answer may take effect until the end
		if all[i].Output.(result).unknown {
			all[i].Return = end
		}
	}
	return all
}

func (w *world) do(random *rand.Rand, day int, c *call) result {
	ctx, s := context.Background(), w.servers[random.IntN(2)]
	slot := s.plans.Slot("C1", 3+day, c.hour)
	var err error
	r := result{who: c.who}
	switch c.kind {
	case "enter":
		var a booking.Appointment
		a, _, err = s.Enter(ctx, booking.Entry{Slot: slot, Mode: booking.ByPhone, Written: booking.Private{For: booking.ForSelf}, Account: "STAFF"}, nil)
		if r.who = a.ID; err != nil {
			r.who = "?" + newID() // made by a call that nobody heard of again
		}
	case "move":
		_, err = s.Shift(ctx, "STAFF", c.who, slot, booking.ByPhone)
	case "cancel":
		err = s.Withdraw(ctx, "STAFF", c.who)
	}
	r.taken = errors.Is(err, booking.ErrSlotTaken)
	r.unknown = err != nil && !r.taken
	return r
}
