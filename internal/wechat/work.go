package wechat

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"
)

// Revocation is what WeChat tells when a person takes something back: some of what she had allowed (Kinds, by WeChat's
// numbers), or, with Cancelled, her whole WeChat account. With neither, WeChat cleaned her nickname or picture.
type Revocation struct {
	AppID     string
	OpenID    string
	Kinds     []string
	Cancelled bool
	At        time.Time
}

// Revoker deletes what a Revocation says must be deleted. It may be told of one thing more than once.
type Revoker interface {
	Revoke(ctx context.Context, r Revocation) error
}

// MediaJudge takes the outcome of a media check, possibly more than once.
type MediaJudge interface {
	MediaChecked(ctx context.Context, r MediaResult) error
}

// ConsentKeeper learns who allows which template, possibly more than once and out of order: at says which came later.
type ConsentKeeper interface {
	Consented(ctx context.Context, openID string, c Consent, at time.Time) error
}

// DeliveryKeeper learns what became of a message, possibly more than once.
type DeliveryKeeper interface {
	Delivered(ctx context.Context, d Delivery) error
}

// Consumers are who is told of what. An event for which nobody is set is settled untold, but never a Revocation: a
// Worker without a Revoker is refused.
type Consumers struct {
	Revoker    Revoker
	Media      MediaJudge
	Consents   ConsentKeeper
	Deliveries DeliveryKeeper
}

const (
	workBatch  = 32
	workPause  = time.Minute // between looks when nothing wakes the worker
	retryFirst = 30 * time.Second
	retryLast  = time.Hour
)

// Worker tells the consumers what was stored, at least once each, and tries again (after 30 s, doubling to an hour, for
// ever) what a consumer failed at. Several may run beside each other.
type Worker struct {
	Store     EventStore
	Consumers Consumers
	Now       func() time.Time
	Log       *slog.Logger
}

// Run works until ctx ends, waking at every signal on stored and once a minute.
func (w *Worker) Run(ctx context.Context, stored <-chan struct{}) error {
	if w.Consumers.Revoker == nil {
		return errors.New("wechat: the worker needs a revoker")
	}
	tick := time.NewTicker(workPause)
	defer tick.Stop()
	for {
		if err := w.Work(ctx); err != nil && ctx.Err() == nil {
			w.Log.Error("wechat events not worked on", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-stored:
		case <-tick.C:
		}
	}
}

// Work tells the consumers of every event that is due and returns. An error means the store failed; what a consumer
// failed at is logged and put off.
func (w *Worker) Work(ctx context.Context) error {
	for ctx.Err() == nil {
		events, err := w.Store.Due(ctx, w.Now(), workBatch)
		if err != nil {
			return fmt.Errorf("due events: %w", err)
		}
		for _, e := range events {
			if err := w.Store.Settle(ctx, e.ID, w.tell(ctx, e)); err != nil {
				return fmt.Errorf("settle an event: %w", err)
			}
		}
		if len(events) < workBatch {
			return nil
		}
	}
	return ctx.Err()
}

// tell gives the time to try again, or the zero time when the event is done.
func (w *Worker) tell(ctx context.Context, e Event) time.Time {
	err := w.consume(ctx, e)
	if err == nil {
		return time.Time{}
	}
	wait := min(retryFirst<<min(e.Tries, 10), retryLast)
	w.Log.Error("wechat event not consumed", "kind", string(e.Kind), "tries", e.Tries+1, "error", err)
	return w.Now().Add(wait)
}

func (w *Worker) consume(ctx context.Context, e Event) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the consumer panicked: %T", p)
		}
	}()
	c := w.Consumers
	switch {
	case e.Media != nil && c.Media != nil:
		return c.Media.MediaChecked(ctx, *e.Media)
	case e.Consent != nil && c.Consents != nil:
		return c.Consents.Consented(ctx, e.OpenID, *e.Consent, e.At)
	case e.Delivery != nil && c.Deliveries != nil:
		return c.Deliveries.Delivered(ctx, *e.Delivery)
	case e.Kind == ProfileModified, e.Kind == AuthorizationRevoked, e.Kind == AccountCancelled:
		return c.Revoker.Revoke(ctx, Revocation{
			AppID: e.AppID, OpenID: e.OpenID, Kinds: e.Revoked, Cancelled: e.Kind == AccountCancelled, At: e.At,
		})
	default:
		return nil
	}
}
