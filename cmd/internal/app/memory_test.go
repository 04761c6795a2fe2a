package app

import (
	"runtime"
	"testing"
)

func TestConnectionsFollowMemoryAndFiles(t *testing.T) {
	for name, tt := range map[string]struct {
		memory, files uint64
		want          int
	}{
		"MemoryMax=1G and LimitNOFILE=65536": {1 << 30, 65536, 26214},
		"few descriptors":                    {1 << 30, 4096, 3072},
		"hardly any":                         {1 << 30, 10, 256},
		"a small machine":                    {1 << 20, 65536, 256},
	} {
		if got := connectionsFor(tt.memory, tt.files); got != tt.want {
			t.Errorf("%s: %d connections, want %d", name, got, tt.want)
		}
	}
}

func TestFreeMemoryGoesBack(t *testing.T) {
	released := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapReleased
	}
	taken := make([]byte, 96<<20)
	for i := range taken {
		taken[i] = 1
	}
	runtime.KeepAlive(taken)
	runtime.GC()
	before := released()
	if err := giveBack(t.Context()); err != nil {
		t.Fatal(err)
	}
	if back := int64(released()) - int64(before); back < 48<<20 {
		t.Errorf("%d MB went back of 96", back>>20)
	}
}
