package jobs

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"
)

// How work is polled, leased and tried again.
const (
	pollEvery      = time.Second
	lapsedAfter    = 30 // polls that saw a lease unchanged; a lease is as long as these
	renewals       = 3  // in the time of a lease
	reconcileEvery = 60 // polls
	batch          = 32 // ids listed at once
	retryFirst     = 30 * time.Second
	retryLongest   = time.Hour
	retryStuck     = 24 * time.Hour
	stuckAfter     = 10 // failures
	releaseTime    = 2 * time.Second
	skew           = 5 * time.Second // by which clocks of servers may differ without anything being wrong
)

// Reasons of failures that need no look at the error.
const (
	ReasonPanic   = "panic"
	ReasonTimeout = "timeout"
	ReasonFailed  = "failed"
)

var errLost = errors.New("jobs: the lease was lost")

// Worker does due work of its kinds, one job at a time of each. Any number of workers may run beside each other, on any
// number of machines.
type Worker struct {
	Kinds []Kind
	Name  string // of this worker alone, at every start another: random
	Now   func() time.Time
	Log   *slog.Logger
	// Alone says that no other process works on these documents (the embedded engine). Leases of others are then left over
	// from a process that has ended, and are taken over at once.
	Alone bool
	// Poll is the time between two looks for work, 0 for one second; a lease is thirty times as long.
	Poll time.Duration
	// Reason names an error by a word from a fixed list; nil, or "" for an answer, is ReasonFailed.
	Reason func(error) string
}

// Run works until ctx ends. A job that is under way when ctx ends is given back, unless it ends in time.
func (w *Worker) Run(ctx context.Context) {
	var kinds sync.WaitGroup
	for _, k := range w.Kinds {
		kinds.Go(func() {
			p := w.poller(k)
			Loop{Name: "jobs " + k.Name, Every: w.poll(), Work: p.look}.Run(ctx, w.Log)
		})
	}
	kinds.Wait()
}

// Work looks once for work of every kind, does it and returns. An error means that the store failed; a job that failed is put off.
func (w *Worker) Work(ctx context.Context) error {
	var failed error
	for _, k := range w.Kinds {
		failed = errors.Join(failed, w.poller(k).look(ctx))
	}
	return failed
}

func (w *Worker) poll() time.Duration { return cmp.Or(w.Poll, pollEvery) }

func (w *Worker) leaseTime() time.Duration { return lapsedAfter * w.poll() }

func (w *Worker) poller(k Kind) *poller {
	return &poller{Worker: w, kind: k, seen: map[string]sighting{}}
}

// sighting is a lease and how many polls saw it unchanged.
type sighting struct {
	lease Lease
	polls int
}

// poller does one kind of work.
type poller struct {
	*Worker
	kind  Kind
	seen  map[string]sighting // leases by document
	polls int
	last  time.Time // of the poll before
}

// look is one look at the indexes of one kind.
func (p *poller) look(ctx context.Context) error {
	err := errors.Join(p.reconcile(ctx), p.takeOver(ctx))
	return errors.Join(err, p.drain(ctx))
}

// reconcile repairs due times once a minute, and at once when the clock was set back since the last poll: retries would
// otherwise wait until the clock reaches that hour again.
func (p *poller) reconcile(ctx context.Context) error {
	now := p.Now()
	b := Bounds{Fresh: now.Add(p.kind.Ahead + skew), Retried: now.Add(retryStuck + skew)}
	setBack := now.Before(p.last)
	if setBack {
		b.Retried = now
	}
	due := p.polls%reconcileEvery == 0
	p.polls++
	p.last = now
	if !due && !setBack {
		return nil
	}
	n, err := p.kind.Store.Reconcile(ctx, now, b)
	if err != nil {
		return fmt.Errorf("reconcile %s: %w", p.kind.Name, err)
	}
	if n > 0 {
		p.Log.WarnContext(ctx, "jobs reconciled", "kind", p.kind.Name, "count", n)
	}
	return nil
}

