// Package ledger counts acts without identity: what a programme did, where, for which project, on which civil day.
// Recording starts on the first day, because what was not recorded can never be reported; and nothing recorded here can
// be traced to a person.
//
// It promises that an act is counted once however often it is sent (the line's id identifies the act), that a line is
// never edited or removed but only corrected by a further line, and that totals equal the lines: totals are counters
// that are increased in one transaction with the lines they count, and they can be rebuilt and verified from the lines
// at any time.
//
// It refuses everything that could identify a person: a line has no member, no session, no address, and no time finer
// than a day. An id made by ActID cannot be turned back into its input.
package ledger

import (
	"crypto/sha256"
	"encoding/base32"
	"fmt"
	"regexp"
	"strings"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Faults of the ledger.
var (
	ErrLine      = fault.New(fault.Invalid, "ledger.line_invalid", "这一笔台账写得不完整，没有记下。")
	ErrUnknown   = fault.New(fault.NotFound, "ledger.line_unknown", "没有找到这一笔台账。")
	ErrCorrected = fault.New(fault.Conflict, "ledger.corrected_meanwhile", "这一笔刚刚有人更正过，请看过再改。")
)

// Kind is what was done.
type Kind string

// The kinds counted so far, each with the unit it is counted in.
const (
	QuizSat   Kind = "quiz.sat"   // a paper submitted
	StoryRead Kind = "story.read" // an explainer read to its end
)

var units = map[Kind]Unit{QuizSat: Visits, StoryRead: Visits}

// Unit is what a quantity counts.
type Unit string

// The units of the federation's reports: acts (人次, however many by one person) or different persons (人).
const (
	Visits  Unit = "人次"
	Persons Unit = "人"
)

const (
	lineSchema  = 1
	totalSchema = 1
	maxQuantity = 100_000 // 人次 in one line: a lecture in a stadium is possible, a typing error is refused
)

// Line is one counted act. Append fills in an empty Unit, Region and Day; At and Tallied are set by the ledger alone.
type Line struct {
	ID           string      `bson:"_id"` // of the act: 26 characters base32, from ActID or random
	Kind         Kind        `bson:"kind"`
	Unit         Unit        `bson:"unit"`
	Region       region.Code `bson:"region"`
	Organisation string      `bson:"organisation"`
	Project      string      `bson:"project"`
	Day          string      `bson:"day"`    // civil day of the act, "2026-11-23"
	Source       string      `bson:"source"` // what was used, as "explainer:k3v9"; never who used it
	Quantity     int64       `bson:"quantity"`
	CorrectionOf string      `bson:"correctionOf,omitempty"`
	At           string      `bson:"at"`     // civil day the line was written
	Tallied      bool        `bson:"folded"` // included in its total
	Schema       int         `bson:"schema"`
}

// Total is the counter of all lines that have the same values in all fields it names.
type Total struct {
	ID           string      `bson:"_id"`
	Day          string      `bson:"day"`
	Kind         Kind        `bson:"kind"`
	Unit         Unit        `bson:"unit"`
	Region       region.Code `bson:"region"`
	Organisation string      `bson:"organisation"`
	Project      string      `bson:"project"`
	Quantity     int64       `bson:"quantity"`
	Schema       int         `bson:"schema"`
}

// Query selects totals. Kind is required; an empty field or the zero scope means all. From and To are both included.
type Query struct {
	Kind         Kind
	Region       region.Scope
	Organisation string
	Project      string
	From, To     string
}

// ActID gives the id of the line for one act, computed from anything that identifies the act and nothing else (an
// attempt's id, the idempotency key of a completion). The same act always gives the same id; the act cannot be computed
// from the id.
func ActID(kind Kind, act string) string {
	sum := sha256.Sum256([]byte("ledger|" + string(kind) + "|" + act))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(sum[:])[:26]
}

var (
	lineID  = regexp.MustCompile(`^[A-Z2-7]{26}$`)
	source  = regexp.MustCompile(`^[a-z]+(:[A-Za-z0-9._-]{1,64})?$`)
	someone = regexp.MustCompile(`[0-9]{11}|o[A-Za-z0-9_-]{27}`) // a phone number, an identity card number or an openid
)

// check reports what is wrong with a line before it is written.
func (l Line) check(today string) error {
	switch unit, ok := units[l.Kind]; {
	case !ok:
		return fmt.Errorf("kind %q is not counted", l.Kind)
	case l.Unit != unit:
		return fmt.Errorf("%s is counted in %s", l.Kind, unit)
	case !lineID.MatchString(l.ID):
		return fmt.Errorf("the id is not 128 bits in base32")
	case !source.MatchString(l.Source) || someone.MatchString(l.Source):
		return fmt.Errorf("the source is not what was used")
	case strings.Contains(l.Organisation, "|") || strings.Contains(l.Project, "|"):
		return fmt.Errorf("organisation and project are ids")
	case !civil.IsDay(l.Day) || l.Day > today:
		return fmt.Errorf("day %q is none or not yet", l.Day)
	case l.Quantity < -maxQuantity || l.Quantity > maxQuantity || l.Quantity == 0:
		return fmt.Errorf("quantity %d", l.Quantity)
	case l.Quantity < 0 && l.CorrectionOf == "":
		return fmt.Errorf("only a correction takes away")
	}
	return nil
}

// Sums are totals while they are added up, by total id.
type Sums map[string]Total

// Add adds a line to its total.
func (s Sums) Add(l Line) {
	t := Total{
		Day: l.Day, Kind: l.Kind, Unit: l.Unit, Region: l.Region, Organisation: l.Organisation, Project: l.Project,
		Schema: totalSchema,
	}
	t.ID = strings.Join([]string{t.Day, string(t.Kind), string(t.Unit), string(t.Region), t.Organisation, t.Project}, "|")
	t.Quantity = s[t.ID].Quantity + l.Quantity
	s[t.ID] = t
}

// Difference is a total that does not equal its lines.
type Difference struct {
	Total   string // id
	Lines   int64  // sum of the tallied lines
	Counted int64  // value of the counter
}

// Compare gives the differences between the sums of the lines and the stored counters; a counter of 0 and a missing one
// are equal.
func (s Sums) Compare(counted []Total) []Difference {
	var found []Difference
	seen := map[string]bool{}
	for _, t := range counted {
		seen[t.ID] = true
		if sum := s[t.ID].Quantity; sum != t.Quantity {
			found = append(found, Difference{Total: t.ID, Lines: sum, Counted: t.Quantity})
		}
	}
	for id, t := range s {
		if !seen[id] && t.Quantity != 0 {
			found = append(found, Difference{Total: id, Lines: t.Quantity})
		}
	}
	return found
}
