package main

import (
	"context"
	"sync"
	"time"
)

// How often what runs beside requests looks for work.
const (
	requestTimeout = 15 * time.Second
	countEvery     = 2 * time.Second
	foldEvery      = 5 * time.Second
	reloadEvery    = 5 * time.Second
	reconcileEvery = time.Minute
)

// startLoops starts everything that runs beside requests. Each loop ends with ctx and can be stopped at any instant:
// what it works on lies in documents, and the next start finds it there.
func (a *app) startLoops(ctx context.Context, group *sync.WaitGroup) {
	group.Go(func() { a.every(ctx, "count sittings", countEvery, a.countSittings) })
	group.Go(func() { a.every(ctx, "follow what is published", reloadEvery, a.follow) })
	group.Go(func() { a.every(ctx, "follow what can be found", reloadEvery, a.followSearch) })
	group.Go(func() { a.ledger.Run(ctx, foldEvery, a.log) })
	group.Go(func() { a.members.Run(ctx, reconcileEvery, a.log) })
	if a.worker != nil {
		group.Go(func() { a.workOnPushes(ctx) })
	}
	if a.sandboxed != nil {
		group.Go(func() { a.sandboxed.Run(ctx) })
	}
}

// every runs work now and then until ctx ends; a failure is logged and tried again the next time.
func (a *app) every(ctx context.Context, loop string, pause time.Duration, work func(context.Context) error) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	for {
		if err := work(ctx); notCancelled(ctx, err) {
			a.log.Error("loop failed", "loop", loop, "cause", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (a *app) countSittings(ctx context.Context) error {
	_, err := a.quiz.Count(ctx)
	return err
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
	if err := a.api.Refresh(); err != nil {
		return err
	}
	a.shown = heads
	return nil
}
