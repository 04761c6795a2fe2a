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
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"pugongying/content"
	"pugongying/internal/api"
	"pugongying/internal/audit"
	"pugongying/internal/booking"
	"pugongying/internal/cache"
	"pugongying/internal/clock"
	"pugongying/internal/config"
	"pugongying/internal/console"
	"pugongying/internal/contribution"
	"pugongying/internal/counselling"
	"pugongying/internal/directory"
	"pugongying/internal/explainer"
	"pugongying/internal/jobs"
	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/markdown"
	"pugongying/internal/media"
	"pugongying/internal/member"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/search"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/web"
	"pugongying/internal/wechat"
	"pugongying/miniprogram"
)

// App is the whole server, or as much of it as a command needs: its engines, its capabilities, its HTTP handlers. What
// staff do with it and what is measured of it is exported.
type App struct {
	Laws      *operate.Laws
	Bank      *operate.Bank
	Content   *operate.Content
	Audit     *audit.Service
	Projects  *operate.Projects
	Audio     *operate.Audio
	Documents document.Engine
	Questions *quiz.Bank
	Quiz      *quiz.Service
	Members   *member.Service
	Staff     *staff.Service
	Stories   *contribution.Service
	Bookings  *booking.Service

	Counselling *counselling.Service
	Handler     http.Handler // the public HTTP API and pages

	config  config.Config
	clock   *clock.Clock
	now     func() time.Time // the clock's
	log     *slog.Logger
	metrics *prometheus.Registry
	ready   atomic.Bool
	asked   atomic.Int64 // requests at the public door so far
	probes  []probe
	pins    func() ([]law.Pin, error) // what content was checked against

	lock     *os.File
	cache    *cache.Cache
	media    mediaEngine
	pictures *media.Library
	keys     *seal.Keys
	vault    *seal.Vault

	publish  *publish.Service
	Workflow *publish.Workflow

	Contributions *contribution.Service
	laws          *law.Library
	library       *explainer.Library
	search        *search.Index
	regions       *region.Service
	hotlines      *directory.Hotlines
	ledger        *ledger.Service
	acts          *ledger.Acts
	wechat        *wechat.Client
	push          *wechat.Receiver // nil where no message push is configured
	sandboxed     *sandboxed       // nil against the real WeChat
	jobKinds      []jobs.Kind

	reloading        sync.Mutex  // guards the two below; only one reload runs at a time
	shown            generations // that the prepared answers were made of
	reloadIncomplete bool        // some questions could not be read the last time

	api      *api.API
	console  *console.Console
	operator http.Handler // the unix socket's
}

// Open opens the whole server from its configuration: engines, then capabilities, then HTTP handlers. When a step fails,
// what was opened before is closed again. Its errors are *OpenError.
func Open(ctx context.Context, c config.Config, log *slog.Logger) (*App, error) {
	a := New(c, log)
	return a.open(ctx, a.serving())
}

// OpenOffline opens the documents and what is published, for a command on a data folder that no server uses; ErrDataInUse
// where one does. It does not import the shipped content: only serve does.
func OpenOffline(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.open(ctx, append(a.documentSteps(), step{"法律和内容", a.openContent}, step{"法律和内容", a.reload}))
}

// OpenLaws is OpenOffline for a command that reads laws: explainers and questions are not loaded.
func OpenLaws(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	laws := func(ctx context.Context) error { return a.laws.Reload(ctx) }
	return a.open(ctx, append(a.documentSteps(), step{"法律和内容", a.openContent}, step{"法律和内容", laws}))
}

// OpenAudit is OpenOffline for a command that reads the record of staff acts alone.
func OpenAudit(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.open(ctx, a.documentSteps())
}

// New creates an app that has opened nothing yet.
func New(c config.Config, log *slog.Logger) *App {
	a := &App{config: c, log: log, metrics: prometheus.NewRegistry(), pins: content.Pins, clock: clock.New(clock.Parts{Machine: machineOf(c)})}
	a.now = func() time.Time { return a.clock.Now() }
	a.metrics.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return a
}

// step is one thing that is opened, by the name that doctor calls it.
type step struct {
	what string
	open func(context.Context) error
}

