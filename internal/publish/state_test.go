package publish

import (
	"errors"
	"testing"
)

func TestNextKnowsEveryStep(t *testing.T) {
	states := []State{StateDraft, StateCheck, StateReview, StateScheduled, StateLive, StateSuperseded, StateWithdrawn}
	acts := []Act{ActSubmit, ActPass, ActReturn, ActApprove, ActRelease, ActSupersede, ActWithdraw}
	// One row a state, one column an act; "" is refused.
	table := [][]State{
		{StateCheck, "", "", "", "", StateSuperseded, StateWithdrawn},
		{"", StateReview, StateDraft, "", "", "", StateWithdrawn},
		{"", "", StateDraft, StateScheduled, StateLive, "", StateWithdrawn},
		{"", "", StateDraft, "", StateLive, "", StateWithdrawn},
		{"", "", "", "", "", StateSuperseded, StateWithdrawn},
		{"", "", "", "", "", "", ""},
		{"", "", "", "", "", "", ""},
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

func TestNothingGoesLiveWithoutReview(t *testing.T) {
	for from, acts := range transitions {
		for act, to := range acts {
			if to == StateLive && from != StateReview && from != StateScheduled {
				t.Errorf("%s leads from %s to live", act, from)
			}
		}
	}
}
