package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// TestWhatAFloodLeaves reports the overload part to the scoreboard. It measures milliseconds and needs the machine for
// itself, so only .ci/run asks for it.
func TestWhatAFloodLeaves(t *testing.T) {
	if os.Getenv("PGY_MEASURE") == "" || runtime.NumCPU() < 2 {
		t.Skip("NOT RUN: PGY_MEASURE is not set, or there is one processor only")
	}
	b := &bench{turn: 2 * time.Second, rounds: 1, scratch: t.TempDir(), log: t.Output()}
	b.binary, b.self = filepath.Join(b.scratch, "pugongying"), filepath.Join(b.scratch, "bench")
	for program, source := range map[string]string{b.binary: "../pugongying", b.self: "."} {
		if printed, err := exec.Command("go", "build", "-tags", "nomsgpack", "-o", program, source).CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, printed)
		}
	}
	rows, err := b.overload(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	printRows(t.Output(), "overload", rows)
	for i, name := range map[int]string{
		0: "flood: help p99 under 5,000 writing connections", 1: "flood: sessions/end p99 under 5,000 writing connections",
		3: "flood: resident memory at 5,000 connections", 4: "flood: recovery after overload",
	} {
		r := rows[i]
		testkit.Score(t, name, figure(r.ours)+" "+r.unit, r.verdict() == pass, fmt.Sprintf("without the order of the gate %s %s", figure(r.reference), r.unit))
	}
	if rows[2].verdict() != pass {
		t.Errorf("%v asked for help or left and were not answered", rows[2].ours)
	}
}
