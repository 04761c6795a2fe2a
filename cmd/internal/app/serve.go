package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
	"time"

	"pugongying/internal/config"
	"pugongying/internal/web"
)

// Bounds of a connection: what a slow or greedy client may cost.
const (
	HeaderTimeout = 5 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 90 * time.Second
	maxHeader     = 16 << 10
)

// notice is how long a server that was asked to stop continues to answer, while /readyz says no and every answer closes
// its connection: clients and load balancers have time to notice, and no connection is cut during a request.
const notice = 500 * time.Millisecond

// SocketName is the unix socket under the data folder, by which a command speaks to a running server.
const SocketName = "pugongying.sock"

// Serve answers until ctx ends, then lets every accepted request finish.
func (a *App) Serve(ctx context.Context, started time.Time) error {
	var plain net.ListenConfig
	plain.SetMultipathTCP(false) // its sockets know nothing of filters and queues (drainAcceptQueue)
	public, err := plain.Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return fmt.Errorf("%s 已经被别的程序占用，或者不能监听；换一个：--listen 127.0.0.1:8081，或者 PGY_LISTEN=127.0.0.1:8081 make run：%w", a.config.Listen, err)
	}
	private, err := listenSocket(a.config)
	if err != nil {
		return errors.Join(err, public.Close())
	}
	working, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	var loops sync.WaitGroup
	a.StartLoops(working, &loops)

	twoAtLeast()
	most := limitMemory(a.config.Limits.Connections, a.log)
	bound := web.NewConnections(most, a.now)
	bound.Crowd = collector()
	servers := []*http.Server{a.newServer(a.leaving(a.Handler)), a.newServer(a.operator)}
	servers[0].ConnState = bound.Changed
	failed := make(chan error, len(servers))
	for i, l := range []net.Listener{web.Listen(public, bound), private} {
		go func() { failed <- servers[i].Serve(l) }()
	}
	a.ready.Store(true)
	loops.Go(debug.FreeOSMemory) // what opening took goes back to the system: a small server needs it
	a.log.Info("ready", "address", public.Addr().String(), "ms", time.Since(started).Milliseconds(), "connections", most)

	select {
	case err = <-failed:
	case <-ctx.Done():
	}
	a.ready.Store(false)
	a.log.Info("stopping")
	if err == nil {
		time.Sleep(notice)
		drainAcceptQueue(public, notice)
	}
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.config.Stop.Grace)
	defer cancel()
	for _, s := range servers {
		err = errors.Join(IgnoreClosed(err), s.Shutdown(grace))
	}
	stop()
	loops.Wait()
	return IgnoreClosed(err)
}

// leaving closes connections with their next answer while the server is not ready yet or no longer. It counts who asks.
func (a *App) leaving(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		a.asked.Add(1)
		if !a.ready.Load() {
			w.Header()["Connection"] = closing
		}
		h.ServeHTTP(w, r)
	})
}

var closing = []string{"close"}

func (a *App) newServer(h http.Handler) *http.Server {
	return &http.Server{
		ErrorLog: log.New(serverLog{a.log}, "", 0),
		Handler:  h, ConnContext: web.ConnContext,
		ReadHeaderTimeout: HeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader,
	}
}

// serverLog receives what net/http logs by itself. For a panic, net/http logs who sent what; so nothing of its text is
// written except why no connection can be accepted.
type serverLog struct{ log *slog.Logger }

// Write makes one line of one message.
func (l serverLog) Write(p []byte) (int, error) {
	switch {
	case bytes.HasPrefix(p, []byte("http: Accept error")):
		l.log.Error("http server", "cause", string(bytes.TrimSpace(p)))
	case bytes.Contains(p, []byte("panic")):
		l.log.Error("http server", "reason", "panic")
	default:
		l.log.Error("http server", "reason", "connection")
	}
	return len(p), nil
}

func IgnoreClosed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// listenSocket opens the operator's socket for this user alone. The lock of the data folder guarantees that no other
// server uses it, so a socket that is still there is left over from a dead process.
func listenSocket(c config.Config) (net.Listener, error) {
	path := filepath.Join(c.Data, SocketName)
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("remove the old socket: %w", err)
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, fmt.Errorf("data 目录里开不了控制接口（路径太长，或者没有权限）：%w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("protect the socket: %w", err), l.Close())
	}
	return l, nil
}
