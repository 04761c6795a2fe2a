// Package idempotency carries a creating request's Idempotency-Key to the document the request creates. The key is stored with
// the effect, in the same write, under one unique index: the same key with the same body finds the first effect again,
// the same key with another body is refused. A key never outlives its effect.
package idempotency

import (
	"crypto/sha256"
	"encoding/base64"

	"pugongying/internal/fault"
)

// ErrReused refuses a key that was used for another request.
var ErrReused = fault.New(fault.Invalid, "idempotency.reused", "这个请求编号已经用在别的内容上了，请换一个再试。")

// Key is a client's idempotency key, bound to the person and the route it was used on. The zero Key means none was sent.
type Key struct {
	ID   string `bson:"id"`   // hash of actor, route and the client's key
	Body string `bson:"body"` // hash of the request's body
}

// New binds a client's key (at most 255 printable bytes, checked by the door) to its actor and route. An empty key gives nil.
func New(actor, route, key string, body []byte) *Key {
	if key == "" {
		return nil
	}
	return &Key{ID: hash([]byte(actor + "\x00" + route + "\x00" + key)), Body: hash(body)}
}

// Same says whether a stored key belongs to this very request; if not, ErrReused.
func (k *Key) Same(stored *Key) error {
	if k == nil || stored == nil || k.ID != stored.ID || k.Body != stored.Body {
		return ErrReused
	}
	return nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}
