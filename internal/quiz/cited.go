package quiz

import (
	"slices"

	"pugongying/internal/law"
)

// changed says whether any provision the question cites has another text than when the question was checked.
func (q *Question) changed(laws Laws) bool {
	return slices.ContainsFunc(q.Citations, func(r law.Resolved) bool {
		_, changed := laws.Changed(r.Citation)
		return changed
	})
}

// Questions gives every question that may be drawn, in order of id. Callers must not change them.
func (b *Bank) Questions() []*Question { return slices.Clone(b.current.Load().all) }

// Outdated gives the live questions that are not drawn because their law changed, in order of id.
func (b *Bank) Outdated() []*Question { return slices.Clone(b.current.Load().outdated) }

// Posed is the part of a question that anybody may see before answering. It has no field that could carry the right
// answer.
type Posed struct {
	Situation string // only of a scenario
	Stem      string
	Topic     *Topic // the first topic that asks it, nil when none does
}

// Citing gives the questions that may be drawn and cite an article, in any of its 款 or 项. They are ordered by the
// topics that ask them, then by each topic's own order; those in no topic come last. No question appears twice.
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
