package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
)

type clockCommand struct {
	Show  clockShow  `cmd:""`
	Trust clockTrust `cmd:""`
}

type clockShow struct{}

// Run says what time it is and whether that is believed.
func (clockShow) Run(ctx context.Context, in *invocation, s *settings) error {
	return onClock(ctx, in, s, clockCall{http.MethodGet, "/clock", (*app.App).ClockState})
}

type clockTrust struct{}

// Run makes the machine's time the believed one.
func (clockTrust) Run(ctx context.Context, in *invocation, s *settings) error {
	return onClock(ctx, in, s, clockCall{http.MethodPost, "/clock/trust", (*app.App).TrustClock})
}

// clockCall is a call on the clock, of the running server or of the documents where none runs.
type clockCall struct {
	method, path string
	offline      func(*app.App, context.Context) (app.ClockState, error)
}

func onClock(ctx context.Context, in *invocation, s *settings, call clockCall) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	state, err := call.on(ctx, c)
	if err != nil {
		return err
	}
	fmt.Fprintf(in.out, "现在按 %s 走\n", state.Now.Local().Format(time.DateTime))
	if state.Doubt != "" {
		fmt.Fprintf(in.out, "%s：%s\n", state.Doubt, state.Mend)
		return errReported
	}
	_, err = fmt.Fprintln(in.out, "这个时间是认可的，过期的照常清理")
	return err
}

func (call clockCall) on(ctx context.Context, c config.Config) (state app.ClockState, err error) {
	a, err := app.OpenClock(ctx, c)
	if errors.Is(err, app.ErrDataInUse) {
		err = app.NewOperatorClient(c).Ask(ctx, call.method, call.path, &state)
		return state, err
	}
	if err != nil {
		return state, err
	}
	state, err = call.offline(a, ctx)
	return state, errors.Join(err, a.Close(ctx))
}
