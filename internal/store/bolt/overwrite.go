package bolt

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/bbolt"
)

// Overwriting of freed pages. bbolt writes a changed page to another place and only marks the old one as free, so what was
// removed or changed stands in free pages until they happen to be used again. To overwrite them, nothing is written behind
// bbolt's back: ordinary transactions fill a scratch bucket with zeros until every page that was free has been used for it,
// and remove the bucket again. So the file is intact after a kill at any instant, pages that a reader still sees are left
// alone, and other writers go on between the transactions.
const (
	overwriteRest  = 5 * time.Second  // from a request to the overwriting, so that one serves many requests
	overwriteApart = 15 * time.Second // between the beginnings of two
	overwritePages = 512              // pages a transaction fills, so that other writers do not wait long
	readersPoll    = 5 * time.Millisecond
)

var (
	scratchBucket = []byte("scratch")
	overwriteKey  = []byte("o\x00overwrite") // in metaBucket while pages are still to be overwritten
)

// overwriter overwrites what is free whenever somebody asks for it.
type overwriter struct {
	engine *Engine
	stop   context.CancelFunc
	ended  chan struct{}
	wake   chan struct{}

	running sync.Mutex // one run at a time: they share the scratch bucket

	mu      sync.Mutex
	wanted  int64 // counts requests
	durable bool  // the file remembers that there is one
	filler  uint64
}

func newOverwriter(e *Engine) *overwriter {
	return &overwriter{engine: e, ended: make(chan struct{}), wake: make(chan struct{}, 1)}
}

func (o *overwriter) start() {
	ctx, stop := context.WithCancel(context.Background())
	o.stop = stop
	go o.loop(ctx)
}

func (o *overwriter) close() {
	o.stop()
	<-o.ended
}

// remember takes up what an earlier process did not come to.
func (o *overwriter) remember(meta *bbolt.Bucket) {
	if meta != nil && meta.Get(overwriteKey) != nil {
		o.wanted, o.durable = 1, true
		o.signal()
	}
}

func (o *overwriter) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Overwrite asks that everything removed so far be overwritten in the file too, and returns once that is remembered, also
// beyond the end of the process. It happens within twenty seconds and the time it takes, unless a reader older than the
// removal goes on for longer. What the file system, the disk or a copy of the file still holds it does not reach.
func (e *Engine) Overwrite(ctx context.Context) error {
	o := e.overwriting
	o.mu.Lock()
	o.wanted++
	durable := o.durable
	o.mu.Unlock()
	if !durable {
		err := e.write(ctx, func(c *change) error {
			meta, err := c.tx.CreateBucketIfNotExists(metaBucket)
			if err != nil {
				return fmt.Errorf("bolt: %w", err)
			}
			c.wrote = true
			return meta.Put(overwriteKey, []byte{1})
		})
		if err != nil {
			return err
		}
		o.mu.Lock()
		o.durable = true
		o.mu.Unlock()
	}
	o.signal()
	return nil
}

func (o *overwriter) loop(ctx context.Context) {
	defer close(o.ended)
	broken := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-o.wake:
		}
		if !pause(ctx, overwriteRest) {
			return
		}
		err := o.run(ctx)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !broken:
			o.engine.log.Error("bolt: freed pages cannot be overwritten", "error", err)
		case err == nil && broken:
			o.engine.log.Info("bolt: freed pages are overwritten again")
		}
		if broken = err != nil; broken {
			o.signal()
		}
		if !pause(ctx, overwriteApart-overwriteRest) {
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

// run overwrites every page that is free when it begins.
func (o *overwriter) run(ctx context.Context) error {
	o.running.Lock()
	defer o.running.Unlock()
	o.mu.Lock()
	wanted := o.wanted
	o.mu.Unlock()
	free, err := o.begin(ctx)
	if err != nil {
		return err
	}
	if err := o.engine.readers.older(ctx); err != nil {
		return err
	}
	for len(free) > 0 {
		grew, err := o.fill(ctx, len(free))
		if err != nil {
			return err
		}
		if grew { // no free page was left: all were used, by the bucket or by others
			break
		}
		if free, err = o.stillFree(ctx, free); err != nil {
			return err
		}
	}
	return o.end(ctx, wanted)
}

// begin lists the free pages and makes the scratch bucket, anew if a killed process left one. The pages of the list are
// released as soon as no reader is older than this transaction.
func (o *overwriter) begin(ctx context.Context) (free []int, err error) {
	err = o.engine.update(ctx, func(tx *bbolt.Tx) error {
		free = free[:0]
		pages := int(tx.Size() / int64(o.engine.db.Info().PageSize))
		for id := 2; id < pages; id++ {
			page, err := tx.Page(id)
			if err != nil {
				return fmt.Errorf("bolt: page %d: %w", id, err)
			}
			if page.Type == "free" {
				free = append(free, id)
			}
		}
		if tx.Bucket(scratchBucket) != nil {
			if err := tx.DeleteBucket(scratchBucket); err != nil {
				return fmt.Errorf("bolt: %w", err)
			}
		}
		if _, err := tx.CreateBucket(scratchBucket); err != nil {
			return fmt.Errorf("bolt: %w", err)
		}
		return blank(o.engine.db.Path(), tx.Size())
	})
	return free, err
}

// blank zeroes what stands in the file behind the last page in use: a transaction that was not committed may have been
// written there. Nobody reads it, and the caller's transaction keeps everybody from writing it; its commit syncs the file.
func blank(path string, from int64) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return fmt.Errorf("bolt: %w", err)
	}
	defer f.Close()
	buffer, zeros := make([]byte, 1<<16), make([]byte, 1<<16)
	for {
		n, err := f.ReadAt(buffer, from)
		if n > 0 && !bytes.Equal(buffer[:n], zeros[:n]) {
			if _, err := f.WriteAt(zeros[:n], from); err != nil {
				return fmt.Errorf("bolt: %w", full(err))
			}
		}
		if from += int64(n); err != nil || n == 0 {
			return nil // the end of the file
		}
	}
}

