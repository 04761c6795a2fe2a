package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/booking"
	"pugongying/internal/booking/bookingtest"
	"pugongying/internal/civil"
	"pugongying/internal/member"
	"pugongying/internal/notify"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// counter is a booking service on an engine: what one server is.
type counter struct {
	*booking.Service
	plans *bookingtest.Plans
}

func newCounter(t testing.TB, engine document.Engine, plans *bookingtest.Plans, now func() time.Time) counter {
	t.Helper()
	vault := seal.NewVault(seal.Demo(), store.NewKeys(engine))
	s := store.NewBookings(engine, vault)
	service, err := booking.New(booking.Parts{
		Store: s, Register: s, Waits: s, Notices: s, Counters: s, Plans: plans, Desks: plans, Diary: s, Fresh: bookingtest.Fresh, Wording: bookingtest.Wording(), Lexicon: notify.ForOnlookers(),
		Hasher: vault, Sender: &bookingtest.Sender{}, Now: now, NewID: newID, Random: rand.IntN,
	})
	if err != nil {
		t.Fatal(err)
	}
	return counter{service, plans}
}

var ids atomic.Int64

func newID() string { return fmt.Sprintf("A%025d", ids.Add(1)) }

// bookable ensures an engine, its cells unguarded for the control.
func bookable(t testing.TB, engine document.Engine, guarded bool) document.Engine {
	t.Helper()
	all := store.Declarations()
	for i, d := range all {
		if d.Collection != "appointments" || guarded {
			continue
		}
		indexes := append([]document.Index(nil), d.Indexes...)
		for j := range indexes {
			if indexes[j].Name == "cells" {
				indexes[j].Unique = false
			}
		}
		all[i].Indexes = indexes
	}
	if err := engine.Ensure(context.Background(), all); err != nil {
		t.Fatal(err)
	}
	return engine
}

// soaking is how much of a long test is done: all with PGY_SOAK=1, a part of it otherwise, and less over MongoDB's protocol
// of an engine in Python.
func soaking(engine document.Engine, all, part int) int {
	if os.Getenv("PGY_SOAK") != "" {
		part = all
	}
	if strings.HasPrefix(engine.Describe(), "bbolt") {
		return part
	}
	return max(1, part/10)
}

// onBoth runs a test on both engines.
func onBoth(t *testing.T, test func(t *testing.T, engine document.Engine)) {
	t.Run("embedded", func(t *testing.T) { test(t, testkit.Embedded(t)) })
	t.Run("mongo", func(t *testing.T) { test(t, testkit.Mongo(t)) })
}

// TestFiveHundredWantOneSlot: one winner in every round, everybody else is told so, and nothing is left behind.
func TestFiveHundredWantOneSlot(t *testing.T) {
	onBoth(t, func(t *testing.T, engine document.Engine) {
		bookable(t, engine, true)
		clock := testkit.NewClock()
		rounds, clients := soaking(engine, 1000, 10), 500
		service := newCounter(t, engine, bookingtest.New(1, clock.Now), clock.Now)
		service.plans.Hours = []int{9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20}
		winners, wrong := 0, 0
		for round := range rounds {
			slot := service.plans.Slot("C1", 2+round%50, 9+round/50%12)
			won, refused := service.rush(t, slot, clients)
			if won != 1 || refused != clients-1 {
				wrong++
			}
			winners += won
			clock.Advance(booking.HoldLife + time.Second)
		}
		for _, a := range service.live(t) { // every hold is over by now
			if err := service.Tick(t.Context(), a.ID); err != nil {
				t.Fatal(err)
			}
		}
		orphans := len(service.live(t))
		clock.Advance(2 * time.Hour)
		report, err := service.Audit(t.Context())
		if err != nil || !report.Well() {
			t.Errorf("%+v, %v", report, err)
		}
		if wrong != 0 || orphans != 0 {
			t.Errorf("%d of %d rounds had no single winner, %d holds were left", wrong, rounds, orphans)
		}
		t.Logf("%s: %d clients, %d rounds: %d winners, %d orphan holds", engine.Describe(), clients, rounds, winners, orphans)
		testkit.Score(t, "booking: 500 clients, one slot: winners a round, orphan holds", fmt.Sprintf("%d in %d rounds, %d", winners, rounds, orphans), !t.Failed(),
			"without the unique index there are double bookings (TestClaimsOfEveryKindNeverMeet)")
	})
}

