package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/web"
)

const (
	benchMembers  = 30   // every second one of them stores her mistakes
	mostAttempts  = 2000 // per round
	fewestCalls   = 20   // per client where the engine is fast enough: the first costs more, a worker's stack has yet to grow
	warmUp        = 300  // inserts that measure how fast the engine is
	countPatience = 3 * time.Minute
	countPoll     = 50 * time.Millisecond
)

// submissions compares submitting an attempt with inserting the same document, on every available engine.
func (b *bench) submissions(ctx context.Context) ([]row, error) {
	if b.fresh != "" {
		if err := initiate(ctx, b.mongo, b.fresh); err != nil {
			return nil, err
		}
	}
	var rows []row
	for _, e := range []struct{ name, uri string }{{"embedded", ""}, {"mongo", b.mongo}, {"rust-mongo", b.rust}} {
		if e.uri == "" && e.name != "embedded" {
			rows = append(rows, row{name: "交卷 · " + e.name, goal: ratioOf(0.6), missing: "没有写 --" + e.name})
			continue
		}
		more, err := b.submissionsOn(ctx, e.name, e.uri)
		rows = append(rows, more...)
		if ctx.Err() != nil {
			return rows, ctx.Err()
		}
		if err != nil { // the next engine may do better
			rows = append(rows, row{name: "交卷 · 其余 · " + e.name, goal: ratioOf(0.6), missing: err.Error()})
		}
	}
	return rows, nil
}

