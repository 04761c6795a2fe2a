package mongo

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"pugongying/internal/store/document"
)

// txPatience bounds how long a transaction is retried: the driver's own bound is two minutes, longer than any person
// waits.
const txPatience = 20 * time.Second

type txKey struct{ engine *Engine }

// txState is what a context knows of its transaction.
type txState struct {
	failed error // a write was refused: the server has aborted the transaction
}

// InTx runs f in one snapshot transaction, and again when the driver's rules require it, until ctx or 20 s end it. A
// function that returns document.ErrAgain is run again after a pause. Inside another InTx it joins that one. A refused write (a duplicate) aborts the whole transaction, even if f swallows its
// error.
func (e *Engine) InTx(ctx context.Context, f func(ctx context.Context) error) error {
	if ctx.Value(txKey{e}) != nil {
		return f(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, txPatience)
	defer cancel()
	session, err := e.client.StartSession()
	if err != nil {
		return toDocumentError("", err)
	}
	defer session.EndSession(context.WithoutCancel(ctx))
	for try := 1; ; try++ {
		_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) {
			return nil, e.attempt(ctx, f)
		}, options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(e.majority))
		if !errors.Is(err, document.ErrAgain) || try == againTries || !pause(ctx, try) {
			return toDocumentError("", err)
		}
	}
}

// againTries bounds how often a function that asks for it is run.
const againTries = 20

// pause waits a moment, longer after every try; false when ctx ended.
func pause(ctx context.Context, try int) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(rand.N(time.Duration(try) * 4 * time.Millisecond)):
		return true
	}
}

func (e *Engine) attempt(ctx context.Context, f func(ctx context.Context) error) error {
	state := &txState{}
	err := f(context.WithValue(ctx, txKey{e}, state))
	if err == nil {
		err = state.failed
	}
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		// Without the cause's labels, because the driver would start the transaction again.
		return fmt.Errorf("%w: %w: transaction: %s", document.ErrUnavailable, context.DeadlineExceeded, err.Error())
	}
	return err
}
