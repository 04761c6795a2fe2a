package store

import (
	"fmt"
	"testing"

	"pugongying/internal/quiz"
)

func openAttempt(id string, rev int64) *quiz.Attempt {
	return &quiz.Attempt{ID: id, Owner: "m1", State: quiz.Open, Rev: rev, Drawn: []quiz.Drawn{{Question: "q1"}}}
}

func TestRecentHoldsTheLatestUsed(t *testing.T) {
	r := newRecent(3)
	for i := range 3 {
		r.put(openAttempt(fmt.Sprint("a", i), 1))
	}
	r.get("a0")
	r.put(openAttempt("a3", 1))
	for id, want := range map[string]bool{"a0": true, "a1": false, "a2": true, "a3": true} {
		if got := r.get(id) != nil; got != want {
			t.Errorf("%s here: %v, want %v", id, got, want)
		}
	}
	if n := r.attempts.Len(); n != 3 {
		t.Errorf("%d attempts, want 3", n)
	}
}

func TestRecentGivesAndTakesCopies(t *testing.T) {
	r := newRecent(3)
	mine := openAttempt("a", 1)
	r.put(mine)
	mine.Drawn[0].Chosen = []string{"x"}
	got := r.get("a")
	got.State, got.Drawn[0].Chosen = quiz.Submitted, []string{"y"}
	if stored := r.get("a"); stored.State != quiz.Open || stored.Drawn[0].Chosen != nil {
		t.Errorf("changed from outside: %+v", stored)
	}
}

func TestRecentKeepsTheNewestOpen(t *testing.T) {
	r := newRecent(3)
	r.put(openAttempt("a", 3))
	r.put(openAttempt("a", 2)) // a slow goroutine comes late
	if got := r.get("a"); got.Rev != 3 {
		t.Errorf("revision %d, want 3", got.Rev)
	}
	done := openAttempt("a", 4)
	done.State = quiz.Submitted
	r.put(done)
	r.put(&quiz.Attempt{ID: "b", State: quiz.Submitted})
	if r.get("a") != nil || r.get("b") != nil || r.attempts.Len() != 0 {
		t.Error("a submitted attempt is held as open")
	}
	r.put(openAttempt("c", 1))
	r.put(&quiz.Attempt{ID: "d", Owner: "m2", State: quiz.Open})
	r.drop("nowhere")
	r.forget("m1")
	if r.get("c") != nil || r.get("d") == nil {
		t.Error("forget took the wrong ones")
	}
}
