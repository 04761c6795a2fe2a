package clock

import (
	"testing"
	"time"
)

// TestSteadyTimeIsMovedByNoStep, and goes on all the while; the control is Now, which a step ahead moves.
func TestSteadyTimeIsMovedByNoStep(t *testing.T) {
	w := newWorld(t)
	w.goes(time.Minute)
	w.check()
	for _, step := range []time.Duration{33 * day, -66 * day, 33*day + 2*time.Minute} {
		before := w.clock.Steady()
		w.steps(step)
		if moved := w.clock.Steady().Sub(before); moved != 0 {
			t.Errorf("a step of %v moves it by %v", step, moved)
		}
		w.check()
		w.goes(10 * time.Second)
		if moved := w.clock.Steady().Sub(before); moved != 10*time.Second {
			t.Errorf("ten seconds after a step of %v it has moved by %v", step, moved)
		}
	}
	w.steps(33 * day)
	if w.clock.Now().Sub(w.clock.Steady()) < 32*day {
		t.Error("the control: the step is none")
	}
}

// TestSteadyTimeGoesOnAfterAStartWithAWrongClock: from where it stopped, by the new uptime.
func TestSteadyTimeGoesOnAfterAStartWithAWrongClock(t *testing.T) {
	w := newWorld(t)
	w.goes(time.Minute)
	w.check()
	last := w.store.anchor.At
	w.restarts("second", 0)
	w.steps(400 * day)
	w.process()
	w.check()
	w.goes(time.Hour)
	if on := w.clock.Steady().Sub(last); on < time.Hour || on > time.Hour+time.Minute {
		t.Errorf("an hour after the start it stands %v after where it stopped", on)
	}
}

func TestSteadyTimeIsTheTimeOfABelievedClock(t *testing.T) {
	w := newWorld(t)
	if !w.clock.Steady().Equal(w.wall) {
		t.Error("another time before the first look")
	}
	w.check()
	w.goes(10 * time.Second)
	if !w.clock.Steady().Equal(w.wall) {
		t.Error("another time than the believed one")
	}
}
