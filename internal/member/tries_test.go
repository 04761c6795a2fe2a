package member_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"pugongying/internal/fault"
	"pugongying/internal/member"
	"pugongying/internal/testkit"
	"pugongying/internal/tries"
)

// bar tries wrong codes until none is tried any more.
func (k *kit) bar(t testing.TB, who member.Principal) {
	t.Helper()
	for i := range 10 {
		if _, err := k.Things(ctx, who.ID, fmt.Sprint(9000+i)); errors.Is(err, member.ErrCodeWait) {
			return
		}
	}
	t.Fatal("ten wrong codes and no wait")
}

func (k *kit) wait(t testing.TB, who member.Principal, code string) time.Duration {
	t.Helper()
	_, err := k.Things(ctx, who.ID, code)
	if err != nil && !errors.Is(err, member.ErrCodeWait) {
		t.Fatal(err)
	}
	if err == nil {
		return 0
	}
	return fault.From(err).Wait
}

// opens says whether a code opens a locked layer.
func (k *kit) opens(t testing.TB, who member.Principal, code string) bool {
	t.Helper()
	mine, err := k.Things(ctx, who.ID, code)
	if errors.Is(err, member.ErrCodeWait) {
		return false
	}
	if err != nil {
		t.Fatal(err)
	}
	return mine.View().Locked
}

func TestAfterWrongCodesEvenTheRightOneWaits(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		_, empty := k.guest(t, false)
		locked := k.locked(t)
		if !k.opens(t, locked, "2468") { // the first use of a new code counts
			t.Fatal("her code does not open")
		}
		k.clock.Advance(25 * time.Hour)
		k.bar(t, empty)
		k.bar(t, locked)
		if one, other := k.wait(t, locked, "2468"), k.wait(t, empty, "2468"); one != other || one != time.Minute {
			t.Errorf("with a lock she waits %v, without %v", one, other)
		}
		k.Service = k.serve(t, k.things) // a restart, and every cache lost
		if k.opens(t, locked, "2468") {
			t.Error("a restart ends the wait")
		}
		k.clock.Advance(time.Minute)
		if !k.opens(t, locked, "2468") {
			t.Error("her code does not open after the wait")
		}
		if k.wait(t, locked, "1111") != 0 || k.wait(t, locked, "1112") != 2*time.Minute {
			t.Error("her right code wiped out the wrong ones")
		}
	})
}

// TestNoStepOfTheClockEndsAWait, the control being a service whose waits go by the clock on the wall.
func TestNoStepOfTheClockEndsAWait(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	who := k.locked(t)
	steady := testkit.NewClock()
	steady.Set(k.clock.Now())
	parts := k.parts(t, k.things)
	parts.Steady = steady.Now
	guarded, err := member.New(parts)
	if err != nil {
		t.Fatal(err)
	}
	onWall := k.Service
	k.Service = guarded
	k.bar(t, who)
	for _, step := range []time.Duration{33 * 24 * time.Hour, -66 * 24 * time.Hour, 33 * 24 * time.Hour} {
		k.clock.Advance(step)
		if k.opens(t, who, "2468") {
			t.Errorf("a step of %v ends the wait", step)
		}
	}
	k.clock.Advance(33 * 24 * time.Hour)
	k.Service = onWall
	if !k.opens(t, who, "2468") {
		t.Error("the control: without the steady clock the step would not have ended it either")
	}
}

func TestCodesSentAtOnceDoNotExceedTheRule(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		who := k.locked(t)
		var group sync.WaitGroup
		refused := make(chan bool, 40)
		for i := range cap(refused) {
			group.Go(func() {
				_, err := k.Things(ctx, who.ID, fmt.Sprint(5000+i))
				kind := fault.Internal
				if err != nil {
					kind = fault.From(err).Kind
				}
				if err != nil && kind != fault.TooMany && kind != fault.Conflict {
					t.Error(err)
				}
				refused <- err != nil // a conflict: too many of them wrote at once
			})
		}
		group.Wait()
		close(refused)
		tried := 0
		for no := range refused {
			if !no {
				tried++
			}
		}
		if tried > 5 || tried == 0 {
			t.Errorf("%d of %d codes sent at once were tried", tried, cap(refused))
		}
	})
}

// TestACodeSentWithEveryRequestIsOneTry, right or wrong.
func TestACodeSentWithEveryRequestIsOneTry(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	who := k.locked(t)
	for range 30 {
		if k.wait(t, who, "1111") != 0 || !k.opens(t, who, "2468") {
			t.Fatal("the same codes again make her wait")
		}
	}
	if n := k.tries(t, who).Count; n != 2 { // the wrong one, and the first use of a new code
		t.Errorf("%d tries are counted", n)
	}
	k.bar(t, who)
	if !k.opens(t, who, "2468") {
		t.Error("what she opened is shut by another's tries")
	}
	k.keep(t, who, "2468", withCode(all, "13579"))
	if k.opens(t, who, "2468") {
		t.Error("the code before this one still opens")
	}
}

func (k *kit) tries(t testing.TB, who member.Principal) tries.Counter {
	t.Helper()
	m, err := k.stored().Member(ctx, who.ID)
	if err != nil {
		t.Fatal(err)
	}
	return m.Layers.Tries
}

func TestWhoGoesBeforeHerCodeWasComparedLosesNoTry(t *testing.T) {
	k := newKit(t, testkit.Embedded(t))
	who := k.locked(t)
	callOff := k.FillRoom()
	for i := range 20 {
		gone, leave := context.WithTimeout(ctx, 10*time.Millisecond)
		if _, err := k.Things(gone, who.ID, fmt.Sprint(6000+i)); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("without room: %v", err)
		}
		leave()
	}
	callOff()
	if n := k.tries(t, who).Count; n != 0 || !k.opens(t, who, "2468") {
		t.Errorf("%d tries are counted", n)
	}
}

// TestAnOlderLockIsRenewedByTheNextRightCode: its hash could be tried without the root key, as it stood in one document.
func TestAnOlderLockIsRenewedByTheNextRightCode(t *testing.T) {
	onEngines(t, func(t *testing.T, k *kit) {
		who := k.locked(t)
		salt := []byte("0123456789abcdef")
		old := argon2.IDKey([]byte("2468"), salt, 2, 19*1024, 1, 32)
		err := k.stored().UpdateMember(ctx, who.ID, func(m *member.Member) error {
			m.Layers.Sealed[0].Lock = &member.Lock{Salt: salt, Hash: old}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		stands := func() *member.Lock {
			m, err := k.stored().Member(ctx, who.ID)
			if err != nil {
				t.Fatal(err)
			}
			return m.Layers.Sealed[0].Lock
		}
		if k.opens(t, who, "1111") || !bytes.Equal(stands().Hash, old) {
			t.Error("the older lock is not there")
		}
		if !k.opens(t, who, "2468") {
			t.Error("the older lock does not open")
		}
		if l := stands(); bytes.Equal(l.Hash, old) || bytes.Equal(l.Salt, salt) || l.Form == 0 {
			t.Errorf("the older lock is still there: %+v", l)
		}
		k.Service = k.serve(t, k.things)
		if !k.opens(t, who, "2468") || k.opens(t, who, "1112") {
			t.Error("the renewed lock is another")
		}
	})
}
