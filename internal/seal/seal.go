// Package seal encrypts sensitive fields, so that they are unreadable in the database, a backup or a stolen disk. A root
// key file has one or several root keys; every record has its own key, wrapped by the primary root key and stored apart from
// the record (Vault). A field is sealed with its record's key and bound to its place (collection, id, field), so that a
// ciphertext that was moved elsewhere cannot be opened.
//
// Deleting a wrapped record key makes what it sealed unreadable in the store and in every copy of the records, except to
// whoever has the root key and a copy of that wrapped key from before. Such copies are:
//
//   - backups of the keys: written apart from the records', destroyed after seven days (package backup). Whoever copies the
//     whole data folder, or the machine, makes one of his own.
//   - pages of the embedded file: overwritten within twenty seconds and the time it takes, or after the next start (bolt's
//     Overwrite); later where a reader from before goes on, as the writing of a backup does.
//   - MongoDB's oplog: it holds every inserted key until newer entries push it out. It is bounded by its size, not by an age,
//     so that a quiet deployment's may reach back for months. Its journal holds it until the next checkpoint (a minute), and
//     freed blocks of WiredTiger's files until they are used again, compressed. Nothing here can overwrite those.
//   - what lies below a file: the blocks of a copy-on-write file system, a snapshot, a solid-state disk.
//
// A root key that others may have seen is withdrawn by adding a new one (Rotate), wrapping every record key by it
// (Vault.Rewrap) and removing the old one (Withdraw). The old one is worthless once every copy of the keys from before is
// gone, the four kinds above, provided nobody unwrapped record keys with it meanwhile: those do not change, and open
// their records in later copies too. The lookup secret of the file stays, or no identity would be found again: whoever has
// it and a copy of the documents can test whether an openid he knows is among them, and guess claim codes.
//
// It guarantees AES-256-GCM with fresh nonces (tink); root keys that can be rotated while everything remains readable,
// because the wrapped key contains the root key's id; and a blind index that survives rotation. It refuses key files that
// others may read, weak keys, and ambiguous places. It stores no plaintext and logs nothing.
package seal

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/aead/subtle"
	"github.com/tink-crypto/tink-go/v2/keyset"
	"github.com/tink-crypto/tink-go/v2/tink"
)

// Errors of sealed values. They are for logs and operators, never for members.
var (
	ErrErased     = errors.New("这条记录的钥匙已经销毁，内容不能再读出")
	ErrUnknownKey = errors.New("密钥文件里没有当初用来加密的根密钥")
	ErrRefused    = errors.New("密文打不开：内容被改过，或被挪到了别处")
	ErrPlace      = errors.New("加密位置不完整：集合、编号、字段都要有，且不含竖线")
)

const (
	format       = 1 // first byte of every sealed field
	recordKeyLen = 32
	wrapping     = "pugongying/record-key" // associated data of every wrapped record key
	tinkPrefix   = 5                       // tink's output prefix: one version byte, four bytes of key id
)

// Place is the location of a sealed field; it is part of the authenticated data. No part may be empty or contain "|".
type Place struct{ Collection, ID, Field string }

// Keys is an opened root key file. It is safe for concurrent use.
type Keys struct {
	set    atomic.Pointer[rootSet]
	lookup []byte
	path   string // "" for the demo keys
}

// rootSet are the root keys as they were last read.
type rootSet struct {
	handle *keyset.Handle
	aead   tink.AEAD
	read   stamp
}

func (k *Keys) roots() *keyset.Handle { return k.set.Load().handle }

// NewRecordKey makes a key for one record and returns it wrapped by the primary root key (65 bytes), to be stored apart from
// the record (Vault.NewKey does both).
func (k *Keys) NewRecordKey() ([]byte, error) {
	secret := make([]byte, recordKeyLen)
	if _, err := rand.Read(secret); err != nil {
		return nil, fmt.Errorf("seal: record key: %w", err)
	}
	return k.wrap(secret)
}

