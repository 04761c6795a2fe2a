package clock

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// machine is a machine whose clocks a test moves.
type machine struct {
	wall    time.Time
	boot    string
	uptime  time.Duration
	steered bool
}

func (m *machine) Now() time.Time { return m.wall }
func (m *machine) Read() Sample   { return Sample{m.wall, m.boot, m.uptime} }
func (m *machine) Steered() bool  { return m.steered }

// goes lets time go by.
func (m *machine) goes(d time.Duration) { m.wall, m.uptime = m.wall.Add(d), m.uptime+d }

// steps sets the wall clock, as nothing else moves.
func (m *machine) steps(d time.Duration) { m.wall = m.wall.Add(d) }

// restarts is off for a while; its clock goes on.
func (m *machine) restarts(boot string, off time.Duration) {
	m.wall, m.boot, m.uptime = m.wall.Add(off), boot, time.Second
}

// anchors is a store in memory.
type anchors struct {
	anchor Anchor
	err    error
}

func (s *anchors) Anchor(context.Context) (Anchor, error) { return s.anchor, s.err }
func (s *anchors) Advance(_ context.Context, m Anchor) error {
	if m.At.After(s.anchor.At) {
		s.anchor = m
	}
	return s.err
}

func (s *anchors) Reset(_ context.Context, m Anchor) error {
	s.anchor = m
	return s.err
}

// engine is a Redis or MongoDB whose clock differs from a machine's.
type engine struct {
	of  *machine
	off time.Duration
	err error
}

func (e *engine) Name() string                            { return "Redis" }
func (e *engine) Time(context.Context) (time.Time, error) { return e.of.wall.Add(e.off), e.err }

// world is a machine with a store and the clock of a process on it.
type world struct {
	*machine
	t     *testing.T
	store *anchors
	log   *strings.Builder
	clock *Clock
}

func newWorld(t *testing.T, witnesses ...Witness) *world {
	w := &world{machine: &machine{wall: start, boot: "first", uptime: time.Hour}, t: t, store: &anchors{}, log: &strings.Builder{}}
	w.process(witnesses...)
	return w
}

// process starts a process on the machine.
func (w *world) process(witnesses ...Witness) {
	w.clock = New(Parts{Machine: w.machine, Store: w.store, Witnesses: witnesses, Log: slog.New(slog.NewTextHandler(w.log, nil))})
	w.check()
}

func (w *world) check() {
	w.t.Helper()
	if err := w.clock.Check(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// runs lets time go by with a Check every five seconds.
func (w *world) runs(d time.Duration) {
	w.t.Helper()
	for ; d > 0; d -= Every {
		w.goes(min(d, Every))
		w.check()
	}
}

func (w *world) want(doubt Doubt) {
	w.t.Helper()
	if got := w.clock.State(); got.Doubt != doubt {
		w.t.Fatalf("doubt %q (%s), want %q", got.Doubt, got.Sentence(), doubt)
	}
	until, ok := w.clock.Believed()
	if ok != (doubt == None) {
		w.t.Fatalf("believed %v with doubt %q", ok, doubt)
	}
	if ok && !until.Equal(w.wall.Add(-Margin)) {
		w.t.Fatalf("until %s at %s", until, w.wall)
	}
}

func TestTimeThatRunsIsBelieved(t *testing.T) {
	w := newWorld(t)
	w.want(None)
	w.runs(time.Hour)
	w.want(None)
	if off := w.wall.Sub(w.store.anchor.At); off > storeEach {
		t.Errorf("the stored anchor is %s old", off)
	}
}

func TestNothingIsBelievedBeforeTheAnchorWasSeen(t *testing.T) {
	w := newWorld(t)
	w.clock = New(Parts{Machine: w.machine, Store: &anchors{err: errors.New("down")}, Log: slog.New(slog.DiscardHandler)})
	if err := w.clock.Check(t.Context()); err == nil {
		t.Error("a anchor that cannot be read is no error")
	}
	w.want(Unchecked)
}

func TestAJumpEndsBeliefAtOnceAndItsReturnBringsItBack(t *testing.T) {
	for name, by := range map[string]time.Duration{"33 days ahead": 33 * day, "2 minutes ahead": 2 * time.Minute, "33 days back": -33 * day, "an hour back": -time.Hour} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.runs(10 * time.Minute)
			w.steps(by)
			if _, ok := w.clock.Believed(); ok {
				t.Fatal("believed before the next check") // no window between a jump and the check that sees it
			}
			w.runs(100 * time.Second)
			if w.clock.State().Doubt == None {
				t.Fatal("believed")
			}
			w.process() // as an operator restarts what behaves oddly
			w.runs(3 * time.Hour)
			if w.clock.State().Doubt == None {
				t.Fatal("believed after a restart")
			}
			w.steps(-by)
			w.check()
			w.want(None)
			if !strings.Contains(w.log.String(), "level=ERROR") || !strings.Contains(w.log.String(), "clock believed") {
				t.Error("the log says:", w.log)
			}
		})
	}
}

