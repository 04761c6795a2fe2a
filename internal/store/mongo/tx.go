package mongo

import (
	"context"
	"errors"
	"fmt"
	"time"

	"go.mongodb.org/mongo-driver/v2/mongo/options"
	"go.mongodb.org/mongo-driver/v2/mongo/readconcern"

	"pugongying/internal/store/document"
)

// txPatience bounds how long a transaction is run again and again: the driver's own bound is two minutes, in which no
// person waits.
const txPatience = 20 * time.Second

type txKey struct{ engine *Engine }

// txState is what a context knows of its transaction.
type txState struct {
	failed error // a write was refused: the server has given the transaction up
}

// InTx runs f in one transaction on a snapshot, again when the driver's rules say so, until ctx or 20 s end it. Inside
// another InTx it joins that one. A refused write (a duplicate) spoils the whole, even if f swallows its error.
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
	_, err = session.WithTransaction(ctx, func(ctx context.Context) (any, error) {
		return nil, e.attempt(ctx, f)
	}, options.Transaction().SetReadConcern(readconcern.Snapshot()).SetWriteConcern(e.majority))
	return toDocumentError("", err)
}

func (e *Engine) attempt(ctx context.Context, f func(ctx context.Context) error) error {
	state := &txState{}
	err := f(context.WithValue(ctx, txKey{e}, state))
	if err == nil {
		err = state.failed
	}
	if err != nil && errors.Is(ctx.Err(), context.DeadlineExceeded) {
		// Without the cause's labels, by which the driver would begin anew.
		return fmt.Errorf("%w: %w: transaction: %s", document.ErrUnavailable, context.DeadlineExceeded, err.Error())
	}
	return err
}
