package store

import (
	"bytes"
	"slices"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Bounds of what is remembered opened: about a kilobyte each.
const (
	mostOpened = 2048
	openedFor  = time.Minute
)

// opened remembers the plain links of documents that were opened within the last minute, so that the requests of one visit
// unwrap her key once. A document is read again each time, and only the very bytes that were opened match: what was sealed
// anew, removed or never read is not answered from here. A key that this process destroys is forgotten at once; one that
// another server destroyed while its document is still there, within the minute.
type opened struct {
	byKey *lru.Cache[string, openedLinks]
}

type openedLinks struct {
	sealed, plain []byte
	at            time.Time // of this process's own clock, which no step moves
}

func newOpened() *opened {
	byKey, err := lru.New[string, openedLinks](mostOpened)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &opened{byKey: byKey}
}

// get gives the plain links of these sealed bytes. The nil opened remembers nothing.
func (o *opened) get(key string, sealed []byte) ([]byte, bool) {
	if o == nil {
		return nil, false
	}
	found, ok := o.byKey.Get(key)
	if !ok || time.Since(found.at) > openedFor || !bytes.Equal(found.sealed, sealed) {
		return nil, false
	}
	return found.plain, true
}

func (o *opened) add(key string, sealed, plain []byte) {
	if o != nil {
		o.byKey.Add(key, openedLinks{slices.Clone(sealed), plain, time.Now()}) //nolint:forbidigo // an age by the monotonic clock, no time of day
	}
}

func (o *opened) forget(keys ...string) {
	if o == nil {
		return
	}
	for _, key := range keys {
		o.byKey.Remove(key)
	}
}
