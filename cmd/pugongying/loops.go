package main

import (
	"context"
	"sync"
	"time"

	"pugongying/internal/jobs"
)

// How often what runs beside requests looks for work.
const (
	reloadEvery    = 5 * time.Second
	reconcileEvery = time.Minute
	sandboxEvery   = time.Second
)

// loops are what runs beside requests. Each can be stopped at any instant: what it works on is in documents, and the next
// start finds it there.
func (a *app) loops() []jobs.Loop {
	loops := []jobs.Loop{
		{Name: "follow what is published", Every: reloadEvery, Work: a.follow},
		{Name: "follow what can be found", Every: reloadEvery, Work: a.followSearch},
		{Name: "members", Every: reconcileEvery, Work: a.members.Reconcile},
	}
	if a.sandboxed != nil {
		loops = append(loops, jobs.Loop{Name: "sandbox", Every: sandboxEvery, Work: a.deliverSandbox})
	}
	return loops
}

// startLoops starts everything that runs beside requests; it ends with ctx.
func (a *app) startLoops(ctx context.Context, group *sync.WaitGroup) {
	for _, loop := range a.loops() {
		group.Go(func() { loop.Run(ctx, a.log) })
	}
	worker := a.jobs()
	group.Go(func() { worker.Run(ctx) })
}

func (a *app) deliverSandbox(ctx context.Context) error {
	a.sandboxed.Deliver(ctx)
	return nil
}

// heads say what answers are derived from: they are made anew when one moves.
type heads struct{ laws, published int64 }

func (a *app) heads() heads { return heads{a.laws.Head(), a.library.Head()} }

// follow takes in what another server or an editor published, and what was imported. What it could not take in whole it shows anew the next time.
func (a *app) follow(ctx context.Context) error {
	a.following.Lock()
	defer a.following.Unlock()
	behind := a.behind
	if err := a.reload(ctx); err != nil || !behind && a.heads() == a.shown {
		return err
	}
	heads := a.heads()
	a.api.Refresh()
	a.shown = heads
	return nil
}
