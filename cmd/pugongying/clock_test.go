package main

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// TestAClockThatRunsAheadCostsNobodyAnything runs the binary 33 days ahead and lets it come back. A remembered guest and her
// session survive; while the clock is ahead her session is refused, and doctor, readiness and the log say why. The control
// believes that clock, and loses her.
func TestAClockThatRunsAheadCostsNobodyAnything(t *testing.T) {
	ahead := 3 * time.Second // several rounds of a server that began with one of each sweep
	if os.Getenv("PGY_SOAK") != "" {
		ahead = 100 * time.Second
	}
	lost := map[bool]int{}
	for _, trusted := range []bool{false, true} {
		s := start(t, t.TempDir())
		_, text, err := request(http.DefaultClient, "POST", s.url+"/api/v1/sessions", `{"provider":"guest","remember":true}`)
		if err != nil {
			t.Fatal(err)
		}
		bearer := []string{"Authorization", "Bearer " + between(text, `"token":"`)}
		if status, body := s.get("/readyz"); status != 200 || !strings.Contains(body, `"clock":"ok"`) {
			t.Errorf("before: %d %s", status, body)
		}
		s.stop()

		s = start(t, s.dir, "PGY_CLOCK_SHIFT=792h")
		_, ready := s.get("/readyz")
		doctor, _ := call(t, "doctor", "--data", s.dir)
		shown, _ := call(t, "clock", "show", "--data", s.dir)
		for where, says := range map[string]string{"readyz": ready, "doctor": doctor, "log": s.log.String(), "clock show": shown} {
			if !strings.Contains(says, "系统时间比应有的时间快了 33 天") {
				t.Errorf("%s says %s", where, says)
			}
		}
		if trusted {
			if out, err := call(t, "clock", "trust", "--data", s.dir); err != nil || !strings.Contains(out, "认可") {
				t.Fatal(out, err)
			}
			s.stop()
			s = start(t, s.dir, "PGY_CLOCK_SHIFT=792h") // a start sweeps at once
		}
		time.Sleep(ahead)
		if status, _ := s.get("/api/v1/me", bearer...); status != http.StatusUnauthorized {
			t.Errorf("what has expired is answered with %d", status)
		}
		s.stop()

		s = start(t, s.dir)
		if status, _ := s.get("/api/v1/me", bearer...); status != http.StatusOK {
			lost[trusted]++
		}
		s.stop()
	}
	if lost[false] != 0 || lost[true] != 1 {
		t.Errorf("lost %d of 1, believed (the control) %d of 1", lost[false], lost[true])
	}
	testkit.Score(t, "clock that lies: members and sessions destroyed", "0", !t.Failed(), "a clock that is believed loses her")
}

// TestACommandNamesTheDamagedStore although it only speaks to a server, which cannot run there.
func TestACommandNamesTheDamagedStore(t *testing.T) {
	dir := t.TempDir()
	if out, err := call(t, "ledger", "verify", "--data", dir); err == nil || !strings.Contains(err.Error(), "先启动 serve") {
		t.Errorf("the control, without a store: %s %v", out, err)
	}
	file := filepath.Join(dir, "documents.db")
	if err := os.WriteFile(file, make([]byte, 32<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := call(t, "ledger", "verify", "--data", dir); err == nil || !strings.Contains(err.Error(), file+" 已经损坏") {
		t.Errorf("%s %v", out, err)
	}
}
