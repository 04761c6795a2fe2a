package publish

// State is how far one version has come.
type State string

// The states, in their usual order.
const (
	StateDraft      State = "draft"      // being written
	StateCheck      State = "check"      // checked by the machine: citations, lexicon, personal data
	StateFirst      State = "first"      // waits for its first review
	StateSecond     State = "second"     // waits for its second, by another person
	StateThird      State = "third"      // waits for its third, by another person again
	StateApproved   State = "approved"   // three people passed it
	StateScheduled  State = "scheduled"  // approved, waiting for its hour
	StateLive       State = "live"       // residents see it
	StateSuperseded State = "superseded" // replaced by a newer version
	StateWithdrawn  State = "withdrawn"  // withdrawn; its text remains

	stateReview State = "review" // the one review of schema 2
)

// Act is a step of one version.
type Act string

// The acts.
const (
	ActSubmit     Act = "submit"     // the author submits it
	ActClear      Act = "clear"      // the machine found nothing that blocks
	ActPass       Act = "pass"       // a reviewer passes it
	ActReturn     Act = "return"     // back to the author, by machine, by person or by herself
	ActRestart    Act = "restart"    // its bytes are no longer those that were passed: all reviews begin again
	ActSchedule   Act = "schedule"   // it gets its hour
	ActUnschedule Act = "unschedule" // it loses its hour
	ActRelease    Act = "release"    // shown now
	ActSupersede  Act = "supersede"  // replaced by a newer version
	ActWithdraw   Act = "withdraw"   // withdrawn
)

// transitions lists every possible step. Superseded and withdrawn are final: such a text comes back as a new version.
var transitions = map[State]map[Act]State{
	StateDraft:     {ActSubmit: StateCheck, ActSupersede: StateSuperseded, ActWithdraw: StateWithdrawn},
	StateCheck:     {ActClear: StateFirst, ActReturn: StateDraft, ActWithdraw: StateWithdrawn},
	StateFirst:     {ActPass: StateSecond, ActReturn: StateDraft, ActRestart: StateFirst, ActWithdraw: StateWithdrawn},
	StateSecond:    {ActPass: StateThird, ActReturn: StateDraft, ActRestart: StateFirst, ActWithdraw: StateWithdrawn},
	StateThird:     {ActPass: StateApproved, ActReturn: StateDraft, ActRestart: StateFirst, ActWithdraw: StateWithdrawn},
	StateApproved:  {ActSchedule: StateScheduled, ActRelease: StateLive, ActReturn: StateDraft, ActRestart: StateFirst, ActWithdraw: StateWithdrawn},
	StateScheduled: {ActUnschedule: StateApproved, ActSchedule: StateScheduled, ActRelease: StateLive, ActReturn: StateDraft, ActRestart: StateFirst, ActWithdraw: StateWithdrawn},
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

// underReview reports whether somebody, or the machine, is checking the version, or has.
func (s State) underReview() bool {
	return s == StateCheck || s.waitsForReview() || s == StateApproved || s == StateScheduled
}

// waitsForReview reports whether a person has to review the version.
func (s State) waitsForReview() bool { return s == StateFirst || s == StateSecond || s == StateThird }
