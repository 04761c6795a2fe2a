package quiz

import (
	"context"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// Pins are the question's citations, each with what it said when a person compared it.
func (q *Question) Pins() []law.Pin {
	return q.Provisions.Pins(q.Citations, func(i int) string { return q.Citations[i].Label })
}

// compare notes in questions that nobody else has yet what became of their citations.
func compare(ctx context.Context, laws Laws, questions []*Question) error {
	var all []law.Pin
	for _, q := range questions {
		all = append(all, q.Pins()...)
	}
	since, err := laws.Since(ctx, all)
	if err != nil || len(since) == 0 {
		return err
	}
	for _, q := range questions {
		q.Changes = law.ChangesOf(q.Pins(), since)
	}
	return nil
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
			posed = append(posed, Posed{Situation: q.Situation, Stem: q.Asked(), Topic: topic})
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

// overdue says to a learner that nobody looked at a question again in time.
const overdue = "正在重新核对：这道题很久没有人再看过了，要紧的事先打电话问一问。"

// notice says to a learner what became of the law of a question that she answered, between two clauses, or that it is
// looked at again too late; "" when nothing did and it is not.
func (q *Question) notice(since, then string) string {
	var what []string
	for i, change := range q.Changes {
		if change.Kind != "" {
			what = append(what, q.Citations[i].Label+"："+change.Text())
		}
	}
	switch {
	case len(what) > 0:
	case q.Rechecking:
		return overdue
	default:
		return ""
	}
	return since + "，法律有了新的规定（" + strings.Join(what, "；") + "）。" + then
}
