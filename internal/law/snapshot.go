package law

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"
)

// snapshot merges the shipped facts and the imported laws to the state of a day.
func (l *Library) snapshot(day string) *snapshot {
	s := &snapshot{
		bySlug: map[string]int{}, byStatus: map[Status][]int{}, changed: map[Citation]Change{}, coming: map[Citation]Change{},
		since: &differing{known: map[Pin]Change{}}, ahead: &differing{known: map[Pin]Change{}},
	}
	entries := make([]Entry, 0, len(l.entries))
	for _, slug := range slices.Sorted(maps.Keys(l.entries)) {
		e := l.entries[slug]
		e.Versions = e.InUse()
		entries = append(entries, e)
	}
	ends := l.shipped.ends(entries)
	bySlug := map[string]Entry{}
	var others []Entry
	for _, e := range entries {
		if known, err := l.shipped.Named(e.Title); err == nil {
			bySlug[known.Slug] = e
		} else {
			others = append(others, e)
		}
	}
	slices.SortFunc(others, func(a, b Entry) int {
		return cmp.Or(strings.Compare(a.Title, b.Title), strings.Compare(a.Slug, b.Slug))
	})
	for _, known := range l.shipped.laws {
		s.put(unsettled(recordOf(known, bySlug[known.Slug], ends[TitleKey(known.Title)], day), ends, day))
	}
	for _, e := range others {
		h := recordOf(Law{Slug: e.Slug, Title: e.Title, Short: e.Short, Aliases: e.Aliases, Number: e.Number}, e, ends[TitleKey(e.Title)], day)
		s.put(unsettled(h, ends, day))
	}
	slices.Sort(s.days)
	s.days = slices.Compact(s.days)
	s.registers()
	return s
}

func (s *snapshot) put(h Record) {
	h.Hash = hashOf(h)
	place := len(s.laws)
	s.bySlug[h.Slug] = place
	s.byStatus[""] = append(s.byStatus[""], place)
	s.byStatus[h.Status] = append(s.byStatus[h.Status], place)
	s.laws = append(s.laws, h)
	s.days = append(s.days, h.Effective)
	for _, v := range h.Versions {
		s.days = append(s.days, v.Effective)
		if v.Repealed != "" {
			s.days = append(s.days, v.Repealed)
		}
	}
}

// hashOf hashes a record without its import times.
func hashOf(h Record) string {
	versions := slices.Clone(h.Versions)
	for i := range versions {
		versions[i].ImportedAt = time.Time{}
	}
	h.Versions = versions
	sum := sha256.New()
	if err := json.NewEncoder(sum).Encode(h); err != nil {
		panic("law: a record is plain values: " + err.Error())
	}
	return hex.EncodeToString(sum.Sum(nil)[:16])
}

// recordOf is the record of one law on a day. A shipped law of which only a later version is imported has its shipped
// facts until that version applies. A shipped law of which only earlier versions are imported, as from an outdated
// repository, has its shipped facts, too.
func recordOf(known Law, e Entry, end, day string) Record {
	h := Record{Law: known, Current: -1, stored: e.Slug, Status: ToCome}
	if known.InForce(day) {
		h.Status = InForce
	}
	if len(e.Versions) == 0 {
		return h
	}
	h.Versions, h.Current = dated(repealedBy(e.Versions, end), day)
	current := h.Versions[h.Current]
	if current.Status == ToCome && h.Status == InForce {
		return h
	}
	if h.Status == InForce && current.Status == InForce && known.passed() > current.passed() {
		h.Versions[h.Current].Status, h.Versions[h.Current].Until = Superseded, dayBefore(max(known.Effective, known.Revised))
		return h
	}
	h.Status = statusOf(h.Versions)
	h.Issued, h.Revised, h.Effective = current.Issued, current.Revised, current.Effective
	h.Articles, h.Inserted = current.Last, current.Inserted
	return h
}

// registers makes two registers: one of the versions in force and one of all known versions. A name that two laws share
// belongs to the first; a law whose title is already taken can be found only by its slug.
func (s *snapshot) registers() {
	taken := map[string]bool{}
	var now, all []Law
	for _, h := range s.laws {
		names := map[string]bool{}
		free := func(name string) bool {
			normal := NormaliseName(name)
			names[normal] = true
			return normal == "" || !taken[normal]
		}
		if !free(h.Title) || !free(h.Short) {
			continue
		}
		l := h.Law
		if !free(l.Number) {
			l.Number = ""
		}
		l.Aliases = slices.DeleteFunc(slices.Clone(l.Aliases), func(name string) bool { return !free(name) })
		for name := range names {
			taken[name] = true
		}
		if l.check() != nil {
			continue
		}
		now = append(now, l)
		for _, v := range h.Versions {
			l.Articles = max(l.Articles, v.Last)
			l.Inserted = union(l.Inserted, v.Inserted)
		}
		all = append(all, l)
	}
	s.register, s.allVersions = registerOf(now), registerOf(all)
}

// passed is the day on which the text was passed or last revised.
func (l Law) passed() string { return max(l.Issued, l.Revised) }

func (f Fact) passed() string { return max(f.Issued, f.Revised) }

func union(a, b []string) []string {
	a = slices.Clone(a)
	for _, number := range b {
		if !slices.Contains(a, number) {
			a = append(a, number)
		}
	}
	return a
}

// registerOf makes a register of laws that were validated one by one.
func registerOf(laws []Law) *Register {
	r, err := NewRegister(laws)
	if err != nil {
		panic("law: a register of checked laws: " + err.Error())
	}
	return r
}
