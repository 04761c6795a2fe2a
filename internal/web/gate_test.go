package web

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
)

func echo(c *gin.Context) {
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		c.Status(http.StatusInternalServerError)
		return
	}
	c.Data(http.StatusOK, "text/plain", body)
}

func testGate() *gate {
	return newGate(Options{Log: slog.New(slog.DiscardHandler), Now: time.Now}, prometheus.NewCounterVec(prometheus.CounterOpts{Name: "shed"}, []string{"priority"}))
}

// full takes every slot but the reserve.
func (g *gate) full(t *testing.T) {
	t.Helper()
	for range slots {
		if err := g.enter(t.Context(), Begun); err != nil {
			t.Fatal(err)
		}
	}
}

// TestTheOrderIsTheStatedOne lets one of each wait, lowest first, and gives back one slot at a time.
func TestTheOrderIsTheStatedOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGate()
		g.full(t)
		for range reserved {
			if err := g.enter(t.Context(), Exit); err != nil {
				t.Fatal(err)
			}
		}
		var mu sync.Mutex
		var served []Priority
		for _, p := range []Priority{New, Read, Begun, Help, Exit, New, Exit} {
			go func() {
				if err := g.enter(t.Context(), p); err == nil {
					mu.Lock()
					served = append(served, p)
					mu.Unlock()
				}
			}()
			synctest.Wait()
		}
		if len(served) > 0 {
			t.Errorf("served before a slot was free: %v", served)
		}
		for range reserved + 7 {
			g.leave(Exit)
			synctest.Wait()
		}
		if want := []Priority{Exit, Exit, Help, Begun, Read, New, New}; !slices.Equal(served, want) {
			t.Errorf("served %v, want %v", served, want)
		}
	})
}

// TestTheReserveIsForLeaving: when everything else is full, Exit and Help do not even wait; a flood of Help leaves Exit its
// own share.
func TestTheReserveIsForLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGate()
		g.full(t)
		began, taken := time.Now(), 0
		for range reserved / 2 {
			if g.enter(t.Context(), Help) == nil {
				taken++
			}
		}
		for range reserved / 2 {
			if g.enter(t.Context(), Exit) == nil {
				taken++
			}
		}
		if taken != reserved || time.Since(began) > 0 {
			t.Errorf("%d of the reserve after %v", taken, time.Since(began))
		}
		if err := g.enter(t.Context(), Begun); !errors.Is(err, ErrBusy) {
			t.Errorf("negative control: what was begun got into the reserve: %v", err)
		}
	})
}

// TestAWaitHasAnEnd: each priority waits its own time and is then refused; who goes away gives its place back.
func TestAWaitHasAnEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGate()
		g.full(t)
		for _, p := range []Priority{New, Read, Begun} {
			began := time.Now()
			if err := g.enter(t.Context(), p); !errors.Is(err, ErrBusy) || time.Since(began) < patience[p]/2 || time.Since(began) > patience[p]*3/2 {
				t.Errorf("%v: %v after %v, want about %v", p, err, time.Since(began), patience[p])
			}
		}
		ctx, gone := context.WithCancel(t.Context())
		time.AfterFunc(time.Millisecond, gone)
		if err := g.enter(ctx, Begun); FailureOf(err).Status != StatusClientGone {
			t.Errorf("who goes away: %v", err)
		}
		for p := range priorities {
			if n := g.waiting[p].Len(); n != 0 {
				t.Errorf("%d of %v still wait", n, p)
			}
		}
		for range slots {
			g.leave(Begun)
		}
		if g.free != slots+reserved {
			t.Errorf("%d slots are free, want %d", g.free, slots+reserved)
		}
	})
}

// TestReadsAndBeginningsLeaveRoom: each takes a part of the slots and leaves the rest to what was begun.
func TestReadsAndBeginningsLeaveRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := testGate()
		for p, most := range map[Priority]int{Read: reads, New: begins} {
			for range most {
				if err := g.enter(t.Context(), p); err != nil {
					t.Fatal(err)
				}
			}
			if err := g.enter(t.Context(), p); !errors.Is(err, ErrBusy) {
				t.Errorf("one %v more: %v", p, err)
			}
		}
		began := time.Now()
		if err := g.enter(t.Context(), Begun); err != nil || time.Since(began) > 0 {
			t.Errorf("what was begun: %v after %v", err, time.Since(began))
		}
	})
}

// TestEverySlotComesBack hammers the gate with all priorities at once, some of which give up.
func TestEverySlotComesBack(t *testing.T) {
	g := testGate()
	var group sync.WaitGroup
	for i := range 600 {
		group.Go(func() {
			for j := range 20 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*j%5)*time.Millisecond)
				if p := Priority((i + j) % int(priorities)); g.enter(ctx, p) == nil {
					time.Sleep(time.Duration(j%3) * 100 * time.Microsecond)
					g.leave(p)
				}
				cancel()
			}
		})
	}
	group.Wait()
	if g.free != slots+reserved || g.busy != [priorities]int{} {
		t.Errorf("%d slots are free, want %d; busy %v", g.free, slots+reserved, g.busy)
	}
}

// TestARefusalForWantOfRoomIsCountedAndSaidOnce: 503 with a time to wait, one line of the log for many, none of them an
// error of ours; without the gate everybody gets in.
func TestARefusalForWantOfRoomIsCountedAndSaidOnce(t *testing.T) {
	r := newRig(t)
	r.engine.gate.free = 0
	for range queue {
		r.engine.gate.waiting[New].PushBack(make(chan struct{}))
	}
	for range 5 {
		if w := r.do("POST", "/work", ""); w.Code != http.StatusServiceUnavailable || w.Body.String() != "busy" || w.Header().Get("Retry-After") == "" {
			t.Errorf("%d %q %v", w.Code, w.Body, w.Header())
		}
	}
	if n := value(t, r.engine.metrics.shed.WithLabelValues("new")); n != 5 {
		t.Errorf("%v counted, want 5", n)
	}
	if log := r.log.String(); strings.Count(log, "\n") != 1 || !strings.Contains(log, "level=WARN msg=overloaded") {
		t.Errorf("the log: %s", log)
	}
	r.engine.options.Unguarded = true
	if w := r.do("POST", "/work", ""); w.Code != http.StatusOK {
		t.Errorf("negative control, without the gate: %d", w.Code)
	}
}
