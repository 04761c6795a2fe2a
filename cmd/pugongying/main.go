// Command pugongying is the whole classroom in one binary: it serves residents, checks a deployment, and keeps content,
// keys and ledgers in order. `pugongying help` lists what it can do.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"pugongying/cmd/internal/app"
)

// version is set by the build.
var version = "unbuilt"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the process at once
	err := run(ctx, invocation{args: os.Args[1:], environ: os.Environ(), out: os.Stdout, err: os.Stderr, yield: app.Yield})
	if err == nil {
		return
	}
	if !errors.Is(err, errReported) {
		fmt.Fprintln(os.Stderr, err)
	}
	os.Exit(1)
}
