package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/testkit"
	"pugongying/internal/web"
)

const herCode = "2468"

// lock sets a code on somebody's things and uses it once.
func (r *rig) lock(w who) {
	r.t.Helper()
	r.want(http.StatusNoContent, w, "PUT", Base+"/me/keeping", `{"mistakes":true,"reading":false,"favourites":false,"newCode":"`+herCode+`"}`)
	r.unlock(w)
}

// unlock sends her code and gives how long it took to open; without the gate it may end in an error.
func (r *rig) unlock(w who) time.Duration {
	r.t.Helper()
	start := time.Now()
	answer := r.do(w, "GET", Base+"/me/keeping", "", "X-Keeping-Code", herCode)
	took := time.Since(start)
	if !r.gate.open && (answer.Code != http.StatusOK || !strings.Contains(answer.Body.String(), `"mistakes":true`)) {
		r.t.Errorf("unlock: %d %s", answer.Code, answer.Body)
	}
	return took
}

func p99(took []time.Duration) time.Duration {
	slices.Sort(took)
	return took[len(took)*99/100]
}

// people are members with a lock each: by WeChat from the address of the flood, and guests of today from others.
type locked struct {
	who
	from string
}

func (r *rig) lockedPeople(each int) []locked {
	r.t.Helper()
	var all []locked
	for i := range each {
		all = append(all, locked{r.weChat(fmt.Sprint("her", i)), floodFrom}, locked{r.session(), fmt.Sprintf("198.51.100.%d", i)})
	}
	for _, p := range all {
		r.from = p.from
		r.lock(p.who)
	}
	return all
}

// unlockAll is everybody's first unlocking after the last is forgotten.
func (r *rig) unlockAll(all []locked) (took []time.Duration) {
	r.t.Helper()
	r.advance(11 * time.Minute)
	for _, p := range all {
		r.from = p.from
		took = append(took, r.unlock(p.who))
	}
	return took
}

const floodFrom = "203.0.113.7"

// flood has 290 guests of today guess codes from one address, ten a second each, until it is called off; it counts what
// they sent.
func (r *rig) flood() (callOff func() (sent int64)) {
	r.t.Helper()
	var group sync.WaitGroup
	var sent atomic.Int64
	attack, stop := context.WithCancel(context.Background())
	attackers := *r
	attackers.from = floodFrom
	for i := range 290 {
		guest := r.session()
		group.Go(func() {
			for n := 0; attack.Err() == nil; n++ {
				attackers.do(guest, "GET", Base+"/me/keeping", "", "X-Keeping-Code", fmt.Sprint(1000+(i+n*7)%9000))
				sent.Add(1)
				time.Sleep(100 * time.Millisecond)
			}
		})
	}
	return func() int64 { stop(); group.Wait(); return sent.Load() }
}

// TestUnlockingStaysFastWhile290GuestsGuess, the control being the same attack where no gate stands before the hashes.
func TestUnlockingStaysFastWhile290GuestsGuess(t *testing.T) {
	measure := func(each, rounds int, open bool) (idle, attacked time.Duration, sent int64) {
		r := limitedAlone(t)
		r.gate.open = open
		all := r.lockedPeople(each)
		var quiet, loud []time.Duration
		for range rounds {
			quiet = append(quiet, r.unlockAll(all)...)
		}
		callOff := r.flood()
		time.Sleep(200 * time.Millisecond)
		for range rounds {
			loud = append(loud, r.unlockAll(all)...)
		}
		return p99(quiet), p99(loud), callOff()
	}
	idle, attacked, sent := measure(5, 4, false)
	_, without, _ := measure(1, 1, true)
	t.Logf("unlock p99 %v idle, %v while 290 guests sent %d codes; without the gate %v", idle, attacked, sent, without)
	control := fmt.Sprintf("no gate: %d ms", without.Milliseconds())
	testkit.Score(t, "lock: unlock p99 when idle", fmt.Sprintf("%d ms", idle.Milliseconds()), idle <= 120*time.Millisecond, control)
	testkit.Score(t, "lock: unlock while 290 guests guess", fmt.Sprintf("p99 %d ms", attacked.Milliseconds()), attacked <= 300*time.Millisecond && without > 2*attacked, control)
	if without < 2*attacked {
		t.Errorf("p99 %v with the gate, %v without", attacked, without)
	}
}

