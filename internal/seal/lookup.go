package seal

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base32"
)

// Lookup is a blind index: the same purpose and value always give the same 52 characters. Without the key file nobody can
// derive the value from them or test guesses, and different purposes never give the same result. It is HMAC-SHA256 under a
// key derived for the purpose from the file's lookup secret, which does not change when root keys are rotated.
func (k *Keys) Lookup(purpose, value string) string {
	mac := hmac.New(sha256.New, k.derive("lookup|"+purpose))
	mac.Write([]byte(value))
	return base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(mac.Sum(nil))
}

// Secret derives 32 bytes for one purpose, the same on every server that opens this file. For example, it is the key by
// which a cache hides the names of its entries.
func (k *Keys) Secret(purpose string) []byte { return k.derive("secret|" + purpose) }

func (k *Keys) derive(label string) []byte {
	key, err := hkdf.Key(sha256.New, k.lookup, nil, "pugongying/"+label, sha256.Size)
	if err != nil {
		panic("seal: hkdf of 32 bytes: " + err.Error()) // only a length beyond 255 hashes can fail
	}
	return key
}
