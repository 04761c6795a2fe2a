package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// verdict is the final judgement on a row; a row without a goal has none.
type verdict string

const (
	pass   verdict = "PASS"
	miss   verdict = "MISS"
	notRun verdict = "NOT RUN"
	none   verdict = ""
)

// row is one line of the table. A reference or ratio of 0 is none.
type row struct {
	name            string
	unit            string
	ours, reference float64
	ratio           float64
	goal            goal
	missing         string // why it was not run
}

// goal is what a row must reach; the zero goal asks nothing.
type goal struct {
	sign  string // ≥ or ≤
	value float64
	ratio bool // of the ratio, else of ours
}

func ratioOf(atLeast float64) goal { return goal{"≥", atLeast, true} }

func atMostRatio(v float64) goal { return goal{"≤", v, true} }

func atLeast(v float64) goal { return goal{"≥", v, false} }

func atMost(v float64) goal { return goal{"≤", v, false} }

func (r row) verdict() verdict {
	if r.missing != "" {
		return notRun
	}
	v := r.ours
	if r.goal.ratio {
		v = r.ratio
	}
	switch {
	case r.goal == goal{}:
		return none
	case r.goal.sign == "≥" && v >= r.goal.value, r.goal.sign == "≤" && v <= r.goal.value:
		return pass
	}
	return miss
}

func (r row) cells() []string {
	if r.missing != "" {
		return []string{r.name, "", "", "", r.target(), string(notRun) + "：" + r.missing}
	}
	return []string{r.name, figure(r.ours) + " " + r.unit, blankZero(r.reference), blankZero(r.ratio), r.target(), string(r.verdict())}
}

func (r row) target() string {
	if r.goal == (goal{}) {
		return ""
	}
	return r.goal.sign + " " + strconv.FormatFloat(r.goal.value, 'f', -1, 64)
}

// compared is the row of two series measured in alternating rounds: the median of each, and the median of the ratios round
// by round, which is not distorted when the machine becomes slower or faster meanwhile.
func compared(name, unit string, ours, reference []float64) row {
	n := min(len(ours), len(reference))
	ratios := make([]float64, n)
	for i := range n {
		ratios[i] = ours[i] / reference[i]
	}
	return row{name: name, unit: unit, ours: median(ours), reference: median(reference), ratio: median(ratios)}
}

func (r row) needs(g goal) row {
	r.goal = g
	return r
}

// median of an even number of values is the mean of the middle two; of none it is 0.
func median(values []float64) float64 {
	n := len(values)
	if n == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// percentile99 returns the 99th percentile of the calls, in ms.
func percentile99(calls []time.Duration) float64 { return percentile(99, calls) }

// percentile returns a percentile of the calls, in ms; 0 of no calls.
func percentile(of int, calls []time.Duration) float64 {
	if len(calls) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(calls))
	return float64(sorted[(len(sorted)*of-1)/100].Microseconds()) / 1000
}

// printRows prints a part with its columns aligned; a Chinese character is two columns wide.
func printRows(out io.Writer, title string, rows []row) {
	table := [][]string{{"", "我们", "对照", "比值", "目标", ""}}
	for _, r := range rows {
		table = append(table, r.cells())
	}
	var widths [6]int
	for _, line := range table {
		for i, cell := range line {
			widths[i] = max(widths[i], width(cell))
		}
	}
	fmt.Fprintf(out, "\n%s\n", title)
	for _, line := range table {
		var b strings.Builder
		for i, cell := range line {
			gap := strings.Repeat(" ", widths[i]-width(cell))
			if i == 0 || i == len(line)-1 {
				b.WriteString("  " + cell + gap)
			} else {
				b.WriteString("  " + gap + cell)
			}
		}
		fmt.Fprintln(out, strings.TrimRight(b.String(), " "))
	}
}

func width(s string) int {
	n := 0
	for _, r := range s {
		n++
		if r >= 0x2e80 {
			n++
		}
	}
	return n
}

// figure writes a number with three significant digits, and never fewer than its whole part has.
func figure(v float64) string {
	digits := 2
	switch a := math.Abs(v); {
	case a >= 100:
		digits = 0
	case a >= 10:
		digits = 1
	}
	return strconv.FormatFloat(v, 'f', digits, 64)
}

func blankZero(v float64) string {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) {
		return ""
	}
	return figure(v)
}