// submissionsOn opens the whole server in this process, with everything that runs beside requests.
func (b *bench) submissionsOn(ctx context.Context, name, uri string) (_ []row, err error) {
	c := config.Default()
	c.Data, c.Limits.Enabled = filepath.Join(b.scratch, name), false
	c.Mongo.URI, c.Mongo.Database = uri, "pgy_bench_"+strings.ToLower(rand.Text()[:10])
	a, err := app.Open(ctx, c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return nil, err
	}
	working, stop := context.WithCancel(ctx)
	var loops sync.WaitGroup
	a.StartLoops(working, &loops)
	defer func() {
		stop()
		loops.Wait()
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, dropDatabase(ctx, c.Mongo), a.Close(ctx))
	}()
	s := &attempt{app: a, mongo: uri != ""}
	if err := errors.Join(s.prepare(ctx), s.invite(ctx)); err != nil {
		return nil, err
	}
	var rows []row
	for _, clients := range []int{50, 500} {
		more, err := b.measure(ctx, s, clients)
		if err != nil {
			return rows, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// attempt is the fixture of the measurement: the server, its members and a sample attempt.
type attempt struct {
	app    *app.App
	mongo  bool // over MongoDB's wire protocol
	people []member.SignedIn
	sample quiz.Attempt
}

// replaced is a collection with the indexes of attempts that no background work reads.
const replaced = "bare_replaced"

// prepare makes the collection in which documents are replaced without any application code.
func (s *attempt) prepare(ctx context.Context) error {
	declarations := store.Declarations()
	at := slices.IndexFunc(declarations, func(d document.Declaration) bool { return d.Collection == "attempts" })
	if at < 0 {
		return errors.New("no collection is called attempts")
	}
	same := document.Declaration{Collection: replaced, Indexes: declarations[at].Indexes}
	return s.app.Documents.Ensure(ctx, []document.Declaration{same})
}

// invite makes the members.
func (s *attempt) invite(ctx context.Context) error {
	for i := range benchMembers {
		who, err := s.app.Members.SignInGuest(ctx, true)
		if err != nil {
			return err
		}
		mine, err := s.app.Members.Things(ctx, who.Member.ID, "")
		if err != nil {
			return err
		}
		if _, err := s.app.Members.ChangeHistory(ctx, mine, member.HistoryChange{Mistakes: i%2 == 0}); err != nil {
			return err
		}
		s.people = append(s.people, who)
	}
	return nil
}

// paper is an open attempt that waits for its submission, of a member or (every third) of nobody.
type paper struct {
	id      string
	who     member.SignedIn
	answers map[string][]string
	body    []byte
}

// lay starts n attempts, before the clock runs.
func (s *attempt) lay(ctx context.Context, n int) ([]paper, error) {
	papers := make([]paper, n)
	topics := s.app.Questions.Topics()
	_, err := spread(32, n, func(i int) error {
		p := &papers[i]
		if i%3 != 0 {
			p.who = s.people[i%len(s.people)]
		}
		mine, err := s.app.Members.Things(ctx, p.who.Member.ID, "")
		if err != nil {
			return err
		}
		made, err := s.app.Quiz.Start(ctx, mine, quiz.StartRequest{Origin: quiz.FromTopic, Slug: topics[i%len(topics)].Slug}, nil)
		if err != nil {
			return err
		}
		p.id, p.answers = made.ID, map[string][]string{}
		for _, q := range made.Questions {
			p.answers[q.ID] = []string{q.Options[0].ID}
		}
		p.body, err = json.Marshal(map[string]any{"answers": p.answers})
		return err
	})
	return papers, err
}

// submitted is one round: attempts are started, and then the clock runs while they are submitted.
func (s *attempt) submitted(hand func(context.Context, int, []paper) (tally, error)) func(context.Context, int, int) (tally, error) {
	return func(ctx context.Context, clients, n int) (tally, error) {
		papers, err := s.lay(ctx, n)
		if err != nil {
			return tally{}, err
		}
		return hand(ctx, clients, papers)
	}
}

// drain waits until every submitted attempt is counted, so that the counting slows the submissions that caused it and not
// the inserts they are compared with.
func (s *attempt) drain(ctx context.Context) error {
	for patience := time.Now().Add(countPatience); time.Now().Before(patience); {
		waiting, err := store.NewQuiz(s.app.Documents).Pending(ctx, "", 1)
		if err != nil || len(waiting) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(countPoll):
		}
	}
	return errors.New("台账一直没有记完")
}

// submit submits the attempts by calling the capability.
func (s *attempt) submit(ctx context.Context, clients int, papers []paper) (tally, error) {
	return spread(clients, len(papers), func(i int) error {
		mine, err := s.app.Members.Things(ctx, papers[i].who.Member.ID, "")
		if err != nil {
			return err
		}
		_, err = s.app.Quiz.Submit(ctx, mine, papers[i].id, papers[i].answers)
		return err
	})
}

// knock submits the attempts as requests to the HTTP API.
func (s *attempt) knock(ctx context.Context, clients int, papers []paper) (tally, error) {
	return spread(clients, len(papers), func(i int) error {
		p := papers[i]
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, api.Base+"/attempts/"+p.id+"/submission", bytes.NewReader(p.body))
		request.Header.Set("Content-Type", "application/json")
		if p.who.Token != "" {
			request.Header.Set("Authorization", "Bearer "+p.who.Token)
		}
		answer := &discarded{header: http.Header{}, status: http.StatusOK}
		s.app.Handler.ServeHTTP(answer, request)
		if answer.status != http.StatusOK {
			return fmt.Errorf("%w %d", errStatus, answer.status)
		}
		return nil
	})
}

// discarded is the client's end of an answer: like a socket it takes the bytes and keeps none, so that no client's memory
// is measured.
type discarded struct {
	header http.Header
	status int
}

func (d *discarded) Header() http.Header { return d.header }

func (d *discarded) WriteHeader(status int) { d.status = status }

func (d *discarded) Write(p []byte) (int, error) { return len(p), nil }

// insert puts as many documents of the same bytes into a collection without indexes.
func (s *attempt) insert(ctx context.Context, clients, n int) (tally, error) {
	bare := s.app.Documents.Collection("bare")
	return spread(clients, n, func(int) error {
		doc := s.sample
		doc.ID = rand.Text()
		return bare.Insert(ctx, &doc)
	})
}

// replace writes as many open attempts, before the clock runs, and then replaces them with submitted ones: the engine's
// cost of the one write that a submission is.
func (s *attempt) replace(ctx context.Context, clients, n int) (tally, error) {
	bare := s.app.Documents.Collection(replaced)
	open := make([]any, n)
	for i := range open {
		doc, gone := s.sample, time.Now().Add(time.Hour)
		doc.ID, doc.State, doc.Rev, doc.RemoveAt, doc.Wrong = rand.Text(), quiz.Open, 1, &gone, nil
		open[i] = &doc
	}
	if err := bare.Insert(ctx, open...); err != nil {
		return tally{}, err
	}
	return spread(clients, n, func(i int) error {
		doc, until := s.sample, quiz.UntilFiled
		doc.ID, doc.Rev, doc.RemoveAt = open[i].(*quiz.Attempt).ID, 2, &until
		return bare.Replace(ctx, doc.ID, 1, &doc)
	})
}

