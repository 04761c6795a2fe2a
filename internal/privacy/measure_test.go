package privacy_test

import (
	"fmt"
	"slices"
	"testing"

	"pugongying/internal/privacy"
	"pugongying/internal/testkit"
)

// kindGroups are what the recognisers say by the group a figure is given for.
var kindGroups = map[privacy.Kind]string{
	privacy.Mobile: "numbers", privacy.Landline: "numbers", privacy.Identity: "numbers", privacy.Plate: "numbers",
	privacy.Handle: "numbers", privacy.Mail: "numbers", privacy.Card: "numbers", privacy.Name: "names",
	privacy.Address: "addresses", privacy.Combination: "combinations", privacy.Minor: "combinations",
}

// figure counts one group over texts.
type figure struct{ labels, found, bare, alarms int }

func (f figure) recall() float64      { return 100 * float64(f.found) / float64(max(f.labels, 1)) }
func (f figure) falseAlarms() float64 { return 100 * float64(f.alarms) / float64(max(f.bare, 1)) }

func (f figure) String() string {
	return fmt.Sprintf("recall %d/%d = %.1f %%, false alarms in %d of %d texts = %.1f %%", f.found, f.labels, f.recall(), f.alarms, f.bare, f.falseAlarms())
}

// finding is a range that some recogniser reports for a group.
type finding struct {
	group      string
	start, end int
}

// measure counts a group. A number or a name counts as found when one finding covers all of it, an address when findings
// cover half of it, a combination when a finding touches it. A false alarm is a text with a finding that touches no label
// of any kind; its share is of the texts that have no label of the group.
func measure(group string, texts []labelled, find func(string) []finding) (f figure, missed []string) {
	for _, text := range texts {
		found := find(text.text)
		labelled := false
		for _, l := range text.labels {
			if groups[l.kind] != group {
				continue
			}
			labelled = true
			f.labels++
			if covered(group, l, found) {
				f.found++
			} else {
				missed = append(missed, fmt.Sprintf("missed %s %q in %q", l.kind, text.text[l.start:l.end], text.text))
			}
		}
		if !labelled {
			f.bare++
		}
		for _, g := range found {
			if g.group == group && !slices.ContainsFunc(text.labels, func(l label) bool { return l.start < g.end && g.start < l.end }) {
				f.alarms++
				missed = append(missed, fmt.Sprintf("alarm %s %q in %q", group, text.text[g.start:g.end], text.text))
				break
			}
		}
	}
	return f, missed
}

func covered(group string, l label, found []finding) bool {
	return slices.ContainsFunc(found, func(g finding) bool {
		both := min(g.end, l.end) - max(g.start, l.start)
		switch {
		case g.group != group:
			return false
		case group == "addresses":
			return 2*both >= l.end-l.start
		case group == "combinations":
			return both > 0
		}
		return both == l.end-l.start
	})
}

// ours is what this package reports.
func ours(text string) []finding {
	var all []finding
	for _, f := range privacy.Find(text) {
		all = append(all, finding{kindGroups[f.Kind], f.Start, f.End})
	}
	return all
}

// halves of the corpus: the one the recognisers were tuned on, and the one they were not.
func halves(t testing.TB) (seen, unseen []labelled) {
	for _, text := range append(corpus(t, "with.txt"), corpus(t, "without.txt")...) {
		if text.unseen {
			unseen = append(unseen, text)
		} else {
			seen = append(seen, text)
		}
	}
	return seen, unseen
}

// wanted are the targets of each group in percent: recall at least, false alarms at most.
var wanted = map[string][2]float64{"numbers": {99, 1}, "names": {90, 10}, "addresses": {90, 10}, "combinations": {90, 10}}

func TestTheCorpusIsFound(t *testing.T) {
	seen, unseen := halves(t)
	pass, value := true, ""
	for _, group := range []string{"numbers", "names", "addresses", "combinations"} {
		for _, half := range []struct {
			name  string
			texts []labelled
		}{{"tuned on", seen}, {"never tuned on", unseen}, {"whole", append(slices.Clone(seen), unseen...)}} {
			f, missed := measure(group, half.texts, ours)
			t.Logf("%-12s %-14s %v", group, half.name, f)
			if f.recall() < wanted[group][0] || f.falseAlarms() > wanted[group][1] {
				t.Errorf("%s, %s: %v", group, half.name, f)
				pass = false
			}
			if half.name == "tuned on" && testing.Verbose() {
				for _, m := range missed {
					t.Log(m)
				}
			}
			if half.name == "never tuned on" {
				value += fmt.Sprintf("%s %.1f / %.1f %% ", group, f.recall(), f.falseAlarms())
			}
		}
	}
	blind, _ := measure("numbers", seen, func(string) []finding { return nil })
	shouting, _ := measure("numbers", seen, func(text string) []finding { return []finding{{"numbers", 0, len(text)}} })
	if blind.recall() != 0 || shouting.falseAlarms() < 50 {
		t.Errorf("the control: %v, %v", blind, shouting)
	}
	testkit.Score(t, "personal data: recall / false alarms on texts never tuned on", value, pass,
		fmt.Sprintf("finding nothing: recall %.0f %%; finding everything: false alarms %.0f %%", blind.recall(), shouting.falseAlarms()))
}