// documentSteps open what a command needs that works on documents alone.
func (a *App) documentSteps() []step {
	return []step{{dataFolder, a.openLock}, {documentStore, a.openDocuments}, {documentStore, a.refuseHalfRestored}, {documentStore, a.ensureIndexes}, {auditRecord, a.chainAudit}}
}

// serving is every step to a server, in order.
func (a *App) serving() []step {
	return append(a.documentSteps(), []step{
		{rootKey, a.openKeys}, {cacheStore, a.openCache}, {clockName, a.openClock}, {mediaStore, a.openMedia}, {mediaStore, a.openPictures}, {"状态检查", a.addProbes},
		{"法律和内容", a.openContent}, {"自带的内容", a.seed}, {"法律和内容", a.reload}, {"搜索", a.openSearch},
		{"地区和项目", a.openRegions}, {hotlineList, a.openHotlines}, {"微信", a.openWeChat}, {"工作人员", a.openStaff}, {"工作人员", a.seedStaff}, {"老师和时间", a.openCounselling}, {"老师和时间", a.seedCounsellors}, {"预约", a.openBookings}, {"用户", a.openMembers}, {"来稿", a.openContributions},
		{"微信消息推送", a.openPush}, {"定时任务", a.openJobs}, {"接口", a.openDoors},
	}...)
}

func (a *App) open(ctx context.Context, steps []step) (*App, error) {
	for _, s := range steps {
		if err := s.open(ctx); err != nil {
			return nil, errors.Join(&OpenError{What: s.what, Cause: err}, a.Close(context.WithoutCancel(ctx)))
		}
	}
	return a, nil
}

func (a *App) openLock(context.Context) (err error) {
	a.lock, err = lockData(a.config.Data)
	return err
}

func (a *App) openDocuments(ctx context.Context) (err error) {
	a.Documents, err = openDocuments(ctx, a.config, a.log)
	return err
}

func (a *App) ensureIndexes(ctx context.Context) error {
	return a.Documents.Ensure(ctx, store.Declarations())
}

// chainAudit opens the record of staff acts, and chains what an older version recorded without chains.
func (a *App) chainAudit(ctx context.Context) error {
	record := store.NewAudit(a.Documents)
	a.Audit = audit.NewService(record)
	chained, err := record.Chain(ctx)
	if chained > 0 {
		a.log.Warn("audit entries of an older version chained", "count", chained)
	}
	return err
}

// openKeys opens the root key, and moves record keys that an older version stored inside their documents.
func (a *App) openKeys(ctx context.Context) (err error) {
	if err := makeKeys(ctx, a.config, a.Documents); err != nil {
		return err
	}
	if a.keys, err = openKeys(a.config); err != nil {
		return err
	}
	records := store.NewKeys(a.Documents)
	a.vault = seal.NewVault(a.keys, records)
	moved, err := records.SeparateKeys(ctx)
	if moved > 0 {
		a.log.Info("record keys moved out of their documents", "count", moved)
	}
	return err
}

func (a *App) openCache(context.Context) (err error) {
	a.cache, err = openCache(a.config, cacheParts{a.keys, a.now, a.log})
	return err
}

func (a *App) openMedia(context.Context) (err error) {
	a.media, err = openMedia(a.config)
	return err
}

func (a *App) addProbes(context.Context) error {
	a.probes = []probe{{"documents", true, a.pingDocuments}, {"cache", false, a.cache.Ping}, {"media", false, a.media.Ping}}
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
	a.openWorkflow()
	a.library = explainer.NewLibrary(a.publish, a.laws, markdown.New(), a.log)
	a.Questions = quiz.NewBank(a.publish, a.laws)
	render := markdown.New()
	readable := func(item publish.Shipped) error { return operate.Readable(item, a.laws.Register(), render) }
	a.Content = operate.NewContent(a.publish, readable)
	a.Bank = operate.NewBank(questionio.New(a.publish, a.laws), Spreadsheets{})
	a.Laws = operate.NewLaws(operate.LawParts{
		Store: store.NewLaws(a.Documents), Library: a.laws, Explainers: a.library, Questions: a.Questions, Reload: a.Follow, Now: a.now,
	})
	return nil
}

