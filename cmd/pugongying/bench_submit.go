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
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"
	driver "go.mongodb.org/mongo-driver/v2/mongo"
	mongooptions "go.mongodb.org/mongo-driver/v2/mongo/options"

	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

const (
	benchMembers  = 30   // of whom every second keeps her mistakes
	mostAttempts  = 2000 // of one turn
	warmUp        = 300  // inserts that tell how fast the engine is
	countPatience = 3 * time.Minute
	countPoll     = 50 * time.Millisecond
)

// submissions compares handing in an attempt with inserting the same document, on every engine that is there.
func (b *bench) submissions(ctx context.Context) ([]row, error) {
	if b.fresh != "" {
		if err := initiate(ctx, b.mongo, b.fresh); err != nil {
			return nil, err
		}
	}
	var rows []row
	for _, e := range []struct{ name, uri string }{{"embedded", ""}, {"mongo", b.mongo}, {"rust-mongo", b.rust}} {
		if e.uri == "" && e.name != "embedded" {
			rows = append(rows, row{name: "交卷 · MongoDB", goal: ratioOf(0.6), missing: "没有写 --" + e.name})
			continue
		}
		more, err := b.submissionsOn(ctx, e.name, e.uri)
		rows = append(rows, more...)
		if err != nil {
			return rows, fmt.Errorf("%s：%w", e.name, err)
		}
	}
	return rows, nil
}

