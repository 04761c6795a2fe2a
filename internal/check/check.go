// Package check is the machine's part of a review: it reads a text of any kind and says everything it finds, each at its
// place, in a sentence for the author and, where there is one, with what may stand there instead.
//
// It promises that one run finds all: structure, citations, legal claims without one, personal data, telling words in what
// an onlooker sees, links, pictures, what is hard to read, hidden characters, and what WeChat says of the text. A check that
// could not run is an error beside what the others found, never a pass. Nothing leaves the house but words for WeChat, with
// personal data taken out before; no address in a text is ever asked for.
//
// It refuses to know a form by itself: how an explainer or a question is written and what is wrong with it is read from
// their packages, what a law says from law, what personal data is from privacy. It changes nothing.
package check

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"pugongying/internal/law"
	"pugongying/internal/notify"
	"pugongying/internal/publish"
)

// Laws is what a citation is compared with.
type Laws interface {
	// Register is the laws in force, AllVersions every article that ever was in one.
	Register() *law.Register
	AllVersions() *law.Register
	// Since and Ahead say what became of provisions since a person compared them, and what will.
	Since(ctx context.Context, pins []law.Pin) (map[law.Pin]law.Change, error)
	Ahead(ctx context.Context, pins []law.Pin) (map[law.Pin]law.Change, error)
	// Provision gives the words cited; law.ErrNoText where they are not imported.
	Provision(ctx context.Context, c law.Citation) (law.Quote, error)
}

// Advice is what WeChat says of a text.
type Advice string

// The advices. Only Pass needs no person.
const (
	Pass   Advice = "pass"
	Review Advice = "review"
	Risky  Advice = "risky"
)

// Safety asks WeChat about a piece of text of at most 2,500 characters, without personal data. An error is never a pass.
type Safety interface {
	Text(ctx context.Context, piece string) (Advice, error)
}

// Picture is what is known of a picture that a text names.
type Picture struct {
	Known     bool
	Described bool
	Safety    Advice // "" while WeChat has not answered
	Words     string // why a person has to look, when there is more to say than that it has not answered
}

// Pictures knows the media library.
type Pictures interface {
	Picture(ctx context.Context, id string) (Picture, error)
}

// Links knows what a text may point at.
type Links interface {
	Question(id string) bool
	Explainer(slug string) bool
	// Public reports whether a telephone number, in digits alone, is a service's: its number is no personal data.
	Public(digits string) bool
}

// Parts are what a Checker needs. Safety and Pictures may be nil where there are none: then a person looks.
type Parts struct {
	Laws     Laws
	Safety   Safety
	Pictures Pictures
	Links    Links
}

// Checker finds. Safe for concurrent use.
type Checker struct {
	Parts
	onlookers notify.Lexicon
}

// New makes a checker.
func New(p Parts) *Checker { return &Checker{Parts: p, onlookers: notify.ForOnlookers()} }

// run is one reading of one text.
type run struct {
	*Checker
	ctx      context.Context
	text     *text
	found    []publish.Finding
	couldNot []error
}

// Check finds everything in the body of a publication, in the order of its fields. The error joins what could not be
// checked.
func (c *Checker) Check(ctx context.Context, kind publish.Kind, body []byte) ([]publish.Finding, error) {
	r := &run{Checker: c, ctx: ctx}
	r.read(kind, body)
	for _, check := range []func(){r.encoding, r.citations, r.claims, r.personal, r.onlooking, r.pointing, r.pictures, r.readability, r.safety} {
		check()
	}
	slices.SortStableFunc(r.found, func(a, b publish.Finding) int {
		return cmp.Or(cmp.Compare(r.text.order(a.Field), r.text.order(b.Field)), a.Start-b.Start, rank(a.Severity)-rank(b.Severity))
	})
	return r.found, errors.Join(r.couldNot...)
}

func rank(s publish.Severity) int {
	return slices.Index([]publish.Severity{publish.Blocks, publish.Asks, publish.Notes}, s)
}

// at adds a finding in a range of a field.
func (r *run) at(f field, start, end int, found publish.Finding) {
	found.Field, found.Start, found.End = f.name, start, end
	r.found = append(r.found, found)
}

// whole adds a finding about a field as a whole, or with "" about the text.
func (r *run) whole(name string, found publish.Finding) {
	found.Field = name
	r.found = append(r.found, found)
}
