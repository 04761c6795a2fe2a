package api

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/prometheus/client_golang/prometheus"
	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/content"
	"pugongying/internal/blob"
	"pugongying/internal/booking"
	"pugongying/internal/booking/bookingtest"
	"pugongying/internal/cache"
	"pugongying/internal/civil"
	"pugongying/internal/directory"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/markdown"
	"pugongying/internal/member"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/search"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
	"pugongying/internal/web"
	"pugongying/internal/wechat"
	"pugongying/internal/wechat/sandbox"
)

// weChat is the one WeChat of this test process: the SDK's client is a variable of the whole process.
var weChat = sandbox.New(testkit.NewClock().Now, testkit.IDs())

func TestMain(m *testing.M) {
	cache.Silence()
	wechat.Install(weChat.API())
	os.Exit(m.Run())
}

// rig is the whole API over real services, shipped content and a Redis in this process, on a clock that only moves when it
// is set.
type rig struct {
	officers  officers
	phones    phones
	pieces    pieces
	entry     *entry
	t         testing.TB
	from      string // the address of requests, "" for httptest's
	clock     *testkit.Clock
	engine    document.Engine
	log       *lines
	metrics   *prometheus.Registry
	limits    web.Limits
	gate      *openable
	web       *web.Engine
	api       *API
	publish   *publish.Service
	laws      *law.Library
	library   *explainer.Library
	quiz      *quiz.Service
	questions *quiz.Bank
	attempts  *store.Quiz
	members   *member.Service
	ledger    *ledger.Service
	media     *blob.Folder
	search    *search.Index
	redis     *miniredis.Miniredis
	appID     string
	plans     *bookingtest.Plans
	bookings  *booking.Service
	reminded  *bookingtest.Sender
	chance    *rand.Rand // what papers are drawn with; nil: the service's own
}

func (r *rig) random(n int) int {
	if r.chance != nil {
		return r.chance.IntN(n)
	}
	return quiz.Random(n)
}

// who is a person at the door; the zero who is nobody.
type who struct{ ID, Token, EndKey string }

var nobody who

var tree = sync.OnceValues(region.Load)

// newRig is the rig on the embedded engine, without rate limits.
func newRig(t testing.TB) *rig {
	clock := testkit.NewClock()
	return newRigOn(t, clock, testkit.Embedded(t), false)
}

func newRigOn(t testing.TB, clock *testkit.Clock, engine document.Engine, limits bool) *rig {
	t.Helper()
	r := &rig{t: t, clock: clock, engine: engine, log: &lines{}, metrics: prometheus.NewRegistry(), phones: phones{}, pieces: pieces{}, entry: &entry{}}
	log := slog.New(slog.NewTextHandler(r.log, nil))
	r.redis = miniredis.NewMiniRedis()
	r.redis.SetTime(clock.Now())
	r.must(r.redis.Start())
	t.Cleanup(r.redis.Close)
	cached := need(cache.Redis(cache.Config{URL: "redis://" + r.redis.Addr(), Secret: []byte("the tests' cache secret"), Now: clock.Now, Log: log}))(t)
	t.Cleanup(func() { r.must(cached.Close()) })
	r.build(cached, log, limits)
	return r
}

// build puts the API together on a cache.
func (r *rig) build(cached *cache.Cache, log *slog.Logger, limits bool) {
	t, clock, engine := r.t, r.clock, r.engine
	r.must(engine.Ensure(context.Background(), store.Declarations()))
	r.limits = web.Limits{Limiter: limiter{cached.Limiter()}, Enabled: limits, Log: log}
	places := need(tree())(t)
	r.content(log)
	regions := region.NewService(places, store.NewRegions(engine), true)
	register := need(region.ParseRegister(need(fs.ReadFile(content.Files(), "projects.yaml"))(t), places))(t)
	r.must(regions.Import(context.Background(), register))
	r.ledger = ledger.New(store.NewLedger(engine), places, "150000000000", clock.Now)
	r.counselling()
	r.people(places, regions, cached)
	r.searching()
	r.media = need(blob.Embedded(t.TempDir()))(t)
	t.Cleanup(func() { r.must(r.media.Close()) })
	need(r.media.Put(context.Background(), "audio/walk.mp3", "audio/mpeg", strings.NewReader("not a sound")))(t)
	r.hang(who{ID: "AUTHOR-OF-PICTURES"}, shownID)
	lines := need(directory.Load(need(fs.ReadFile(content.Files(), "hotlines.yaml"))(t), directory.Check{Tree: places, Demo: true, Now: clock.Now, Calendar: civil.NewCalendar(need(content.Holidays())(t)...)}))(t)
	r.web = need(web.NewEngine(web.Options{Log: log, Metrics: r.metrics, NewID: testkit.IDs(), Now: clock.Now}))(t)
	r.api = New(r.web, Services{
		Laws: r.laws, Explainers: r.library, Completions: explainer.NewCompletions(r.library, counting{r.ledger, regions}), Quiz: r.quiz, Questions: r.questions, Regions: regions,
		Hotlines: lines, Bookings: r.bookings, Search: r.search, Members: r.members, League: "150000000000", Now: clock.Now,
		Media: r.media, Pictures: r.pictureLibrary(), Limits: r.limits, Staff: r.phones, StaffEntry: r.entry, Applicants: r.entry, Stories: r.telling(), Acts: &r.officers, Reports: publishtest.Workflow(store.NewPublications(engine), clock.Now),
	})
}

