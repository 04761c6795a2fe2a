// Package opaque makes the secrets that prove who asks: of sessions, invitations and scanned codes.
//
// It promises that a secret has the entropy of its bytes, and that its stored form gives nothing back. It knows no lifetime:
// how long one is good for belongs to whoever gave it out. A secret that a person types is no such secret: see package tries.
package opaque

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
)

// New is n random bytes in base64url.
func New(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // crypto/rand never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is the stored form of a token: one hash is enough for a secret with full entropy.
func Hash(s string) string {
	var room [64]byte
	sum := sha256.Sum256(append(room[:0], s...))
	return string(base64.RawURLEncoding.AppendEncode(room[:0], sum[:]))
}
