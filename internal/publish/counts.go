package publish

import (
	"sync"

	"pugongying/internal/region"
)

// mostCounts bounds how many numbers are remembered.
const mostCounts = 1000

// counts remembers how many publications lists have at one generation. Every change raises the generation in its own
// transaction, so what is remembered is what would be counted, on every server. Safe for concurrent use.
type counts struct {
	mu         sync.Mutex
	generation int64
	known      map[countKey]int64
}

// countKey is a list without those that wait for a person's turn, which are not counted.
type countKey struct {
	filter Filter
	within region.Code
	author string
}

// of gives the number of a list at a generation that was read before, counting it unless it is known.
func (c *counts) of(generation int64, l Listing, count func() (int64, error)) (int64, error) {
	if len(l.Turns) > 0 {
		return count()
	}
	key := countKey{l.Filter, l.Within, l.Author}
	c.mu.Lock()
	n, known := c.known[key]
	known = known && c.generation == generation
	c.mu.Unlock()
	if known {
		return n, nil
	}
	n, err := count()
	if err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if generation < c.generation {
		return n, nil // somebody has counted later ones
	}
	if c.known == nil || generation > c.generation || len(c.known) >= mostCounts {
		c.generation, c.known = generation, map[countKey]int64{}
	}
	c.known[key] = n
	return n, nil
}
