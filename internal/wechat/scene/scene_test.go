package scene

import (
	"strings"
	"testing"
)

func TestOKIsWeChatsRule(t *testing.T) {
	for text, want := range map[string]bool{
		"a": true, "152971100201~project-1234~2": true, "!#$&'()*+,/:;=?@-._~azAZ09": true, strings.Repeat("a", 32): true,
		"": false, strings.Repeat("a", 33): false, "家": false, "a b": false, "a%20": false, "a\"": false, "a\x00": false, "a|b": false, "\xff": false,
	} {
		if OK(text) != want {
			t.Errorf("OK(%q) = %v", text, !want)
		}
	}
}

func TestTheTwoHalvesOfTheRule(t *testing.T) {
	for text, want := range map[string][2]bool{"": {false, true}, strings.Repeat("a", 33): {false, true}, "家": {true, false}, "a": {true, true}} {
		if got := [2]bool{LengthOK(text), CharactersOK(text)}; got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}
