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
