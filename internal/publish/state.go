package publish

// State is how far one version has come.
type State string

// The states, in their usual order.
const (
	StateDraft      State = "draft"      // being written
	StateCheck      State = "check"      // checked by the machine: citations, lexicon, form
	StateReview     State = "review"     // reviewed by a person
	StateScheduled  State = "scheduled"  // approved, waiting for its hour
	StateLive       State = "live"       // residents see it
	StateSuperseded State = "superseded" // replaced by a newer version
	StateWithdrawn  State = "withdrawn"  // withdrawn; its text remains
)

// Act is a step of one version.
type Act string

// The acts.
const (
	ActSubmit    Act = "submit"    // the author submits it
	ActPass      Act = "pass"      // the machine found nothing
	ActReturn    Act = "return"    // back to the author, by machine or by person
	ActApprove   Act = "approve"   // the reviewer agrees, to be shown at its hour
	ActRelease   Act = "release"   // shown now
	ActSupersede Act = "supersede" // replaced by a newer version
	ActWithdraw  Act = "withdraw"  // withdrawn
)

// transitions lists every possible step. Superseded and withdrawn are final: such a text comes back as a new version.
var transitions = map[State]map[Act]State{
	StateDraft:     {ActSubmit: StateCheck, ActSupersede: StateSuperseded, ActWithdraw: StateWithdrawn},
	StateCheck:     {ActPass: StateReview, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateReview:    {ActApprove: StateScheduled, ActRelease: StateLive, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateScheduled: {ActRelease: StateLive, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateLive:      {ActSupersede: StateSuperseded, ActWithdraw: StateWithdrawn},
}

// Next is the state an act leads to, or ErrTransition.
func Next(from State, act Act) (State, error) {
	to, ok := transitions[from][act]
	if !ok {
		return from, ErrTransition
	}
	return to, nil
}

// underReview reports whether somebody, or the machine, is checking the version.
func (s State) underReview() bool {
	return s == StateCheck || s == StateReview || s == StateScheduled
}