// submissionsOn opens the whole server in this process, with everything that runs beside requests.
func (b *bench) submissionsOn(ctx context.Context, name, uri string) (_ []row, err error) {
	c := config.Default()
	c.Data, c.Limits.Enabled = filepath.Join(b.scratch, name), false
	c.Mongo.URI, c.Mongo.Database = uri, "pgy_bench_"+strings.ToLower(rand.Text()[:10])
	a, err := open(ctx, c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		return nil, err
	}
	working, stop := context.WithCancel(ctx)
	var loops sync.WaitGroup
	a.startLoops(working, &loops)
	defer func() {
		stop()
		loops.Wait()
		ctx := context.WithoutCancel(ctx)
		err = errors.Join(err, dropDatabase(ctx, c.Mongo), a.close(ctx))
	}()
	s := &sitting{app: a}
	if err := s.invite(ctx); err != nil {
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

// initiate makes a fresh mongod, told the address it is reached at, a replica set of one and waits until it may write.
func initiate(ctx context.Context, uri, address string) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	client, err := driver.Connect(mongooptions.Client().ApplyURI(uri))
	if err != nil {
		return err
	}
	defer func() { _ = client.Disconnect(context.WithoutCancel(ctx)) }()
	admin := client.Database("admin")
	node := bson.D{{Key: "_id", Value: 0}, {Key: "host", Value: address}}
	set := bson.D{{Key: "_id", Value: "bench"}, {Key: "members", Value: bson.A{node}}}
	if err := admin.RunCommand(ctx, bson.D{{Key: "replSetInitiate", Value: set}}).Err(); err != nil {
		return fmt.Errorf("replSetInitiate: %w", err)
	}
	for {
		hello, err := admin.RunCommand(ctx, bson.D{{Key: "hello", Value: 1}}).Raw()
		if err != nil {
			return err
		}
		if writable, _ := hello.Lookup("isWritablePrimary").BooleanOK(); writable {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(countPoll):
		}
	}
}

func dropDatabase(ctx context.Context, m config.Mongo) error {
	if m.URI == "" {
		return nil
	}
	client, err := driver.Connect(mongooptions.Client().ApplyURI(m.URI))
	if err != nil {
		return err
	}
	return errors.Join(client.Database(m.Database).Drop(ctx), client.Disconnect(ctx))
}

// sitting is people with attempts before them.
type sitting struct {
	app    *app
	people []member.SignedIn
	sample quiz.Attempt
}

// invite makes the members.
func (s *sitting) invite(ctx context.Context) error {
	for i := range benchMembers {
		who, err := s.app.members.SignInGuest(ctx, true)
		if err != nil {
			return err
		}
		if _, err := s.app.members.Keep(ctx, who.Member.ID, "", member.Wish{Mistakes: i%2 == 0}); err != nil {
			return err
		}
		s.people = append(s.people, who)
	}
	return nil
}

// paper is an attempt that waits for its submission, of a member or (every third) of nobody.
type paper struct {
	id      string
	who     member.SignedIn
	answers map[string][]string
	body    []byte
}

// lay begins n attempts, before any clock runs.
func (s *sitting) lay(ctx context.Context, n int) ([]paper, error) {
	papers := make([]paper, n)
	topics := s.app.quiz.Bank.Topics()
	_, err := spread(32, n, func(i int) error {
		p := &papers[i]
		if i%3 != 0 {
			p.who = s.people[i%len(s.people)]
		}
		made, err := s.app.quiz.Start(ctx, p.who.Member.ID, quiz.StartRequest{Origin: quiz.FromTopic, Slug: topics[i%len(topics)].Slug}, nil)
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

// submitted is a turn: papers are laid, and then the clock runs while they are handed in.
func (s *sitting) submitted(hand func(context.Context, int, []paper) (tally, error)) func(context.Context, int, int) (tally, error) {
	return func(ctx context.Context, clients, n int) (tally, error) {
		papers, err := s.lay(ctx, n)
		if err != nil {
			return tally{}, err
		}
		return hand(ctx, clients, papers)
	}
}

// settle waits until every sitting is counted, so that the counting slows the submissions it belongs to and not the
// inserts they are compared with.
func (s *sitting) settle(ctx context.Context) error {
	for patience := time.Now().Add(countPatience); time.Now().Before(patience); {
		waiting, err := s.app.quiz.Attempts.Pending(ctx, "", 1)
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

// submit hands papers in to the capability.
func (s *sitting) submit(ctx context.Context, clients int, papers []paper) (tally, error) {
	return spread(clients, len(papers), func(i int) error {
		_, err := s.app.quiz.Submit(ctx, papers[i].who.Member.ID, papers[i].id, papers[i].answers)
		return err
	})
}

// knock hands papers in at the door, as requests.
func (s *sitting) knock(ctx context.Context, clients int, papers []paper) (tally, error) {
	return spread(clients, len(papers), func(i int) error {
		p := papers[i]
		request := httptest.NewRequestWithContext(ctx, http.MethodPost, api.Base+"/attempts/"+p.id+"/submission", bytes.NewReader(p.body))
		request.Header.Set("Content-Type", "application/json")
		if p.who.Token != "" {
			request.Header.Set("Authorization", "Bearer "+p.who.Token)
		}
		answer := httptest.NewRecorder()
		s.app.handler.ServeHTTP(answer, request)
		if answer.Code != http.StatusOK {
			return fmt.Errorf("%w %d: %s", errStatus, answer.Code, answer.Body)
		}
		return nil
	})
}

// insert puts as many documents of the same bytes into a collection without indexes.
func (s *sitting) insert(ctx context.Context, clients, n int) (tally, error) {
	bare := s.app.documents.Collection("bare")
	return spread(clients, n, func(int) error {
		doc := s.sample
		doc.ID = rand.Text()
		return bare.Insert(ctx, &doc)
	})
}

// measure takes turns: inserting, submitting, submitting at the door. The counting of what was submitted runs beside.
func (b *bench) measure(ctx context.Context, s *sitting, clients int) ([]row, error) {
	n, err := s.size(ctx, clients, b.turn)
	if err != nil {
		return nil, err
	}
	b.say("交卷：%s，%d 人，每轮 %d 份", s.app.documents.Describe(), clients, n)
	var inserts, submits, knocks series
	for range b.rounds {
		if err := s.settle(ctx); err != nil {
			return nil, err
		}
		for _, turn := range []struct {
			of  *series
			run func(context.Context, int, int) (tally, error)
		}{{&inserts, s.insert}, {&submits, s.submitted(s.submit)}, {&knocks, s.submitted(s.knock)}} {
			t, err := turn.run(ctx, clients, n)
			if err != nil {
				return nil, err
			}
			turn.of.add(t)
		}
	}
	name := fmt.Sprintf("交卷 · %s · %d 人同时", s.app.documents.Describe(), clients)
	return []row{
		compared(name+" ÷ 直接插入", "份/s", submits.rates, inserts.rates).needs(ratioOf(0.6)),
		compared("  p99", "ms", submits.p99, inserts.p99),
		compared("  经过整个接口 ÷ 直接插入", "份/s", knocks.rates, inserts.rates),
		compared("  经过整个接口 p99", "ms", knocks.p99, inserts.p99),
	}, nil
}

// size finds how many documents fill a turn, and the sample that is inserted.
func (s *sitting) size(ctx context.Context, clients int, turn time.Duration) (int, error) {
	papers, err := s.lay(ctx, 2)
	if err != nil {
		return 0, err
	}
	if _, err := s.submit(ctx, 1, papers); err != nil {
		return 0, err
	}
	done, err := s.app.quiz.Attempts.Get(ctx, papers[1].id)
	if err != nil {
		return 0, err
	}
	s.sample = *done
	first, err := s.insert(ctx, clients, max(warmUp, clients))
	if err != nil {
		return 0, err
	}
	return int(min(mostAttempts, max(float64(2*clients), first.rate()*turn.Seconds()))), nil
}

// series is the turns of one contender.
type series struct{ rates, p99 []float64 }

func (s *series) add(t tally) {
	s.rates, s.p99 = append(s.rates, t.rate()), append(s.p99, percentile99(t.calls))
}

// tally is how long calls took, one by one and all together.
type tally struct {
	calls []time.Duration
	whole time.Duration
}

func (t tally) rate() float64 { return float64(len(t.calls)) / t.whole.Seconds() }

// spread makes n calls from as many clients at once; the first failure ends it.
func spread(clients, n int, call func(i int) error) (tally, error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var failed atomic.Pointer[error]
	t := tally{calls: make([]time.Duration, n)}
	begun := time.Now()
	for range clients {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && failed.Load() == nil; i = int(next.Add(1)) - 1 {
				start := time.Now()
				if err := call(i); err != nil {
					failed.CompareAndSwap(nil, &err)
				}
				t.calls[i] = time.Since(start)
			}
		})
	}
	wg.Wait()
	t.whole = time.Since(begun)
	if err := failed.Load(); err != nil {
		return t, *err
	}
	return t, nil
}
