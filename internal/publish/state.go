package publish

// State is where one version is on its way.
type State string

// The states, in the order of the way.
const (
	StateDraft      State = "draft"      // being written
	StateCheck      State = "check"      // the machine reads it: citations, lexicon, form
	StateReview     State = "review"     // a person reads it
	StateScheduled  State = "scheduled"  // approved, waiting for its hour
	StateLive       State = "live"       // residents see it
	StateSuperseded State = "superseded" // a newer version took its place
	StateWithdrawn  State = "withdrawn"  // taken down; its text stays
)

// Act is a step of one version.
type Act string

// The acts.
const (
	ActSubmit    Act = "submit"    // the author hands it in
	ActPass      Act = "pass"      // the machine found nothing
	ActReturn    Act = "return"    // back to the author, by machine or by person
	ActApprove   Act = "approve"   // the reviewer agrees, to be shown at its hour
	ActRelease   Act = "release"   // shown now
	ActSupersede Act = "supersede" // a newer version takes its place
	ActWithdraw  Act = "withdraw"  // taken down
)

// transitions is every step there is; what it does not name cannot be done. Superseded and withdrawn are ends: such a text
// comes back as a new version.
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

// underReview says that somebody, or the machine, has the version in hand.
func (s State) underReview() bool {
	return s == StateCheck || s == StateReview || s == StateScheduled
}
