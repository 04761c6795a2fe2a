package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// TestBackupsAreMeasured measures with the whole number of attempts: how long a backup takes and what it costs.
func TestBackupsAreMeasured(t *testing.T) {
	if testing.Short() {
		t.Skip("NOT RUN: -short")
	}
	b := &bench{turn: time.Second, rounds: 3, scratch: t.TempDir(), binary: filepath.Join(t.TempDir(), "pugongying"), log: &bytes.Buffer{}}
	if out, err := exec.Command("go", "build", "-o", b.binary, "../pugongying").CombinedOutput(); err != nil {
		t.Fatalf("%s %v", out, err)
	}
	rows, err := b.backups(t.Context())
	if err != nil || len(rows) != 8 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		t.Log(r.cells())
	}
	if first, again := rows[0].ours, rows[1].ours; first <= 0 || again <= 0 || rows[7].ours != 0 {
		t.Errorf("%+v", rows)
	}
	testkit.Score(t, "backup of 100,000 attempts", fmt.Sprintf("%.1f s, the next %.1f s", rows[0].ours, rows[1].ours), rows[0].verdict() == pass,
		"the restored copy has every attempt that was acknowledged before, and no invented one")
	cost := fmt.Sprintf("%.0f %% by the wall clock, %.0f %% by the server's processor time; of a first one %.0f %%", 100*(1-rows[2].ratio), 100*(1-rows[4].ratio), 100*(1-rows[3].ratio))
	if others := loadOfOthers(t); others > float64(runtime.NumCPU()) {
		t.Logf("NOT RUN: what a backup costs: others keep this machine busy (load %.0f on %d processors): %s", others, runtime.NumCPU(), cost)
		return
	}
	testkit.Score(t, "backup: what 32 writing clients lose of their rate", cost, rows[2].verdict() == pass, "turns with and without a backup alternate in one run")
}

// loadOfOthers is the machine's load of the last quarter of an hour, of which this test is a small part.
func loadOfOthers(t *testing.T) float64 {
	t.Helper()
	text, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		t.Skip("NOT RUN: no /proc/loadavg")
	}
	var one, five, fifteen float64
	if _, err := fmt.Sscan(string(text), &one, &five, &fifteen); err != nil {
		t.Fatal(err)
	}
	return fifteen - 2
}
