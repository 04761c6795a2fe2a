package media

import "time"

// SafetyState is what WeChat said about a picture.
type SafetyState string

// The states; "" is one that was never asked about.
const (
	SafetyPending SafetyState = "pending" // asked; WeChat pushes its answer within 30 minutes
	SafetyPass    SafetyState = "pass"
	SafetyReview  SafetyState = "review" // a person has to look
	SafetyRisky   SafetyState = "risky"
)

// Safety is WeChat's opinion of a picture.
type Safety struct {
	State   SafetyState `bson:"state,omitempty"`
	Trace   string      `bson:"trace,omitempty"` // under which the answer comes
	AskedAt time.Time   `bson:"askedAt,omitempty"`
	Label   int         `bson:"label,omitempty"` // WeChat's number for what it saw, 100 is nothing
}