// rush lets many hold one slot at once.
func (s counter) rush(t testing.TB, slot booking.Slot, clients int) (won, refused int) {
	t.Helper()
	var group sync.WaitGroup
	var wins, losses atomic.Int64
	start := make(chan struct{})
	for range clients {
		group.Go(func() {
			<-start
			_, err := s.Hold(context.Background(), booking.Booker{}, booking.Ask{Mode: booking.ByPhone, Slot: slot.ID()}, nil)
			switch {
			case err == nil:
				wins.Add(1)
			case errors.Is(err, booking.ErrSlotTaken):
				losses.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	close(start)
	group.Wait()
	return int(wins.Load()), int(losses.Load())
}

// live are the appointments with cells that are held.
func (s counter) live(t testing.TB) (all []booking.Appointment) {
	t.Helper()
	err := s.Register.All(context.Background(), time.Time{}, func(a booking.Appointment) error {
		if a.State == booking.Reserved {
			all = append(all, a)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// world is servers on one database, with the clients that use them.
type world struct {
	t       *testing.T
	servers []counter
	engine  *testkit.Crashing // nil: nothing crashes
	clock   *testkit.Clock
	days    int // on which there are slots
	mu      sync.Mutex
	acked   map[string]booking.Slot // confirmed appointments by id, as their clients know them
	claims  atomic.Int64
}

const workers = 64

// TestClaimsOfEveryKindNeverMeet mixes every way to a cell from 64 workers on two servers, with crashes of the engine, holds
// that expire and plans that change. Without the guard the same test must fail.
func TestClaimsOfEveryKindNeverMeet(t *testing.T) {
	for name, guarded := range map[string]bool{"guarded": true, "control: without the guard": false} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, engine document.Engine) {
				bookable(t, engine, guarded)
				w := &world{t: t, clock: testkit.NewClock(), engine: testkit.NewCrashing(engine), acked: map[string]booking.Slot{}, days: 30}
				if !guarded {
					w.days = 2 // so dense that what is not guarded must meet
				}
				plans := bookingtest.New(4, w.clock.Now)
				for range 2 {
					w.servers = append(w.servers, newCounter(t, w.engine, plans, w.clock.Now))
				}
				n := soaking(engine, 100_000, 4000)
				crashes := w.run(n)
				overlaps, lost, gone := w.verdict()
				t.Logf("%s: %d claims by %d workers on two servers, %d crashes: %d double bookings, %d lost slots, %d acknowledged bookings lost",
					engine.Describe(), w.claims.Load(), workers, crashes, overlaps, lost, gone)
				switch {
				case guarded && (overlaps != 0 || lost != 0 || gone != 0):
					t.Error("see above")
				case !guarded && overlaps == 0:
					t.Error("negative control: without its guard nothing was booked twice")
				}
				if guarded {
					testkit.Score(t, "booking: double bookings, lost slots, lost bookings", fmt.Sprintf("%d, %d, %d of %d claims, %d crashes", overlaps, lost, gone, w.claims.Load(), crashes), !t.Failed(),
						"without the unique index the same claims book twice (TestClaimsOfEveryKindNeverMeet)")
				}
			})
		})
	}
}

// run does n claims and says how often the engine crashed meanwhile.
func (w *world) run(n int) (crashes int) {
	var group sync.WaitGroup
	var left atomic.Int64
	left.Store(int64(n))
	for worker := range workers {
		group.Go(func() {
			random := rand.New(rand.NewPCG(11, uint64(worker)))
			mine := map[string]string{} // appointments of this client, by id, with their codes
			for left.Add(-1) >= 0 {
				w.one(random, member.Handle(fmt.Sprintf("OWNER%d", worker)), mine)
				w.claims.Add(1)
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	random := rand.New(rand.NewPCG(12, 0))
	w.engine.Arm(random.IntN(400) + 50)
	for {
		select {
		case <-done:
			return crashes
		case <-time.After(20 * time.Millisecond):
			if w.engine.Dead() {
				crashes++
				w.engine.Arm(random.IntN(400) + 50)
			}
			w.clock.Advance(time.Duration(random.IntN(40)) * time.Second)
		}
	}
}

// slot is one of a thousand.
func (w *world) slot(random *rand.Rand, s counter) booking.Slot {
	return s.plans.Slot(fmt.Sprintf("C%d", 1+random.IntN(4)), 3+random.IntN(w.days), 9+random.IntN(8))
}

// one does one thing that claims or gives back.
func (w *world) one(random *rand.Rand, owner member.Handle, mine map[string]string) {
	ctx, s := context.Background(), w.servers[random.IntN(2)]
	who := booking.Booker{Owner: owner, Reaches: func(h member.Handle) bool { return h == owner }}
	if random.IntN(2) == 0 {
		who = booking.Booker{}
	}
	slot := w.slot(random, s)
	some := func() (id, code string) {
		for id, code = range mine {
			return id, code
		}
		return "", ""
	}
	switch random.IntN(8) {
	case 0, 1, 2:
		a, err := s.Hold(ctx, who, booking.Ask{Mode: booking.ByVideo, Slot: slot.ID()}, nil)
		if err != nil || random.IntN(4) == 0 { // some are never confirmed
			return
		}
		if a, code, err := s.Confirm(ctx, who, a.ID, booking.Private{For: booking.ForSelf}); err == nil {
			mine[a.ID] = code
			w.ack(a)
		}
	case 3:
		a, code, err := s.Enter(ctx, booking.Entry{Slot: slot, Mode: booking.ByPhone, Written: booking.Private{For: booking.ForOther}, Account: "STAFF"}, nil)
		if err == nil {
			mine[a.ID] = code
			w.ack(a)
		}
	case 4:
		if id, code := some(); id != "" {
			w.unsure(id)
			if a, err := s.Move(ctx, who, booking.Change{ID: id, Code: code, Slot: slot.ID()}); err == nil {
				w.ack(a)
			}
		}
	case 5:
		if id, _ := some(); id != "" {
			w.unsure(id)
			if a, err := s.Shift(ctx, "STAFF", id, slot, booking.ByPhone); err == nil {
				w.ack(a)
			}
		}
	case 6:
		if id, code := some(); id != "" {
			w.unsure(id)
			if s.Cancel(ctx, who, id, code) == nil {
				delete(mine, id)
			}
		}
	case 7:
		if random.IntN(20) == 0 {
			s.plans.Close(slot.ID())
		}
	}
}

// ack notes what a client was told.
func (w *world) ack(a booking.Appointment) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.acked[a.ID] = booking.Slot{Counsellor: a.Counsellor, Start: a.Start}
}

// unsure forgets what a client knew before it asked for a change: its answer may be lost.
func (w *world) unsure(id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.acked, id)
}

// verdict counts, from the documents: pairs that meet, slots that are neither free nor anybody's, and bookings that were
// acknowledged and are not there.
func (w *world) verdict() (overlaps, lost, gone int) {
	w.engine.Revive()
	ctx, s := context.Background(), w.servers[0]
	report, err := s.Audit(ctx)
	if err != nil || len(report.Unlike) > 0 {
		w.t.Errorf("audit: %d with other cells, %v", len(report.Unlike), err)
	}
	for id, slot := range w.acked {
		a, err := s.Store.Appointment(ctx, id)
		if err != nil || a.State != booking.Confirmed || a.Counsellor != slot.Counsellor || !a.Start.Equal(slot.Start) {
			gone++
		}
	}
	return len(report.Overlaps), w.lost(ctx, s), gone
}

// lost are the slots of the plan that nobody can have and nobody has.
func (w *world) lost(ctx context.Context, s counter) (n int) {
	taken := map[string]bool{}
	now := w.clock.Now()
	err := s.Register.All(ctx, time.Time{}, func(a booking.Appointment) error {
		if a.State == booking.Confirmed || a.State == booking.Reserved && a.HoldUntil.After(now) {
			taken[a.SlotID()] = true
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	from, to := civil.DayOf(now.AddDate(0, 0, 2)), civil.DayOf(now.AddDate(0, 0, 32))
	free := map[string]bool{}
	slots, err := s.Free(ctx, booking.Search{}, from, to)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, slot := range slots {
		free[slot.ID()] = true
	}
	for c := range 4 {
		offered, err := s.plans.Slots(ctx, fmt.Sprintf("C%d", c+1), from, to)
		if err != nil {
			w.t.Fatal(err)
		}
		for _, slot := range offered {
			if free[slot.ID()] == taken[slot.ID()] {
				n++
			}
		}
	}
	return n
}
