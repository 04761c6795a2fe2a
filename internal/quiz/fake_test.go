package quiz

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"pugongying/internal/member"
	"pugongying/internal/publish"
)

// fakeSource is publish in memory: every version that ever existed, the last of each live.
type fakeSource struct {
	mu       sync.Mutex
	header   int64
	versions map[string][]publish.Item
	changed  map[string]int64 // the generation of the last change, by id
	asked    int              // how often Version was called
	given    int              // how many publications Live and Changed gave
	err      error
}

func (f *fakeSource) put(kind publish.Kind, id, slug, body string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.versions == nil {
		f.versions, f.changed = map[string][]publish.Item{}, map[string]int64{}
	}
	f.header++
	f.changed[id] = f.header
	f.versions[id] = append(f.versions[id], publish.Item{ID: id, Kind: kind, Slug: slug, N: len(f.versions[id]) + 1, Body: []byte(body)})
}

func (f *fakeSource) Generation(context.Context) (int64, error) { return f.header, f.err }

func (f *fakeSource) Live(_ context.Context, kind publish.Kind, each func(publish.Item) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	ids := []string{}
	for id, versions := range f.versions {
		if last := versions[len(versions)-1]; last.Kind == kind && last.Body != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for _, id := range ids {
		f.given++
		if err := each(f.versions[id][len(f.versions[id])-1]); err != nil {
			return err
		}
	}
	return f.err
}

func (f *fakeSource) Changed(_ context.Context, kind publish.Kind, since int64, each func(publish.Item) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range slices.Sorted(maps.Keys(f.versions)) {
		item := f.versions[id][len(f.versions[id])-1]
		if item.Kind != kind || f.changed[id] <= since {
			continue
		}
		if item.Body == nil {
			item.N = 0
		}
		f.given++
		if err := each(item); err != nil {
			return err
		}
	}
	return f.err
}

// recheck marks what is live, as publish does when nobody looked at it again in time.
func (f *fakeSource) recheck(id string, overdue bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.header++
	f.versions[id][len(f.versions[id])-1].Rechecking, f.changed[id] = overdue, f.header
}

// withdraw makes a publication not live any more.
func (f *fakeSource) withdraw(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	last := f.versions[id][len(f.versions[id])-1]
	last.Body = nil
	f.header++
	f.changed[id] = f.header
	f.versions[id] = append(f.versions[id], last)
}

func (f *fakeSource) Version(_ context.Context, id string, n int) (publish.Version, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.asked++
	if n < 1 || n > len(f.versions[id]) {
		return publish.Version{}, publish.ErrNotFound
	}
	return publish.Version{Publication: id, N: n, Body: f.versions[id][n-1].Body}, nil
}

// fakeStore is Attempts and Books in memory. It fulfils the visible part of the contract of the real one in package
// store.
type fakeStore struct {
	mu        sync.Mutex
	attempts  map[string]Attempt
	dismissed map[member.Handle]Dismissals
	writes    int
	blind     *sync.WaitGroup // negative control: all load before any writes, and the revision is not compared
	broken    error           // of Filed
}

func newFakeStore() *fakeStore {
	return &fakeStore{attempts: map[string]Attempt{}, dismissed: map[member.Handle]Dismissals{}}
}

func copied(a Attempt) *Attempt {
	a.Drawn = slices.Clone(a.Drawn)
	return &a
}

func (f *fakeStore) Create(_ context.Context, a *Attempt) (*Attempt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, old := range f.attempts {
		if a.Once != nil && old.Once != nil && old.Once.ID == a.Once.ID {
			return copied(old), a.Once.Same(old.Once)
		}
	}
	f.attempts[a.ID] = *copied(*a)
	f.writes++
	return a, nil
}

func (f *fakeStore) Get(_ context.Context, id string) (*Attempt, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	a, ok := f.attempts[id]
	if !ok {
		return nil, ErrAttemptUnknown
	}
	return copied(a), nil
}

func (f *fakeStore) Update(ctx context.Context, id string, apply func(*Attempt) error) error {
	for {
		a, err := f.Get(ctx, id)
		if err != nil {
			return err
		}
		if f.blind != nil {
			f.blind.Done()
			f.blind.Wait()
		}
		if err := apply(a); err != nil {
			return err
		}
		f.mu.Lock()
		won := f.attempts[id].Rev == a.Rev || f.blind != nil
		if won {
			a.Rev++
			f.attempts[id] = *copied(*a)
			f.writes++
		}
		f.mu.Unlock()
		if won {
			return nil
		}
	}
}

func (f *fakeStore) where(keep func(Attempt) bool) []Attempt {
	f.mu.Lock()
	defer f.mu.Unlock()
	found := []Attempt{}
	for _, a := range f.attempts {
		if keep(a) {
			found = append(found, *copied(a))
		}
	}
	slices.SortFunc(found, func(a, b Attempt) int { return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(a.ID, b.ID)) })
	return found
}