func TestWhatIsBelieved(t *testing.T) {
	for name, c := range map[string]struct {
		after func(w *world)
		want  Doubt
	}{
		"small steps of a time server": {func(w *world) {
			for range 20 {
				w.steps(30 * time.Second)
				w.check()
			}
		}, None},
		"a machine that was suspended": {func(w *world) { w.goes(9 * time.Hour); w.check() }, None},
		"a suspension nobody counted":  {func(w *world) { w.steps(9 * time.Hour); w.check() }, Ahead},
		"a process that was off for a week on a machine that was on": {func(w *world) {
			w.goes(7 * day)
			w.process()
		}, None},
		"a machine that was off for ten minutes": {func(w *world) { w.restarts("second", 10*time.Minute); w.process() }, None},
		"a machine that was off for a night":     {func(w *world) { w.restarts("second", 10*time.Hour); w.process() }, Ahead},
		"an empty battery":                       {func(w *world) { w.boot, w.uptime, w.wall = "second", 0, time.Unix(0, 0); w.process() }, Behind},
		"an empty battery at the first start":    {func(w *world) { w.store.anchor = Anchor{}; w.wall = time.Unix(0, 0); w.process() }, Behind},
		"an hour behind another server": {func(w *world) {
			w.store.anchor = Anchor{At: w.wall.Add(time.Hour), Boot: "another"}
			w.runs(2 * time.Minute)
		}, Behind},
		"an hour behind another server, at the start": {func(w *world) {
			w.store.anchor = Anchor{At: w.wall.Add(time.Hour), Boot: "another"}
			w.process()
		}, Behind},
		"an hour ahead of another server": {func(w *world) {
			w.store.anchor = Anchor{At: w.wall.Add(-time.Hour), Boot: "another"}
			w.process()
		}, Ahead},
		"twenty minutes ahead of another server by a jump": {func(w *world) {
			w.steps(20 * time.Minute)
			for range 10 {
				w.store.anchor = Anchor{At: w.wall.Add(-20 * time.Minute), Boot: "another"}
				w.runs(time.Minute)
			}
		}, Ahead},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.runs(5 * time.Minute)
			c.after(w)
			w.want(c.want)
		})
	}
}

func TestAnEngineThatDiffersEndsBelief(t *testing.T) {
	w := newWorld(t)
	redis := &engine{of: w.machine}
	w.process(redis)
	w.want(None)
	redis.off = -time.Hour
	w.runs(2 * time.Minute)
	w.want(Disputed)
	if says := w.clock.State().Sentence(); !strings.Contains(says, "Redis") || !strings.Contains(says, "快了 60 分钟") {
		t.Error(says)
	}
	if _, err := w.clock.Trust(t.Context()); !errors.Is(err, ErrDisputed) {
		t.Error("trusted against an engine:", err)
	}
	redis.off = 30 * time.Second
	w.runs(Every)
	w.want(None)
	redis.off, redis.err = -time.Hour, errors.New("down") // one that does not answer says nothing
	w.runs(2 * time.Minute)
	w.want(None)
}

