package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
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
	"pugongying/internal/operate"
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

// App is the whole classroom, or as much of it as a command needs: its engines, its capabilities, its doors. What staff do
// with it and what is measured of it is exported.
type App struct {
	Laws      *operate.Laws
	Bank      *operate.Bank
	Projects  *operate.Projects
	Audio     *operate.Audio
	Documents document.Engine
	Quiz      *quiz.Service
	Members   *member.Service
	Handler   http.Handler // the public door

	config  config.Config
	now     func() time.Time
	log     *slog.Logger
	metrics *prometheus.Registry
	ready   atomic.Bool
	probes  []probe
	pins    func() ([]law.Pin, error) // what content was checked against

	lock  *os.File
	cache *cache.Cache
	media mediaEngine
	keys  *seal.Keys

	publish   *publish.Service
	laws      *law.Library
	library   *explainer.Library
	search    *search.Index
	regions   *region.Service
	hotlines  *directory.Hotlines
	ledger    *ledger.Service
	wechat    *wechat.Client
	push      *wechat.Receiver // nil where no message push is configured
	sandboxed *sandboxed       // nil against the real WeChat
	jobKinds  []jobs.Kind

	reloading        sync.Mutex  // guards the two below and keeps one reload at a time
	shown            generations // that the prepared answers were made of
	reloadIncomplete bool        // some questions could not be read the last time

	api      *api.API
	operator http.Handler // the unix socket's
}

// Open makes the whole server from its configuration: engines, then capabilities, then doors. What it opened before a
// failure it closes again.
func Open(ctx context.Context, c config.Config, log *slog.Logger) (*App, error) {
	a := New(c, log)
	return a.openSteps(ctx, a.serving()...)
}

// OpenOffline opens the documents and what is published, for a command on a data folder that no server uses; ErrDataInUse
// where one does. It brings no shipped content in: only serve does.
func OpenOffline(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.openSteps(ctx, a.openDocuments, a.openContent, a.reload)
}

// New makes an app that has opened nothing yet.
func New(c config.Config, log *slog.Logger) *App {
	a := &App{config: c, log: log, metrics: prometheus.NewRegistry(), pins: content.Pins, now: clock(c)}
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return a
}

// serving is every step to a server, in order.
func (a *App) serving() []func(context.Context) error {
	return []func(context.Context) error{a.openEngines, a.openContent, a.seed, a.reload, a.openSearch, a.openPeople, a.openJobs, a.openDoors}
}

func (a *App) openSteps(ctx context.Context, steps ...func(context.Context) error) (*App, error) {
	for _, step := range steps {
		if err := step(ctx); err != nil {
			return nil, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
		}
	}
	return a, nil
}

// openDocuments opens what a command needs that works on documents alone.
func (a *App) openDocuments(ctx context.Context) error {
	var err error
	if a.lock, err = lockData(a.config.Data); err != nil {
		return err
	}
	if a.Documents, err = openDocuments(ctx, a.config, a.now); err != nil {
		return err
	}
	if err := a.Documents.Ensure(ctx, store.Declarations()); err != nil {
		return fmt.Errorf("make the indexes: %w", err)
	}
	return nil
}

func (a *App) openEngines(ctx context.Context) error {
	err := a.openDocuments(ctx)
	if err != nil {
		return err
	}
	if a.keys, err = openKeys(a.config); err != nil {
		return err
	}
	if a.cache, err = openCache(a.config, cacheParts{a.keys, a.now, a.log}); err != nil {
		return err
	}
	if a.media, err = openMedia(a.config); err != nil {
		return err
	}
	a.probes = []probe{{"documents", true, a.Documents.Ping}, {"cache", false, a.cache.Ping}, {"media", false, a.media.Ping}}
	for _, what := range []string{a.Documents.Describe(), a.cache.Describe(), a.media.Describe()} {
		a.log.Info("engine", "engine", what)
	}
	return nil
}

