package main

import (
	"context"
	"errors"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
)

// localOrRemote does a command's work where the data is: offline when no server runs on the folder, else by asking that
// server.
func localOrRemote[T any](ctx context.Context, c config.Config, r app.OperatorRequest, offline func(*app.App) (T, error)) (v T, err error) {
	a, err := app.OpenOffline(ctx, c)
	if errors.Is(err, app.ErrDataInUse) {
		err = app.NewOperatorClient(c).Send(ctx, r, &v)
		return v, err
	}
	if err != nil {
		return v, err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	return offline(a)
}
