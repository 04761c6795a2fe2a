package publish

import (
	"errors"
	"testing"
)

func TestNextKnowsEveryStep(t *testing.T) {
	states := []State{StateDraft, StateCheck, StateFirst, StateSecond, StateThird, StateApproved, StateScheduled, StateLive, StateSuperseded, StateWithdrawn}
	acts := []Act{ActSubmit, ActClear, ActPass, ActReturn, ActRestart, ActSchedule, ActUnschedule, ActRelease, ActSupersede, ActWithdraw}
	const (
		d, c, f, s = StateDraft, StateCheck, StateFirst, StateSecond
		t3, a, q   = StateThird, StateApproved, StateScheduled
		l, o, w    = StateLive, StateSuperseded, StateWithdrawn
	)
	// One row a state, one column an act; "" is refused.
	table := [][]State{
		{c, "", "", "", "", "", "", "", o, w},
		{"", f, "", d, "", "", "", "", "", w},
		{"", "", s, d, f, "", "", "", "", w},
		{"", "", t3, d, f, "", "", "", "", w},
		{"", "", a, d, f, "", "", "", "", w},
		{"", "", "", d, f, q, "", l, "", w},
		{"", "", "", d, f, q, a, l, "", w},
		{"", "", "", "", "", "", "", "", o, w},
		{"", "", "", "", "", "", "", "", "", ""},
		{"", "", "", "", "", "", "", "", "", ""},
	}
	for i, from := range states {
		for j, act := range acts {
			got, err := Next(from, act)
			want := table[i][j]
			if want == "" && (!errors.Is(err, ErrTransition) || got != from) {
				t.Errorf("Next(%s, %s) = %s, %v, want a refusal", from, act, got, err)
			}
			if want != "" && (err != nil || got != want) {
				t.Errorf("Next(%s, %s) = %s, %v, want %s", from, act, got, err, want)
			}
		}
	}
	if _, err := Next("somewhere", ActRelease); !errors.Is(err, ErrTransition) {
		t.Errorf("Next from an unknown state = %v", err)
	}
}

func TestNothingGoesLiveWithoutThreeReviews(t *testing.T) {
	for from, acts := range transitions {
		for act, to := range acts {
			if to == StateLive && from != StateApproved && from != StateScheduled {
				t.Errorf("%s leads from %s to live", act, from)
			}
			if to == StateApproved && from != StateThird && from != StateScheduled {
				t.Errorf("%s leads from %s to approved", act, from)
			}
		}
	}
}
