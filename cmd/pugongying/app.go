package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pugongying/content"
	"pugongying/internal/api"
	"pugongying/internal/cache"
	"pugongying/internal/config"
	"pugongying/internal/directory"
	"pugongying/internal/explainer"
	"pugongying/internal/jobs"
	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/markdown"
	"pugongying/internal/member"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/search"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/web"
	"pugongying/internal/wechat"
	"pugongying/miniprogram"
)

// app is one running server: its engines, its capabilities, its doors.
type app struct {
	config  config.Config
	now     func() time.Time
	log     *slog.Logger
	metrics *prometheus.Registry
	ready   atomic.Bool
	probes  []probe
	pins    func() ([]law.Pin, error) // what content was checked against

	lock      *os.File
	documents document.Engine
	cache     *cache.Cache
	media     mediaEngine
	keys      *seal.Keys

	publish   *publish.Service
	laws      *law.Library
	library   *explainer.Library
	quiz      *quiz.Service
	bank      *questionio.Service
	search    *search.Index
	regions   *region.Service
	hotlines  *directory.Hotlines
	ledger    *ledger.Service
	members   *member.Service
	wechat    *wechat.Client
	push      *wechat.Receiver // nil where no message push is configured
	sandboxed *sandboxed       // nil against the real WeChat
	jobKinds  []jobs.Kind

	following sync.Mutex // guards the two below and keeps one reload at a time
	shown     heads      // of what the kept answers show
	behind    bool       // the questions were not all taken in the last time

	api      *api.API
	handler  http.Handler // the public door
	operator http.Handler // the unix socket's
}

// open makes the whole server from its configuration: engines, then capabilities, then doors. What it opened before a
// failure it closes again.
func open(ctx context.Context, c config.Config, log *slog.Logger) (*app, error) {
	a := newApp(c, log)
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

func newApp(c config.Config, log *slog.Logger) *app {
	a := &app{config: c, log: log, metrics: prometheus.NewRegistry(), pins: content.Pins, now: clock(c)}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return a
}

func (a *app) open(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close(context.WithoutCancel(ctx)))
		}
	}()
	steps := []func(context.Context) error{
		a.openEngines, a.seedContent, a.openContent, a.openSearch, a.openPeople, a.openJobs, a.openDoors,
	}
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// openDocuments opens what a command needs that works on documents alone.
func (a *app) openDocuments(ctx context.Context) error {
	var err error
	if a.lock, err = lockData(a.config.Data); err != nil {
		return err
	}
	if a.documents, err = openDocuments(ctx, a.config); err != nil {
		return err
	}
	if err := a.documents.Ensure(ctx, store.Declarations()); err != nil {
		return fmt.Errorf("make the indexes: %w", err)
	}
	return nil
}

func (a *app) openEngines(ctx context.Context) error {
	err := a.openDocuments(ctx)
	if err != nil {
		return err
	}
	if a.keys, err = openKeys(a.config); err != nil {
		return err
	}
	if a.cache, err = openCache(a.config, a.keys, a.log); err != nil {
		return err
	}
	if a.media, err = openMedia(a.config); err != nil {
		return err
	}
	a.probes = []probe{{"documents", true, a.documents.Ping}, {"cache", false, a.cache.Ping}, {"media", false, a.media.Ping}}
	for _, what := range []string{a.documents.Describe(), a.cache.Describe(), a.media.Describe()} {
		a.log.Info("engine", "engine", what)
	}
	return nil
}

// publications makes the service of what is published, over the documents and the manifest inside the binary.
func (a *app) publications() (*publish.Service, error) {
	manifest, err := content.Manifest()
	if err != nil {
		return nil, err
	}
	return publish.New(store.NewPublications(a.documents), manifest, a.now), nil
}

// seedContent takes the shipped content in. Only a server does it: a command that reads or imports changes nothing that
// residents see, whichever binary it belongs to.
func (a *app) seedContent(ctx context.Context) error {
	items, err := content.Shipped()
	if err != nil {
		return err
	}
	service, err := a.publications()
	if err != nil {
		return err
	}
	seeded, err := service.Seed(ctx, items)
	if err != nil {
		return fmt.Errorf("bring the shipped content in: %w", err)
	}
	if seeded.Older {
		a.log.Warn("content", "reason", "the documents have a newer shipped set; this binary's is left out")
		return nil
	}
	a.log.Info("content", "added", seeded.Added, "replaced", seeded.Replaced, "drafted", seeded.Drafted, "withdrawn", seeded.Withdrawn, "same", seeded.Same)
	return nil
}

