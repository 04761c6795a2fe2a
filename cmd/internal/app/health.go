package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"path/filepath"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pugongying/internal/clock"
	"pugongying/internal/store/document"
	"pugongying/internal/store/mongo"
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

// What an engine's state may be.
const (
	stateOK   = "ok"
	stateDown = "down"
	stateFull = "full" // no room left: what is stored is read, nothing can be written
)

// engineMend says what to do about a state, for doctor.
var engineMend = map[string]string{stateDown: "连不上，看服务的日志", stateFull: "磁盘满了，写不进去：清理磁盘，不用重启"}

// Health is what /readyz answers: each engine's state, whether time is believed, and what does not stop the server but
// wants looking at.
type Health struct {
	Ready   bool              `json:"ready"`
	Engines map[string]string `json:"engines"`
	Clock   string            `json:"clock"` // "ok", or why time is not believed
	Notes   []Finding         `json:"notes,omitempty"`
	Stuck   map[string]int64  `json:"stuck,omitempty"` // failed jobs by collection; for the operator alone
}

func (a *App) health(ctx context.Context) Health {
	h := Health{Ready: a.ready.Load(), Engines: map[string]string{}, Clock: stateOK, Notes: a.notes()}
	if doubt := a.clock.State().Doubt; doubt != clock.None {
		h.Clock = string(doubt)
	}
	for _, p := range a.probes {
		ctx, cancel := context.WithTimeout(ctx, pingTimeout)
		err := p.ping(ctx)
		cancel()
		h.Engines[p.name] = stateOK
		if err != nil {
			h.Engines[p.name] = stateDown
			if errors.Is(err, document.ErrFull) {
				h.Engines[p.name] = stateFull
			}
			a.log.Warn("engine "+h.Engines[p.name], "engine", p.name, "cause", err)
			h.Ready = h.Ready && !p.needed
		}
	}
	return h
}

// notes are what an operator should look at although residents are served.
func (a *App) notes() []Finding {
	var notes []Finding
	if f := clockFinding(a.clock.State()); f != nil {
		notes = append(notes, *f)
	}
	if left := append(a.library.LeftOut(), a.Questions.LeftOut()...); len(left) > 0 {
		notes = append(notes, Finding{
			What: fmt.Sprintf("有 %d 份内容读不出来，已经停用：%s", len(left), strings.Join(left[:min(len(left), 5)], "、")),
			Mend: "看日志里 left out 和 refused 的原因；改好了重新导入，或者从备份恢复", Warning: true,
		})
	}
	if err := a.search.Trouble(); err != nil {
		notes = append(notes, Finding{What: "搜索的索引建不起来：" + sentence(err), Mend: "改好以后几秒内自己重建；也可以停了服务删掉 " + filepath.Join(a.config.Data, SearchFolder), Warning: true})
	}
	return notes
}

// pingDocuments also says when the disk of the embedded engine is full: reads would go on answering.
func (a *App) pingDocuments(ctx context.Context) error {
	if err := a.Documents.Ping(ctx); err != nil {
		return err
	}
	if _, far := a.Documents.(*mongo.Engine); far {
		return nil
	}
	if room, err := free(a.config.Data); err == nil && room < fullBelow {
		return fmt.Errorf("%w: %d bytes under %s", document.ErrFull, room, a.config.Data)
	}
	return nil
}

// addHealth puts the three addresses of an operator's tools on the public door: alive, ready, metrics. Metrics are for
// this machine alone.
func (a *App) addHealth(e *web.Engine) {
	route := func(path string) web.Route {
		return web.Route{Method: http.MethodGet, Path: path, Priority: web.Help} // a flood is when they are needed
	}
	e.Route(route("/healthz"), func(c *gin.Context) { c.String(http.StatusOK, "ok") })
	e.Route(route("/readyz"), func(c *gin.Context) {
		h := a.health(c.Request.Context())
		status := http.StatusOK
		if !h.Ready {
			status = http.StatusServiceUnavailable
		}
		c.JSON(status, h)
	})
	metrics := promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{})
	e.Route(route("/metrics"), func(c *gin.Context) {
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
