package opaque_test

import (
	"encoding/base64"
	"testing"

	"pugongying/internal/opaque"
)

func TestSecretsNeverRepeatAndEveryBitIsFair(t *testing.T) {
	const n, size = 200_000, 32
	seen, ones := make(map[string]bool, n), [size * 8]int{}
	for range n {
		s := opaque.New(size)
		raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
		if err != nil || len(raw) != size {
			t.Fatalf("secret %q: %v", s, err)
		}
		if seen[s] {
			t.Fatal("a secret came twice")
		}
		seen[s] = true
		for i := range ones {
			ones[i] += int(raw[i/8]>>(i%8)) & 1
		}
	}
	for i, count := range ones { // six standard deviations of a fair coin are 1,342
		if count < n/2-1400 || count > n/2+1400 {
			t.Errorf("bit %d is set in %d of %d secrets", i, count, n)
		}
	}
}

// The form of sessions that are stored already.
func TestTheStoredFormStays(t *testing.T) {
	if got := opaque.Hash("abc"); got != "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0" {
		t.Errorf("Hash = %s", got)
	}
}
