package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"time"

	"filippo.io/age"
)

// Target is where a backup is restored into. A restore that was interrupted leaves its marker, with which nothing is served.
type Target interface {
	// State says whether anything is there, and whether an interrupted restore left it.
	State(ctx context.Context) (State, error)
	// Begin leaves the marker, durably, and removes what an interrupted restore left.
	Begin(ctx context.Context, backup string) error
	// Insert adds documents of a collection.
	Insert(ctx context.Context, collection string, docs [][]byte) error
	// Put adds a media file.
	Put(ctx context.Context, f File, body io.ReadSeeker) error
	// Documents gives back what Insert was given, as Source does.
	Documents(ctx context.Context, each func(Document) error) error
	// Reapply does what must be done before anything is served: whoever was erased since is erased again.
	Reapply(ctx context.Context) error
	// Finish takes the marker away.
	Finish(ctx context.Context) error
}

// State is what a target has in it.
type State struct{ Empty, Interrupted bool }

// From says what is restored.
type From struct {
	Dir        string
	Name       string // "" for the newest
	Identities []age.Identity
	Secret     []byte         // of the root key
	Figures    func() Figures // makes a fresh counter
	Short      []string       // as in Options
}

// Restored is what a restore did.
type Restored struct {
	Name, Keys string
	Taken      time.Time
	Documents  int64
	Media      int
	Figures    map[string]int64
}

// Restore fills an empty target with a backup, or begins an interrupted restore anew, and compares what it has become with
// the backup. ErrNotEmpty, ErrNone, ErrDamaged, ErrIdentity, ErrRoot before anything is changed; ErrDiffers.
func Restore(ctx context.Context, from From, to Target) (Restored, error) {
	state, err := to.State(ctx)
	if err != nil {
		return Restored{}, err
	}
	if !state.Empty && !state.Interrupted {
		return Restored{}, ErrNotEmpty
	}
	long, err := openContents(folder{filepath.Join(from.Dir, documents)}, from.Name, from.Identities)
	if errors.Is(err, ErrDamaged) {
		return Restored{}, fmt.Errorf("%w；要恢复早一点的一份，用 --name 写上它的名字", err)
	}
	if err != nil {
		return Restored{}, err
	}
	brief, err := openContents(folder{filepath.Join(from.Dir, short)}, "", from.Identities)
	if errors.Is(err, ErrDamaged) {
		return Restored{}, fmt.Errorf("钥匙和注销名单的备份：%w；换一个副本试试，都坏了就把 %s 里最新的一个移走，会用前一份（那以后注销的人要请他们再注销一次）",
			err, filepath.Join(from.Dir, short, manifests))
	}
	if err != nil {
		return Restored{}, fmt.Errorf("钥匙和注销名单的备份：%w", err)
	}
	for _, c := range []*contents{long, brief} {
		if err := c.manifest.authentic(namer{from.Secret}); err != nil {
			return Restored{}, err
		}
	}
	r := Restored{Name: long.name, Keys: brief.name, Taken: long.manifest.Taken}
	if err := to.Begin(ctx, long.name); err != nil {
		return r, err
	}
	if err := r.fill(ctx, to, long, brief); err != nil {
		return r, err
	}
	if r.Figures, err = compare(ctx, from, to, long, brief); err != nil {
		return r, err
	}
	if err := to.Reapply(ctx); err != nil {
		return r, err
	}
	return r, to.Finish(ctx)
}

// inserted is how many documents are inserted with one write at most.
const inserted = 1000

func (r *Restored) fill(ctx context.Context, to Target, parts ...*contents) error {
	for _, c := range parts {
		batch, of := [][]byte{}, ""
		flush := func() error {
			if len(batch) == 0 {
				return nil
			}
			r.Documents += int64(len(batch))
			err := to.Insert(ctx, of, batch)
			batch = batch[:0]
			return err
		}
		err := c.documents(func(collection string, docs [][]byte) error {
			if collection != of || len(batch) >= inserted {
				if err := flush(); err != nil {
					return err
				}
				of = collection
			}
			batch = append(batch, docs...)
			return ctx.Err()
		})
		if err == nil {
			err = flush()
		}
		if err == nil {
			err = c.media(func(f File, body io.ReadSeeker) error { r.Media++; return to.Put(ctx, f, body) })
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// compare cuts what the target has become as it would be cut for a backup: every chunk must be the one in the index.
func compare(ctx context.Context, from From, to Target, long, brief *contents) (map[string]int64, error) {
	got := map[string][]string{}
	cut := cutter{emit: func(collection string, _ int64, plain []byte) error {
		got[collection] = append(got[collection], (namer{from.Secret}).name(plain).Sum)
		return nil
	}}
	figures := from.Figures()
	err := to.Documents(ctx, func(d Document) error { return errors.Join(figures.Add(d), cut.add(d)) })
	if err = errors.Join(err, cut.flush()); err != nil {
		return nil, err
	}
	for _, c := range []*contents{long, brief} {
		for _, x := range c.index.Collections {
			var want []string
			for _, one := range x.Chunks {
				want = append(want, one.Sum)
			}
			if !slices.Equal(want, got[x.Name]) {
				return nil, fmt.Errorf("%w：%s", ErrDiffers, x.Name)
			}
			delete(got, x.Name)
		}
	}
	if len(got) > 0 {
		return nil, fmt.Errorf("%w：多出了 %v", ErrDiffers, slices.Sorted(maps.Keys(got)))
	}
	sums := figures.Sums()
	if !maps.Equal(sums, long.index.Figures) {
		return sums, fmt.Errorf("%w：台账合计是 %v，应该是 %v", ErrDiffers, sums, long.index.Figures)
	}
	if notes := figures.Notes(); !maps.Equal(notes, long.index.Notes) {
		return sums, fmt.Errorf("%w：记下的是 %v，应该是 %v", ErrDiffers, notes, long.index.Notes)
	}
	return sums, nil
}