// measure runs inserts, replacements, submissions and submissions over HTTP in alternating rounds. The counting of what
// was submitted runs meanwhile.
func (b *bench) measure(ctx context.Context, s *attempt, clients int) ([]row, error) {
	name := fmt.Sprintf("交卷 · %s · %d 人同时", s.app.Documents.Describe(), clients)
	n, err := s.size(ctx, clients, b.turn)
	if errors.Is(err, errOverrun) {
		return []row{{name: name + " ÷ 直接插入", goal: s.goal(clients), missing: err.Error()}}, nil
	}
	if err != nil {
		return nil, err
	}
	b.say("交卷：%s，%d 人，每轮 %d 份", s.app.Documents.Describe(), clients, n)
	var inserts, replaces, submits, knocks series
	var turnedAway error
	for range b.rounds {
		if err := s.drain(ctx); err != nil {
			return nil, err
		}
		for _, turn := range []struct {
			of  *series
			run func(context.Context, int, int) (tally, error)
		}{{&inserts, s.insert}, {&replaces, s.replace}, {&submits, s.submitted(s.submit)}, {&knocks, s.submitted(s.knock)}} {
			if turn.of == &knocks && turnedAway != nil {
				continue
			}
			t, err := turn.run(ctx, clients, n)
			switch {
			case errors.Is(err, errStatus):
				turnedAway = err
			case err != nil:
				return nil, err
			default:
				turn.of.add(t)
			}
		}
	}
	through := []row{
		compared("  经过整个接口 ÷ 直接插入", "份/s", knocks.rates, inserts.rates).needs(s.goal(clients)),
		compared("  经过整个接口 p99", "ms", knocks.p99, inserts.p99),
		compared("  经过整个接口 · 一份用的处理器时间", "µs", knocks.work, inserts.work),
	}
	if turnedAway != nil {
		through = []row{{name: "  经过整个接口", missing: turnedAway.Error()}}
	}
	return append([]row{
		compared(name+" ÷ 直接插入", "份/s", submits.rates, inserts.rates),
		compared("  p99", "ms", submits.p99, inserts.p99),
		compared("  一份用的处理器时间", "µs", submits.work, inserts.work),
		compared("  直接替换同一份文档（同样的索引）÷ 直接插入", "份/s", replaces.rates, inserts.rates),
		compared("  交卷 ÷ 直接替换", "份/s", submits.rates, replaces.rates),
	}, through...), nil
}

// goal is the ratio that a submission over HTTP must reach compared with a bare insert. It is lower for many clients on
// the embedded engine, whose insert is a write without a network.
func (s *attempt) goal(clients int) goal {
	switch {
	case s.mongo:
		return ratioOf(0.6)
	case clients > 50:
		return ratioOf(0.45)
	}
	return ratioOf(0.65)
}

// errOverrun reports that with so many clients, waiting for the engine alone takes about as long as a request may take at
// all.
var errOverrun = errors.New("这个数据库在这台机器上撑不住这么多人")

// size finds how many documents fill a turn, and the sample that is inserted.
func (s *attempt) size(ctx context.Context, clients int, turn time.Duration) (int, error) {
	papers, err := s.lay(ctx, 2)
	if err != nil {
		return 0, err
	}
	if _, err := s.submit(ctx, 1, papers); err != nil {
		return 0, err
	}
	done, err := store.NewQuiz(s.app.Documents).Get(ctx, papers[1].id)
	if err != nil {
		return 0, err
	}
	s.sample = *done
	first, err := s.insert(ctx, clients, max(warmUp, clients))
	if err != nil {
		return 0, err
	}
	if each := time.Duration(percentile99(first.calls) * float64(time.Millisecond)); each > web.DefaultBounds.Time/2 {
		return 0, fmt.Errorf("%w：直接插入一份就要等 %.0f s", errOverrun, each.Seconds())
	}
	return int(min(float64(max(mostAttempts, fewestCalls*clients)), max(float64(2*clients), first.rate()*turn.Seconds()))), nil
}
