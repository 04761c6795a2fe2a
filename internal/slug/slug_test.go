package slug_test

import (
	"strings"
	"testing"

	"pugongying/internal/slug"
)

func TestValid(t *testing.T) {
	for s, want := range map[string]bool{
		"fjtblf": true, "wan-feng": true, "a1": true, "2026": true, strings.Repeat("a", 64): true,
		"": false, "a": false, "-a": false, "a-": false, "a--b": false, "A1": false, "a_b": false, "晚风": false, "a/b": false, "a b": false, "a\n": false,
		"a.": false, strings.Repeat("a", 65): false,
	} {
		if got := slug.Valid(s); got != want {
			t.Errorf("Valid(%q) = %v", s, got)
		}
	}
}
