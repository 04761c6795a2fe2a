package publish

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// fake is a store in memory; store's contract tests hold the real one to the same.
type fake struct {
	mu           sync.Mutex
	head         Head
	publications map[string]Publication
	versions     map[string]Version
	reads        int
	beforeApply  func()
}

func newFake() *fake {
	return &fake{publications: map[string]Publication{}, versions: map[string]Version{}}
}

func (f *fake) Head(context.Context) (Head, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	return f.head, nil
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

func (f *fake) Live(ctx context.Context, kind Kind, each func(Publication, Version) error) error {
	return f.All(ctx, func(p Publication) error {
		if p.Kind != kind || p.Live == 0 {
			return nil
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
	if change.Head.Rev != f.head.Rev {
		return ErrStale
	}
	for _, p := range change.Replaced {
		if f.publications[p.ID].Rev != p.Rev {
			return ErrStale
		}
	}
	f.head = change.Head
	f.head.Rev++
	for _, p := range change.Added {
		f.publications[p.ID] = p
	}
	for _, p := range change.Replaced {
		p.Rev++
		f.publications[p.ID] = p
	}
	for _, v := range change.Versions {
		f.versions[v.ID] = v
	}
	return nil
}
