package testkit

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// ScoreRow is a row of the scoreboard, .ci/scoreboard.json: a promise, what it wants, and who measures it.
type ScoreRow struct {
	Section string `json:"section"`
	Row     string `json:"row"`
	Target  string `json:"target"`
	From    string `json:"from"` // the test, walk or command that reports it
	// Timed is a figure that depends on how busy the machine is. One that misses its target is printed as MISS, is not
	// counted as passed, and does not fail the run.
	Timed bool `json:"timed,omitempty"`
}

// ScoreReport is what one test found of a row: a line of the file that $PGY_SCOREBOARD names.
type ScoreReport struct {
	Row     string `json:"row"`
	Value   string `json:"value"`
	Pass    bool   `json:"pass"`
	Control string `json:"control"` // how the test was seen to fail
	Test    string `json:"test"`
}

// Score reports a row: the figure as measured, whether the target is met, and the negative control that shows the
// measurement can fail. It ends no test: a figure that misses its target fails the scoreboard, so that the whole table is
// printed. Timed figures under the race detector are not reported. A row that .ci/scoreboard.json does not list, or a
// report without a control, fails the test at once.
func Score(t testing.TB, row, value string, pass bool, control string) {
	t.Helper()
	folder, err := repository()
	if err != nil {
		t.Errorf("scoreboard: %v", err)
		return
	}
	rows, err := ScoreRows(filepath.Join(folder, ".ci", "scoreboard.json"))
	if err != nil {
		t.Errorf("scoreboard: %v", err)
		return
	}
	report := ScoreReport{Row: row, Value: value, Pass: pass, Control: control, Test: t.Name()}
	if err := report.check(rows); err != nil {
		t.Errorf("scoreboard: %v", err)
		return
	}
	if Racing && slices.ContainsFunc(rows, func(known ScoreRow) bool { return known.Timed && known.Row == row }) {
		return
	}
	if err := report.Append(os.Getenv("PGY_SCOREBOARD")); err != nil {
		t.Errorf("scoreboard: %v", err)
	}
}

func (r ScoreReport) check(rows []ScoreRow) error {
	if !slices.ContainsFunc(rows, func(known ScoreRow) bool { return known.Row == r.Row }) {
		return fmt.Errorf("%q is no row of .ci/scoreboard.json", r.Row)
	}
	if strings.TrimSpace(r.Value) == "" || strings.TrimSpace(r.Control) == "" {
		return fmt.Errorf("%q is reported without a figure or without a negative control", r.Row)
	}
	return nil
}

// Append writes the report as one line, so that tests of several processes share a file. Without a path it does nothing.
func (r ScoreReport) Append(path string) error {
	if path == "" {
		return nil
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(append(line, '\n'))
	return errors.Join(err, file.Close())
}

// ScoreRows reads the list of rows; two rows of one name are refused.
func ScoreRows(path string) ([]ScoreRow, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rows []ScoreRow
	if err := json.Unmarshal(text, &rows); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	seen := map[string]bool{}
	for _, row := range rows {
		if row.Section == "" || row.Row == "" || row.Target == "" || row.From == "" || seen[row.Row] {
			return nil, fmt.Errorf("%s: row %+v is incomplete or stands twice", path, row)
		}
		seen[row.Row] = true
	}
	return rows, nil
}

// ScoreReports reads what was reported; a file that is not there holds nothing.
func ScoreReports(path string) ([]ScoreReport, error) {
	file, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var reports []ScoreReport
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var r ScoreReport
		if err := json.Unmarshal(lines.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: line %d: %w", path, len(reports)+1, err)
		}
		reports = append(reports, r)
	}
	return reports, lines.Err()
}

// repository is the folder of go.mod, above the package whose test is running.
func repository() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return folder, nil
		}
		if folder == filepath.Dir(folder) {
			return "", errors.New("no go.mod above the test")
		}
		folder = filepath.Dir(folder)
	}
}