// seed imports the shipped content.
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

// openRegions imports the deployment's organisations and projects, and opens what is counted by region.
func (a *App) openRegions(ctx context.Context) error {
	tree, err := region.Load()
	if err != nil {
		return err
	}
	a.regions = region.NewService(tree, store.NewRegions(a.Documents), a.config.Content.Demo)
	if err := a.openLedger(ctx); err != nil {
		return err
	}
	return a.importProjects(ctx, tree)
}

func (a *App) openHotlines(context.Context) (err error) {
	a.hotlines, err = openHotlines(a.config, a.regions.Tree(), a.now)
	return err
}

// openMembers wires identity with what a member learns and what is counted.
func (a *App) openMembers(ctx context.Context) error {
	a.Audio = operate.NewAudio(a.media)
	a.Projects = operate.NewProjects(a.regions, homeCodes{a.wechat}, a.media)
	attempts := store.NewQuiz(a.Documents)
	var err error
	a.Quiz, err = quiz.New(quiz.Parts{
		Bank: a.Questions, Attempts: attempts, Books: attempts, Counter: counting{a.ledger, a.regions},
		Now: a.now, NewID: rand.Text, Random: quiz.Random,
	})
	if err != nil {
		return err
	}
	if a.Members, err = member.New(a.memberParts()); err != nil {
		return err
	}
	if err := store.NewMembers(a.Documents, a.vault).RenameErasures(ctx, a.Members.NewErasure); err != nil {
		return err
	}
	return a.Members.Rehang(ctx)
}

// memberParts names every capability that stores something of members; store.Owners says what they have to erase.
func (a *App) memberParts() member.Parts {
	return member.Parts{
		Stores:  store.NewMembers(a.Documents, a.vault).Stores(),
		Holders: member.Holders{Erasers: []member.Eraser{a.Quiz, a.Bookings}, ByID: []member.IDEraser{applicants{store.NewStaff(a.Documents, a.vault)}}, Mergers: []member.Merger{a.Quiz, a.Bookings}, Book: a.Quiz},
		Sealer:  sealer{a.vault}, Exchanger: exchanger{a.wechat}, Cache: a.cache.Sessions(),
		Regions: a.regions.Tree(), Gate: api.NewCodeGate(a.limits(), a.now), Now: a.now, Believed: a.clock.Believed, Steady: a.clock.Steady, NewID: rand.Text,
	}
}

func (a *App) limits() web.Limits {
	return web.Limits{Limiter: limiter{a.cache.Limiter()}, Enabled: a.config.Limits.Enabled, Log: a.log}
}

// openDoors opens the public door and the operator's.
func (a *App) openDoors(context.Context) error {
	engine, err := web.NewEngine(web.Options{
		Log: a.log, Metrics: a.metrics, NewID: rand.Text, Now: a.now, Trusted: a.config.Proxy.Trusted, Unguarded: !a.config.Limits.Shed, Slots: a.slots(),
		Spool: filepath.Join(a.config.Data, scratchFolder),
	})
	if err != nil {
		return err
	}
	a.openActs()
	a.api = api.New(engine, api.Services{
		Laws: a.laws, Explainers: a.library, Completions: explainer.NewCompletions(a.library, counting{a.ledger, a.regions}), Quiz: a.Quiz, Questions: a.Questions,
		Regions: a.regions, Hotlines: a.hotlines, Search: a.search, Members: a.Members, Staff: phoneStaff{a.Staff}, Stories: a.Stories, Acts: a.acts, StaffEntry: a.Staff, Applicants: a.Staff, League: region.Code(a.config.League), Now: a.now, Media: a.media, Pictures: a.pictures,
		Limits: a.limits(), Reports: a.Workflow, Bookings: a.Bookings,
	})
	a.shown = a.generations()
	if err := a.openConsole(engine); err != nil {
		return err
	}
	a.addHealth(engine)
	a.addWeChat(engine)
	if err := engine.Site(miniprogram.Site()); err != nil {
		return err
	}
	a.Handler = engine
	a.operator = a.newOperator()
	return nil
}

// Close closes everything that was opened, in reverse order.
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
