package publish

import (
	"context"
	"maps"
	"slices"
	"sync"

	"pugongying/internal/audit"
)

// fake is a store in memory; the contract tests of package store check the real one for the same behaviour.
type fake struct {
	mu           sync.Mutex
	generations  Generations
	seeding      Seeding
	publications map[string]Publication
	versions     map[string]Version
	entries      []audit.Entry
	notes        []Note
	seen         map[string]Seen
	working      map[string]Working
	dues         map[string]Due
	bundles      map[string]Bundle
	reports      map[string]Report
	links        map[string]Link
	reads        int
	beforeApply  func()
	stale        bool // somebody else always writes first
}

func newFake() *fake {
	return &fake{
		publications: map[string]Publication{}, versions: map[string]Version{}, seen: map[string]Seen{}, working: map[string]Working{},
		dues: map[string]Due{}, bundles: map[string]Bundle{}, reports: map[string]Report{}, links: map[string]Link{},
	}
}

func (f *fake) Generations(context.Context) (Generations, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.generations, nil
}

func (f *fake) Seeding(context.Context) (Seeding, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	return f.seeding, nil
}

func (f *fake) All(_ context.Context, each func(Publication) error) error {
	f.reads++
	for _, id := range slices.Sorted(maps.Keys(f.publications)) {
		if err := each(f.publications[id]); err != nil {
			return err
		}
	}
	return nil
}

func (f *fake) Live(ctx context.Context, kind Kind, since int64, each func(Publication, Version) error) error {
	return f.All(ctx, func(p Publication) error {
		switch {
		case p.Kind != kind || since > 0 && p.LiveGeneration <= since || since == 0 && p.Live == 0:
			return nil
		case p.Live == 0:
			return each(p, Version{})
		}
		return each(p, f.versions[VersionID(p.ID, p.Live)])
	})
}

func (f *fake) Publication(_ context.Context, id string) (Publication, error) {
	p, ok := f.publications[id]
	if !ok {
		return p, ErrNotFound
	}
	return p, nil
}

func (f *fake) Version(_ context.Context, id string, n int) (Version, error) {
	v, ok := f.versions[VersionID(id, n)]
	if !ok {
		return v, ErrNotFound
	}
	return v, nil
}

func (f *fake) Apply(_ context.Context, change Change) error {
	if f.beforeApply != nil {
		f.beforeApply()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := change.Entry.Check(); err != nil {
		return err
	}
	if f.stale || change.Seeding != nil && change.Seeding.Rev != f.seeding.Rev {
		return ErrStale
	}
	for _, p := range change.Added {
		if _, there := f.publications[p.ID]; there {
			return ErrStale
		}
	}
	for _, p := range change.Replaced {
		if f.publications[p.ID].Rev != p.Rev {
			return ErrStale
		}
	}
	if b := change.Bundle; b != nil && f.bundles[b.ID].Rev != b.Rev {
		return ErrStale
	}
	f.write(change)
	return nil
}

func (f *fake) write(change Change) {
	f.generations.Drafts++
	if len(change.Shown) > 0 {
		f.generations.Live++
	}
	if change.Seeding != nil {
		f.seeding = *change.Seeding
		f.seeding.Rev++
	}
	for _, p := range change.Replaced {
		p.Rev++
		f.publications[p.ID] = p
	}
	for _, p := range change.Added {
		f.publications[p.ID] = p
	}
	for _, id := range change.Shown {
		p := f.publications[id]
		p.LiveGeneration = f.generations.Live
		f.publications[id] = p
	}
	for _, v := range change.Versions {
		f.versions[v.ID] = v
	}
	for _, m := range change.Moved {
		v := f.versions[VersionID(m.Publication, m.N)]
		v.State = m.State
		if m.Passes != nil {
			v.Passes = *m.Passes
		}
		if m.Findings != nil {
			v.Findings = *m.Findings
		}
		if m.SHA256 != "" {
			v.SHA256 = m.SHA256
		}
		f.versions[VersionID(m.Publication, m.N)] = v
	}
	f.notes = append(f.notes, change.Notes...)
	for _, d := range change.Dues {
		f.dues[d.ID] = d
	}
	for _, id := range change.Worked {
		delete(f.working, id)
	}
	if b := change.Bundle; b != nil {
		next := *b
		next.Rev++
		f.bundles[b.ID] = next
	}
	f.entries = append(f.entries, change.Entry)
}

// states are the states of a publication's versions, in order.
func (f *fake) states(id string) []State {
	var all []State
	for n := 1; n <= f.publications[id].Last; n++ {
		all = append(all, f.versions[VersionID(id, n)].State)
	}
	return all
}