func (r *rig) content(log *slog.Logger) {
	r.laws = law.NewLibrary(store.NewLaws(r.engine), need(content.Laws())(r.t), need(content.Pins())(r.t), func() string { return civil.DayOf(r.clock.Now()) })
	r.bring(kiteLaw("2020-01-01", "风筝应当有线。", "线应当有轴：", "轴应当结实。"), kiteLaw("2026-01-01", "风筝应当有线。", "线应当有轴，轴应当圆：", "轴应当结实。", "风筝可以有尾巴。"))
	r.publish = publish.New(store.NewPublications(r.engine), need(content.Manifest())(r.t), r.clock.Now)
	need(r.publish.Seed(context.Background(), need(content.Shipped())(r.t)))(r.t)
	r.library = explainer.NewLibrary(withPicture{r.publish}, r.laws, markdown.New(), log)
	r.questions = quiz.NewBank(r.publish, r.laws)
	r.reload()
}

// searching opens the search over a few documents of its own.
func (r *rig) searching() {
	laws := need(content.Laws())(r.t)
	words := need(search.ParseSynonyms([]byte("words: [{say: [打老婆], means: [家庭暴力], lead: [wanfeng]}]"), laws))(r.t)
	distress := need(search.ParseDistress(need(fs.ReadFile(content.Files(), "distress.yaml"))(r.t)))(r.t)
	r.search = need(search.Open(context.Background(), r.t.TempDir(), search.Parts{Laws: law.Fixed(laws), Synonyms: words, Distress: distress, Sources: []search.Source{fewDocuments{}}, Now: r.clock.Now}))(r.t)
	r.t.Cleanup(func() { r.must(r.search.Close()) })
}

// fewDocuments are one of each kind.
type fewDocuments struct{}

func (fewDocuments) Generation() string { return "1" }

func (f fewDocuments) Groups() ([]search.Group, error) {
	return []search.Group{{Key: "few", Generation: "1", Documents: f.documents}}, nil
}

func (fewDocuments) documents(_ context.Context, each func(search.Document) error) error {
	for _, d := range []search.Document{
		{Kind: search.Explainer, Slug: "wanfeng", Title: "她不用一个人去", Text: "有些事，别人可以替她去办。家庭暴力不是家务事。"},
		{Kind: search.Law, Law: "fjtblf", Title: "中华人民共和国反家庭暴力法", Text: "反家暴法"},
		{Kind: search.Article, Law: "fjtblf", Number: "23", Label: "反家庭暴力法 第二十三条", Title: "反家庭暴力法 第二十三条", Text: "一句想出来的话。"},
		{Kind: search.Question, Title: "谁可以替她申请？", Text: "她一个人住。", Topic: &search.Topic{Slug: "qiaotou", Title: "谁能帮忙"}},
	} {
		if err := each(d); err != nil {
			return err
		}
	}
	return nil
}

func (r *rig) people(places *region.Tree, regions *region.Service, cached *cache.Cache) {
	r.appID = fmt.Sprintf("wxtest%012d", rigs.Add(1))
	r.must(weChat.Add(sandbox.App{AppID: r.appID, Secret: "secret-of-the-test-0123456789abcd", Pages: []string{"pages/home/home"}}))
	client := need(wechat.New(wechat.Config{AppID: r.appID, AppSecret: "secret-of-the-test-0123456789abcd", Env: "release", Tokens: cached.Tokens()}))(r.t)
	r.attempts = store.NewQuiz(r.engine)
	r.gate = &openable{CodeGate: NewCodeGate(r.limits, r.clock.Now)}
	r.quiz = need(quiz.New(quiz.Parts{
		Bank: r.questions, Attempts: r.attempts, Books: r.attempts, Counter: counting{r.ledger, regions},
		Now: r.clock.Now, NewID: testkit.IDs(), Random: r.random,
	}))(r.t)
	r.members = need(member.New(member.Parts{
		Stores:  store.NewMembers(r.engine, demoVault(r.engine)).Stores(),
		Holders: member.Holders{Erasers: []member.Eraser{r.quiz, r.bookings}, Mergers: []member.Merger{r.quiz, r.bookings}, Book: r.quiz},
		Sealer:  sealer{demoVault(r.engine)}, Exchanger: exchanger{client, r.appID},
		Cache: cached.Sessions(), Regions: places, Gate: r.gate, Now: r.clock.Now, Steady: r.clock.Now, Believed: func() (time.Time, bool) { return r.clock.Now(), true }, NewID: testkit.IDs(),
	}))(r.t)
}

