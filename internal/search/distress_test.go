package search

import (
	"fmt"
	"os"
	"testing"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/testkit"
)

type distressTable struct {
	Distress []string `yaml:"distress"`
	Innocent []string `yaml:"innocent"`
}

func readDistressTable(t *testing.T, path string) (table distressTable) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err == nil {
		err = yaml.Unmarshal(data, &table)
	}
	if err != nil {
		t.Fatal(err)
	}
	return table
}

func shippedDistress(t *testing.T) *Distress {
	t.Helper()
	data, err := os.ReadFile("../../content/distress.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, err := ParseDistress(data)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// count is how many of a table are recognised; report is called with each that is not as it should be.
func (table distressTable) count(d *Distress, report func(string)) (pinned, innocent int) {
	for _, ask := range table.Distress {
		if _, ok := d.Of(ask); ok {
			pinned++
		} else {
			report("not recognised: " + ask)
		}
	}
	for _, ask := range table.Innocent {
		if s, ok := d.Of(ask); ok {
			innocent++
			report("taken for " + s.Kind + ": " + ask)
		}
	}
	return pinned, innocent
}

func TestDistressIsRecognisedInEveryPhrasingOfTheTable(t *testing.T) {
	table, d := readDistressTable(t, "testdata/distress.yaml"), shippedDistress(t)
	if len(table.Distress) < 150 || len(table.Innocent) < 50 {
		t.Fatalf("the table has %d phrasings and %d innocent ones", len(table.Distress), len(table.Innocent))
	}
	table.count(d, func(s string) { t.Error(s) })
}

// TestDistressNobodyTunedOn reports what is recognised of the phrasings that were written before the words that recognise them.
func TestDistressNobodyTunedOn(t *testing.T) {
	table := readDistressTable(t, "../operate/testdata/asks/distress-heldout.yaml")
	pinned, innocent := table.count(shippedDistress(t), func(s string) { t.Log(s) })
	blind, _ := table.count(&Distress{}, func(string) {})
	t.Logf("%d of %d pinned, %d of %d innocent ones taken for it; without the words %d", pinned, len(table.Distress), innocent, len(table.Innocent), blind)
	testkit.Score(t, "search: phrasings of distress nobody tuned on that are pinned / innocent ones that are",
		fmt.Sprintf("%d of %d / %d of %d", pinned, len(table.Distress), innocent, len(table.Innocent)), pinned == len(table.Distress) && innocent == 0,
		fmt.Sprintf("%d pinned without the words", blind))
}
