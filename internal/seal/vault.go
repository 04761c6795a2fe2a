package seal

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
)

// Vault seals records with keys that are stored apart from them, each under a random name that the record carries. A
// record's key is stored before the record and deleted before it, so that nothing sealed outlives its erasure.
type Vault struct {
	keys  *Keys
	store KeyStore
}

// WrappedKey is a record key as it is stored.
type WrappedKey struct {
	ID      string
	Wrapped []byte
	Root    uint32 // id of the root key that wraps it
}

// KeyStore stores wrapped record keys.
type KeyStore interface {
	InsertKey(ctx context.Context, key WrappedKey) error
	// Key gives one, ErrErased when it is not there.
	Key(ctx context.Context, id string) (WrappedKey, error)
	DeleteKeys(ctx context.Context, ids ...string) error
	// KeysUnderOthers lists keys that another root key than this one wraps, at most limit.
	KeysUnderOthers(ctx context.Context, root uint32, limit int) ([]WrappedKey, error)
	// ReplaceKeys stores keys that were wrapped anew; one that was deleted meanwhile stays deleted.
	ReplaceKeys(ctx context.Context, keys []WrappedKey) error
	// CountKeys counts the keys that this root key wraps, CountAllKeys all of them.
	CountKeys(ctx context.Context, root uint32) (int64, error)
	CountAllKeys(ctx context.Context) (int64, error)
}

// NewVault seals with keys of this store, wrapped by these root keys.
func NewVault(keys *Keys, store KeyStore) *Vault { return &Vault{keys: keys, store: store} }

// Lookup is a blind index; see Keys.Lookup.
func (v *Vault) Lookup(purpose, value string) string { return v.keys.Lookup(purpose, value) }

// NewKey makes and stores a record's key and returns its name. A record that is then not stored leaves a key that opens
// nothing; Shred removes it.
func (v *Vault) NewKey(ctx context.Context) (string, error) {
	wrapped, err := v.keys.NewRecordKey()
	if err != nil {
		return "", err
	}
	key := WrappedKey{ID: rand.Text(), Wrapped: wrapped, Root: rootOf(wrapped)}
	return key.ID, v.store.InsertKey(ctx, key)
}

// Seal encrypts plain for one place with the key of this name; see Keys.Seal. ErrErased when the key was destroyed.
func (v *Vault) Seal(ctx context.Context, key string, at Place, plain []byte) ([]byte, error) {
	k, err := v.key(ctx, key)
	if err != nil {
		return nil, err
	}
	return v.keys.Seal(k.Wrapped, at, plain)
}

// Open decrypts what Seal made; see Keys.Open. ErrErased when the key was destroyed.
func (v *Vault) Open(ctx context.Context, key string, at Place, sealed []byte) ([]byte, error) {
	k, err := v.key(ctx, key)
	if err != nil {
		return nil, err
	}
	return v.keys.Open(k.Wrapped, at, sealed)
}

func (v *Vault) key(ctx context.Context, id string) (WrappedKey, error) {
	if id == "" {
		return WrappedKey{}, ErrErased
	}
	return v.store.Key(ctx, id)
}

// Shred destroys keys: what was sealed with them can never be opened again, except with a copy of the keys that was made
// before.
func (v *Vault) Shred(ctx context.Context, keys ...string) error {
	if len(keys) == 0 {
		return nil
	}
	return v.store.DeleteKeys(ctx, keys...)
}

// rewrapBatch is how many keys are wrapped anew by one write.
const rewrapBatch = 256

