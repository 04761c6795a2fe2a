// Package e2e holds the end-to-end suite, which is written for Node; this test lends it the lexicon.
package e2e

import (
	"encoding/json"
	"os"
	"testing"

	"pugongying/internal/notify"
)

// TestChromeIsNeutral reads the strings that the walk in Chromium collected (PGY_CHROME names the file).
func TestChromeIsNeutral(t *testing.T) {
	path := os.Getenv("PGY_CHROME")
	if path == "" {
		t.Skip("NOT RUN: the strings come from the walk (make e2e)")
	}
	body, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var seen []string
	if err := json.Unmarshal(body, &seen); err != nil {
		t.Fatal(err)
	}
	lexicon := notify.ForOnlookers()
	for _, s := range seen {
		if word := lexicon.Find(s); word != "" {
			t.Errorf("%q says %q", s, word)
		}
	}
	for _, s := range []string{"家庭暴力", "/pages/jiabao/jiabao", "/assets/divorce.js"} {
		if lexicon.Find(s) == "" {
			t.Errorf("the lexicon no longer finds %q", s)
		}
	}
}
