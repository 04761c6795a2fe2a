// Package ledger counts acts without identity: what a programme did, where, for which project, on which civil day.
// Recording starts on the first day, because what was not recorded can never be reported; and nothing recorded here can
// be traced to a person.
//
// It promises that an act is counted once however often it is sent (the line's id identifies the act), that a line is
// never edited or removed but only corrected by a further line, and that totals equal the lines: totals are counters
// that are increased in one transaction with the lines they count, and they can be rebuilt and verified from the lines
// at any time.
//
// A closed quarter is frozen: a line enters a month when it is tallied, in one transaction with the boundary before which
// everything is closed, so that none enters a closed one; what comes late counts in the first open month. A closed quarter's
// hash is over all its lines and the tips of the audit record of that instant.
//
// Figures are reported with small numbers suppressed (Suppress). What counts people, 人次 or 人, is hidden below ten, for
// everybody alike; what counts things that were given out at a public act (leaflets) is about nobody and is never hidden.
//
// It refuses everything that could identify a person: a line has no member, no session, no address, and no time finer
// than a day. An id made by ActID cannot be turned back into its input. What an officer writes of an offline act may name
// people: it is in no line, and sealed.
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

// The kinds counted so far.
const (
	StoryRead Kind = "story.read"      // an explainer read to its end
	QuizSat   Kind = "quiz.sat"        // a paper submitted
	Lecture   Kind = "lecture.given"   // who listened to a lecture
	Visit     Kind = "village.visited" // whom a visit to a village reached
	Leaflets  Kind = "leaflets.given"  // leaflets given out
)

// rule is what is fixed about a kind.
type rule struct {
	unit    Unit
	words   string // as a report says it
	offline bool   // entered by an officer; every other kind is counted by the program
}

var rules = map[Kind]rule{
	StoryRead: {Visits, "读完故事", false}, QuizSat: {Visits, "答完一组题", false},
	Lecture: {Visits, "讲座", true}, Visit: {Visits, "走村入户", true}, Leaflets: {Copies, "发材料", true},
}

// Kinds are all kinds in the order of a report.
func Kinds() []Kind { return []Kind{StoryRead, QuizSat, Lecture, Visit, Leaflets} }

// Words is the kind as a report says it.
func (k Kind) Words() string { return rules[k].words }

// Unit is what the kind is counted in.
func (k Kind) Unit() Unit { return rules[k].unit }

// Offline says that officers enter acts of this kind.
func (k Kind) Offline() bool { return rules[k].offline }

// Unit is what a quantity counts.
type Unit string

// The units of the federation's reports: acts (人次, however many by one person), different persons (人), or things (份).
const (
	Visits  Unit = "人次"
	Persons Unit = "人"
	Copies  Unit = "份"
)

// People says that what is counted is people, of whom a small number tells something.
func (u Unit) People() bool { return u == Visits || u == Persons }

const (
	lineSchema  = 1
	totalSchema = 2       // 1 was of a day and had no channel
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
	At           string      `bson:"at"`              // civil day the line was written
	Month        string      `bson:"month,omitempty"` // "2026-11", in which it counts; set when it is tallied
	Tallied      bool        `bson:"folded"`          // included in its total
	Schema       int         `bson:"schema"`
}

// Channel is the kind of source, as "explainer".
func (l Line) Channel() string {
	channel, _, _ := strings.Cut(l.Source, ":")
	return channel
}

// CountsIn is the month a line counts in: that of its day, or the first open one when that is closed already.
func (l Line) CountsIn(open string) string { return max(l.Day[:len("2006-01")], open) }

// Total is the counter of all lines that have the same values in all fields it names.
type Total struct {
	ID           string      `bson:"_id"`
	Month        string      `bson:"month"`
	Kind         Kind        `bson:"kind"`
	Unit         Unit        `bson:"unit"`
	Region       region.Code `bson:"region"`
	Organisation string      `bson:"organisation"`
	Project      string      `bson:"project"`
	Channel      string      `bson:"channel"`
	Quantity     int64       `bson:"quantity"`
	Lines        int64       `bson:"lines"`
	Schema       int         `bson:"schema"`
}

// Query selects totals. An empty field or the zero scope means all. From and To are months, both included.
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
	switch kind, ok := rules[l.Kind]; {
	case !ok:
		return fmt.Errorf("kind %q is not counted", l.Kind)
	case l.Unit != kind.unit:
		return fmt.Errorf("%s is counted in %s", l.Kind, kind.unit)
	case kind.offline != (l.Source == offline):
		return fmt.Errorf("%s comes from %s", l.Kind, l.Source)
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

// Add adds a line to the total of its month.
func (s Sums) Add(l Line) {
	t := Total{
		Month: l.Month, Kind: l.Kind, Unit: l.Unit, Region: l.Region, Organisation: l.Organisation, Project: l.Project,
		Channel: l.Channel(), Schema: totalSchema,
	}
	t.ID = strings.Join([]string{t.Month, string(t.Kind), string(t.Unit), string(t.Region), t.Organisation, t.Project, t.Channel}, "|")
	before := s[t.ID]
	t.Quantity, t.Lines = before.Quantity+l.Quantity, before.Lines+1
	s[t.ID] = t
}

// Difference is a total that does not equal its lines.
type Difference struct {
	Total   string // id
	Lines   int64  // sum of the tallied lines
	Counted int64  // value of the counter
}

// offline is the source of what officers enter.
const offline = "offline"

// Compare gives the differences between the sums of the lines and the stored counters.
func (s Sums) Compare(counted []Total) []Difference {
	var found []Difference
	seen := map[string]bool{}
	for _, t := range counted {
		seen[t.ID] = true
		if sum := s[t.ID]; sum.Quantity != t.Quantity || sum.Lines != t.Lines {
			found = append(found, Difference{Total: t.ID, Lines: sum.Quantity, Counted: t.Quantity})
		}
	}
	for id, t := range s {
		if !seen[id] {
			found = append(found, Difference{Total: id, Lines: t.Quantity})
		}
	}
	return found
}