// Rewrap wraps every record key with the primary root key and says after each batch how many are done and how many there
// are to do. It may be interrupted anywhere, and run twice at once; repeating it goes on where it stopped. Keys that
// cannot be unwrapped are left out and joined into the error.
func (v *Vault) Rewrap(ctx context.Context, progress func(done, all int64)) error {
	status, err := v.Status(ctx)
	if err != nil {
		return err
	}
	left, done := status.All-status.Roots[0].Keys, int64(0)
	progress(0, left)
	for {
		keys, err := v.store.KeysUnderOthers(ctx, status.Roots[0].Root, rewrapBatch)
		if err != nil || len(keys) == 0 {
			return err
		}
		fresh, failed := v.rewrapped(keys)
		if len(fresh) == 0 {
			return failed
		}
		if err := v.store.ReplaceKeys(ctx, fresh); err != nil {
			return errors.Join(failed, err)
		}
		done += int64(len(fresh))
		progress(done, max(left, done))
		if failed != nil {
			return failed
		}
	}
}

func (v *Vault) rewrapped(keys []WrappedKey) (fresh []WrappedKey, failed error) {
	for _, k := range keys {
		wrapped, _, err := v.keys.Rewrap(k.Wrapped)
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("seal: key %s: %w", k.ID, err))
			continue
		}
		fresh = append(fresh, WrappedKey{ID: k.ID, Wrapped: wrapped, Root: rootOf(wrapped)})
	}
	return fresh, failed
}

// Status is how many record keys each root key wraps, the primary first, and how many there are in all: a difference is
// wrapped by root keys that the file does not have.
type Status struct {
	File  string    `json:"file"`
	Roots []RootUse `json:"roots"`
	All   int64     `json:"all"`
}

// RootUse is how many record keys a root key wraps.
type RootUse struct {
	Root uint32 `json:"root"`
	Keys int64  `json:"keys"`
}

// Unknown is how many record keys no root key of the file can open.
func (s Status) Unknown() int64 {
	left := s.All
	for _, r := range s.Roots {
		left -= r.Keys
	}
	return max(left, 0)
}

// Status counts what every root key of the file is needed for.
func (v *Vault) Status(ctx context.Context) (Status, error) {
	if _, err := v.keys.Refresh(); err != nil {
		return Status{}, err
	}
	s := Status{File: v.keys.Path()}
	for _, root := range v.keys.Roots() {
		n, err := v.store.CountKeys(ctx, root)
		if err != nil {
			return Status{}, err
		}
		s.Roots = append(s.Roots, RootUse{Root: root, Keys: n})
	}
	var err error
	s.All, err = v.store.CountAllKeys(ctx)
	return s, err
}

// Withdraw removes a root key from the file at path, with 0 every one but the primary, unless it wraps any record key by the
// status, which is asked again afterwards: when another server wrapped one with it in that very moment, the file is put
// back. ErrNeeded, ErrPrimary, ErrUnknownKey. It is for the process that may write the file; a server only reads it.
func Withdraw(path string, root uint32, status func() (Status, error)) (Status, error) {
	before, err := Open(path)
	if err != nil {
		return Status{}, err
	}
	if root == before.Roots()[0] {
		return Status{}, fmt.Errorf("密钥文件 %s：%w", path, ErrPrimary)
	}
	used, err := status()
	if err != nil {
		return Status{}, err
	}
	roots := []uint32{root}
	if root == 0 {
		roots = before.Roots()[1:]
	}
	for _, root := range roots {
		if n := used.keysOf(root); n > 0 {
			return Status{}, fmt.Errorf("%w（编号 %d，%d 条）", ErrNeeded, root, n)
		}
		if _, err := Retire(path, root); err != nil {
			return Status{}, err
		}
	}
	after, err := status()
	if err == nil && after.Unknown() > used.Unknown() {
		err = ErrNeeded
	}
	if err != nil {
		return Status{}, errors.Join(err, before.replaceAt(path))
	}
	return after, nil
}

func (s Status) keysOf(root uint32) int64 {
	for _, r := range s.Roots {
		if r.Root == root {
			return r.Keys
		}
	}
	return 0
}

// RootOf is the id of the root key that wraps a record key.
func RootOf(wrapped []byte) uint32 { return rootOf(wrapped) }
