package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pugongying/internal/media"
	"pugongying/internal/web"
)

// pingTimeout bounds the look at one engine.
const pingTimeout = 2 * time.Second

// probe is one engine as /readyz looks at it. Without a needed one nothing can be answered; without another the server
// goes on (limits count in process, sessions come from the documents).
type probe struct {
	name   string
	needed bool
	ping   func(context.Context) error
}

// health is what /readyz answers: each engine's state, "ok" or "down".
type health struct {
	Ready   bool              `json:"ready"`
	Engines map[string]string `json:"engines"`
}

func (a *app) health(ctx context.Context) health {
	h := health{Ready: a.ready.Load(), Engines: map[string]string{}}
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
func (a *app) addHealth(e *web.Engine) {
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

// onThisMachine says whether a request was made here and not handed on by a proxy.
func onThisMachine(r *http.Request) bool {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	return err == nil && peer.Addr().Unmap().IsLoopback() && r.Header.Get("X-Forwarded-For") == "" && r.Header.Get("Forwarded") == ""
}

// addOperator makes the door behind the unix socket: what a command asks of a running server.
func (a *app) addOperator(mux *http.ServeMux) {
	answer := func(w http.ResponseWriter, v any, err error) {
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			a.log.Error("operator", "cause", err)
			w.WriteHeader(http.StatusInternalServerError)
			v = map[string]string{"error": err.Error()}
		}
		_ = json.NewEncoder(w).Encode(v) // a command that was stopped is told nothing
	}
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) { answer(w, a.health(r.Context()), nil) })
	a.addProjects(mux, answer)
	a.addLaws(mux, answer)
	a.addBank(mux, answer)
	mux.HandleFunc("POST /audio/{name}", func(w http.ResponseWriter, r *http.Request) {
		stored, err := a.storeAudio(r)
		answer(w, map[string]string{"audio": stored}, err)
	})
	mux.HandleFunc("POST /ledger/verify", func(w http.ResponseWriter, r *http.Request) {
		report, err := a.ledger.Verify(r.Context())
		answer(w, report, err)
	})
	mux.HandleFunc("POST /ledger/rebuild", func(w http.ResponseWriter, r *http.Request) {
		err := a.ledger.Rebuild(r.Context())
		answer(w, map[string]bool{"rebuilt": err == nil}, err)
	})
}

// storeAudio keeps a recording that the operator sent; it is read whole first, since a check comes before the storing.
func (a *app) storeAudio(r *http.Request) (string, error) {
	body, err := io.ReadAll(http.MaxBytesReader(nil, r.Body, media.Audio.Largest()+1))
	if err != nil {
		return "", err
	}
	info, err := media.Save(r.Context(), a.media, media.Audio, r.PathValue("name"), bytes.NewReader(body))
	return strings.TrimPrefix(string(info.Key), string(media.Audio)+"/"), err
}
