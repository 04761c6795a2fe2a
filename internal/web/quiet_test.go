package web

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"pugongying/internal/fault"
)

// What is to be answered with 503 (a search that is being prepared) writes no ERROR; an outage with a cause writes one.
func TestADeclaredOutageIsNoError(t *testing.T) {
	preparing := fault.New(fault.Unavailable, "x.preparing", "正在整理。")
	for _, c := range []struct {
		err    error
		errors int
	}{{preparing, 0}, {preparing.Because(errors.New("the disk is gone")), 1}, {errors.New("a bug"), 2}} {
		var log strings.Builder
		e, err := NewEngine(Options{
			Log: slog.New(slog.NewTextHandler(&log, nil)), Metrics: prometheus.NewRegistry(), NewID: func() string { return "id" }, Now: time.Now,
		})
		if err != nil {
			t.Fatal(err)
		}
		e.Handle(http.MethodGet, "/x", func(g *gin.Context) { e.Fail(g, c.err) })
		e.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/x", nil))
		if n := strings.Count(log.String(), "level=ERROR"); n != c.errors || strings.Count(log.String(), "msg=request") != 1 {
			t.Errorf("%v: %d errors: %s", c.err, n, log.String())
		}
	}
}
