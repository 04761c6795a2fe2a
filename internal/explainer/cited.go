package explainer

import (
	"slices"
	"strings"

	"pugongying/internal/law"
)

// notice is what a reader is told of the citations that changed since the story was checked.
func (l *Library) notice(cited []law.Resolved) string {
	var changed []string
	for _, r := range cited {
		if _, yes := l.laws.Changed(r.Citation); yes {
			changed = append(changed, r.Label)
		}
	}
	if len(changed) == 0 {
		return ""
	}
	return "这篇故事写好以后，法律有了新的规定（" + strings.Join(changed, "、") + "）。我们正在重新核对，请先看现在的条文。"
}

// Stories is every live story in the order of lists. Nobody may write to them.
func (l *Library) Stories() []*Story { return slices.Clone(l.current.Load().stories) }

// Citing is the live stories that cite an article, whichever 款 or 项 of it, in the order of lists.
func (l *Library) Citing(slug, number string) []*Story {
	var found []*Story
	for _, s := range l.current.Load().stories {
		if slices.ContainsFunc(s.Citations, func(r law.Resolved) bool { return r.Law == slug && r.Number() == number }) {
			found = append(found, s)
		}
	}
	return found
}
