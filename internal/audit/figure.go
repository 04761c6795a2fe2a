package audit

// Acts on the ledger.
const (
	ActEnter      Action = "figure.enter"   // an offline act entered
	ActProve      Action = "figure.prove"   // a proof added to one, which counts it
	ActCorrect    Action = "figure.correct" // a line that takes away or adds
	QuarterClose  Action = "figure.close"   // a quarter frozen
	QuarterFreeze Action = "figure.hash"    // the hash of what was frozen
)
