package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// board is a folder with two rows; the path of its reports comes back.
func board(t *testing.T) string {
	t.Helper()
	t.Chdir(t.TempDir())
	const rows = `[{"section":"ACCESS","row":"cells","target":"100 %","from":"TestCells"},{"section":"DATA","row":"swaps","target":"= 0","from":"TestSwaps"},
		{"section":"DATA","row":"speed","target":"≤ 10 ms","from":"TestSpeed","timed":true}]`
	if err := os.Mkdir(".ci", 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(list, []byte(rows), 0o600); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(t.TempDir(), "reports")
}

func report(t *testing.T, path string, args ...string) {
	t.Helper()
	if err := run(append([]string{"report"}, args...), path, nil); err != nil {
		t.Fatal(err)
	}
}

func printed(t *testing.T, path string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err := run(nil, path, &out)
	return out.String(), err
}

func TestWhatNobodyReportedIsNotRunAndNotPassed(t *testing.T) {
	path := board(t)
	report(t, path, "cells", "3/3", "pass", "a flipped cell is caught")
	got, err := printed(t, path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ACCESS\n  PASS     cells", "3/3   (wanted 100 %)", "control: a flipped cell is caught", "DATA\n  NOT RUN  swaps", "reported by TestSwaps", "1 of 3 rows PASS, 0 FAIL, 0 MISS, 2 NOT RUN"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestNothingReportedIsAllNotRun(t *testing.T) {
	if got, err := printed(t, board(t)); err != nil || !strings.Contains(got, "0 of 3 rows PASS, 0 FAIL, 0 MISS, 3 NOT RUN") {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestOneFailureFailsTheRowHoweverOftenItPassed(t *testing.T) {
	path := board(t)
	report(t, path, "swaps", "0 of 9", "pass", "unchecked, 9 of 9")
	report(t, path, "swaps", "1 of 9", "fail", "unchecked, 9 of 9")
	report(t, path, "swaps", "0 of 9", "pass", "unchecked, 9 of 9")
	got, err := printed(t, path)
	if err == nil || !strings.Contains(err.Error(), "FAIL: swaps") {
		t.Errorf("error %v", err)
	}
	if !strings.Contains(got, "FAIL     swaps") || !strings.Contains(got, "0 of 9; 1 of 9") || strings.Count(got, "control:") != 1 {
		t.Error(got)
	}
}

func TestATimedRowMissesAndNeitherPassesNorFailsTheRun(t *testing.T) {
	path := board(t)
	report(t, path, "speed", "9 ms", "pass", "unguarded, 900 ms")
	report(t, path, "speed", "31 ms", "fail", "unguarded, 900 ms")
	got, err := printed(t, path)
	if err != nil || !strings.Contains(got, "MISS     speed") || !strings.Contains(got, "0 of 3 rows PASS, 0 FAIL, 1 MISS, 2 NOT RUN") {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestATestThatRanTwiceShowsItsNewestFigure(t *testing.T) {
	path := board(t)
	report(t, path, "swaps", "0 of 9 in 3 ms", "pass", "unchecked, 9 of 9")
	report(t, path, "swaps", "0 of 9 in 4 ms", "pass", "unchecked, 9 of 9")
	if got, err := printed(t, path); err != nil || strings.Contains(got, "3 ms") || !strings.Contains(got, "4 ms") {
		t.Errorf("%v\n%s", err, got)
	}
}

func TestAReportOfNoRowFailsTheBoard(t *testing.T) {
	path := board(t)
	if err := run([]string{"report", "cell", "3/3", "pass", "c"}, path, nil); err == nil {
		t.Error("an unlisted row is reported")
	}
	if err := os.WriteFile(path, []byte(`{"row":"cell","value":"3/3","pass":true,"control":"c","test":"T"}`+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := printed(t, path); err == nil || !strings.Contains(err.Error(), `"cell" is no row`) {
		t.Errorf("%v", err)
	}
}

func TestMistakesOnTheCommandLine(t *testing.T) {
	path := board(t)
	for _, args := range [][]string{{"report"}, {"report", "cells", "3/3", "maybe", "c"}, {"print"}} {
		if err := run(args, path, nil); err == nil {
			t.Errorf("%v is taken", args)
		}
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := printed(t, path); err == nil {
		t.Error("half a report is read")
	}
}
