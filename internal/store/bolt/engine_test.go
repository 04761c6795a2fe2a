package bolt

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"go.mongodb.org/mongo-driver/v2/bson"
	"go.uber.org/goleak"

	"pugongying/internal/store/document"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestASecondServerOnTheFolderIsRefused(t *testing.T) {
	dir := t.TempDir()
	first, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Open(dir); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), dir) {
		t.Errorf("the second was told %v", err)
	}
	if err := first.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	second, err := Open(dir)
	if err != nil {
		t.Fatalf("after the first ended: %v", err)
	}
	if err := second.Close(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := Open(filepath.Join(dir, fileName)); err == nil {
		t.Error("a file was taken for a folder")
	}
}

func TestEveryCommitIsSynced(t *testing.T) {
	if e := open(t); e.db.NoSync || e.db.NoGrowSync {
		t.Error("bbolt does not sync")
	}
}

func TestAfterCloseNothingWorks(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	if err := errors.Join(e.Ping(t.Context()), e.Close(t.Context()), e.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"ping": e.Ping(t.Context()), "insert": c.Insert(t.Context(), d{is("_id", "a")}), "ensure": e.Ensure(t.Context(), nil),
		"transaction": e.InTx(t.Context(), func(context.Context) error { return nil }),
		"find":        c.Find(t.Context(), document.Query{}, func(bson.Raw) error { return nil }),
	} {
		if !errors.Is(err, ErrClosed) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Close waits for what was accepted: every write that said yes is there, every other said ErrClosed.
func TestCloseFinishesAcceptedWrites(t *testing.T) {
	dir := t.TempDir()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := declare(t, e)
	var wg sync.WaitGroup
	var accepted atomic.Int64
	for w := range 16 {
		wg.Go(func() {
			for n := 0; ; n++ {
				err := c.Insert(t.Context(), d{is("_id", fmt.Sprint(w, "-", n))})
				if errors.Is(err, ErrClosed) {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				accepted.Add(1)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	again, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = again.Close(t.Context()) }()
	if n, err := again.Collection("c").Count(t.Context(), nil, 0); n != accepted.Load() || n == 0 || err != nil {
		t.Errorf("%d accepted, %d there, %v", accepted.Load(), n, err)
	}
}

// The file remembers its indexes: they go on refusing, serving and knowing of arrays where nobody declares them.
func TestIndexesOutliveTheProcess(t *testing.T) {
	dir := t.TempDir()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := declare(t, e, planIndexes()...)
	if err := c.Insert(t.Context(), d{is("_id", "a"), is("code", 1), is("tags", bson.A{"x", "y"})}); err != nil {
		t.Fatal(err)
	}
	if err := e.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	e, err = Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close(t.Context()) }()
	c = e.Collection("c").(*collection)
	if err := c.Insert(t.Context(), d{is("_id", "b"), is("code", 1), is("a", 2)}); !errors.Is(err, document.ErrDuplicate) {
		t.Errorf("an old unique key: %v", err)
	}
	for _, x := range c.indexes() {
		if want := map[bool]uint64{true: 1}[x.spec.Name == "tags"]; x.multikey.Load() != want {
			t.Errorf("%s: arrays at %b", x.spec.Name, x.multikey.Load())
		}
	}
	if err := e.Ensure(t.Context(), []document.Declaration{{Collection: "c", Indexes: planIndexes()}}); err != nil {
		t.Errorf("declared again: %v", err)
	}
	if n := len(c.indexes()); n != len(planIndexes()) {
		t.Errorf("%d indexes", n)
	}
}

func TestAnIndexMadeLaterHoldsWhatIsThere(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	for i := range 20 {
		if err := c.Insert(t.Context(), d{is("_id", fmt.Sprint(i)), is("n", i%4)}); err != nil {
			t.Fatal(err)
		}
	}
	err := e.Ensure(t.Context(), []document.Declaration{{Collection: "c", Indexes: []document.Index{
		{Name: "n", Keys: up("n")}, {Name: "bad", Keys: up("n"), Unique: true},
	}}})
	if !errors.Is(err, document.ErrDuplicate) || len(c.indexes()) != 0 {
		t.Fatalf("%v, %d indexes", err, len(c.indexes()))
	}
	c = declare(t, e, document.Index{Name: "n", Keys: up("n")})
	if got := met(t, c, d{is("n", 1)}); got != 5 {
		t.Errorf("met %d", got)
	}
}

func TestAWriteThatPanicsHarmsNobody(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	var wg sync.WaitGroup
	var panicked, runs atomic.Int64
	for i := range 200 {
		wg.Go(func() {
			if i%10 != 3 {
				if err := c.Insert(t.Context(), d{is("_id", fmt.Sprint(i))}); err != nil {
					t.Error(err)
				}
				return
			}
			err := e.write(t.Context(), func(ch *change) error {
				runs.Add(1)
				if err := c.put(ch, fmt.Sprint("half ", i), nil, mustMarshal(t, d{is("_id", "half")})); err != nil {
					return err
				}
				panic("oh")
			})
			if err != nil && strings.Contains(err.Error(), "panicked: oh") {
				panicked.Add(1)
			}
		})
	}
	wg.Wait()
	if n, err := c.Count(t.Context(), nil, 0); n != 180 || err != nil {
		t.Errorf("%d of 180 written, %v", n, err)
	}
	if panicked.Load() != 20 || runs.Load() < 20 {
		t.Errorf("%d of 20 were told", panicked.Load())
	}
}

func mustMarshal(t *testing.T, v any) bson.Raw {
	t.Helper()
	raw, err := bson.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// A write that fails half-way through a document spoils its batch: the others are run again without it.
func TestAWriteThatStopsHalfWayLeavesNothing(t *testing.T) {
	e := open(t)
	c := declare(t, e, document.Index{Name: "n", Keys: up("n")})
	broken := errors.New("broken")
	var others atomic.Int64
	half := func(ch *change) error {
		ch.dirty = true
		if err := c.store(ch.tx, "half", mustMarshal(t, d{is("_id", "half")})); err != nil {
			return err
		}
		return broken
	}
	whole := func(ch *change) error {
		others.Add(1)
		return c.put(ch, "whole", nil, mustMarshal(t, d{is("_id", "whole"), is("n", 1)}))
	}
	batch := []*job{{run: whole, done: make(chan struct{})}, {run: half, done: make(chan struct{})}}
	e.commit(batch)
	if batch[0].err != nil || !errors.Is(batch[1].err, broken) || others.Load() != 2 {
		t.Errorf("%v, %v, %d runs", batch[0].err, batch[1].err, others.Load())
	}
	if n, err := c.Count(t.Context(), nil, 0); n != 1 || err != nil {
		t.Errorf("%d documents, %v", n, err)
	}
}

// A refusal costs its batch nothing: the others are written once.
func TestARefusedWriteLeavesItsBatchAlone(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	runs := 0
	ok := func(ch *change) error {
		runs++
		return c.put(ch, "a", nil, mustMarshal(t, d{is("_id", "a")}))
	}
	stale := func(*change) error { return document.ErrStale }
	batch := []*job{{run: ok, done: make(chan struct{})}, {run: stale, done: make(chan struct{})}}
	e.commit(batch)
	if runs != 1 || batch[0].err != nil || !errors.Is(batch[1].err, document.ErrStale) {
		t.Errorf("%d runs, %v, %v", runs, batch[0].err, batch[1].err)
	}
}

func TestWritersShareSyncs(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	before := lastTx(t, e)
	var wg sync.WaitGroup
	const writers, each = 64, 20
	for w := range writers {
		wg.Go(func() {
			for n := range each {
				if err := c.Insert(t.Context(), d{is("_id", fmt.Sprint(w, "-", n))}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if commits := lastTx(t, e) - before; commits > writers*each/4 {
		t.Errorf("%d commits for %d writes", commits, writers*each)
	}
}

func lastTx(t *testing.T, e *Engine) (id int) {
	t.Helper()
	if err := e.db.View(func(tx *bbolt.Tx) error { id = tx.ID(); return nil }); err != nil {
		t.Fatal(err)
	}
	return id
}

func TestAWriteThatChangesNothingIsNotSynced(t *testing.T) {
	e := open(t)
	c := declare(t, e)
	before := lastTx(t, e)
	if _, err := c.Update(t.Context(), d{is("_id", "none")}, op("$set", d{is("a", 1)})); err != nil {
		t.Fatal(err)
	}
	if after := lastTx(t, e); after != before {
		t.Errorf("%d commits", after-before)
	}
}

func TestNoRoomIsErrFull(t *testing.T) {
	for _, err := range []error{
		syscall.ENOSPC, errors.New("file resize error: " + syscall.ENOSPC.Error()), fmt.Errorf("write: %w", syscall.EFBIG), syscall.EDQUOT,
	} {
		if !errors.Is(full(err), document.ErrFull) {
			t.Errorf("%v is %v", err, full(err))
		}
	}
	if err := full(syscall.EIO); errors.Is(err, document.ErrFull) {
		t.Error("a broken disk is called full")
	}
	if full(nil) != nil {
		t.Error("nothing is called full")
	}
}

func TestAKeyTooLongIsRefusedBeforeAnythingIsWritten(t *testing.T) {
	c := declare(t, open(t), document.Index{Name: "n", Keys: up("n")}, document.Index{Name: "s", Keys: up("s")})
	err := c.Insert(t.Context(), d{is("_id", "a"), is("n", 1), is("s", strings.Repeat("x", bbolt.MaxKeySize))})
	if !errors.Is(err, document.ErrIndex) {
		t.Errorf("%v", err)
	}
	if n, err := c.Count(t.Context(), d{is("n", 1)}, 0); n != 0 || err != nil {
		t.Errorf("%d left, %v", n, err)
	}
}

// Documents and index keys agree after many writers changed what the indexes hold.
func TestIndexesAgreeWithDocumentsUnderLoad(t *testing.T) {
	e := open(t)
	c := declare(t, e, document.Index{Name: "n", Keys: up("n")}, document.Index{Name: "tags", Keys: up("tags"), Partial: d{is("on", true)}})
	var wg sync.WaitGroup
	for w := range 16 {
		wg.Go(func() {
			for i := range 60 {
				id := fmt.Sprint((w + i) % 20)
				_ = c.Insert(t.Context(), d{is("_id", id), is("n", i), is("tags", bson.A{w, i})})
				_, err := c.Update(t.Context(), d{is("_id", id)}, d{is("$set", d{is("n", w), is("on", i%2 == 0), is("tags", bson.A{w, i, i + w})})})
				if err == nil && i%7 == 0 {
					_, err = c.Delete(t.Context(), d{is("_id", id)})
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	want := map[string]int{}
	err := c.Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		for _, x := range c.indexes() {
			keys, _, err := x.keys(raw)
			if err != nil {
				return err
			}
			want[x.spec.Name] += len(keys)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range c.indexes() {
		have := 0
		err := e.db.View(func(tx *bbolt.Tx) error {
			return tx.Bucket(x.bucket).ForEach(func(_, _ []byte) error { have++; return nil })
		})
		if err != nil || have != want[x.spec.Name] {
			t.Errorf("%s holds %d keys, its documents have %d, %v", x.spec.Name, have, want[x.spec.Name], err)
		}
	}
}
