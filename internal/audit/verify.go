package audit

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Damage is what is wrong with a chain.
type Damage string

// The kinds of damage, as found at the first entry that shows it.
const (
	Changed   Damage = "changed"   // the entry is not what its hash was computed of
	Missing   Damage = "missing"   // entries between this one and the one before are gone
	Inserted  Damage = "inserted"  // the entry has a number or a predecessor that is not its own
	Cut       Damage = "cut"       // the chain ends before a tip that is stored or was noted
	Replaced  Damage = "replaced"  // the entry of a noted number is another one than was noted
	Unchained Damage = "unchained" // entries stand outside every chain
)

// Fault is the first damage of a chain. Entry is "" where the entry itself is missing.
type Fault struct {
	Chain  string `json:"chain"`
	Seq    int64  `json:"seq"`
	Entry  string `json:"entry,omitempty"`
	Damage Damage `json:"damage"`
}

// Verdict is what Verify found. Faults has at most one fault of each chain, by the name of the chain.
type Verdict struct {
	Chains  int     `json:"chains"`
	Entries int64   `json:"entries"`
	Noted   int     `json:"noted"` // tips from elsewhere that were compared
	Faults  []Fault `json:"faults"`
	Tips    []Tip   `json:"tips"` // where the chains end now; nothing where they are damaged
}

// ChainStore reads chains.
type ChainStore interface {
	// Chains names every chain that has an entry or a stored tip, in order.
	Chains(ctx context.Context) ([]string, error)
	// Walk calls each with the chain's entries from this number on, by number.
	Walk(ctx context.Context, chain string, from int64, each func(Entry) error) error
	// Tip is the stored tip of a chain, the zero Tip when there is none.
	Tip(ctx context.Context, chain string) (Tip, error)
	// Count counts all entries, whether chained or not.
	Count(ctx context.Context) (int64, error)
}

// Verify walks every chain and compares it with its stored tip and with tips that were noted elsewhere. Entries that are
// appended meanwhile are verified too or left alone. An error is the store's.
func Verify(ctx context.Context, store ChainStore, noted []Tip) (Verdict, error) {
	v := Verdict{Noted: len(noted), Faults: []Fault{}, Tips: []Tip{}}
	stored, err := store.Count(ctx) // before the walk, so that later entries cannot look like strays
	if err != nil {
		return v, err
	}
	chains, err := store.Chains(ctx)
	if err != nil {
		return v, err
	}
	known := map[string][]Tip{}
	for _, tip := range noted {
		known[tip.Chain] = append(known[tip.Chain], tip)
		chains = append(chains, tip.Chain)
	}
	slices.Sort(chains)
	for _, chain := range slices.Compact(chains) {
		w := &walk{chain: chain, noted: known[chain]}
		if err := w.whole(ctx, store); err != nil {
			return v, err
		}
		v.add(w)
	}
	if v.Entries < stored {
		v.Faults = append(v.Faults, Fault{Seq: stored - v.Entries, Damage: Unchained})
	}
	return v, nil
}

func (v *Verdict) add(w *walk) {
	v.Chains++
	v.Entries += w.entries
	if w.fault != nil {
		v.Faults = append(v.Faults, *w.fault)
		return
	}
	v.Tips = append(v.Tips, w.last)
}

// walk is the verification of one chain.
type walk struct {
	chain   string
	noted   []Tip
	last    Tip
	entries int64
	fault   *Fault
}

// whole walks until the stored tip is reached. The tip is read after the entries: it may be ahead of what was walked, when
// entries were appended meanwhile, but never behind.
func (w *walk) whole(ctx context.Context, store ChainStore) error {
	for {
		before := w.entries
		if err := store.Walk(ctx, w.chain, w.last.Seq+1, w.next); err != nil {
			return err
		}
		tip, err := store.Tip(ctx, w.chain)
		if err != nil {
			return err
		}
		if w.fault == nil && tip.Seq > w.last.Seq && w.entries > before {
			continue
		}
		w.end(tip)
		return nil
	}
}

// next looks at one entry. After the first fault the others are only counted.
func (w *walk) next(e Entry) error {
	w.entries++
	if w.fault != nil {
		return nil
	}
	switch {
	case e.Link.Sum != e.sum() || e.Link.Chain != e.Actor.Chain():
		w.found(e, Changed)
	case e.Link.Seq > w.last.Seq+1:
		w.found(e, Missing)
	case e.Link.Seq != w.last.Seq+1 || e.Link.Previous != w.last.Sum:
		w.found(e, Inserted)
	case slices.ContainsFunc(w.noted, func(t Tip) bool { return t.Seq == e.Link.Seq && t.Sum != e.Link.Sum }):
		w.found(e, Replaced)
	}
	w.last = e.Tip()
	return nil
}

func (w *walk) found(e Entry, damage Damage) {
	w.fault = &Fault{Chain: w.chain, Seq: e.Link.Seq, Entry: e.ID, Damage: damage}
}

// end compares the end of the walk with the stored tip and with the noted ones.
func (w *walk) end(tip Tip) {
	if w.fault != nil {
		return
	}
	for _, t := range append(w.noted, tip) {
		if t.Seq > w.last.Seq {
			w.fault = &Fault{Chain: w.chain, Seq: w.last.Seq + 1, Damage: Cut}
			return
		}
	}
	if tip.Seq < w.last.Seq || tip.Sum != w.last.Sum {
		w.fault = &Fault{Chain: w.chain, Seq: tip.Seq, Damage: Replaced}
	}
}

// Verify verifies the whole record against tips noted elsewhere and those that closed quarters have inside.
func (s *Service) Verify(ctx context.Context, noted []Tip) (Verdict, error) {
	return Verify(ctx, s.store, noted)
}

// ParseTips reads tips noted elsewhere, a line each: chain, number and hash. Blank lines and lines of # are passed over;
// false names the first line that is none.
func ParseTips(text string) (tips []Tip, bad string, ok bool) {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		tip, ok := parseTip(line)
		if !ok {
			return nil, line, false
		}
		tips = append(tips, tip)
	}
	return tips, "", true
}

// String is the tip as ParseTips reads it.
func (t Tip) String() string { return t.Chain + " " + strconv.FormatInt(t.Seq, 10) + " " + t.Sum }

var tipForm = regexp.MustCompile(`^([a-z]+(?:/\S+)?) ([1-9][0-9]{0,17}) ([0-9a-f]{64})$`)

func parseTip(line string) (Tip, bool) {
	parts := tipForm.FindStringSubmatch(line)
	if parts == nil {
		return Tip{}, false
	}
	seq, err := strconv.ParseInt(parts[2], 10, 64)
	return Tip{Chain: parts[1], Seq: seq, Sum: parts[3]}, err == nil
}