var rigs atomic.Int64

func (r *rig) reload() {
	r.must(r.laws.Reload(context.Background()))
	r.must(r.library.Reload(context.Background()))
	r.must(r.questions.Reload(context.Background()))
	if r.api != nil {
		r.api.Refresh()
	}
}

func (r *rig) must(err error) {
	r.t.Helper()
	if err != nil {
		r.t.Fatal(err)
	}
}

// do sends one request; headers are pairs.
func (r *rig) do(w who, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, path, strings.NewReader(body))
	if w.Token != "" {
		req.Header.Set("Authorization", "Bearer "+w.Token)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	if r.from != "" {
		req.RemoteAddr = r.from + ":1234"
	}
	answer := httptest.NewRecorder()
	r.web.ServeHTTP(answer, req)
	return answer
}

// want is do with the status it must have.
func (r *rig) want(status int, w who, method, path, body string, headers ...string) *httptest.ResponseRecorder {
	r.t.Helper()
	answer := r.do(w, method, path, body, headers...)
	if answer.Code != status {
		r.t.Fatalf("%s %s as %q: %d, want %d: %s", method, path, w.ID, answer.Code, status, answer.Body)
	}
	return answer
}

// guest signs a new guest in.
func (r *rig) guest() who {
	r.t.Helper()
	return r.signIn(`{"provider":"guest","remember":true}`)
}

// weChat signs the person of this name in.
func (r *rig) weChat(name string) who {
	r.t.Helper()
	return r.signIn(`{"provider":"wechat","code":"` + weChat.IssueCode(r.appID, name) + `"}`)
}

func (r *rig) signIn(body string) who {
	r.t.Helper()
	s := read[SignedIn](r.t, r.want(http.StatusCreated, nobody, "POST", "/api/v1/sessions", body))
	return who{ID: s.Member.ID, Token: s.Token, EndKey: s.EndKey}
}

// story is the slug of a live story that has questions.
func (r *rig) story() string {
	r.t.Helper()
	for _, b := range read[Page[Brief]](r.t, r.want(200, nobody, "GET", "/api/v1/explainers", "")).Items {
		if len(r.questions.Explained(b.Slug)) > 0 {
			return b.Slug
		}
	}
	r.t.Fatal("no story has questions")
	return ""
}

// topic is the slug of a topic quiz.
func (r *rig) topic() string {
	r.t.Helper()
	return read[Topics](r.t, r.want(200, nobody, "GET", "/api/v1/quizzes", "")).Items[0].Slug
}

// begin draws a daily paper.
func (r *rig) begin(w who) Attempt {
	r.t.Helper()
	return read[Attempt](r.t, r.want(http.StatusCreated, w, "POST", "/api/v1/me/daily", "{}"))
}

// sit draws a paper and submits it empty, so that every question counts as wrong.
func (r *rig) sit(w who) Attempt {
	r.t.Helper()
	a := r.begin(w)
	r.want(200, w, "POST", "/api/v1/attempts/"+a.ID+"/submission", "{}")
	return a
}

// learned puts a daily paper that was submitted days ago, with every question wrong, into somebody's book, and returns it.
func (r *rig) learned(w who, days int) Attempt {
	r.t.Helper()
	a := r.begin(w)
	sat := *need(r.attempts.Get(context.Background(), a.ID))(r.t)
	at := r.clock.Now().Add(-time.Duration(days) * 24 * time.Hour)
	sat.ID, sat.State, sat.Keep, sat.StartedAt, sat.SubmittedAt, sat.RemoveAt = sat.ID+"-sat", quiz.Submitted, true, at, at, nil
	for _, d := range sat.Drawn {
		sat.Wrong = append(sat.Wrong, d.Question)
	}
	need(r.attempts.Create(context.Background(), &sat))(r.t)
	return a
}

// documents returns every stored document's bytes by collection and id.
func (r *rig) documents() map[string]string {
	r.t.Helper()
	all := map[string]string{}
	for _, d := range store.Declarations() {
		r.must(r.engine.Collection(d.Collection).Find(context.Background(), document.Query{}, func(raw bson.Raw) error {
			all[d.Collection+" "+raw.Lookup("_id").StringValue()] = string(raw)
			return nil
		}))
	}
	return all
}

// changed names what differs between two states of the documents.
func changed(before, after map[string]string) []string {
	var names []string
	for name, raw := range after {
		if before[name] != raw {
			names = append(names, name)
		}
	}
	for name := range before {
		if _, there := after[name]; !there {
			names = append(names, name+" (gone)")
		}
	}
	return names
}

func read[T any](t testing.TB, w *httptest.ResponseRecorder) T {
	t.Helper()
	var v T
	if err := json.Unmarshal(w.Body.Bytes(), &v); err != nil {
		t.Fatalf("%d %s: %v", w.Code, w.Body, err)
	}
	return v
}

// need unwraps a result that cannot fail in a working rig.
func need[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}
