package publish

import (
	"fmt"
	"time"

	"pugongying/internal/region"
)

// Tab is the list a publication stands in: exactly one.
type Tab string

// The tabs.
const (
	TabReview    Tab = "review"    // 等审
	TabReady     Tab = "ready"     // 等上线
	TabReturned  Tab = "returned"  // 退回
	TabDraft     Tab = "draft"     // 草稿, also beside something live
	TabLive      Tab = "live"      // 线上
	TabWithdrawn Tab = "withdrawn" // 撤下
)

// Tabs are all tabs, in the order of the page.
func Tabs() []Tab {
	return []Tab{TabReview, TabReady, TabLive, TabReturned, TabWithdrawn, TabDraft}
}

// Place is where lists show a publication. It is derived with every change, for the indexes alone.
type Place struct {
	Tab     Tab           `bson:"tab"`
	Regions []region.Code `bson:"regions"`         // its region and those around it; "" for the whole deployment
	Changed string        `bson:"changed"`         // sorts by the last change
	Due     string        `bson:"due,omitempty"`   // sorts by the time that a review has left
	Turn    State         `bson:"turn,omitempty"`  // the review it waits for
	Asked   region.Code   `bson:"asked,omitempty"` // whose reviewers are asked
}

// place derives where a publication stands.
func (p *Publication) place() Place {
	at := Place{Tab: p.tab(), Regions: around(p.Region), Changed: sortKey(p.ChangedAt, p.ID)}
	if o := p.turn(); o != nil {
		at.Turn, at.Asked, at.Due = o.State, o.Asked, sortKey(o.Due, p.ID)
	}
	return at
}

func (p *Publication) tab() Tab {
	tab := TabWithdrawn
	if p.Live > 0 {
		tab = TabLive
	}
	for _, o := range p.Open {
		switch {
		case o.State == StateCheck || o.State.waitsForReview():
			return TabReview
		case o.State == StateApproved || o.State == StateScheduled:
			return TabReady
		case o.Returned:
			tab = TabReturned
		case tab != TabReturned:
			tab = TabDraft
		}
	}
	return tab
}

// turn is the version that waits for a reviewer; nil when there is none.
func (p *Publication) turn() *Open {
	for i := range p.Open {
		if p.Open[i].State.waitsForReview() {
			return &p.Open[i]
		}
	}
	return nil
}

// around is a region with those around it, smallest first.
func around(c region.Code) []region.Code {
	if c.Level() == 0 {
		return []region.Code{""}
	}
	var all []region.Code
	for ; c != ""; c = c.Parent() {
		all = append(all, c)
	}
	return all
}

// sortKey sorts by an instant and differs for every publication.
func sortKey(t time.Time, id string) string {
	return fmt.Sprintf("%013d %s", max(t.UnixMilli(), 0), id)
}

// PlaceOf is where lists show a publication; every change derives it, and a test that writes documents by itself calls this.
func PlaceOf(p Publication) Place { return p.place() }