// openContent loads what is live.
func (a *app) openContent(ctx context.Context) error {
	if err := a.openLaws(); err != nil {
		return err
	}
	var err error
	if a.publish, err = a.publications(); err != nil {
		return err
	}
	a.library = explainer.NewLibrary(a.publish, a.laws, markdown.New(), a.log)
	a.bank = questionio.New(a.publish, a.laws)
	documents := store.NewQuiz(a.documents)
	a.quiz = quiz.New(quiz.Parts{
		Bank: quiz.NewBank(a.publish, a.laws), Attempts: documents, Books: documents, Now: a.now, NewID: rand.Text, Random: quiz.Random,
	})
	return a.reload(ctx)
}

// reload takes in the laws, then what is live now and cites them. A question that cannot be read is named in the log and not asked.
func (a *app) reload(ctx context.Context) error {
	if err := a.laws.Reload(ctx); err != nil {
		return err
	}
	if err := a.library.Reload(ctx); err != nil {
		return err
	}
	err := a.quiz.Bank.Reload(ctx)
	if a.behind = err != nil; a.behind {
		a.log.Error("questions left out", "cause", err)
	}
	return nil
}

// openPeople wires who is who, where they are and what is counted.
func (a *app) openPeople(ctx context.Context) error {
	tree, err := region.Load()
	if err != nil {
		return err
	}
	a.regions = region.NewService(tree, store.NewRegions(a.documents), a.config.Content.Demo)
	if err := a.importProjects(ctx, tree); err != nil {
		return err
	}
	if a.hotlines, err = openHotlines(a.config, tree); err != nil {
		return err
	}
	a.ledger = ledger.New(store.NewLedger(a.documents), tree, region.Code(a.config.League), a.now)
	if err := a.openWeChat(); err != nil {
		return err
	}
	a.members = member.New(member.Deps{
		Stores: store.NewMembers(a.documents).Stores(),
		Sealer: sealer{a.keys}, Exchanger: exchanger{a.wechat}, Cache: a.cache.Sessions(),
		Regions: tree, Now: a.now, NewID: rand.Text,
	})
	a.quiz.Keeper, a.quiz.Counter = a.members, counting{a.ledger, a.regions}
	a.members.Connect(member.Holders{Erasers: []member.Eraser{a.quiz}, Mergers: []member.Merger{a.quiz}, Book: a.quiz})
	return a.openPush()
}

// openDoors opens the public door and the operator's.
func (a *app) openDoors(context.Context) error {
	engine, err := web.NewEngine(web.Options{
		Log: a.log, Metrics: a.metrics, NewID: rand.Text, Now: a.now, Trusted: a.config.Proxy.Trusted,
	})
	if err != nil {
		return err
	}
	a.api = api.New(engine, api.Services{
		Laws: a.laws, Explainers: a.library, Readings: explainer.NewReadings(a.library, counting{a.ledger, a.regions}), Quiz: a.quiz,
		Regions: a.regions, Hotlines: a.hotlines, Search: a.search, Members: a.members, League: region.Code(a.config.League), Now: a.now, Media: a.media,
		Limits: web.Limits{Limiter: limiter{a.cache.Limiter()}, Enabled: a.config.Limits.Enabled, Log: a.log},
	})
	a.shown = a.heads()
	a.addHealth(engine)
	a.addWeChat(engine)
	if err := engine.Site(miniprogram.Site()); err != nil {
		return err
	}
	a.handler = engine
	mux := http.NewServeMux()
	a.addOperator(mux)
	a.operator = mux
	return nil
}

// close closes whatever was opened, in reverse.
func (a *app) close(ctx context.Context) error {
	var err error
	if a.search != nil {
		err = errors.Join(err, a.search.Close())
	}
	if a.media != nil {
		err = errors.Join(err, a.media.Close())
	}
	if a.cache != nil {
		err = errors.Join(err, a.cache.Close())
	}
	if a.documents != nil {
		err = errors.Join(err, a.documents.Close(ctx))
	}
	if a.lock != nil {
		err = errors.Join(err, a.lock.Close())
	}
	return err
}
