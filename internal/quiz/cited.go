package quiz

import (
	"slices"

	"pugongying/internal/law"
)

// changed says whether a provision the question stands on no longer says what it said when the question was checked.
func (q *Question) changed(laws Laws) bool {
	return slices.ContainsFunc(q.Citations, func(r law.Resolved) bool {
		_, changed := laws.Changed(r.Citation)
		return changed
	})
}

// Questions is every question that may be drawn, in order of id. Nobody may write to them.
func (b *Bank) Questions() []*Question { return slices.Clone(b.current.Load().all) }

// Outdated is the live questions that are out of the draws because their law changed, in order of id.
func (b *Bank) Outdated() []*Question { return slices.Clone(b.current.Load().outdated) }

// Posed is a question as anybody may be told of it before it is answered. It has no field that could carry what is right.
type Posed struct {
	Situation string // only of a scenario
	Stem      string
	Topic     *Topic // the first that asks it, nil when none does
}

// Citing is the questions that may be drawn and cite an article, whichever 款 or 项 of it: by the topics that ask them, in
// the order of each, and those no topic asks at the end. None is there twice.
func (b *Bank) Citing(slug, number string) []Posed {
	now, citing := b.current.Load(), map[string]*Question{}
	for _, q := range now.all {
		if slices.ContainsFunc(q.Citations, func(r law.Resolved) bool { return r.Law == slug && r.Number() == number }) {
			citing[q.ID] = q
		}
	}
	posed := make([]Posed, 0, len(citing))
	take := func(id string, topic *Topic) {
		if q := citing[id]; q != nil {
			posed = append(posed, Posed{Situation: q.Situation, Stem: q.Stem, Topic: topic})
			delete(citing, id)
		}
	}
	for i := range now.topics {
		for _, id := range now.topics[i].Questions {
			take(id, &now.topics[i])
		}
	}
	for _, q := range now.all {
		take(q.ID, nil)
	}
	return posed
}
