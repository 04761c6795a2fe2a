package region

import (
	"slices"
	"sort"
)

// Valid is the range of years (both included) in which a code was in the list. From is the list's year for codes that are
// in the list itself; To 0 means still valid.
type Valid struct{ From, To int }

// In reports whether the code was valid in that year.
func (v Valid) In(year int) bool { return v.From <= year && (v.To == 0 || year <= v.To) }

// Region is one place.
type Region struct {
	Code        Code
	Name        string // as worded in the list
	Level       Level
	HasChildren bool // among the regions that are valid now
	Valid       Valid
	Successors  []Code // the regions that replaced it when Valid.To was reached; may be in several parents
}

// Tree is the whole list, immutable and safe for concurrent use.
type Tree struct {
	year    int
	entries []entry // by code, so everything inside a region follows it
	begun   map[Code]int
	ended   map[Code]ending
}

type entry struct {
	code Code
	name string
}

type ending struct {
	year       int
	successors []Code
}

// Year is the year of the list.
func (t *Tree) Year() int { return t.year }

// Root is the region that contains all others.
func (t *Tree) Root() Region { return t.at(0) }

// Len counts the regions, including those that ended.
func (t *Tree) Len() int { return len(t.entries) }

// Find returns the region with this code, whether it is still valid or not; ErrUnknown when no list had it.
func (t *Tree) Find(c Code) (Region, error) {
	i, found := t.index(c)
	if !found {
		return Region{}, ErrUnknown
	}
	return t.at(i), nil
}

// Children returns the valid regions directly inside c, by code; an empty list if there are none. ErrUnknown when no list
// had c.
func (t *Tree) Children(c Code) ([]Region, error) {
	i, found := t.index(c)
	if !found {
		return nil, ErrUnknown
	}
	children := []Region{}
	for i, end := i+1, t.after(c); i < end; i = t.after(t.entries[i].code) {
		if t.validNow(i) {
			children = append(children, t.at(i))
		}
	}
	return children, nil
}

// Path is the list of regions from the root to c, both included; ErrUnknown when no list had c.
func (t *Tree) Path(c Code) ([]Region, error) {
	path := []Region{}
	for ; c != ""; c = c.Parent() {
		r, err := t.Find(c)
		if err != nil {
			return nil, err
		}
		path = append(path, r)
	}
	if len(path) == 0 {
		return nil, ErrUnknown
	}
	slices.Reverse(path)
	return path, nil
}

// Current returns the codes that correspond to c today: c itself while it is valid, otherwise its successors' (followed to
// the end). Empty when it ended without any. ErrUnknown when no list had c.
func (t *Tree) Current(c Code) ([]Code, error) {
	r, err := t.Find(c)
	if err != nil {
		return nil, err
	}
	if r.Valid.To == 0 {
		return []Code{c}, nil
	}
	current := []Code{}
	for _, s := range r.Successors {
		codes, err := t.Current(s)
		if err != nil {
			return nil, err
		}
		current = append(current, codes...)
	}
	slices.Sort(current)
	return slices.Compact(current), nil
}

func (t *Tree) at(i int) Region {
	e := t.entries[i]
	r := Region{Code: e.code, Name: e.name, Level: e.code.Level(), Valid: Valid{From: t.year}}
	if year, ok := t.begun[e.code]; ok {
		r.Valid.From = year
	}
	if end, ok := t.ended[e.code]; ok {
		r.Valid.To, r.Successors = end.year, slices.Clone(end.successors)
	}
	for j, end := i+1, t.after(e.code); j < end && !r.HasChildren; j = t.after(t.entries[j].code) {
		r.HasChildren = t.validNow(j)
	}
	return r
}

func (t *Tree) validNow(i int) bool {
	_, ended := t.ended[t.entries[i].code]
	return !ended
}

func (t *Tree) index(c Code) (int, bool) {
	return slices.BinarySearchFunc(t.entries, c, func(e entry, c Code) int {
		switch {
		case e.code < c:
			return -1
		case e.code > c:
			return 1
		}
		return 0
	})
}

// after is the index of the first entry beyond everything inside c.
func (t *Tree) after(c Code) int {
	to := ScopeOf(c).To
	return sort.Search(len(t.entries), func(i int) bool { return t.entries[i].code > to })
}
