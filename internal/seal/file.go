package seal

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/tink-crypto/tink-go/v2/aead"
	"github.com/tink-crypto/tink-go/v2/insecurecleartextkeyset"
	"github.com/tink-crypto/tink-go/v2/keyset"
)

// Errors of a key file, for the operator; each is wrapped with the file's path and how to repair it.
var (
	ErrMissing = errors.New("密钥文件不存在")
	ErrExists  = errors.New("密钥文件已经存在，不会覆盖它")
	ErrExposed = errors.New("密钥文件的权限太宽，别的用户也能读")
	ErrDamaged = errors.New("密钥文件读不懂，可能已经损坏")
	ErrWeak    = errors.New("密钥文件里的密钥太弱，不能使用")
	ErrPrimary = errors.New("主密钥不能移除，请先换一把新的主密钥")
	ErrNeeded  = errors.New("还有记录要靠这把根密钥，没有移除它：先运行 pugongying key rewrap")
	ErrOther   = errors.New("这是另一套部署的密钥文件，没有改用它")
	ErrUnread  = errors.New("密钥文件打不开")
	ErrUnsaved = errors.New("密钥文件写不进去")
)

const (
	fileFormat   = 1
	lookupLen    = 32
	largestFile  = 64 << 10
	privateMode  = 0o600
	othersMask   = 0o077
	fewestValues = 8 // a random 32-byte secret has about 30 different bytes; fewer than 8 means typed, not random
)

type keyFile struct {
	Format int             `json:"format"`
	Roots  json.RawMessage `json:"roots"` // tink keyset with its primary key
	Lookup []byte          `json:"lookup"`
}

// Create generates a new root key and lookup secret and writes them to path, readable by this user alone. ErrExists when
// something is already there: overwriting a key file would lose every sealed record.
func Create(path string) (*Keys, error) {
	manager := keyset.NewManager()
	if err := addPrimary(manager); err != nil {
		return nil, err
	}
	roots, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("seal: new root keys: %w", err)
	}
	lookup := make([]byte, lookupLen)
	if _, err := rand.Read(lookup); err != nil {
		return nil, fmt.Errorf("seal: lookup secret: %w", err)
	}
	keys, err := newKeys(roots, lookup)
	if err != nil {
		return nil, err
	}
	if err := keys.createAt(path); err != nil {
		return nil, err
	}
	return Open(path)
}

// Open reads a key file. Errors: ErrMissing, ErrExposed (others than the owner may read or write it), ErrDamaged, ErrWeak.
func Open(path string) (*Keys, error) {
	read, err := stampOf(path)
	if err != nil {
		return nil, err
	}
	raw, err := readPrivate(path)
	if err != nil {
		return nil, err
	}
	keys, err := parse(raw)
	if err != nil {
		return nil, fmt.Errorf("密钥文件 %s：%w", path, err)
	}
	keys.path, keys.set.Load().read = path, read
	return keys, nil
}

// stamp tells one state of a file from another without reading it: every change replaces the file.
type stamp struct {
	at   time.Time
	size int64
	file os.FileInfo
}

func (s stamp) same(other stamp) bool {
	return s.at.Equal(other.at) && s.size == other.size && s.file != nil && other.file != nil && os.SameFile(s.file, other.file)
}

// stampOf is the zero stamp for a file that is not there; reading it says so.
func stampOf(path string) (stamp, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return stamp{}, nil
	}
	if err != nil {
		return stamp{}, fmt.Errorf("%w：%s：%w", ErrUnread, path, err)
	}
	return stamp{at: info.ModTime(), size: info.Size(), file: info}, nil
}

// Refresh reads the file again when it was replaced, and reports whether it was: what is sealed from then on is wrapped by
// the new primary. A file that is gone, damaged or another deployment's (ErrOther) changes nothing.
func (k *Keys) Refresh() (bool, error) {
	now, err := stampOf(k.path)
	if err != nil || k.path == "" || now.same(k.set.Load().read) {
		return false, err
	}
	fresh, err := Open(k.path)
	if err != nil {
		return false, err
	}
	if !bytes.Equal(fresh.lookup, k.lookup) {
		return false, fmt.Errorf("密钥文件 %s：%w", k.path, ErrOther)
	}
	k.set.Store(fresh.set.Load())
	return true, nil
}

// Path is where the file is; "" for the demo keys.
func (k *Keys) Path() string { return k.path }

// Rotate adds a new primary root key to the file; the old ones remain, so that everything sealed before can still be
// opened. Other servers must receive the new file before records wrapped by the new key reach them.
func Rotate(path string) (*Keys, error) {
	return change(path, addPrimary)
}

// Retire removes a root key from the file; Withdraw asks first whether anything still needs it. ErrPrimary for the
// primary, ErrUnknownKey for an unknown id.
func Retire(path string, id uint32) (*Keys, error) {
	return change(path, func(m *keyset.Manager) error {
		roots, err := m.Handle()
		if err != nil {
			return fmt.Errorf("seal: root keys: %w", err)
		}
		if roots.KeysetInfo().GetPrimaryKeyId() == id {
			return ErrPrimary
		}
		if err := m.Delete(id); err != nil {
			return fmt.Errorf("%w（编号 %d）", ErrUnknownKey, id)
		}
		return nil
	})
}

