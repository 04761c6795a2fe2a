package app

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pugongying/internal/web"
)

// pingTimeout bounds the look at one engine.
const pingTimeout = 2 * time.Second

// probe is one engine as /readyz checks it. Without a needed one nothing can be answered; without another the server
// continues (limits are counted in process, sessions are read from the documents).
type probe struct {
	name   string
	needed bool
	ping   func(context.Context) error
}

// Health is what /readyz answers: each engine's state, "ok" or "down".
type Health struct {
	Ready   bool              `json:"ready"`
	Engines map[string]string `json:"engines"`
	Stuck   map[string]int64  `json:"stuck,omitempty"` // failed jobs by collection; for the operator alone
}

func (a *App) health(ctx context.Context) Health {
	h := Health{Ready: a.ready.Load(), Engines: map[string]string{}}
	for _, p := range a.probes {
		ctx, cancel := context.WithTimeout(ctx, pingTimeout)
		err := p.ping(ctx)
		cancel()
		h.Engines[p.name] = "ok"
		if err != nil {
			a.log.Warn("engine down", "engine", p.name, "cause", err)
			h.Engines[p.name] = "down"
			h.Ready = h.Ready && !p.needed
		}
	}
	return h
}

// addHealth puts the three addresses of an operator's tools on the public door: alive, ready, metrics. Metrics are for
// this machine alone.
func (a *App) addHealth(e *web.Engine) {
	e.Handle(http.MethodGet, "/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	e.Handle(http.MethodGet, "/readyz", func(c *gin.Context) {
		h := a.health(c.Request.Context())
		status := http.StatusOK
		if !h.Ready {
			status = http.StatusServiceUnavailable
		}
		c.JSON(status, h)
	})
	metrics := promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{})
	e.Handle(http.MethodGet, "/metrics", func(c *gin.Context) {
		if !onThisMachine(c.Request) {
			e.Fail(c, web.ErrNoRoute)
			return
		}
		metrics.ServeHTTP(c.Writer, c.Request)
	})
}

// onThisMachine reports whether a request was made on this machine and not forwarded by a proxy.
func onThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}
