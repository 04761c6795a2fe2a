// Command scoreboard prints what a run of the tests found of every promise in .ci/scoreboard.json: the figure, its target,
// PASS, FAIL, MISS or NOT RUN, and the negative control. It ends with 1 when a row failed. A timed row that misses its
// target is a MISS, and a row that nobody reported is NOT RUN: both are printed and count as neither. `scoreboard report ROW VALUE pass|fail CONTROL` reports a row from a script. The file of
// reports is $PGY_SCOREBOARD.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"pugongying/internal/testkit"
)

const list = ".ci/scoreboard.json"

func main() {
	if err := run(os.Args[1:], os.Getenv("PGY_SCOREBOARD"), os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "scoreboard:", err)
		os.Exit(1)
	}
}

func run(args []string, path string, out io.Writer) error {
	rows, err := testkit.ScoreRows(list)
	if err != nil {
		return err
	}
	if len(args) == 5 && args[0] == "report" && (args[3] == "pass" || args[3] == "fail") {
		report := testkit.ScoreReport{Row: args[1], Value: args[2], Pass: args[3] == "pass", Control: args[4], Test: "script"}
		if _, unknown := merge(rows, []testkit.ScoreReport{report}); unknown != nil {
			return fmt.Errorf("%q is no row of %s", args[1], list)
		}
		return report.Append(path)
	}
	if len(args) > 0 {
		return errors.New("usage: scoreboard [report ROW VALUE pass|fail CONTROL]")
	}
	reports, err := testkit.ScoreReports(path)
	if err != nil {
		return err
	}
	results, unknown := merge(rows, reports)
	print(out, results)
	return verdict(results, unknown)
}

// state is what a run says of a row.
type state string

const (
	notRun state = "NOT RUN"
	pass   state = "PASS"
	fail   state = "FAIL"
	miss   state = "MISS" // a timed figure above its target
)

type result struct {
	testkit.ScoreRow
	state    state
	values   []string
	controls []string
}

// merge brings together what several tests, or one test run several times, said of a row: one failure fails it. Reports of
// unlisted rows come back by name.
func merge(rows []testkit.ScoreRow, reports []testkit.ScoreReport) (results []result, unknown []string) {
	for _, row := range rows {
		results = append(results, result{ScoreRow: row, state: notRun})
	}
	for _, r := range reports {
		at := slices.IndexFunc(results, func(known result) bool { return known.Row == r.Row })
		if at < 0 {
			unknown = append(unknown, r.Row)
			continue
		}
		row := &results[at]
		switch {
		case !r.Pass && row.Timed:
			row.state = miss
		case !r.Pass:
			row.state = fail
		case row.state == notRun:
			row.state = pass
		}
		row.values = once(row.values, valueOf(r, reports))
		row.controls = once(row.controls, r.Control)
	}
	return results, unknown
}

// valueOf is a report's figure; what passed and was measured anew later in the run by the same test shows its newest.
func valueOf(r testkit.ScoreReport, reports []testkit.ScoreReport) string {
	value := r.Value
	for _, later := range reports {
		if r.Pass && later.Pass && later.Row == r.Row && later.Test == r.Test {
			value = later.Value
		}
	}
	return value
}

func once(list []string, more string) []string {
	if slices.Contains(list, more) {
		return list
	}
	return append(list, more)
}

// print writes the table by section; a row's control stands on the line below it.
func print(out io.Writer, results []result) {
	section := ""
	for _, r := range results {
		if r.Section != section {
			section = r.Section
			fmt.Fprintf(out, "\n%s\n", section)
		}
		value := cmp.Or(strings.Join(r.values, "; "), "–")
		fmt.Fprintf(out, "  %-7s  %-70s  %s   (wanted %s)\n", r.state, r.Row, value, r.Target)
		if r.state == notRun {
			fmt.Fprintf(out, "  %-7s  %s\n", "", "reported by "+r.From)
		}
		for _, control := range r.controls {
			fmt.Fprintf(out, "  %-7s  control: %s\n", "", control)
		}
	}
	fmt.Fprintf(out, "\n%d of %d rows PASS, %d FAIL, %d MISS, %d NOT RUN\n",
		count(results, pass), len(results), count(results, fail), count(results, miss), count(results, notRun))
}

func count(results []result, s state) (n int) {
	for _, r := range results {
		if r.state == s {
			n++
		}
	}
	return n
}

// verdict is an error for a row that failed and for a report that no row awaits.
func verdict(results []result, unknown []string) error {
	var bad []string
	for _, r := range results {
		if r.state == fail {
			bad = append(bad, "FAIL: "+r.Row)
		}
	}
	for _, row := range unknown {
		bad = append(bad, fmt.Sprintf("%q is no row of %s", row, list))
	}
	if bad != nil {
		return errors.New(strings.Join(bad, "\n"))
	}
	return nil
}
