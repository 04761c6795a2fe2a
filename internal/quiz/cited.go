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

// Held is the live questions that are out of the draws because their law changed, in order of id.
func (b *Bank) Held() []*Question { return slices.Clone(b.current.Load().held) }

// Citing counts the questions that may be drawn and cite an article, whichever 款 or 项 of it, and names the topics they
// are asked in.
func (b *Bank) Citing(slug, number string) (questions int, topics []Topic) {
	now := b.current.Load()
	citing := map[string]bool{}
	for _, q := range now.all {
		if slices.ContainsFunc(q.Citations, func(r law.Resolved) bool { return r.Law == slug && r.Number() == number }) {
			citing[q.ID] = true
		}
	}
	for _, t := range now.topics {
		if slices.ContainsFunc(t.Questions, func(id string) bool { return citing[id] }) {
			topics = append(topics, t)
		}
	}
	return len(citing), topics
}
