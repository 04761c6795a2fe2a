package app

import "testing"

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