// takeOver does the jobs whose lease has lapsed.
func (p *poller) takeOver(ctx context.Context) error {
	leases, err := p.kind.Store.Leases(ctx, batch)
	if err != nil {
		return fmt.Errorf("leases of %s: %w", p.kind.Name, err)
	}
	now := map[string]sighting{}
	var lapsed []Lease
	for _, l := range leases {
		s := p.seen[l.ID]
		if s.lease != l {
			s = sighting{lease: l}
		}
		s.polls++
		now[l.ID] = s
		if s.polls > lapsedAfter || p.Alone && l.Holder != p.Name {
			lapsed = append(lapsed, l)
		}
	}
	p.seen = now
	for _, l := range lapsed {
		if err := p.take(ctx, l); err != nil {
			return err
		}
	}
	return nil
}

// drain does what is due until nothing is left.
func (p *poller) drain(ctx context.Context) error {
	for ctx.Err() == nil {
		ids, err := p.kind.Store.Due(ctx, p.Now(), batch)
		if err != nil {
			return fmt.Errorf("due %s: %w", p.kind.Name, err)
		}
		for _, id := range ids {
			if err := p.take(ctx, Lease{ID: id}); err != nil {
				return err
			}
		}
		if len(ids) < batch {
			return nil
		}
	}
	return ctx.Err()
}

// take leases a job, does it and stores how it ended. Of several workers only one gets the lease; the others continue.
func (p *poller) take(ctx context.Context, old Lease) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	r := &run{poller: p, lease: p.newLease(old.ID)}
	tries, taken, err := p.kind.Store.Take(ctx, old, r.lease)
	if err != nil {
		return fmt.Errorf("lease %s: %w", p.kind.Name, err)
	}
	if !taken {
		return nil
	}
	err = r.do(ctx)
	switch {
	case r.lost:
		p.Log.WarnContext(ctx, "job lost its lease", "kind", p.kind.Name)
		return nil
	case err == nil:
		err = p.kind.Store.Finish(ctx, r.lease)
	case ctx.Err() != nil: // this process stops: another one goes on with the job
		release, cancel := context.WithTimeout(context.WithoutCancel(ctx), releaseTime)
		defer cancel()
		err = p.kind.Store.PutOff(release, r.lease, Failure{At: p.Now()})
	default:
		f := p.failure(err, tries+1)
		p.Log.ErrorContext(ctx, "job failed", "kind", p.kind.Name, "tries", tries+1, "reason", f.Reason, "cause", err)
		err = p.kind.Store.PutOff(ctx, r.lease, f)
	}
	if err != nil {
		return fmt.Errorf("end %s: %w", p.kind.Name, err)
	}
	return nil
}

func (p *poller) newLease(id string) Lease {
	return Lease{ID: id, Holder: p.Name, Until: p.Now().Add(p.leaseTime()).UTC().Truncate(time.Millisecond)}
}

// failure says when a job is tried again and why it failed.
func (p *poller) failure(err error, tries int) Failure {
	wait := min(retryFirst<<min(tries-1, 10), retryLongest)
	if tries >= stuckAfter {
		wait = retryStuck
	}
	return Failure{At: p.Now().Add(wait), Reason: p.reason(err), Stuck: tries >= stuckAfter}
}

func (p *poller) reason(err error) string {
	var panicked *panicError
	switch {
	case errors.As(err, &panicked):
		return ReasonPanic
	case errors.Is(err, context.DeadlineExceeded):
		return ReasonTimeout
	}
	if p.Reason != nil {
		if word := p.Reason(err); word != "" {
			return word
		}
	}
	return ReasonFailed
}

// run is a job under way.
type run struct {
	*poller
	lease Lease
	lost  bool
}

// do does the job and renews its lease meanwhile.
func (r *run) do(ctx context.Context) error {
	working, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan error, 1)
	id := r.lease.ID // the lease itself is replaced while the job runs
	go func() {
		done <- protect(working, r.Log, r.kind.Name, func(ctx context.Context) error { return r.kind.Do(ctx, id) })
	}()
	renew := time.NewTicker(r.leaseTime() / renewals)
	defer renew.Stop()
	missed := 0
	for {
		select {
		case err := <-done:
			return err
		case <-renew.C:
		}
		if r.lost {
			continue // the work was asked to end; wait for it
		}
		next := r.newLease(id)
		_, renewed, err := r.kind.Store.Take(ctx, r.lease, next)
		switch {
		case err != nil:
			missed++
		case renewed:
			r.lease, missed = next, 0
		}
		if err == nil && !renewed || missed > renewals {
			r.lost = true
			cancel(errLost)
		}
	}
}
