package app

import (
	"context"
	"crypto/rand"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
	"pugongying/internal/jobs"
	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/wechat"
)

// Pauses between two rounds over a backlog: what accumulates meanwhile is processed with one write.
const (
	filePause  = 2 * time.Second
	tallyPause = 5 * time.Second
)

// jobs is the worker of this server: all kinds of due work.
func (a *App) jobs() *jobs.Worker {
	return &jobs.Worker{
		Kinds: a.jobKinds, Name: rand.Text(), Now: a.now, Log: a.log, Alone: a.config.Mongo.URI == "" && a.config.Mongo.URIFile == "",
		Reason: reasonOf,
	}
}

// reasonOf names a failed job's error by the code of its fault, which is a fixed word; no text of an error is stored.
func reasonOf(err error) string {
	var f *fault.Error
	if errors.As(err, &f) {
		return f.Code
	}
	return ""
}

// openJobs names every kind of due work and shows their counts as metrics.
func (a *App) openJobs(context.Context) error {
	pushes := store.NewPushes(a.Documents, a.vault, a.now)
	dispatcher, err := wechat.NewDispatcher(pushes, wechat.Consumers{Revoker: revoker{a.Members}, Media: pictureJudge{a}})
	if err != nil {
		return err
	}
	members := store.NewMembers(a.Documents, a.vault)
	a.jobKinds = []jobs.Kind{
		{Name: "wechat", Store: pushes.Jobs(), Do: dispatcher.Do},
		{Name: "erasures", Store: members.ErasureJobs(a.now), Do: a.Members.FinishErasure, Ahead: member.JobsAhead},
		{Name: "claims", Store: members.ClaimJobs(), Do: a.Members.FinishClaim, Ahead: member.JobsAhead},
		a.filing(),
		a.tallying(),
		a.publishing(),
		{Name: "pictures", Store: store.NewPictures(a.Documents).Jobs(), Do: a.pictures.Look, Ahead: media.JobsAhead},
	}
	a.jobKinds = append(a.jobKinds, a.bookingJobs()...)
	return a.metrics.Register(jobCounts{a.jobKinds})
}

// filing puts submitted attempts into books and into the ledger.
func (a *App) filing() jobs.Kind {
	return standing(a.Documents, store.StandingWork{
		Kind: "attempts", Pause: filePause, Now: a.now, Backlog: store.NewQuiz(a.Documents).Waiting,
	}, a.Quiz.Count)
}

// tallying counts ledger lines into totals.
func (a *App) tallying() jobs.Kind {
	return standing(a.Documents, store.StandingWork{
		Kind: "ledger", Pause: tallyPause, Now: a.now, Backlog: store.NewLedger(a.Documents).Waiting,
	}, a.ledger.Tally)
}

// standing is the kind of work that processes a whole backlog at once.
func standing(documents document.Engine, w store.StandingWork, do func(context.Context) (int, error)) jobs.Kind {
	return jobs.Kind{Name: w.Kind, Store: store.NewStanding(documents, w), Ahead: w.Pause, Do: func(ctx context.Context, _ string) error {
		_, err := do(ctx)
		return err
	}}
}

// jobCounts shows how much work waits, is leased and is stuck.
type jobCounts struct{ kinds []jobs.Kind }

var jobsDescription = prometheus.NewDesc("pugongying_jobs", "Due work by kind and state (waiting, leased, stuck).", []string{"kind", "state"}, nil)

// Describe names the metric.
func (jobCounts) Describe(to chan<- *prometheus.Desc) { to <- jobsDescription }

// Collect counts over indexes; a kind that cannot be counted now is left out.
func (c jobCounts) Collect(to chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), pingTimeout)
	defer cancel()
	for _, k := range c.kinds {
		n, err := k.Store.Count(ctx)
		if err != nil {
			continue
		}
		for state, count := range map[string]int64{"waiting": n.Waiting, "leased": n.Leased, "stuck": n.Stuck} {
			to <- prometheus.MustNewConstMetric(jobsDescription, prometheus.GaugeValue, float64(count), k.Name, state)
		}
	}
}
