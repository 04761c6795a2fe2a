package main

import (
	"context"
	"errors"
	"io"

	"pugongying/internal/config"
)

// openAlone opens the documents and what is published, for a command on a data folder that no server uses; errDataInUse
// where one does. It is closed as any app is.
func openAlone(ctx context.Context, c config.Config) (_ *app, err error) {
	a := newApp(c, newLogger(c.Log, io.Discard))
	defer func() {
		if err != nil {
			err = errors.Join(err, a.close(context.WithoutCancel(ctx)))
		}
	}()
	if err := a.openDocuments(ctx); err != nil {
		return nil, err
	}
	return a, a.openContent(ctx)
}

// atData does a command's work where the data is: here when no server runs on the folder, else by asking that server.
func atData[T any](ctx context.Context, c config.Config, r operatorRequest, here func(context.Context, *app) (T, error)) (v T, err error) {
	a, err := openAlone(ctx, c)
	if errors.Is(err, errDataInUse) {
		err = send(ctx, c, r, &v)
		return v, err
	}
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, a.close(context.WithoutCancel(ctx))) }()
	return here(ctx, a)
}
