package testkit

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAReportIsALineOfTheFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	t.Setenv("PGY_SCOREBOARD", path)
	rows, err := ScoreRows(filepath.Join(root, ".ci/scoreboard.json"))
	if err != nil || len(rows) < 20 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	Score(t, rows[0].Row, "0 of 5", true, "with the guard off 5 of 5")
	t.Setenv("PGY_SCOREBOARD", "")
	Score(t, rows[1].Row, "7", false, "reported to nobody")
	reports, err := ScoreReports(path)
	want := ScoreReport{Row: rows[0].Row, Value: "0 of 5", Pass: true, Control: "with the guard off 5 of 5", Test: t.Name()}
	if err != nil || len(reports) != 1 || reports[0] != want {
		t.Fatalf("%+v, %v", reports, err)
	}
}

func TestAReportThatNamesNoRowFailsItsTest(t *testing.T) {
	path := filepath.Join(t.TempDir(), "scores")
	t.Setenv("PGY_SCOREBOARD", path)
	rows, err := ScoreRows(filepath.Join(root, ".ci/scoreboard.json"))
	if err != nil {
		t.Fatal(err)
	}
	for name, try := range map[string]func(t testing.TB){
		"no such row":    func(t testing.TB) { Score(t, "no such row", "0", true, "seen to fail") },
		"no control":     func(t testing.TB) { Score(t, rows[0].Row, "0", true, " ") },
		"no figure":      func(t testing.TB) { Score(t, rows[0].Row, "", true, "seen to fail") },
		"unwritten file": func(t testing.TB) { Score(t, rows[0].Row, "0", true, "seen to fail") },
	} {
		if name == "unwritten file" {
			t.Setenv("PGY_SCOREBOARD", filepath.Join(path, "below a file", "that is not there"))
		}
		d := &deaf{TB: t}
		try(d)
		if d.errors != 1 {
			t.Errorf("%s: %d errors", name, d.errors)
		}
		t.Setenv("PGY_SCOREBOARD", path)
	}
	if reports, err := ScoreReports(path); len(reports) != 0 || err != nil {
		t.Errorf("%v %v", reports, err)
	}
}

func TestABrokenScoreboardIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":       `[{"section":`,
		"no target":     `[{"section":"A","row":"r","from":"f"}]`,
		"the row twice": `[{"section":"A","row":"r","target":"0","from":"f"},{"section":"B","row":"r","target":"0","from":"f"}]`,
	} {
		path := filepath.Join(t.TempDir(), "scoreboard.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if rows, err := ScoreRows(path); err == nil {
			t.Errorf("%s: %v", name, rows)
		}
		if _, err := ScoreReports(path); err == nil && name == "no JSON" {
			t.Error("half a line is read as a report")
		}
	}
}