// fill uses up about nine in ten of so many free pages, and says whether the file had to grow for it.
func (o *overwriter) fill(ctx context.Context, free int) (grew bool, err error) {
	for left := max(1, free*9/10-8); left > 0 && !grew; left -= overwritePages {
		if err := ctx.Err(); err != nil {
			return false, err
		}
		if grew, err = o.fillSome(ctx, min(left, overwritePages)); err != nil {
			return false, err
		}
	}
	return grew, nil
}

// fillSome fills pages in one transaction, two values of zeros a page: bbolt puts no fewer on one.
func (o *overwriter) fillSome(ctx context.Context, pages int) (grew bool, err error) {
	e := o.engine
	if err := e.lock(ctx); err != nil {
		return false, err
	}
	defer e.unlock()
	if e.closed.Load() {
		return false, ErrClosed
	}
	before, err := e.size()
	if err != nil {
		return false, err
	}
	value := make([]byte, e.db.Info().PageSize/2-2*headerSize-8)
	err = e.db.Update(func(tx *bbolt.Tx) error {
		bucket := tx.Bucket(scratchBucket)
		bucket.FillPercent = 1
		for range 2 * pages {
			o.filler++
			if err := bucket.Put(binary.BigEndian.AppendUint64(nil, o.filler), value); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, fmt.Errorf("bolt: overwrite: %w", full(err))
	}
	after, err := e.size()
	return after > before, err
}

// size is where the pages in use end.
func (e *Engine) size() (size int64, err error) {
	err = e.db.View(func(tx *bbolt.Tx) error {
		size = tx.Size()
		return nil
	})
	return size, err
}

// stillFree gives those of the pages that are free now; they were not used since they were listed, or were used and freed.
func (o *overwriter) stillFree(ctx context.Context, pages []int) ([]int, error) {
	left := pages[:0]
	err := o.engine.update(ctx, func(tx *bbolt.Tx) error {
		for _, id := range pages {
			page, err := tx.Page(id)
			if err != nil {
				return fmt.Errorf("bolt: page %d: %w", id, err)
			}
			if page.Type == "free" {
				left = append(left, id)
			}
		}
		return errNothing
	})
	return left, err
}

// end removes the scratch bucket, and the request with it unless another came meanwhile.
func (o *overwriter) end(ctx context.Context, wanted int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	done := o.wanted == wanted
	err := o.engine.update(ctx, func(tx *bbolt.Tx) error {
		if err := tx.DeleteBucket(scratchBucket); err != nil {
			return fmt.Errorf("bolt: %w", err)
		}
		if meta := tx.Bucket(metaBucket); done && meta != nil {
			return meta.Delete(overwriteKey)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if o.durable = !done; !done {
		o.signal()
	}
	return nil
}

// readers counts read transactions, so that one can wait for those that began before some moment without keeping others
// from beginning.
type readers struct {
	epoch  atomic.Uint32
	active [2]atomic.Int64 // by the epoch they began in
}

// begin counts a reader and gives what ends it.
func (r *readers) begin() (slot uint32) {
	slot = r.epoch.Load() & 1
	r.active[slot].Add(1)
	return slot
}

func (r *readers) end(slot uint32) { r.active[slot].Add(-1) }

// older waits for the readers that have begun already. One that counts itself only after its slot was found empty begins its
// transaction after that, and so sees what was committed before older was called. The second round is for one that read the
// epoch an epoch ago and counts in the other slot.
func (r *readers) older(ctx context.Context) error {
	for range r.active {
		slot := (r.epoch.Add(1) - 1) & 1
		for r.active[slot].Load() > 0 {
			if !pause(ctx, readersPoll) {
				return ctx.Err()
			}
		}
	}
	return nil
}
