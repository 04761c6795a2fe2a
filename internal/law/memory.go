package law

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Memory is a Store in memory, for a folder of laws that is checked and not stored.
type Memory struct {
	mu         sync.Mutex
	generation int64
	laws       map[string]Entry
	versions   map[string]*Version
	files      map[string]File
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{laws: map[string]Entry{}, versions: map[string]*Version{}, files: map[string]File{}}
}

// Generation counts the writes.
func (m *Memory) Generation(context.Context) (Generation, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return Generation{Number: m.generation, Tracked: min(m.generation, 1)}, nil
}

// Laws returns the laws that changed after a generation, ordered by slug.
func (m *Memory) Laws(_ context.Context, after int64) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := make([]Entry, 0, len(m.laws))
	for _, slug := range slices.Sorted(maps.Keys(m.laws)) {
		if m.laws[slug].Generation > after {
			entries = append(entries, m.laws[slug])
		}
	}
	return entries, nil
}

// Version returns one version; ErrNoVersion when there is none.
func (m *Memory) Version(_ context.Context, id string) (*Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.versions[id]; v != nil {
		return v, nil
	}
	return nil, ErrNoVersion
}

// Excerpt returns one article. Errors: ErrNoVersion, ErrNoArticle.
func (m *Memory) Excerpt(ctx context.Context, id string, article, sub int) (Excerpt, error) {
	v, err := m.Version(ctx, id)
	if err != nil {
		return Excerpt{}, err
	}
	return v.Excerpt(article, sub)
}

// Files calls each with every file record.
func (m *Memory) Files(_ context.Context, each func(File)) error {
	m.mu.Lock()
	files := slices.Collect(maps.Values(m.files))
	m.mu.Unlock()
	for _, f := range files {
		each(f)
	}
	return nil
}

// Apply makes the change; ErrStale when the laws were changed since it was planned.
func (m *Memory) Apply(_ context.Context, write Write) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if write.Touches() {
		if write.Generation != m.generation {
			return ErrStale
		}
		m.generation++
	}
	for _, e := range slices.Concat(write.Added, write.Replaced) {
		e.Rev++
		e.Generation = m.generation
		m.laws[e.Slug] = e
	}
	for _, v := range write.Versions {
		m.versions[v.ID] = v
	}
	for _, f := range write.Files {
		m.files[f.Key] = f
	}
	return nil
}
