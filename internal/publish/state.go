package publish

// State is where the newest version of a publication stands.
type State string

// The states, in the order of the road.
const (
	StateDraft     State = "draft"     // being written
	StateCheck     State = "check"     // the machine reads it: citations, lexicon, form
	StateReview    State = "review"    // a person reads it
	StateScheduled State = "scheduled" // approved, waiting for its hour
	StateLive      State = "live"      // residents see it
	StateWithdrawn State = "withdrawn" // taken down; its versions stay
)

// Act is a step on the road.
type Act string

// The acts.
const (
	ActSubmit   Act = "submit"   // the author hands it in
	ActPass     Act = "pass"     // the machine found nothing
	ActReturn   Act = "return"   // back to the author, by machine or by person
	ActApprove  Act = "approve"  // the reviewer agrees, to be shown at its hour
	ActRelease  Act = "release"  // shown now
	ActRevise   Act = "revise"   // a new version is begun; the live one stays
	ActWithdraw Act = "withdraw" // taken down
)

// transitions is the whole road; what it does not name cannot be done.
var transitions = map[State]map[Act]State{
	StateDraft:     {ActSubmit: StateCheck, ActRevise: StateDraft, ActWithdraw: StateWithdrawn},
	StateCheck:     {ActPass: StateReview, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateReview:    {ActApprove: StateScheduled, ActRelease: StateLive, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateScheduled: {ActRelease: StateLive, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateLive:      {ActRevise: StateDraft, ActWithdraw: StateWithdrawn},
	StateWithdrawn: {ActRevise: StateDraft},
}

// Next is the state an act leads to, or ErrTransition.
func Next(from State, act Act) (State, error) {
	to, ok := transitions[from][act]
	if !ok {
		return from, ErrTransition
	}
	return to, nil
}
