package member

import (
	"bytes"
	"cmp"
	"crypto/rand"
	"slices"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/tries"
)

// Handle is what the attempts and bookmarks of one layer hang on: random, and stored with the layer alone.
type Handle string

func newHandle() Handle { return Handle(rand.Text()) }

// maxSealed bounds how many locked layers a member has. One more removes the oldest.
const maxSealed = 8

// Layer is one set of a member's things with the settings that say what is added to it. Either it has a lock, or it is
// the one open layer.
type Layer struct {
	Handle     Handle `bson:"handle"`
	Mistakes   bool   `bson:"mistakes"`
	Read       bool   `bson:"reading"`
	Favourites bool   `bson:"favourites"`
	Lock       *Lock  `bson:"lock,omitempty"`
	Fresh      bool   `bson:"fresh,omitempty"` // the code was set and did not open the layer yet
	Tried      Tried  `bson:"tried"`
}

// Tried says how many codes that opened nothing were sent since this layer's code was set, and on which civil day the
// last was.
type Tried struct {
	Count int    `bson:"count"`
	Day   string `bson:"day,omitempty"`
}

// Layers are all layers of a member.
type Layers struct {
	Open    Layer         `bson:"open"`
	Sealed  []Layer       `bson:"sealed,omitempty"` // the oldest first
	Tries   tries.Counter `bson:"tries"`            // of codes at all of them together
	Discard []Removal     `bson:"discard,omitempty"`
}

// Removal names what was turned off or thrown away and is not removed yet.
type Removal struct {
	Handle Handle    `bson:"handle"`
	Part   string    `bson:"part,omitempty"` // a kind of history; empty: everything that hangs on the handle
	At     time.Time `bson:"at"`
}

// The kinds of history, as Removal names them.
const (
	partMistakes   = "mistakes"
	partRead       = "reading"
	partFavourites = "favourites"
	partMoving     = "moving" // not to be removed: a claim moves what hangs on the handle
)

// removalGrace is how long a layer that is gone is removed again, for requests that began while it was there.
const removalGrace = time.Minute

// over says whether a removal that was done need not be repeated. A part may be turned on again, so it is removed once.
func (r Removal) over(now time.Time) bool {
	switch r.Part {
	case partMoving:
		return false
	case "":
		return !now.Before(r.At.Add(removalGrace))
	}
	return true
}

func newLayers() Layers { return Layers{Open: Layer{Handle: newHandle()}} }

// find gives the layer that hangs on a handle, nil when there is none.
func (l *Layers) find(h Handle) *Layer {
	if l.Open.Handle == h {
		return &l.Open
	}
	if i := l.sealed(h); i >= 0 {
		return &l.Sealed[i]
	}
	return nil
}

func (l *Layers) sealed(h Handle) int {
	return slices.IndexFunc(l.Sealed, func(layer Layer) bool { return layer.Handle == h })
}

