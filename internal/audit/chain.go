package audit

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Link is an entry's place in the chain of its actor. Sum is the SHA-256 of the whole entry, Previous and Seq included, so
// that the last Sum stands for every entry before it.
type Link struct {
	Chain    string `bson:"chain" json:"chain"`
	Seq      int64  `bson:"seq" json:"seq"`           // 1 for an actor's first entry
	Previous string `bson:"previous" json:"previous"` // Sum of the entry before, "" for the first
	Sum      string `bson:"sum" json:"sum"`
}

// Tip is the last entry of a chain as of one instant. Noted elsewhere, it shows later that nothing up to it is missing.
type Tip struct {
	Chain string `bson:"_id" json:"chain"`
	Seq   int64  `bson:"rev" json:"seq"`
	Sum   string `bson:"sum" json:"sum"`
}

// Chain names the chain of an actor's entries.
func (a Actor) Chain() string {
	if a.ID == "" {
		return string(a.Kind)
	}
	return string(a.Kind) + "/" + a.ID
}

// Linked is the entry as the next one after a tip; the zero Tip begins a chain.
func (e Entry) Linked(after Tip) Entry {
	e.Schema = schema
	e.Link = Link{Chain: e.Actor.Chain(), Seq: after.Seq + 1, Previous: after.Sum}
	e.Link.Sum = e.sum()
	return e
}

// Tip is the chain's tip while this entry is its last.
func (e Entry) Tip() Tip { return Tip{Chain: e.Link.Chain, Seq: e.Link.Seq, Sum: e.Link.Sum} }

// sum is the hash of the canonical encoding: every field in a fixed order, details by their names, each with its length, so
// that no two entries are encoded alike.
func (e Entry) sum() string {
	var b strings.Builder
	write := func(fields ...string) {
		for _, f := range fields {
			b.WriteString(strconv.Itoa(len(f)))
			b.WriteByte(':')
			b.WriteString(f)
		}
	}
	write("pugongying audit", strconv.Itoa(e.Schema), e.Link.Chain, strconv.FormatInt(e.Link.Seq, 10), e.Link.Previous)
	write(e.ID, string(e.Actor.Kind), e.Actor.ID, string(e.Action), e.Subject, e.At.UTC().Format(time.RFC3339Nano))
	for _, key := range slices.Sorted(maps.Keys(e.Detail)) {
		write(key, e.Detail[key])
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}
