package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pugongying/cmd/internal/app"
)

type serveCommand struct{}

// Run serves until it is asked to stop, and closes everything in any case.
func (serveCommand) Run(ctx context.Context, in *invocation, s *settings) error {
	started := time.Now()
	c, err := s.load(in)
	if err != nil {
		return err
	}
	if err := c.Check(); err != nil {
		return err
	}
	log := app.NewLogger(c.Log, in.err)
	log.Info("starting", "version", version, "env", c.Env, "settings", c.Masked())
	a, err := app.Open(ctx, c, log)
	if err != nil {
		return err
	}
	err = a.Serve(ctx, started)
	closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.Stop.Grace) // ctx has ended by now
	defer cancel()
	return errors.Join(err, a.Close(closing))
}

type doctorCommand struct{}

// Run checks everything a deployment needs, one line each, and fails when something must be fixed first.
func (doctorCommand) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	bad := 0
	for _, f := range app.Examine(ctx, c) {
		switch {
		case f.Mend == "":
			fmt.Fprintf(in.out, "✓ %s\n", f.What)
		case f.Warning:
			fmt.Fprintf(in.out, "! %s：%s\n", f.What, f.Mend)
		default:
			bad++
			fmt.Fprintf(in.out, "✗ %s：%s\n", f.What, f.Mend)
		}
	}
	if bad == 0 {
		_, err := fmt.Fprintln(in.out, "可以启动。")
		return err
	}
	fmt.Fprintf(in.out, "有 %d 处要先改好。\n", bad)
	return errReported
}
