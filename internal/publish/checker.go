package publish

import "context"

// Severity is what a finding of the machine does to a submission.
type Severity string

// The severities.
const (
	Blocks Severity = "blocks" // does not come to a reviewer before the author mended it
	Asks   Severity = "asks"   // nobody passes it without a reason
	Notes  Severity = "notes"  // said, and nothing more
)

// Finding is one thing that the machine found in a text.
type Finding struct {
	Code     string   `bson:"code"` // stable, as kind.word: privacy.phone, citation.repealed
	Severity Severity `bson:"severity"`
	Field    string   `bson:"field,omitempty"` // where: the name of the part in the body; "" is the whole text
	Start    int      `bson:"start,omitempty"` // byte range within the field; Start == End is the field as a whole
	End      int      `bson:"end,omitempty"`
	Sentence string   `bson:"sentence"`       // Chinese, for the author
	Mend     string   `bson:"mend,omitempty"` // what may stand in the range instead; "" when only a person knows
}

// Checker is the machine's part of a review: it reads a body of a kind and says what it found. An error means that a check
// could not be run; what the others found comes with it. That is never a pass: a person has to look.
type Checker interface {
	Check(ctx context.Context, kind Kind, body []byte) ([]Finding, error)
}

// CodeNotRun is the finding that stands for checks that could not be run. It asks, so that nobody passes the text without
// having looked.
const CodeNotRun = "check.not_run"
