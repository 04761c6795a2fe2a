package law

import (
	"cmp"
	"slices"
	"strings"

	"pugongying/internal/civil"
)

// Status is the status of a version or of a law on a day.
type Status string

// The statuses. A law is in force when one of its versions is; only versions can be superseded.
const (
	InForce    Status = "in_force"
	ToCome     Status = "to_come"
	Superseded Status = "superseded" // replaced by a revision (已被修改)
	Repealed   Status = "repealed"   // 已废止
	Unsettled  Status = "unsettled"  // it interprets a law that is repealed, and nothing says whether it still applies (待核对)
)

// Dated is a version's facts with its status today.
type Dated struct {
	Fact
	Status Status
	Until  string // the last day it applied or will apply; empty when no end is known
}

// Record is a law with its status today.
type Record struct {
	Law
	Status   Status
	Versions []Dated // earliest first; empty when no text is imported
	Current  int     // index of the version in force, otherwise of the newest; -1 without a text
	Hash     string  // hex hash of all displayed fields; equal on every server for the same laws on the same day
	stored   string  // the slug under which its versions are stored
}

// Imported reports whether the law's text is imported.
func (h Record) Imported() bool { return len(h.Versions) > 0 }

// Count is how many articles the law has, including inserted ones (之一).
func (h Record) Count() int { return h.Articles + len(h.Inserted) }

// At returns the index of a version; "" is the current one. -1 when there is none.
func (h Record) At(version string) int {
	if version == "" {
		return h.Current
	}
	return slices.IndexFunc(h.Versions, func(d Dated) bool { return d.Version == version })
}

// coming is the index of the version that will apply next, -1 when none is known.
func (h Record) coming() int {
	return slices.IndexFunc(h.Versions, func(d Dated) bool { return d.Status == ToCome })
}

// before is the index of the version that version i replaced, -1 when there is none. Earlier texts of the same effective
// day and revision do not count: version i only corrects them.
func (h Record) before(i int) int {
	for j := i - 1; j >= 0; j-- {
		if Earlier(h.Versions[j].Fact, h.Versions[i].Fact) < 0 {
			return j
		}
	}
	return -1
}

// dated computes the status of each version on a day, earliest first, and the index of the current one.
func dated(facts []Fact, day string) (versions []Dated, current int) {
	current = -1
	versions = make([]Dated, len(facts))
	for i, f := range facts {
		versions[i] = Dated{Fact: f, Status: Repealed}
		next := successor(facts, i)
		if next != nil {
			versions[i].Until = dayBefore(max(next.Effective, next.Revised))
		}
		if f.Repealed != "" && (versions[i].Until == "" || dayBefore(f.Repealed) < versions[i].Until) {
			versions[i].Until = dayBefore(f.Repealed)
		}
		if versions[i].Until < f.Effective {
			versions[i].Until = "" // it never applied
		}
		switch {
		case f.Effective > day && next != nil && next.Effective == f.Effective:
			versions[i].Status = Superseded // corrected before it applied
		case f.Effective > day:
			versions[i].Status = ToCome
		case f.Standing != Outdated:
			current = i
		}
	}
	for i := range max(current, 0) {
		versions[i].Status = Superseded
	}
	if current >= 0 && (facts[current].Repealed == "" || facts[current].Repealed > day) {
		versions[current].Status = InForce
		return versions, current
	}
	return versions, len(facts) - 1
}

// successor is the version that replaces version i; an outdated text replaces none.
func successor(facts []Fact, i int) *Fact {
	for j := i + 1; j < len(facts); j++ {
		if facts[j].Standing != Outdated {
			return &facts[j]
		}
	}
	return nil
}

func dayBefore(day string) string {
	before, err := civil.AddDays(day, -1)
	if err != nil {
		return ""
	}
	return before
}

// statusOf derives a law's status from those of its versions.
func statusOf(versions []Dated) Status {
	status := Repealed
	for _, v := range versions {
		if v.Status == InForce {
			return InForce
		}
		if v.Status == ToCome || v.Status == Unsettled {
			status = v.Status
		}
	}
	return status
}

// repealedBy sets the day another law repeals this one on the versions effective before that day.
func repealedBy(facts []Fact, day string) []Fact {
	if day == "" {
		return facts
	}
	facts = slices.Clone(facts)
	for i := range facts {
		if facts[i].Repealed == "" && facts[i].Effective < day {
			facts[i].Repealed = day
		}
	}
	return facts
}

// Earlier orders versions by effective day, then by last revision.
func Earlier(a, b Fact) int {
	return cmp.Or(strings.Compare(a.Effective, b.Effective), strings.Compare(a.passed(), b.passed()))
}