func change(path string, apply func(*keyset.Manager) error) (*Keys, error) {
	old, err := Open(path)
	if err != nil {
		return nil, err
	}
	manager := keyset.NewManagerFromHandle(old.roots())
	if err := apply(manager); err != nil {
		return nil, fmt.Errorf("密钥文件 %s：%w", path, err)
	}
	roots, err := manager.Handle()
	if err != nil {
		return nil, fmt.Errorf("seal: root keys: %w", err)
	}
	keys, err := newKeys(roots, old.lookup)
	if err != nil {
		return nil, err
	}
	if err := keys.replaceAt(path); err != nil {
		return nil, err
	}
	return Open(path)
}

func addPrimary(m *keyset.Manager) error {
	id, err := m.Add(aead.AES256GCMKeyTemplate())
	if err != nil {
		return fmt.Errorf("seal: new root key: %w", err)
	}
	return m.SetPrimary(id)
}

func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("%w：%s。请先生成一个，或从备份中恢复", ErrMissing, path)
	case err != nil:
		return nil, fmt.Errorf("%w：%s：%w", ErrUnread, path, err)
	case !info.Mode().IsRegular() || info.Size() > largestFile:
		return nil, fmt.Errorf("%w：%s 不是一个密钥文件", ErrDamaged, path)
	case runtime.GOOS != "windows" && info.Mode().Perm()&othersMask != 0:
		return nil, fmt.Errorf("%w：%s（现在是 %04o）。请执行 chmod 600 %s", ErrExposed, path, info.Mode().Perm(), path)
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("%w：%s：%w", ErrUnread, path, err)
	}
	return raw, nil
}

func parse(raw []byte) (*Keys, error) {
	var file keyFile
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&file); err != nil || file.Format != fileFormat {
		return nil, ErrDamaged
	}
	if len(file.Lookup) != lookupLen || weak(file.Lookup) {
		return nil, ErrWeak
	}
	roots, err := insecurecleartextkeyset.Read(keyset.NewJSONReader(bytes.NewReader(file.Roots)))
	if err != nil {
		return nil, ErrDamaged
	}
	for _, root := range insecurecleartextkeyset.KeysetMaterial(roots).GetKey() {
		if weak(root.GetKeyData().GetValue()) {
			return nil, ErrWeak
		}
	}
	keys, err := newKeys(roots, file.Lookup)
	if err != nil {
		return nil, ErrDamaged
	}
	return keys, nil
}

// weak detects secrets that are not random: all zero, or one byte repeated.
func weak(secret []byte) bool {
	seen := map[byte]bool{}
	for _, b := range secret {
		seen[b] = true
	}
	return len(seen) < fewestValues
}

func (k *Keys) marshal() ([]byte, error) {
	var roots bytes.Buffer
	if err := insecurecleartextkeyset.Write(k.roots(), keyset.NewJSONWriter(&roots)); err != nil {
		return nil, fmt.Errorf("seal: write root keys: %w", err)
	}
	raw, err := json.MarshalIndent(keyFile{fileFormat, roots.Bytes(), k.lookup}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("seal: write root keys: %w", err)
	}
	return append(raw, '\n'), nil
}

// createAt links a finished file into place, so that a crash leaves no partial key file and an existing one is never
// replaced.
func (k *Keys) createAt(path string) error {
	return k.save(path, func(finished string) error {
		err := os.Link(finished, path)
		if err != nil && !errors.Is(err, fs.ErrExist) {
			err = renameIfAbsent(finished, path)
		}
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%w：%s", ErrExists, path)
		}
		return err
	})
}

// renameIfAbsent is the fallback for file systems without hard links.
func renameIfAbsent(finished, path string) error {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist
	}
	return os.Rename(finished, path)
}

func (k *Keys) replaceAt(path string) error {
	return k.save(path, func(finished string) error { return os.Rename(finished, path) })
}

func (k *Keys) save(path string, publish func(finished string) error) error {
	raw, err := k.marshal()
	if err != nil {
		return err
	}
	finished, err := writeTemporary(filepath.Dir(path), raw)
	if err != nil {
		return fmt.Errorf("%w：%s：%w", ErrUnsaved, path, err)
	}
	defer os.Remove(finished)
	if err := publish(finished); errors.Is(err, ErrExists) {
		return err
	} else if err != nil {
		return fmt.Errorf("%w：%s：%w", ErrUnsaved, path, err)
	}
	return syncFolder(filepath.Dir(path))
}

func writeTemporary(folder string, raw []byte) (name string, err error) {
	temporary, err := os.CreateTemp(folder, ".key-*")
	if err != nil {
		return "", err
	}
	defer func() {
		if err = errors.Join(err, temporary.Close()); err != nil {
			err = errors.Join(err, os.Remove(temporary.Name()))
		}
	}()
	if err := temporary.Chmod(privateMode); err != nil {
		return "", err
	}
	if _, err := temporary.Write(raw); err != nil {
		return "", err
	}
	return temporary.Name(), temporary.Sync()
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("%w：%w", ErrUnsaved, err)
	}
	defer folder.Close()
	if err := folder.Sync(); err != nil {
		return fmt.Errorf("%w：%w", ErrUnsaved, err)
	}
	return nil
}
