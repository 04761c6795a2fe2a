//go:build planted

package planted

import "testing"

func TestPlantedRace(t *testing.T) {
	n := 0
	done := make(chan struct{})
	go func() { n++; close(done) }()
	n++
	<-done
	t.Log(n)
}

func FuzzPlanted(f *testing.F) {
	f.Add("harmless")
	f.Fuzz(func(t *testing.T, s string) {
		if len(s) > 3 && s[0] == s[1] {
			t.Fatal("planted")
		}
	})
}
