package explainer

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// mostNamed is how many changed provisions a notice names, so that the text below it is visible on a small screen too.
const mostNamed = 3

// Pins are the explainer's citations, each with what it said when a person compared it.
func (e *Explainer) Pins() []law.Pin {
	return e.Provisions.Pins(e.Citations, func(i int) string { return e.Cites[i] })
}

// compare notes in explainers that nobody else has yet what became of their citations.
func (l *Library) compare(ctx context.Context, explainers []*Explainer) error {
	var all []law.Pin
	for _, e := range explainers {
		all = append(all, e.Pins()...)
	}
	since, err := l.laws.Since(ctx, all)
	if err != nil || len(since) == 0 {
		return err
	}
	for _, e := range explainers {
		if e.Changes = law.ChangesOf(e.Pins(), since); e.Changes != nil {
			e.Notice = notice(e.Citations, e.Changes)
		}
	}
	return nil
}

// notice is what a reader is shown about the citations that changed since the explainer was checked. Each law is named
// once.
func notice(cited []law.Resolved, changes []law.Change) string {
	var changed []law.Resolved
	for i, r := range cited {
		if changes[i].Kind != "" {
			changed = append(changed, r)
		}
	}
	names := make([]string, 0, mostNamed)
	for i, r := range changed[:min(mostNamed, len(changed))] {
		if i > 0 && changed[i-1].Law == r.Law {
			names = append(names, r.Provision())
			continue
		}
		names = append(names, r.Label)
	}
	more := ""
	if len(changed) > mostNamed {
		more = fmt.Sprintf("等 %d 处", len(changed))
	}
	return "这篇故事写好以后，法律有了新的规定（" + strings.Join(names, "、") + more + "）。我们正在重新核对，请先看现在的条文。"
}

// All returns every live explainer in the order of lists. The caller must not modify them.
func (l *Library) All() []*Explainer { return slices.Clone(l.current.Load().all) }

// Citing is the live explainers that cite an article, whichever 款 or 项 of it, in the order of lists.
func (l *Library) Citing(slug, number string) []*Explainer {
	var found []*Explainer
	for _, s := range l.current.Load().all {
		if slices.ContainsFunc(s.Citations, func(r law.Resolved) bool { return r.Law == slug && r.Number() == number }) {
			found = append(found, s)
		}
	}
	return found
}
