package api

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"pugongying/internal/cache"
	"pugongying/internal/explainer"
	"pugongying/internal/ledger"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/wechat"
)

// lines is a log that several goroutines write: its last part, and every panic.
type lines struct {
	mu     sync.Mutex
	buf    bytes.Buffer
	panics []string
}

const longLog = 32 << 20

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if bytes.Contains(p, []byte("msg=panic")) {
		l.panics = append(l.panics, string(p))
	}
	if l.buf.Len() > longLog {
		l.buf.Reset()
	}
	return l.buf.Write(p)
}

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

// tail is the end of the log.
func (l *lines) tail() string {
	text := l.String()
	return text[max(0, len(text)-4000):]
}

// The few lines that cmd wires by.

type limiter struct{ *cache.Limiter }

func (l limiter) Allow(ctx context.Context, key string, per time.Duration, burst int) (bool, time.Duration, error) {
	return l.Limiter.Allow(ctx, key, cache.Rate{Per: per, Burst: burst})
}

// demoVault seals with the publicly known root key.
func demoVault(e document.Engine) *seal.Vault { return seal.NewVault(seal.Demo(), store.NewKeys(e)) }

type sealer struct{ *seal.Vault }

func (s sealer) Seal(ctx context.Context, key string, at member.Place, plain []byte) ([]byte, error) {
	return s.Vault.Seal(ctx, key, seal.Place(at), plain)
}

func (s sealer) Open(ctx context.Context, key string, at member.Place, sealed []byte) ([]byte, error) {
	return s.Vault.Open(ctx, key, seal.Place(at), sealed)
}

type exchanger struct {
	client *wechat.Client
	appID  string
}

func (e exchanger) Exchange(ctx context.Context, code string) (appID, openID, unionID string, err error) {
	person, err := e.client.Login(ctx, code)
	return e.appID, person.OpenID, person.UnionID, err
}

type counting struct {
	ledger  *ledger.Service
	regions *region.Service
}

func (c counting) Count(ctx context.Context, acts []quiz.Act) error {
	lines := make([]ledger.Line, len(acts))
	for i, a := range acts {
		lines[i] = ledger.Line{
			ID: ledger.ActID(ledger.QuizSat, a.Line), Kind: ledger.QuizSat, Day: a.Day, Source: a.Source, Quantity: 1,
			Region: region.Code(a.Where.Region), Organisation: a.Where.Org, Project: a.Where.Project,
		}
	}
	return c.ledger.Append(ctx, lines...)
}

func (c counting) CountCompletion(ctx context.Context, r explainer.Completion) error {
	line := ledger.Line{ID: ledger.ActID(ledger.StoryRead, completionID(r)), Kind: ledger.StoryRead, Source: "explainer:" + r.Explainer, Quantity: 1}
	counted, err := c.regions.Attribute(ctx, r.Scene)
	if err != nil {
		return err
	}
	line.Region, line.Organisation, line.Project = counted.Region, counted.Organisation, counted.Project
	return c.ledger.Append(ctx, line)
}

var anonymous atomic.Int64

func completionID(r explainer.Completion) string {
	if r.Key == nil {
		return fmt.Sprint("reading ", anonymous.Add(1))
	}
	return r.Key.ID
}
