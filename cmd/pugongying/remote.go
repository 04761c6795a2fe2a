package main

import (
	"context"
	"errors"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
)

// local is a command's work on data that no server uses: what it opens, and what it does there.
type local[T any] struct {
	open func(ctx context.Context, c config.Config) (*app.App, error)
	work func(a *app.App) (T, error)
}

func openKeys[T any](work func(a *app.App) (T, error)) local[T] { return local[T]{app.OpenKeys, work} }

// localOrRemote does a command's work where the data is: offline when no server runs on the folder, else by asking that
// server.
func localOrRemote[T any](ctx context.Context, c config.Config, r app.OperatorRequest, work func(*app.App) (T, error)) (T, error) {
	return openedOrRemote(ctx, c, r, local[T]{app.OpenOffline, work})
}

func openedOrRemote[T any](ctx context.Context, c config.Config, r app.OperatorRequest, l local[T]) (v T, err error) {
	v, err = offline(ctx, c, l)
	if errors.Is(err, app.ErrDataInUse) {
		err = app.NewOperatorClient(c).Send(ctx, r, &v)
	}
	return v, err
}

// offline opens the data, works on it and closes it; app.ErrDataInUse where a server runs.
func offline[T any](ctx context.Context, c config.Config, l local[T]) (v T, err error) {
	a, err := l.open(ctx, c)
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	return l.work(a)
}
