package law

import (
	"cmp"
	"context"
	"maps"
	"slices"
)

// Pin is the hash of a provision's words at the time a person checked the content that cites it.
type Pin struct {
	Citation
	SHA256 string
}

// ChangeKind says how the words of a provision changed.
type ChangeKind string

// The kinds of change.
const (
	TextChanged ChangeKind = "changed"
	Renumbered  ChangeKind = "renumbered" // the same words are in another place
	Removed     ChangeKind = "removed"
	AddedThere  ChangeKind = "added"    // an article that the previous version did not have
	LawRepealed ChangeKind = "repealed" // the whole law was repealed
)

// Change describes how a provision differs from what was pinned.
type Change struct {
	Kind      ChangeKind
	Version   string   // the version that differs
	Effective string   // the day from which it differs
	To        Citation // where the same words are now, if renumbered
}

// Text describes the change in Chinese, for staff.
func (c Change) Text() string {
	switch c.Kind {
	case Renumbered:
		return c.Effective + " 起改成了" + c.To.Provision()
	case Removed:
		return c.Effective + " 起没有这一条（款、项）了"
	case LawRepealed:
		return "这部法律已经废止"
	}
	return c.Effective + " 起文字改了"
}

// Changed reports whether the words of a provision differ from what was pinned; for a provision without a pin, whether it
// is gone. Without an imported text nothing is known to have changed.
func (l *Library) Changed(c Citation) (Change, bool) {
	now := l.current.Load()
	if change, ok := now.changed[c]; ok {
		return change, true
	}
	i, ok := now.bySlug[c.Law]
	if !ok || !now.laws[i].Imported() {
		return Change{}, false
	}
	h := now.laws[i]
	current := h.Versions[h.Current]
	switch {
	case h.Status == Repealed:
		return Change{Kind: LawRepealed, Version: current.Version, Effective: current.Repealed}, true
	case current.Status == InForce && !h.has(c):
		return Change{Kind: Removed, Version: current.Version, Effective: current.Effective}, true
	}
	return Change{}, false
}

// Coming is Changed for the version that will apply next.
func (l *Library) Coming(c Citation) (Change, bool) {
	change, ok := l.current.Load().coming[c]
	return change, ok
}

// Pinned reports whether a provision is pinned.
func (l *Library) Pinned(c Citation) bool {
	for _, p := range l.pins {
		if p.Citation == c {
			return true
		}
	}
	return false
}

// compare reads every pinned law and records which pins differ today and which will differ with the next version.
func (l *Library) compare(ctx context.Context, s *snapshot) error {
	compared := map[string]map[Citation]Change{}
	byLaw := map[string][]Pin{}
	for _, p := range l.pins {
		byLaw[p.Law] = append(byLaw[p.Law], p)
	}
	for slug, pins := range byLaw {
		i, ok := s.bySlug[slug]
		if !ok || !s.laws[i].Imported() {
			continue
		}
		h := s.laws[i]
		for at, v := range h.Versions {
			into := s.changed
			switch {
			case at == h.coming():
				into = s.coming
			case v.Status != InForce:
				continue
			}
			id := VersionID(h.stored, h.Versions[at].Version)
			key := id + " " + v.Effective
			if compared[key] = l.compared[key]; compared[key] == nil {
				text, err := l.read(ctx, h, id)
				if err != nil {
					return err
				}
				compared[key] = text.against(pins, v.Effective)
			}
			maps.Copy(into, compared[key])
		}
	}
	l.compared = compared
	return nil
}

// against returns the pins that do not match a version which applies from the given day.
func (v *Version) against(pins []Pin, since string) map[Citation]Change {
	changes := map[Citation]Change{}
	v.differing(pins, since, func(p Pin, change Change) { changes[p.Citation] = change })
	return changes
}

// differing calls each with every pin that does not match a version which applies from the given day.
func (v *Version) differing(pins []Pin, since string, each func(Pin, Change)) {
	var places map[string][]Citation
	for _, p := range pins {
		a, err := v.Provision(p.Citation)
		if err == nil && a.SHA256 == p.SHA256 {
			continue
		}
		change := Change{Kind: TextChanged, Version: v.Fact.Version, Effective: since}
		if places == nil {
			places = v.places()
		}
		if to := places[p.SHA256]; len(to) > 0 {
			change.Kind, change.To = Renumbered, slices.MinFunc(to, p.Citation.nearer)
		} else if err != nil {
			change.Kind = Removed
		}
		each(p, change)
	}
}

// nearer orders places by how likely the provision moved there: the same level (条 or 项) first, then the shortest distance.
func (c Citation) nearer(a, b Citation) int {
	depth := func(other Citation) int {
		if (other.Paragraph > 0) == (c.Paragraph > 0) && (other.Item > 0) == (c.Item > 0) {
			return 0
		}
		return 1
	}
	far := func(other Citation) int { return max(other.Article-c.Article, c.Article-other.Article) }
	return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(far(a), far(b)))
}

// places maps the hash of every article's, 款's and 项's words to its places.
func (v *Version) places() map[string][]Citation {
	found := map[string][]Citation{}
	note := func(sum string, c Citation) { found[sum] = append(found[sum], c) }
	for _, a := range v.Articles {
		c := Citation{Law: v.Law, Article: a.Article, Sub: a.Sub}
		note(a.SHA256, c)
		for i, p := range a.Paragraphs {
			if c.Paragraph = i + 1; len(a.Paragraphs) == 1 {
				c.Paragraph = 0
			}
			note(Hash(p.String()), c)
			for _, item := range p.Items {
				number, rest := CutItem(item)
				c.Item = number
				note(Hash(rest), c)
			}
			c.Item = 0
		}
	}
	return found
}
