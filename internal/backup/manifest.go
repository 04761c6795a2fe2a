package backup

import (
	"crypto/hmac"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
)

// manifest is what a backup consists of. It names files and tells nothing about what is in them.
type manifest struct {
	Format  int       `json:"format"`
	Taken   time.Time `json:"taken"`
	Program string    `json:"program"`
	Root    string    `json:"root"`  // which root key's server made it; not the key
	Seals   string    `json:"seals"` // for whom: a fingerprint of the public keys
	Index   fileRef   `json:"index"`
	Files   []fileRef `json:"files"`
	MAC     string    `json:"mac,omitempty"` // by a secret of the root key, over everything else
}

// fileRef is a file of the chunks' folder; its name is the SHA-256 of its bytes.
type fileRef struct {
	ID   string `json:"i,omitempty"`
	Name string `json:"f"`
	Size int64  `json:"n"`
}

// index is the sealed part of a backup: what the chunks are put together to.
type index struct {
	Collections []collectionIndex `json:"collections"`
	Media       []mediaIndex      `json:"media,omitempty"`
	Figures     map[string]int64  `json:"figures,omitempty"`
	Notes       map[string]string `json:"notes,omitempty"`
}

type collectionIndex struct {
	Name      string  `json:"name"`
	Documents int64   `json:"documents"`
	Chunks    []chunk `json:"chunks"`
}

// mediaIndex is a media file; each is one chunk, so that one whose hash is known is not read again.
type mediaIndex struct {
	File
	Chunk chunk `json:"chunk"`
}

func (m manifest) authenticate(n namer) (manifest, error) {
	m.MAC = ""
	text, err := json.Marshal(m)
	if err != nil {
		return m, err
	}
	m.MAC = hex.EncodeToString(n.mac("manifest", text))
	return m, nil
}

// authentic says whether a server with this root key made the manifest. ErrRoot, ErrDamaged.
func (m manifest) authentic(n namer) error {
	if m.Root != n.root() {
		return ErrRoot
	}
	want, err := m.authenticate(n)
	if err != nil {
		return err
	}
	if !hmac.Equal([]byte(want.MAC), []byte(m.MAC)) {
		return fmt.Errorf("%w：清单被改过", ErrDamaged)
	}
	return nil
}

// read reads a manifest and compares it with its name. ErrDamaged.
func (f folder) read(name string) (manifest, error) {
	path := filepath.Join(f.dir, manifests, name+extension)
	text, err := os.ReadFile(path)
	if err != nil {
		return manifest{}, fmt.Errorf("%w：%s（%w）", ErrDamaged, path, reason(err))
	}
	var m manifest
	_, sum, _ := strings.Cut(name, "-")
	if err := json.Unmarshal(text, &m); err != nil || sealedName(text)[:16] != sum {
		return manifest{}, fmt.Errorf("%w：清单 %s 的内容变了", ErrDamaged, path)
	}
	if m.Format != format {
		return manifest{}, fmt.Errorf("%w：清单 %s 是第 %d 版的格式，这个程序只认第 %d 版，用新一点的程序", ErrDamaged, path, m.Format, format)
	}
	for _, ref := range append(m.Files, m.Index) {
		if len(ref.Name) != 64 || strings.Trim(ref.Name, "0123456789abcdef") != "" {
			return manifest{}, fmt.Errorf("%w：清单 %s 里的文件名不对", ErrDamaged, path)
		}
	}
	return m, nil
}

// newest gives the newest manifest that can be read, and its name; "" when there is none.
func (f folder) newest() (manifest, string, error) {
	names, err := f.names()
	for _, name := range names {
		if m, err := f.read(name); err == nil {
			return m, name, nil
		}
	}
	return manifest{}, "", err
}

// open unseals the index of a backup.
func (f folder) open(m manifest, identities []age.Identity) (index, error) {
	sealed, err := f.readChunk(m.Index)
	if err != nil {
		return index{}, err
	}
	text, err := unseal(sealed, identities)
	if err != nil {
		return index{}, err
	}
	var x index
	if err := json.Unmarshal(text, &x); err != nil {
		return index{}, fmt.Errorf("%w：目录读不懂（%w）", ErrDamaged, err)
	}
	return x, nil
}