func TestAJumpIsBelievedAfterAnHourOfATimeServer(t *testing.T) {
	w := newWorld(t)
	w.steps(33 * day)
	w.runs(5 * time.Hour)
	w.want(Ahead) // steered by nobody
	w.steered = true
	w.runs(50 * time.Minute)
	w.steered = false
	w.runs(time.Minute)
	w.steered = true
	w.runs(59 * time.Minute)
	w.want(Ahead)
	w.runs(2 * time.Minute)
	w.want(None)
	w.runs(2 * time.Minute)
	w.process()
	w.want(None)
}

// A server that was set up under a wrong clock follows the right one, although the anchor lies in the future.
func TestTheAnchorGoesBackOnlyWhenTheEarlierTimeIsBelieved(t *testing.T) {
	w := newWorld(t)
	w.runs(5 * time.Minute)
	anchor := w.store.anchor
	w.steps(-33 * day)
	w.runs(30 * time.Minute)
	if w.store.anchor != anchor {
		t.Error("the anchor moved")
	}
	w.steered = true
	w.runs(time.Hour + time.Minute)
	w.want(None)
	if w.store.anchor.At.After(w.wall) || w.clock.Now() != w.wall {
		t.Error("the anchor stays ahead")
	}
}

func TestAnOperatorMayTrustTheClock(t *testing.T) {
	w := newWorld(t)
	w.steps(33 * day)
	w.runs(time.Minute)
	w.want(Ahead)
	if s, err := w.clock.Trust(t.Context()); err != nil || s.Doubt != None {
		t.Fatal(s, err)
	}
	w.want(None)
	w.process()
	w.want(None)
}

// While the wall clock stands before the anchor, Now runs on from it.
func TestNowDoesNotGoBack(t *testing.T) {
	w := newWorld(t)
	w.runs(time.Minute)
	w.steps(-33 * day)
	w.check()
	right := w.wall.Add(33 * day)
	if off := w.clock.Now().Sub(right); off.Abs() > time.Second {
		t.Errorf("now is %s off", off)
	}
	w.runs(time.Hour)
	if off := w.clock.Now().Sub(w.wall.Add(33 * day)); off.Abs() > time.Second {
		t.Errorf("an hour later now is %s off", off)
	}
	w.steps(33 * day)
	w.check()
	if !w.clock.Now().Equal(w.wall) {
		t.Error("now is not the wall clock again")
	}
	w.steps(33 * day) // ahead: everything else goes by the clock of the machine, and refuses what has expired
	w.check()
	if !w.clock.Now().Equal(w.wall) {
		t.Error("now is not the wall clock when that is ahead")
	}
}

func TestSentences(t *testing.T) {
	for want, s := range map[string]State{
		"":           {},
		"还没有核对过系统时间": {Doubt: Unchecked},
		"系统时间比 MongoDB 的慢了 3 小时":                        {Doubt: Disputed, Engine: "MongoDB", Off: -3 * time.Hour},
		"系统时间比应有的时间快了 33 天（上一次认可的时间是 2026-11-23 10:00）": {Doubt: Ahead, Off: 33 * day, Anchor: start},
	} {
		if got := s.Sentence(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestTheRealMachine(t *testing.T) {
	a := NewSystem(time.Now, 0).Read()
	time.Sleep(20 * time.Millisecond)
	b := NewSystem(time.Now, time.Hour).Read()
	if a.Boot == "" || a.Boot != b.Boot || b.Uptime-a.Uptime < 20*time.Millisecond || b.Uptime-a.Uptime > time.Minute {
		t.Errorf("%+v, then %+v", a, b)
	}
	if off := b.Wall.Sub(a.Wall); off < time.Hour || off > time.Hour+time.Minute {
		t.Errorf("shifted by %s", off)
	}
	if NewSystem(time.Now, time.Hour).Steered() {
		t.Error("a time server vouches for a shifted clock")
	}
	NewSystem(time.Now, 0).Steered() // whatever it says here, it answers
}