func (f *fakeStore) Since(_ context.Context, owner member.Handle, at time.Time) ([]Attempt, error) {
	return f.where(func(a Attempt) bool { return a.Owner == owner && !a.StartedAt.Before(at) }), nil
}

func (f *fakeStore) Saved(_ context.Context, owner member.Handle, limit int) ([]Attempt, error) {
	saved := f.where(func(a Attempt) bool { return a.Owner == owner && a.Keep })
	return saved[:min(limit, len(saved))], nil
}

func (f *fakeStore) Pending(_ context.Context, owner member.Handle, limit int) ([]Unfiled, error) {
	pending := f.where(func(a Attempt) bool { return a.Pending && (owner == "" || a.Owner == owner) })
	list := make([]Unfiled, min(limit, len(pending)))
	for i := range list {
		a := pending[i]
		list[i] = Unfiled{ID: a.ID, Origin: a.Origin, From: a.From, SubmittedAt: a.SubmittedAt, Where: a.Where, Line: a.Line}
	}
	return list, nil
}

func (f *fakeStore) change(ids []string, change func(*Attempt)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, id := range ids {
		if a, ok := f.attempts[id]; ok && a.Pending {
			change(&a)
			a.Rev++
			f.attempts[id] = a
		}
	}
}

func (f *fakeStore) Filed(_ context.Context, ids []string, removeAt time.Time) error {
	if f.broken != nil {
		return f.broken
	}
	f.change(ids, func(a *Attempt) {
		a.Pending, a.Line, a.RemoveAt = false, "", &removeAt
		if a.Keep {
			a.RemoveAt = nil
		}
	})
	return nil
}

func (f *fakeStore) All(_ context.Context, owner member.Handle, each func(Attempt) error) error {
	all := f.where(func(a Attempt) bool { return a.Owner == owner })
	slices.Reverse(all)
	for _, a := range all {
		if err := each(a); err != nil {
			return err
		}
	}
	return nil
}

func (f *fakeStore) Drop(_ context.Context, owner member.Handle, which Which) error {
	gone := f.where(func(a Attempt) bool { return a.Owner == owner && (which == AllHers || a.State == Submitted || a.Book) })
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, a := range gone {
		delete(f.attempts, a.ID)
	}
	delete(f.dismissed, owner)
	return nil
}

func (f *fakeStore) Move(_ context.Context, from, to member.Handle) error {
	for _, a := range f.where(func(a Attempt) bool { return a.Owner == from }) {
		a.Owner = to
		f.attempts[a.ID] = a
	}
	into := f.dismissed[to]
	for _, item := range f.dismissed[from].Items {
		into.Add(item)
	}
	f.dismissed[to] = into
	delete(f.dismissed, from)
	return nil
}

func (f *fakeStore) Dismissed(_ context.Context, owner member.Handle) (Dismissals, error) {
	return f.dismissed[owner], nil
}

func (f *fakeStore) Dismiss(_ context.Context, owner member.Handle, apply func(*Dismissals) error) error {
	d := f.dismissed[owner]
	err := apply(&d)
	f.dismissed[owner] = d
	return err
}
