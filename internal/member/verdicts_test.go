package member

import (
	"fmt"
	"testing"
	"time"
)

var triesStart = time.Date(2026, 11, 23, 2, 0, 0, 0, time.UTC)

func TestVerdictsAreFewAndEnd(t *testing.T) {
	v, m := newVerdicts(), Member{ID: "her", Layers: newLayers()}
	for i := range 3 * verdictMost {
		v.remember(m, fmt.Sprint(i), nil, triesStart)
	}
	if len(v.known) > verdictMost {
		t.Errorf("%d verdicts are remembered", len(v.known))
	}
	v.remember(m, "2468", nil, triesStart)
	if _, known := v.of(m, "2468", triesStart.Add(verdictLife-1)); !known {
		t.Error("forgotten at once")
	}
	if _, known := v.of(m, "2468", triesStart.Add(verdictLife)); known {
		t.Error("remembered for ever")
	}
	v.remember(m, "2468", nil, triesStart)
	m.Layers.seal(&Lock{Salt: []byte("s"), Hash: []byte("h")}, triesStart)
	if _, known := v.of(m, "2468", triesStart); known {
		t.Error("a verdict outlives the locks it was about")
	}
}
