// Package desk is what somebody who writes at a desk does with texts: a story of four parts, questions one by one, a
// citation picked in the imported law, and what has to be done when a law changed.
//
// It promises that nothing she wrote is lost: what cannot be stored is named at its place, and the rest is; that the list
// of citations is that of her text, each with what the provision said when it was picked; and that a citation is replaced
// in all the texts she chose, each a draft of its own that goes through review.
//
// It refuses to guess: a citation that cannot be read stays in the text as it was written, and is a fault there. It moves
// nothing that residents see.
package desk

import (
	"context"

	"pugongying/internal/fault"
	"pugongying/internal/law"
)

// Laws is what the desk needs of the laws.
type Laws interface {
	// Register is what may be cited today, AllVersions what could ever be.
	Register() *law.Register
	AllVersions() *law.Register
	// Article is an article of the version in force.
	Article(ctx context.Context, name, number, version string) (law.ArticleView, error)
	// Stamped is what a text's citations mean: what was compared before stays, a new one means what it says today.
	Stamped(ctx context.Context, before []law.Pin, cited []law.Citation) ([]law.Pin, error)
	// Since is what became of provisions since they were compared.
	Since(ctx context.Context, pins []law.Pin) (map[law.Pin]law.Change, error)
}

// History is what the laws said.
type History interface {
	// Provision is what a citation points at today, Words what a pinned one said.
	Provision(ctx context.Context, c law.Citation) (law.Quote, error)
	Words(ctx context.Context, p law.Pin) (law.Quote, error)
	// ShippedPin is what the binary knows of a provision.
	ShippedPin(c law.Citation) law.Pin
}

// Faults of what is written.
var (
	ErrStory = fault.New(fault.Invalid, "desk.story", "有几处没有存上，别的都存好了。请看标出来的地方。")
	ErrCite  = fault.New(fault.Invalid, "desk.citation", "没有找到这一条。换几个字，或者写“反家暴法23条”这样再找。")
)
