package privacy_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestAlcatrazBesideIt prints what hoophq/alcatraz 0.23.0 finds in the same texts. Its module is testdata/alcatraz and is
// linked nowhere; the test downloads it and runs only when PGY_BESIDE asks.
func TestAlcatrazBesideIt(t *testing.T) {
	if os.Getenv("PGY_BESIDE") == "" {
		t.Skip("NOT RUN: PGY_BESIDE=1 downloads alcatraz and runs it")
	}
	seen, unseen := halves(t)
	all := append(slices.Clone(seen), unseen...)
	theirs := alcatraz(t, all)
	for _, group := range []string{"numbers", "names", "addresses", "combinations"} {
		our, _ := measure(group, all, ours)
		their, _ := measure(group, all, func(text string) []finding { return theirs[text] })
		t.Logf("%-12s pugongying: %v", group, our)
		t.Logf("%-12s alcatraz:   %v", group, their)
	}
}

func alcatraz(t *testing.T, texts []labelled) map[string][]finding {
	var all []string
	for _, text := range texts {
		all = append(all, text.text)
	}
	input, err := json.Marshal(all)
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "run", ".")
	command.Dir, command.Stdin = "testdata/alcatraz", bytes.NewReader(input)
	out, err := command.Output()
	if err != nil {
		t.Fatalf("alcatraz: %v", err)
	}
	var hits [][]struct {
		Entity     string
		Start, End int
	}
	if err := json.Unmarshal(out, &hits); err != nil {
		t.Fatal(err)
	}
	theirs := map[string][]finding{}
	for i, text := range all {
		for _, h := range hits[i] {
			theirs[text] = append(theirs[text], finding{entityGroup(h.Entity), h.Start, h.End})
		}
	}
	return theirs
}

// entityGroup counts every number of any country as a number.
func entityGroup(entity string) string {
	switch {
	case entity == "PERSON":
		return "names"
	case entity == "LOCATION":
		return "addresses"
	case strings.Contains(" DATE_TIME URL IP_ADDRESS NRP ", " "+entity+" "):
		return ""
	}
	return "numbers"
}
