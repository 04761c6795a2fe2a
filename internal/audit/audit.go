// Package audit is the append-only record of staff acts: who did what to which thing, when.
//
// It promises that an entry is written in the same transaction as the change it records (a store method takes both, so
// neither exists without the other), that an entry is never changed or removed, and that a reader pages through entries
// newest first. Each actor's entries are a hash chain: an entry is numbered and carries the hash of the one before, so that
// whoever changes, removes, adds or reorders any of them behind the program's back is found (Verify). A chain cut at its end
// looks whole; it is found by tips noted elsewhere: each backup and each closed quarter has those of its instant.
//
// It refuses free text. The names of details come from an allow-list, one for each action, and a value is a short code or
// number, so that nothing a resident wrote, and no name, can enter a record that is stored for ever.
//
// It imports no capability: everything that records imports it, staff accounts included.
package audit

import (
	"crypto/rand"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// ActorKind says what sort of actor acted.
type ActorKind string

// The kinds of actors.
const (
	KindSystem   ActorKind = "system"   // the program by itself
	KindOperator ActorKind = "operator" // a person at the command line of the server
	KindStaff    ActorKind = "staff"    // a signed-in member of staff; ID names the account
)

// Actor is who acted. ID is an account or a name of the program's own, never a person's name.
type Actor struct {
	Kind ActorKind `bson:"kind"`
	ID   string    `bson:"id,omitempty"`
}

// Actors that need no account.
var (
	Shipped  = Actor{Kind: KindSystem, ID: "shipped"} // content inside the binary
	Operator = Actor{Kind: KindOperator}
)

// Valid reports whether the actor names somebody: staff by their account, the system by the part that acted.
func (a Actor) Valid() bool {
	switch a.Kind {
	case KindOperator:
		return a.ID == "" || code.MatchString(a.ID)
	case KindSystem, KindStaff:
		return code.MatchString(a.ID)
	}
	return false
}

// Action is what was done, as capability.verb.
type Action string

// The actions there are.
const (
	PublishImport   Action = "publish.import"   // texts taken in as drafts
	PublishRevise   Action = "publish.revise"   // a newer draft of one text
	PublishStep     Action = "publish.step"     // one version moved on the way to residents
	PublishWithdraw Action = "publish.withdraw" // a publication taken down
	PublishSeed     Action = "publish.seed"     // the content inside the binary taken in
	LawImport       Action = "law.import"       // texts of laws taken in
	LawWithdraw     Action = "law.withdraw"     // a version of a law taken out of use
	LawRestore      Action = "law.restore"      // and brought back
	PictureAdd      Action = "picture.add"      // a picture handed in
	PictureDescribe Action = "picture.describe" // what can be seen on it, written or changed
	PictureRemove   Action = "picture.remove"

	PublishCreate   Action = "publish.create"    // a publication begun by staff
	PublishComment  Action = "publish.comment"   // something said of a version
	PublishAssign   Action = "publish.assign"    // a review given to somebody
	PublishEscalate Action = "publish.escalate"  // a review asked of the region above
	PublishTrouble  Action = "publish.trouble"   // a version could not be shown at its minute
	PublishBundle   Action = "publish.bundle"    // a set made, changed, scheduled, shown or stopped
	PublishReviewAt Action = "publish.review_at" // when a live version is looked at again
	PublishReport   Action = "publish.report"    // a resident's report answered
	PublishLawyer   Action = "publish.lawyer"    // an outside lawyer asked, or her answer

	ContributionSend     Action = "contribution.send"     // a volunteer handed her story in
	ContributionConsent  Action = "contribution.consent"  // a consent was recorded
	ContributionRead     Action = "contribution.read"     // an editor read raw words
	ContributionTake     Action = "contribution.take"     // an editor began a piece of them
	ContributionReturn   Action = "contribution.return"   // back to its author
	ContributionWithdraw Action = "contribution.withdraw" // with its piece, by author or because of a consent
	ContributionErase    Action = "contribution.erase"    // raw words and voice destroyed
)

// details is the allow-list: what an entry of each action may say beyond its subject. The console says each in words
// (internal/console/audit_words.go); a test there refuses one that has none.
var details = map[Action][]string{
	PublishImport:   {"added", "changed", "same"},
	PublishRevise:   {"version", "from"},
	PublishStep:     {"version", "act", "from", "to", "sha"},
	PublishWithdraw: {"version", "count"},
	PublishCreate:   {"kind"},
	PublishComment:  {"version"},
	PublishAssign:   {"version", "to"},
	PublishEscalate: {"version", "from", "to"},
	PublishTrouble:  {"version", "code"},
	PublishBundle:   {"act", "pieces"},
	PublishReviewAt: {"version", "act"},
	PublishReport:   {"version", "outcome"},
	PublishLawyer:   {"version", "act"},
	PublishSeed:     {"edition", "added", "replaced", "drafted", "withdrawn"},
	LawImport:       {"added", "replaced", "versions", "files"},
	LawWithdraw:     {"version"},
	LawRestore:      {"version"},
	PictureAdd:      nil, PictureDescribe: nil, PictureRemove: nil,

	ActEnter:         {"kind", "region", "quantity", "proofs"},
	ActProve:         {"kind", "region", "quantity", "proofs"},
	ActCorrect:       {"kind", "region", "quantity", "proofs", "of"},
	QuarterClose:     nil,
	QuarterFreeze:    {"hash", "lines"},
	ContributionSend: nil, ContributionConsent: nil, ContributionRead: nil, ContributionTake: nil, ContributionReturn: nil,
	ContributionWithdraw: nil, ContributionErase: nil,

	StaffInvite:    {"purpose"},
	StaffJoin:      {"purpose", "kind"},
	StaffSignIn:    {"how", "kind"},
	StaffStepUp:    nil,
	StaffPassword:  nil,
	StaffGrant:     {"role", "region"},
	StaffRevoke:    {"role", "region"},
	StaffSuspend:   nil,
	StaffPropose:   {"kind", "role", "region"},
	StaffApprove:   {"kind", "role", "region", "first"},
	StaffDecline:   {"kind", "role", "region"},
	ApplicationVet: {"verdict"},

	CounsellorChange: {"act", "hurt"},
	PlanChange:       {"act", "dates", "hurt"},
	RoomChange:       {"act", "hurt"},
	DutyChange:       {"act"},
	IntakeOpen:       nil,
}

// Details are what an entry of an action may say beyond its subject, in the order in which people read it.
func Details(a Action) []string { return details[a] }

// Actions lists every action there is, sorted.
func Actions() []Action { return slices.Sorted(maps.Keys(details)) }

// Limits of what an entry may contain, in bytes.
const (
	maxSubject = 128
	schema     = 2 // 1 had no chain
)

// code is the form of a detail's value and of an actor's id: a number, a state, an id.
var code = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9@._:-]{0,63}$`)

// Entry is one act. It never changes.
type Entry struct {
	ID      string            `bson:"_id"` // sorts by At, then at random
	Actor   Actor             `bson:"actor"`
	Action  Action            `bson:"action"`
	Subject string            `bson:"subject"` // the id of what was acted on
	At      time.Time         `bson:"at"`
	Detail  map[string]string `bson:"detail,omitempty"`
	Link    Link              `bson:"link"` // set by the store that appends it
	Schema  int               `bson:"schema"`
}

// Act is what a capability says of a change it is about to make.
type Act struct {
	Actor   Actor
	Action  Action
	Subject string
	At      time.Time
	Detail  map[string]string
}

// New creates the entry of an act. An error means that the program described the act wrongly: an unknown actor or action, a
// detail outside the allow-list, or free text.
func New(act Act) (Entry, error) {
	at := act.At.UTC().Truncate(time.Millisecond)
	e := Entry{
		ID: fmt.Sprintf("%012x", max(at.UnixMilli(), 0)) + rand.Text(), Actor: act.Actor, Action: act.Action, Subject: act.Subject,
		At: at, Detail: act.Detail, Schema: schema,
	}
	return e, e.Check()
}

// Check says what is wrong with an entry; a store refuses to append one that fails it.
func (e Entry) Check() error {
	allowed, known := details[e.Action]
	switch {
	case !known:
		return fmt.Errorf("audit: unknown action %q", e.Action)
	case !e.Actor.Valid():
		return fmt.Errorf("audit: %s by no valid actor", e.Action)
	case e.ID == "" || e.At.IsZero() || e.Schema != schema:
		return fmt.Errorf("audit: %s was not made by New", e.Action)
	case e.Subject == "" || len(e.Subject) > maxSubject || !utf8.ValidString(e.Subject) || strings.ContainsFunc(e.Subject, unicode.IsControl):
		return fmt.Errorf("audit: %s has no valid subject", e.Action)
	}
	for key, value := range e.Detail {
		if !slices.Contains(allowed, key) {
			return fmt.Errorf("audit: %s may not record %q", e.Action, key)
		}
		if !code.MatchString(value) {
			return fmt.Errorf("audit: %s: the value of %s is not a code", e.Action, key)
		}
	}
	return nil
}