// TestAWaitIsTheSameWithALockAndWithout, to the byte, and outlives everything Redis knows.
func TestAWaitIsTheSameWithALockAndWithout(t *testing.T) {
	r := limited(t)
	empty, mine := r.session(), r.session()
	r.lock(mine)
	r.advance(25 * time.Hour)
	bar := func(w who) string {
		for i := range 10 {
			answer := r.do(w, "GET", Base+"/me/keeping", "", "X-Keeping-Code", fmt.Sprint(5000+i))
			if answer.Code == http.StatusTooManyRequests {
				return answer.Header().Get("Retry-After") + answer.Body.String()
			}
		}
		t.Fatal("ten wrong codes and no wait")
		return ""
	}
	one, other := bar(empty), bar(mine)
	if one != other || !strings.Contains(one, `"member.code_wait"`) || !strings.Contains(one, "请等 60 秒再试") {
		t.Errorf("without a lock %s, with one %s", one, other)
	}
	r.redis.FlushAll()
	answer := r.do(mine, "GET", Base+"/me/keeping", "", "X-Keeping-Code", herCode)
	if answer.Code != http.StatusTooManyRequests {
		t.Errorf("FLUSHALL ends the wait: %d %s", answer.Code, answer.Body)
	}
	if w := r.do(mine, "GET", Base+"/me/keeping", ""); w.Code != http.StatusOK {
		t.Errorf("without a code: %d %s", w.Code, w.Body)
	}
	r.advance(61 * time.Second)
	r.unlock(mine)
}

// TestCodesThatAreSetAreCounted: each costs a slow hash too.
func TestCodesThatAreSetAreCounted(t *testing.T) {
	r := limited(t)
	set := request{method: "PUT", path: Base + "/me/keeping", body: `{"mistakes":true,"reading":false,"favourites":false,"newCode":"1234"}`}
	if n := r.until(r.session(), set, 60); n != rateCodesMember.Burst {
		t.Errorf("%d codes were set", n)
	}
	if w := r.send(r.session(), set); w.Code != http.StatusNoContent {
		t.Errorf("another member's: %d %s", w.Code, w.Body)
	}
}

// passes gives a gate and those who come to it.
func passes() (g *CodeGate, as func(kind member.Kind, age time.Duration, address string) *caller) {
	clock := testkit.NewClock()
	g = NewCodeGate(web.Limits{Limiter: everything{}, Enabled: true}, clock.Now)
	return g, func(kind member.Kind, age time.Duration, address string) *caller {
		return &caller{member.Principal{ID: "her", Kind: kind, Since: clock.Now().Add(-age)}, address}
	}
}

// everything is a limiter that lets everything pass.
type everything struct{}

func (everything) Allow(context.Context, string, time.Duration, int) (bool, time.Duration, error) {
	return true, 0, nil
}

func TestGuestsOfTodayPassOneAtATimeAndTheOthersPastThem(t *testing.T) {
	g, as := passes()
	first, err := g.admit(t.Context(), as(member.Guest, 0, "203.0.113.7"), "her")
	if err != nil {
		t.Fatal(err)
	}
	for _, known := range []*caller{as(member.WeChat, 0, "203.0.113.7"), as(member.Guest, 24*time.Hour, "203.0.113.7")} {
		leave, err := g.admit(t.Context(), known, "other")
		if err != nil {
			t.Fatalf("somebody known waits: %v", err)
		}
		leave()
	}
	if _, err := g.Enter(t.Context(), "her"); err != nil {
		t.Errorf("what is no request waits: %v", err)
	}
	short := func(address string) error {
		soon, stop := context.WithTimeout(t.Context(), 20*time.Millisecond)
		defer stop()
		leave, err := g.admit(soon, as(member.Guest, 0, address), "her")
		if err == nil {
			leave()
		}
		return err
	}
	if err := short("198.51.100.1"); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("two guests of today at once: %v", err)
	}
	var group sync.WaitGroup
	for range freshLine - 1 {
		group.Go(func() {
			leave, err := g.admit(t.Context(), as(member.Guest, 0, "203.0.113.7"), "her")
			if err != nil {
				t.Error(err)
				return
			}
			leave()
		})
	}
	for waiting := 0; waiting < freshLine; time.Sleep(time.Millisecond) {
		g.mu.Lock()
		waiting = g.lines["203.0.113.7"].count
		g.mu.Unlock()
	}
	full := errors.Is(short("203.0.113.7"), web.ErrTooMany)
	first()
	group.Wait()
	if err := short("198.51.100.1"); !full || err != nil || len(g.lines) != 0 {
		t.Errorf("the line was full %v; after all left: %v, %d lines", full, err, len(g.lines))
	}
}

// openable is the gate, or none.
type openable struct {
	*CodeGate
	open bool
}

func (g *openable) Enter(ctx context.Context, who member.ID) (func(), error) {
	if g.open {
		return func() {}, nil
	}
	return g.CodeGate.Enter(ctx, who)
}
