package jobs

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

var errBroken = errors.New("the store is broken")

// memory is a Store in memory; it answers as the documents do.
type memory struct {
	mu     sync.Mutex
	due    map[string]*Due
	broken int // operations that fail from now on
	writes int
}

func newMemory(ids ...string) *memory {
	m := &memory{due: map[string]*Due{}}
	for _, id := range ids {
		m.due[id] = &Due{At: start}
	}
	return m
}

var start = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func (m *memory) locked(f func()) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken > 0 {
		m.broken--
		return errBroken
	}
	f()
	return nil
}

func (m *memory) Due(_ context.Context, now time.Time, limit int) (ids []string, err error) {
	err = m.locked(func() {
		for id, d := range m.due {
			if !d.At.IsZero() && !d.At.After(now) {
				ids = append(ids, id)
			}
		}
		slices.SortFunc(ids, func(a, b string) int { return cmp.Or(m.due[a].At.Compare(m.due[b].At), cmp.Compare(a, b)) })
		ids = ids[:min(limit, len(ids))]
	})
	return ids, err
}

func (m *memory) Leases(context.Context, int) (leases []Lease, err error) {
	err = m.locked(func() {
		for id, d := range m.due {
			if d.Holder != "" {
				leases = append(leases, Lease{id, d.Holder, d.Until})
			}
		}
	})
	return leases, err
}

func (m *memory) is(l Lease) *Due {
	d := m.due[l.ID]
	if d == nil || d.Holder != l.Holder || l.Holder != "" && !d.Until.Equal(l.Until) || l.Holder == "" && d.At.IsZero() {
		return nil
	}
	return d
}

func (m *memory) Take(_ context.Context, old, next Lease) (tries int, taken bool, err error) {
	err = m.locked(func() {
		if d := m.is(old); d != nil {
			m.writes++
			d.At, d.Holder, d.Until = time.Time{}, next.Holder, next.Until
			tries, taken = d.Tries, true
		}
	})
	return tries, taken, err
}

func (m *memory) Finish(_ context.Context, l Lease) error {
	return m.locked(func() {
		if m.is(l) != nil {
			m.writes++
			delete(m.due, l.ID)
		}
	})
}

func (m *memory) PutOff(_ context.Context, l Lease, f Failure) error {
	return m.locked(func() {
		if d := m.is(l); d != nil {
			m.writes++
			*d = Due{At: f.At, Tries: d.Tries, Reason: d.Reason, Stuck: f.Stuck}
			if f.Reason != "" {
				d.Tries, d.Reason = d.Tries+1, f.Reason
			}
		}
	})
}

func (m *memory) Reconcile(_ context.Context, now time.Time, b Bounds) (n int64, err error) {
	err = m.locked(func() {
		for _, d := range m.due {
			late := d.Tries == 0 && d.At.After(b.Fresh) || d.Tries > 0 && d.At.After(b.Retried)
			if late {
				d.At = now
				n++
			}
		}
	})
	return n, err
}

func (m *memory) Count(context.Context) (Counts, error) { return Counts{}, nil }

func (m *memory) get(id string) Due {
	m.mu.Lock()
	defer m.mu.Unlock()
	if d := m.due[id]; d != nil {
		return *d
	}
	return Due{}
}

func (m *memory) left() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return len(m.due)
}
