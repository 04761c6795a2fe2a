package law

import (
	"context"
	"fmt"
	"sync"
)

// Provisions are what the provisions that a text cites said when a person compared them: their hashes, by the citation as
// the text writes it. A text without one, as those that ship, is compared with the pins inside the binary.
type Provisions map[string]string

// Pins are what a text cites, each with what it said; written names the key of each citation.
func (p Provisions) Pins(cited []Resolved, written func(i int) string) []Pin {
	pins := make([]Pin, len(cited))
	for i, r := range cited {
		pins[i] = Pin{Citation: r.Citation, SHA256: p[written(i)]}
	}
	return pins
}

// differing is what became of provisions, computed once for a state of the laws.
type differing struct {
	mu    sync.Mutex
	known map[Pin]Change // the zero Change where nothing changed
}

// Since returns what became of provisions since a person compared them, those that changed alone. A pin without a hash is
// compared with the pin inside the binary, or else only asked whether it is still there. Without an imported text nothing
// is known to have changed.
func (l *Library) Since(ctx context.Context, pins []Pin) (map[Pin]Change, error) {
	now := l.current.Load()
	return l.differing(ctx, pins, asking{now, now.since, l.Changed, Record.inForce})
}

// Ahead is Since for the versions that will apply next.
func (l *Library) Ahead(ctx context.Context, pins []Pin) (map[Pin]Change, error) {
	now := l.current.Load()
	return l.differing(ctx, pins, asking{now, now.ahead, l.Coming, Record.coming})
}

// ChangesOf are the changes of a text's pins, in their order; nil when none of them changed.
func ChangesOf(pins []Pin, since map[Pin]Change) []Change {
	var changes []Change
	for i, p := range pins {
		change, changed := since[p]
		if changed && changes == nil {
			changes = make([]Change, len(pins))
		}
		if changed {
			changes[i] = change
		}
	}
	return changes
}

// inForce is the index of the version in force, -1 when there is none.
func (h Record) inForce() int {
	if h.Current >= 0 && h.Versions[h.Current].Status == InForce {
		return h.Current
	}
	return -1
}

// asking is a comparison of pins with one version of each law.
type asking struct {
	now     *snapshot
	answers *differing
	shipped func(Citation) (Change, bool) // for a pin without a hash
	version func(Record) int
}

func (l *Library) differing(ctx context.Context, pins []Pin, a asking) (map[Pin]Change, error) {
	a.answers.mu.Lock()
	defer a.answers.mu.Unlock()
	unknown := map[string][]Pin{}
	for _, p := range pins {
		if _, known := a.answers.known[p]; known {
			continue
		}
		a.answers.known[p] = Change{}
		if p.SHA256 != "" {
			unknown[p.Law] = append(unknown[p.Law], p)
		} else if change, changed := a.shipped(p.Citation); changed {
			a.answers.known[p] = change
		}
	}
	for slug, these := range unknown {
		if err := l.answer(ctx, a, slug, these); err != nil {
			for _, p := range these {
				delete(a.answers.known, p) // asked again next time
			}
			return nil, fmt.Errorf("law: compare %s: %w", slug, err)
		}
	}
	found := map[Pin]Change{}
	for _, p := range pins {
		if change := a.answers.known[p]; change.Kind != "" {
			found[p] = change
		}
	}
	return found, nil
}

// answer compares the pins of one law.
func (l *Library) answer(ctx context.Context, a asking, slug string, pins []Pin) error {
	i, ok := a.now.bySlug[slug]
	if !ok || !a.now.laws[i].Imported() {
		return nil
	}
	h := a.now.laws[i]
	if h.Status == Repealed {
		current := h.Versions[h.Current]
		for _, p := range pins {
			a.answers.known[p] = Change{Kind: LawRepealed, Version: current.Version, Effective: current.Repealed}
		}
		return nil
	}
	at := a.version(h)
	if at < 0 {
		return nil
	}
	text, err := l.load(ctx, h, at)
	if err != nil {
		return err
	}
	text.differing(pins, h.Versions[at].Effective, func(p Pin, change Change) { a.answers.known[p] = change })
	return nil
}

// Meant returns what the provisions say today, to be stored with a text that cites them; one that nothing is known of has
// no hash.
func (l *Library) Meant(ctx context.Context, cited []Citation) ([]Pin, error) {
	pins := make([]Pin, len(cited))
	for i, c := range cited {
		pins[i].Citation = c
		h, at, err := l.locate(c.Law, "")
		if err != nil || h.inForce() < 0 {
			continue // a law that is not there, or whose text is not
		}
		text, err := l.load(ctx, h, at)
		if err != nil {
			return nil, err
		}
		if a, err := text.Provision(c); err == nil {
			pins[i].SHA256 = a.SHA256
		}
	}
	return pins, nil
}

// Stamped returns the pins of a text that is being written: what a person compared before stays as she compared it, and a
// citation that the text did not have before means what it says today.
func (l *Library) Stamped(ctx context.Context, before []Pin, cited []Citation) ([]Pin, error) {
	pins, err := l.Meant(ctx, cited)
	if err != nil {
		return nil, err
	}
	for i, p := range pins {
		for _, old := range before {
			if old.Citation == p.Citation {
				pins[i] = old
			}
		}
	}
	return pins, nil
}

// ProvisionsOf are pins as a text stores them, under the labels of its citations; nil when nothing is known of any.
func ProvisionsOf(pins []Pin, label func(i int) string) Provisions {
	var p Provisions
	for i, pin := range pins {
		if pin.SHA256 == "" {
			continue
		}
		if p == nil {
			p = Provisions{}
		}
		p[label(i)] = pin.SHA256
	}
	return p
}

// ShippedPin returns the pin inside the binary, with no hash where there is none.
func (l *Library) ShippedPin(c Citation) Pin {
	for _, p := range l.pins {
		if p.Citation == c {
			return p
		}
	}
	return Pin{Citation: c}
}

// Words returns what a pinned provision said, from the newest imported version that has exactly these words there;
// ErrNoText when none has.
func (l *Library) Words(ctx context.Context, p Pin) (Quote, error) {
	h, _, err := l.locate(p.Law, "")
	if err != nil {
		return Quote{}, err
	}
	resolved, err := l.AllVersions().Resolve(p.Citation)
	if err != nil {
		return Quote{}, err
	}
	for i := len(h.Versions) - 1; i >= 0; i-- {
		text, err := l.load(ctx, h, i)
		if err != nil {
			return Quote{}, err
		}
		if a, err := text.Provision(p.Citation); err == nil && a.SHA256 == p.SHA256 {
			return Quote{Resolved: resolved, Version: h.Versions[i].Version, Article: a}, nil
		}
	}
	return Quote{}, ErrNoText
}
