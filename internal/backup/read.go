package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"filippo.io/age"
)

// Snapshot is one complete backup of a folder.
type Snapshot struct {
	Name  string
	Taken time.Time
	Files int
	Bytes int64
}

// List gives the complete backups, newest first. A manifest that cannot be read is left out; Verify names it. ErrNone.
func List(dir string) ([]Snapshot, error) {
	f := folder{filepath.Join(dir, documents)}
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	var all []Snapshot
	for _, name := range names {
		m, err := f.read(name)
		if err != nil {
			continue
		}
		s := Snapshot{Name: name, Taken: m.Taken, Files: len(m.Files)}
		for _, ref := range m.Files {
			s.Bytes += ref.Size
		}
		all = append(all, s)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w：%s", ErrNone, dir)
	}
	return all, nil
}

// contents is one folder's backup, opened.
type contents struct {
	folder
	name       string
	manifest   manifest
	index      index
	identities []age.Identity
	refs       map[string]fileRef
}

// openContents opens a folder's backup of this name, "" for its newest. Every file is checked first, so that what is found
// damaged is found before anything is restored.
func openContents(f folder, name string, identities []age.Identity) (*contents, error) {
	var m manifest
	var err error
	if name == "" {
		names, err := f.names()
		if err != nil {
			return nil, err
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("%w：%s", ErrNone, f.dir)
		}
		name = names[0]
	}
	if m, err = f.read(name); err != nil {
		return nil, err
	}
	c := &contents{folder: f, name: name, manifest: m, identities: identities, refs: map[string]fileRef{}}
	for _, ref := range m.Files {
		if _, err := f.readChunk(ref); err != nil {
			return nil, err
		}
		c.refs[ref.ID] = ref
	}
	c.index, err = f.open(m, identities)
	return c, err
}

// chunk gives the bytes of a chunk, compared with what the sealed index says of it.
func (c *contents) chunk(want chunk) ([]byte, error) {
	ref, is := c.refs[want.ID]
	if !is {
		return nil, fmt.Errorf("%w：清单 %s 里少一块", ErrDamaged, c.name)
	}
	sealed, err := c.readChunk(ref)
	if err != nil {
		return nil, err
	}
	plain, err := unseal(sealed, c.identities)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(plain); hex.EncodeToString(sum[:]) != want.Sum {
		return nil, fmt.Errorf("%w：%s 里是别的内容", ErrDamaged, c.chunkPath(ref.Name))
	}
	return plain, nil
}

// documents calls each with the documents of each chunk in turn.
func (c *contents) documents(each func(collection string, docs [][]byte) error) error {
	for _, x := range c.index.Collections {
		var met int64
		for _, want := range x.Chunks {
			plain, err := c.chunk(want)
			if err != nil {
				return err
			}
			var docs [][]byte
			if err := split(plain, func(doc []byte) error { docs = append(docs, doc); return nil }); err != nil {
				return err
			}
			met += int64(len(docs))
			if err := each(x.Name, docs); err != nil {
				return err
			}
		}
		if met != x.Documents {
			return fmt.Errorf("%w：%s 有 %d 份文档，应该有 %d 份", ErrDamaged, x.Name, met, x.Documents)
		}
	}
	return nil
}

// media calls each with every media file.
func (c *contents) media(each func(File, io.ReadSeeker) error) error {
	for _, x := range c.index.Media {
		whole, err := c.chunk(x.Chunk)
		if err != nil {
			return err
		}
		if err := each(x.File, bytes.NewReader(whole)); err != nil {
			return err
		}
	}
	return nil
}
