package main

import (
	"context"

	"pugongying/cmd/internal/app"
)

type workCommand struct {
	Kinds []string `help:"只做这几种工作：attempts（登记答卷）、ledger（计入合计）；不写就都做" placeholder:"attempts,ledger"`
}

// Run does due work beside the servers until it is asked to stop.
func (w workCommand) Run(ctx context.Context, in *invocation, s *settings) error {
	c, err := s.load(in)
	if err != nil {
		return err
	}
	log := app.NewLogger(c.Log, in.err)
	log.Info("starting", "version", version, "env", c.Env)
	return app.Work(ctx, c, log, w.Kinds)
}