// handles are all that anything of this member's may hang on.
func (l *Layers) handles() []Handle {
	all := []Handle{l.Open.Handle}
	for _, layer := range l.Sealed {
		all = append(all, layer.Handle)
	}
	for _, r := range l.Discard {
		all = append(all, r.Handle)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func (l *Layers) locks() []*Lock {
	all := make([]*Lock, len(l.Sealed))
	for i, layer := range l.Sealed {
		all[i] = layer.Lock
	}
	return all
}

// account enters what came of a code in the layers, and gives those it opened. A code that opened a layer was no
// attempt at another, so its try is given back; and no other, or whoever has a layer of his own could wipe out his tries
// at hers. The first use of a code is not given back: it may be a guess at the code of another layer.
func (l *Layers) account(fitting []*Lock, now time.Time) []Layer {
	var opened []Layer
	fresh := false
	for i := range l.Sealed {
		if layer := &l.Sealed[i]; slices.ContainsFunc(fitting, layer.Lock.same) {
			fresh, layer.Fresh = fresh || layer.Fresh, false
			opened = append(opened, *layer)
		}
	}
	switch {
	case len(opened) == 0:
		for i := range l.Sealed {
			l.Sealed[i].Tried.Count++
			l.Sealed[i].Tried.Day = civil.DayOf(now)
		}
	case !fresh:
		l.Tries.GiveBack()
	}
	return opened
}

// seal locks the open layer and puts a fresh one in its place.
func (l *Layers) seal(lock *Lock, now time.Time) {
	layer := l.Open
	layer.Lock, layer.Fresh, layer.Tried = lock, true, Tried{}
	l.Open = newLayers().Open
	l.add(layer, now)
}

// add takes in a locked layer; the oldest goes when there are too many.
func (l *Layers) add(layer Layer, now time.Time) {
	l.Sealed = append(slices.Clone(l.Sealed), layer)
	for len(l.Sealed) > maxSealed {
		l.drop(l.Sealed[0].Handle, now)
		l.Sealed = l.Sealed[1:]
	}
}

// unseal makes a locked layer the open one. What was in the open layer before is removed: it is never mixed with what
// was locked.
func (l *Layers) unseal(h Handle, now time.Time) {
	i := l.sealed(h)
	if i < 0 {
		return
	}
	l.drop(l.Open.Handle, now)
	l.Open = l.Sealed[i]
	l.Open.Lock, l.Open.Fresh, l.Open.Tried = nil, false, Tried{}
	l.Sealed = slices.Delete(slices.Clone(l.Sealed), i, i+1)
}

// drop lists everything that hangs on a handle for removal.
func (l *Layers) drop(h Handle, now time.Time) {
	l.Discard = append(l.Discard, Removal{Handle: h, At: now})
}

// apply turns the settings of a layer on and off; what is turned off is listed for removal by the same write.
func (l *Layers) apply(layer *Layer, w HistoryChange, now time.Time) {
	for _, part := range []struct {
		name   string
		on     *bool
		wanted bool
	}{
		{partMistakes, &layer.Mistakes, w.Mistakes}, {partRead, &layer.Read, w.Read}, {partFavourites, &layer.Favourites, w.Favourites},
	} {
		if *part.on && !part.wanted {
			l.Discard = append(l.Discard, Removal{Handle: layer.Handle, Part: part.name, At: now})
		}
		*part.on = part.wanted
	}
}

// same says whether two locks are one: the same code set at the same time.
func (l *Lock) same(other *Lock) bool {
	return l != nil && other != nil && bytes.Equal(l.Hash, other.Hash)
}

// earlierSettings are the settings of a member's document of schema 1, which had one lock or none and whose things hung on
// her id.
type earlierSettings struct {
	Mistakes   bool          `bson:"mistakes"`
	Read       bool          `bson:"reading"`
	Favourites bool          `bson:"favourites"`
	Lock       *Lock         `bson:"lock,omitempty"`
	Tries      tries.Counter `bson:"tries"`
	Discard    []string      `bson:"discard,omitempty"`
	Handle     Handle        `bson:"handle,omitempty"` // what they are being moved to (Rehang)
}

// convert brings a document of schema 1 to layers.
func (m *Member) convert(now time.Time) {
	if m.Layers.Open.Handle != "" {
		return
	}
	m.Schema, m.Layers = memberSchema, newLayers()
	old := m.Earlier
	if old == nil {
		return
	}
	mine := Layer{Handle: cmp.Or(old.Handle, Handle(m.ID)), Mistakes: old.Mistakes, Read: old.Read, Favourites: old.Favourites, Lock: old.Lock}
	for _, part := range old.Discard {
		m.Layers.Discard = append(m.Layers.Discard, Removal{Handle: mine.Handle, Part: part, At: now})
	}
	m.Layers.Tries, m.Earlier = old.Tries, nil
	if old.Lock == nil {
		m.Layers.Open = mine
		return
	}
	m.Layers.Sealed = []Layer{mine}
}