// Seal encrypts plain for one place with the record's wrapped key; the result is 29 bytes longer than plain and different
// each time. Errors: ErrErased without a key, ErrUnknownKey or ErrRefused when the key does not unwrap, ErrPlace.
func (k *Keys) Seal(wrapped []byte, at Place, plain []byte) ([]byte, error) {
	record, context, err := k.record(wrapped, at)
	if err != nil {
		return nil, err
	}
	sealed, err := record.Encrypt(plain, context)
	if err != nil {
		return nil, fmt.Errorf("seal: %w", err)
	}
	return append([]byte{format}, sealed...), nil
}

// Open decrypts what Seal made for the same place and record. Errors: ErrErased without a key, ErrUnknownKey when the root
// key is not in the file, ErrRefused when a bit or the place differs, ErrPlace.
func (k *Keys) Open(wrapped []byte, at Place, sealed []byte) ([]byte, error) {
	record, context, err := k.record(wrapped, at)
	if err != nil {
		return nil, err
	}
	if len(sealed) == 0 || sealed[0] != format {
		return nil, ErrRefused
	}
	plain, err := record.Decrypt(sealed[1:], context)
	if err != nil {
		return nil, ErrRefused
	}
	return plain, nil
}

// Rewrap wraps a record key with the primary root key. If it already is, it returns wrapped unchanged and false. The
// record's fields do not change. Errors as Open.
func (k *Keys) Rewrap(wrapped []byte) ([]byte, bool, error) {
	secret, err := k.unwrap(wrapped)
	if err != nil {
		return nil, false, err
	}
	if rootOf(wrapped) == k.roots().KeysetInfo().GetPrimaryKeyId() {
		return wrapped, false, nil
	}
	fresh, err := k.wrap(secret)
	return fresh, err == nil, err
}

func (k *Keys) record(wrapped []byte, at Place) (tink.AEAD, []byte, error) {
	context, err := at.context()
	if err != nil {
		return nil, nil, err
	}
	secret, err := k.unwrap(wrapped)
	if err != nil {
		return nil, nil, err
	}
	record, err := subtle.NewAESGCM(secret)
	if err != nil {
		return nil, nil, ErrRefused
	}
	return record, context, nil
}

func (k *Keys) wrap(secret []byte) ([]byte, error) {
	wrapped, err := k.set.Load().aead.Encrypt(secret, []byte(wrapping))
	if err != nil {
		return nil, fmt.Errorf("seal: wrap record key: %w", err)
	}
	return wrapped, nil
}

func (k *Keys) unwrap(wrapped []byte) ([]byte, error) {
	if len(wrapped) == 0 {
		return nil, ErrErased
	}
	secret, err := k.set.Load().aead.Decrypt(wrapped, []byte(wrapping))
	if err == nil {
		return secret, nil
	}
	if len(wrapped) > tinkPrefix && !k.holds(rootOf(wrapped)) {
		return nil, fmt.Errorf("%w（编号 %d）", ErrUnknownKey, rootOf(wrapped))
	}
	return nil, ErrRefused
}

func (k *Keys) holds(id uint32) bool {
	for _, root := range k.roots().KeysetInfo().GetKeyInfo() {
		if root.GetKeyId() == id {
			return true
		}
	}
	return false
}

// context is the associated data that a field is bound to. A "|" inside a part would make two places equal.
func (p Place) context() ([]byte, error) {
	for _, part := range []string{p.Collection, p.ID, p.Field} {
		if part == "" || strings.Contains(part, "|") {
			return nil, ErrPlace
		}
	}
	return []byte(p.Collection + "|" + p.ID + "|" + p.Field), nil
}

func rootOf(wrapped []byte) uint32 {
	if len(wrapped) < tinkPrefix {
		return 0
	}
	return binary.BigEndian.Uint32(wrapped[1:tinkPrefix])
}

func newKeys(roots *keyset.Handle, lookup []byte) (*Keys, error) {
	primitive, err := aead.New(roots)
	if err != nil {
		return nil, fmt.Errorf("seal: root keys: %w", err)
	}
	keys := &Keys{lookup: lookup}
	keys.set.Store(&rootSet{handle: roots, aead: primitive})
	return keys, nil
}
