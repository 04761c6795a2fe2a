package law

import (
	"cmp"
	"slices"
	"strings"

	"pugongying/internal/civil"
)

// Status says how a version stands on a day.
type Status string

// The statuses. A law is in force when one of its versions is; only a version is superseded.
const (
	InForce    Status = "in_force"
	ToCome     Status = "to_come"
	Superseded Status = "superseded" // a revision took its place (已被修改)
	Repealed   Status = "repealed"   // 已废止
)

// Dated is a version's facts with how it stands today.
type Dated struct {
	Fact
	Status Status
	Until  string // the last day it applied or will apply; empty when no end is known
}

// Record is a law as it stands today.
type Record struct {
	Law
	Status   Status
	Versions []Dated // the earliest first; none when its text is not here
	Current  int     // place of the version in force, else of the newest; -1 without a text
	Hash     string  // of everything here that is shown, in hex: the same laws on the same day have the same, on every server
	stored   string  // the slug its versions are kept under
}

// Imported says whether its text is here.
func (h Record) Imported() bool { return len(h.Versions) > 0 }

// Count is how many articles it has, 之一 included.
func (h Record) Count() int { return h.Articles + len(h.Inserted) }

// At finds a version's place; "" is the current one. -1 when there is none.
func (h Record) At(version string) int {
	if version == "" {
		return h.Current
	}
	return slices.IndexFunc(h.Versions, func(d Dated) bool { return d.Version == version })
}

// coming is the version that will apply next, -1 when none is known.
func (h Record) coming() int {
	return slices.IndexFunc(h.Versions, func(d Dated) bool { return d.Status == ToCome })
}

// before is the version whose place that one took, -1 when there is none: texts of the same day and revision that it
// corrects are not it.
func (h Record) before(i int) int {
	for j := i - 1; j >= 0; j-- {
		if Earlier(h.Versions[j].Fact, h.Versions[i].Fact) < 0 {
			return j
		}
	}
	return -1
}

// dated says how versions, the earliest first, stand on a day, and which one is current.
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
		switch {
		case f.Effective > day && next != nil && next.Effective == f.Effective:
			versions[i].Status = Superseded // corrected before its day
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

// successor is what takes the place of a version; an outdated text takes nobody's.
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

// statusOf is the law's own status by its versions'.
func statusOf(versions []Dated) Status {
	status := Repealed
	for _, v := range versions {
		if v.Status == InForce {
			return InForce
		}
		if v.Status == ToCome {
			status = ToCome
		}
	}
	return status
}

// repeals are the days on which laws are repealed by others' words, by normalised title.
func repeals(entries []Entry) map[string]string {
	days := map[string]string{}
	for _, e := range entries {
		own := NormaliseName(e.Title)
		for _, f := range e.Versions {
			for _, title := range f.Repeals {
				name := NormaliseName(title)
				if name == own || f.Standing == Outdated {
					continue
				}
				if day, named := days[name]; !named || f.Effective < day {
					days[name] = f.Effective
				}
			}
		}
	}
	return days
}

// repealedBy puts the day another law repeals this one on its versions of before.
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

// Earlier sorts versions by since when they apply, those of one day by their last revision.
func Earlier(a, b Fact) int {
	return cmp.Or(strings.Compare(a.Effective, b.Effective), strings.Compare(a.passed(), b.passed()))
}
