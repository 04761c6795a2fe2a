package member

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"slices"
	"sync"
	"time"
)

const (
	verdictLife = 10 * time.Minute
	verdictMost = 4096 // under 1 MB
)

// verdicts remembers for ten minutes what came of a code: the app sends it with every request, and a code typed once is
// one try and one slow hash. Nothing here leads back to a code: the names are HMACs under a key of this process over the
// member, her locks and the code. A lock that is set, changed or removed makes another name, so that no verdict outlives
// what it was about.
type verdicts struct {
	key []byte

	mu    sync.Mutex
	known map[[sha256.Size]byte]verdict
}

type verdict struct {
	opened []Handle
	until  time.Time
}

func newVerdicts() *verdicts {
	key := make([]byte, sha256.Size)
	_, _ = rand.Read(key) // crypto/rand never fails
	return &verdicts{key: key, known: map[[sha256.Size]byte]verdict{}}
}

// of gives the layers that a code is known to open, none for a code that is known to open nothing.
func (v *verdicts) of(m Member, code string, now time.Time) (opened []Layer, known bool) {
	name := v.name(m.ID, m.Layers, code)
	v.mu.Lock()
	found, known := v.known[name]
	v.mu.Unlock()
	if !known || !now.Before(found.until) {
		return nil, false
	}
	for _, layer := range m.Layers.Sealed {
		if slices.Contains(found.opened, layer.Handle) {
			opened = append(opened, layer)
		}
	}
	return opened, true
}

func (v *verdicts) remember(m Member, code string, opened []Layer, now time.Time) {
	handles := make([]Handle, len(opened))
	for i, layer := range opened {
		handles[i] = layer.Handle
	}
	name := v.name(m.ID, m.Layers, code)
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.known) >= verdictMost {
		v.sweep(now)
	}
	v.known[name] = verdict{handles, now.Add(verdictLife)}
}

// sweep drops what has run out, or else everything, which costs another try each.
func (v *verdicts) sweep(now time.Time) {
	for name, found := range v.known {
		if !now.Before(found.until) {
			delete(v.known, name)
		}
	}
	if len(v.known) >= verdictMost {
		clear(v.known)
	}
}

// name joins its parts unambiguously: ids and codes hold no zero byte, handles, salts and hashes have fixed lengths.
func (v *verdicts) name(who ID, l Layers, code string) (sum [sha256.Size]byte) {
	mac := hmac.New(sha256.New, v.key)
	mac.Write([]byte(string(who) + "\x00" + code + "\x00"))
	for _, layer := range l.Sealed {
		mac.Write([]byte(layer.Handle))
		mac.Write(layer.Lock.Salt)
		mac.Write(layer.Lock.Hash)
	}
	mac.Sum(sum[:0])
	return sum
}