// openContent makes the capabilities that read what is published and the laws.
func (a *App) openContent(context.Context) error {
	manifest, err := content.Manifest()
	if err != nil {
		return err
	}
	if err := a.openLaws(); err != nil {
		return err
	}
	a.publish = publish.New(store.NewPublications(a.Documents), manifest, a.now)
	a.library = explainer.NewLibrary(a.publish, a.laws, markdown.New(), a.log)
	documents := store.NewQuiz(a.Documents)
	a.Quiz = quiz.New(quiz.Parts{
		Bank: quiz.NewBank(a.publish, a.laws), Attempts: documents, Books: documents, Now: a.now, NewID: rand.Text, Random: quiz.Random,
	})
	a.Bank = operate.NewBank(questionio.New(a.publish, a.laws), Spreadsheets{})
	a.Laws = operate.NewLaws(operate.LawParts{
		Store: store.NewLaws(a.Documents), Library: a.laws, Stories: a.library, Questions: a.Quiz.Bank, Reload: a.Follow, Now: a.now,
	})
	return nil
}

// seed brings the shipped content in.
func (a *App) seed(ctx context.Context) error {
	items, err := content.Shipped()
	if err != nil {
		return err
	}
	seeded, err := a.publish.Seed(ctx, items)
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

// openPeople wires who is who, where they are and what is counted.
func (a *App) openPeople(ctx context.Context) error {
	tree, err := region.Load()
	if err != nil {
		return err
	}
	a.regions = region.NewService(tree, store.NewRegions(a.Documents), a.config.Content.Demo)
	if err := a.importProjects(ctx, tree); err != nil {
		return err
	}
	if a.hotlines, err = openHotlines(a.config, tree, a.now); err != nil {
		return err
	}
	a.Audio = operate.NewAudio(a.media)
	a.ledger = ledger.New(store.NewLedger(a.Documents), tree, region.Code(a.config.League), a.now)
	if err := a.openWeChat(); err != nil {
		return err
	}
	a.Projects = operate.NewProjects(a.regions, homeCodes{a.wechat}, a.media)
	a.Members = member.New(member.Deps{
		Stores: store.NewMembers(a.Documents).Stores(),
		Sealer: sealer{a.keys}, Exchanger: exchanger{a.wechat}, Cache: a.cache.Sessions(),
		Regions: tree, Now: a.now, NewID: rand.Text,
	})
	a.Quiz.Keeper, a.Quiz.Counter = a.Members, counting{a.ledger, a.regions}
	a.Members.Connect(member.Holders{Erasers: []member.Eraser{a.Quiz}, Mergers: []member.Merger{a.Quiz}, Book: a.Quiz})
	return a.openPush()
}

// openDoors opens the public door and the operator's.
func (a *App) openDoors(context.Context) error {
	engine, err := web.NewEngine(web.Options{
		Log: a.log, Metrics: a.metrics, NewID: rand.Text, Now: a.now, Trusted: a.config.Proxy.Trusted,
	})
	if err != nil {
		return err
	}
	a.api = api.New(engine, api.Services{
		Laws: a.laws, Explainers: a.library, Readings: explainer.NewReadings(a.library, counting{a.ledger, a.regions}), Quiz: a.Quiz,
		Regions: a.regions, Hotlines: a.hotlines, Search: a.search, Members: a.Members, League: region.Code(a.config.League), Now: a.now, Media: a.media,
		Limits: web.Limits{Limiter: limiter{a.cache.Limiter()}, Enabled: a.config.Limits.Enabled, Log: a.log},
	})
	a.shown = a.generations()
	a.addHealth(engine)
	a.addWeChat(engine)
	if err := engine.Site(miniprogram.Site()); err != nil {
		return err
	}
	a.Handler = engine
	a.operator = a.newOperator()
	return nil
}

// close closes whatever was opened, in reverse.
func (a *App) Close(ctx context.Context) error {
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
	if a.Documents != nil {
		err = errors.Join(err, a.Documents.Close(ctx))
	}
	if a.lock != nil {
		err = errors.Join(err, a.lock.Close())
	}
	return err
}
