package law

import (
	"context"
	"maps"
	"slices"
	"sync"
)

// Memory is a Store in memory: a folder of laws that is looked at and not kept.
type Memory struct {
	mu       sync.Mutex
	head     int64
	laws     map[string]Entry
	versions map[string]*Version
	files    map[string]File
}

// NewMemory is empty.
func NewMemory() *Memory {
	return &Memory{laws: map[string]Entry{}, versions: map[string]*Version{}, files: map[string]File{}}
}

// Head moves with every write.
func (m *Memory) Head(context.Context) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.head, nil
}

// Laws gives every law, in order of slug.
func (m *Memory) Laws(context.Context) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	entries := make([]Entry, 0, len(m.laws))
	for _, slug := range slices.Sorted(maps.Keys(m.laws)) {
		entries = append(entries, m.laws[slug])
	}
	return entries, nil
}

// Version gives one version; ErrNoVersion.
func (m *Memory) Version(_ context.Context, id string) (*Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if v := m.versions[id]; v != nil {
		return v, nil
	}
	return nil, ErrNoVersion
}

// Files calls each with what is remembered of files.
func (m *Memory) Files(_ context.Context, each func(File)) error {
	m.mu.Lock()
	files := slices.Collect(maps.Values(m.files))
	m.mu.Unlock()
	for _, f := range files {
		each(f)
	}
	return nil
}

// Apply makes the change; ErrStale when the head moved on.
func (m *Memory) Apply(_ context.Context, write Write) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if write.Touches() {
		if write.Head != m.head {
			return ErrStale
		}
		m.head++
	}
	for _, e := range slices.Concat(write.Added, write.Replaced) {
		e.Rev++
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
