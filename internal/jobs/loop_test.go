package jobs

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestALoopRunsAtOnceThenPeriodicallyUntilItsContextEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, rounds := time.Now(), []time.Duration{}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			Loop{Name: "count", Every: time.Minute, Work: func(context.Context) error {
				rounds = append(rounds, time.Since(began))
				return nil
			}}.Run(ctx, slog.New(slog.DiscardHandler))
			close(ended)
		}()
		time.Sleep(2*time.Minute + time.Second)
		stop()
		<-ended
		if len(rounds) != 3 || rounds[0] != 0 || rounds[1] != time.Minute || rounds[2] != 2*time.Minute {
			t.Errorf("rounds at %v", rounds)
		}
	})
}

func TestAFailureAndAPanicAreLoggedAndTheLoopGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		round := 0
		ctx, stop := context.WithCancel(t.Context())
		Loop{Name: "count", Every: time.Second, Work: func(context.Context) error {
			round++
			switch round {
			case 1:
				return errors.New("the disk is full")
			case 2:
				panic("a secret in a panic")
			case 3:
				stop()
				return ctx.Err() // ended with its context: nothing to log
			}
			return nil
		}}.Run(ctx, slog.New(slog.NewTextHandler(&log, nil)))
		text := log.String()
		if round != 3 || !strings.Contains(text, "the disk is full") || !strings.Contains(text, "panic of type string") {
			t.Errorf("%d rounds, log %s", round, text)
		}
		if strings.Contains(text, "a secret") || strings.Contains(text, "canceled") {
			t.Errorf("the log says too much: %s", text)
		}
		if !strings.Contains(text, "loop_test.go") {
			t.Errorf("the log does not say where the panic was: %s", text)
		}
	})
}

func TestALoopWhoseContextHasEndedDoesNothing(t *testing.T) {
	ctx, stop := context.WithCancel(t.Context())
	stop()
	Loop{Name: "none", Every: time.Hour, Work: func(context.Context) error { t.Error("worked"); return nil }}.Run(ctx, slog.New(slog.DiscardHandler))
}
