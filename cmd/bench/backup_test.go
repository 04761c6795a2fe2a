package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
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
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	for _, r := range rows {
		t.Log(r.cells())
	}
	if first, again := rows[0].ours, rows[1].ours; first <= 0 || again <= 0 || rows[6].ours != 0 {
		t.Errorf("%+v", rows)
	}
	testkit.Score(t, "backup of 100,000 attempts", fmt.Sprintf("%.1f s, the next %.1f s", rows[0].ours, rows[1].ours), rows[0].verdict() == pass,
		"the restored copy has every attempt that was acknowledged before, and no invented one")
	testkit.Score(t, "backup: what 32 writing clients lose of their rate", fmt.Sprintf("%.0f %%; of a first one %.0f %%", 100*(1-rows[2].ratio), 100*(1-rows[3].ratio)),
		rows[2].verdict() == pass, "turns with and without a backup alternate in one run")
}
