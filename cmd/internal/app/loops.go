package app

import (
	"context"
	"sync"
	"time"

	"pugongying/internal/clock"
	"pugongying/internal/jobs"
)

// How often what runs beside requests looks for work.
const (
	reloadEvery    = 5 * time.Second
	reconcileEvery = time.Minute
	sweepEvery     = 30 * time.Second
	sandboxEvery   = time.Second
	picturesEvery  = time.Hour
	giveBackEvery  = 15 * time.Second
)

// loops are what runs beside requests. Each can be stopped at any instant: its work is stored in documents, where the next
// start finds it.
func (a *App) loops() []jobs.Loop {
	loops := []jobs.Loop{
		{Name: "follow what is published", Every: reloadEvery, Work: a.Follow},
		{Name: "follow what can be found", Every: reloadEvery, Work: a.followSearch},
		{Name: "clock", Every: clock.Every, Work: a.clock.Check},
		{Name: "sweep", Every: sweepEvery, Work: a.sweep},
		{Name: "follow the root key", Every: reloadEvery, Work: a.followRootKey},
		{Name: "members", Every: reconcileEvery, Work: a.Members.Reconcile},
		{Name: "contributions", Every: reconcileEvery, Work: a.Stories.Reconcile},
		{Name: "waitlist", Every: reconcileEvery, Work: a.Bookings.Offer},
		{Name: "reminders", Every: picturesEvery, Work: a.Bookings.Realign},
		{Name: "plans", Every: reconcileEvery, Work: a.surveyPlans},
		{Name: "look at appointments", Every: picturesEvery, Work: a.nightly(a.lookAtAppointments)},
		{Name: "pictures", Every: picturesEvery, Work: a.sweepPictures},
		{Name: "give memory back", Every: giveBackEvery, Work: giveBack},
	}
	if a.sandboxed != nil {
		loops = append(loops, jobs.Loop{Name: "sandbox", Every: sandboxEvery, Work: a.deliverSandbox})
	}
	return loops
}

// StartLoops starts everything that runs beside requests; it ends with ctx.
func (a *App) StartLoops(ctx context.Context, group *sync.WaitGroup) {
	for _, loop := range a.loops() {
		group.Go(func() { loop.Run(ctx, a.log) })
	}
	worker := a.jobs()
	group.Go(func() { worker.Run(ctx) })
}

func (a *App) deliverSandbox(ctx context.Context) error {
	a.sandboxed.Deliver(ctx)
	return nil
}

// generations number what answers are made of: they are made again when one moves.
type generations struct{ laws, published int64 }

func (a *App) generations() generations {
	return generations{a.laws.Generation(), a.library.Generation()}
}

// reload loads the laws, then the live content that cites them. A question that cannot be read is named in the log and not
// asked.
func (a *App) reload(ctx context.Context) error {
	if err := a.laws.Reload(ctx); err != nil {
		return err
	}
	if err := a.library.Reload(ctx); err != nil {
		return err
	}
	err := a.Questions.Reload(ctx)
	if a.reloadIncomplete = err != nil; a.reloadIncomplete {
		a.log.Error("questions left out", "cause", err)
	}
	return nil
}

// Follow loads what another server or an editor published and what was imported, and prepares the answers of a running
// server again. What could not be loaded completely is tried again the next time.
func (a *App) Follow(ctx context.Context) error {
	a.reloading.Lock()
	defer a.reloading.Unlock()
	incomplete := a.reloadIncomplete
	if err := a.reload(ctx); err != nil || a.api == nil || !incomplete && a.generations() == a.shown {
		return err
	}
	reached := a.generations()
	if reached.laws != a.shown.laws {
		a.lookAgain(ctx)
	}
	a.api.Refresh()
	a.shown = reached
	return nil
}

// lookAgain brings the review-at date of whatever cites a changed law forward to now. Every server does it, and a text that
// somebody is just changing is tried again with the next change of the laws: its questions have left the draws already.
func (a *App) lookAgain(ctx context.Context) {
	var ids []string
	for _, e := range a.library.All() {
		if e.Changes != nil {
			ids = append(ids, e.ID)
		}
	}
	for _, q := range a.Questions.Outdated() {
		ids = append(ids, q.ID)
	}
	if err := a.Workflow.LawChanged(ctx, a.now(), ids...); err != nil {
		a.log.Warn("law changed", "cause", err)
	}
}
