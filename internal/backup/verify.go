package backup

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"filippo.io/age"
)

// Verdict is what Verify found.
type Verdict struct {
	Backups   int // complete ones, of documents
	Keys      int // complete ones, of keys
	Files     int
	Bytes     int64
	Newest    time.Time
	Documents int64 // opened; only with identities
	Media     int
	Notes     map[string]string // of the newest backup; only with identities
	Faults    []error           // each names a file
}

// Verify reads every file that a backup of dir names and compares it with its name; that needs no key. With identities it
// also opens the newest backup and looks at every document in it. ErrNone when there is no backup.
func Verify(dir string, identities []age.Identity) (Verdict, error) {
	var v Verdict
	for _, part := range []string{documents, short} {
		f := folder{filepath.Join(dir, part)}
		n, err := v.verify(f)
		if err != nil {
			return v, err
		}
		if part == documents {
			v.Backups = n
		} else {
			v.Keys = n
		}
	}
	if v.Backups == 0 && len(v.Faults) == 0 {
		return v, fmt.Errorf("%w：%s", ErrNone, dir)
	}
	if v.Keys == 0 && len(v.Faults) == 0 {
		return v, fmt.Errorf("%w：%s 里没有钥匙和注销名单的备份，只有文档恢复不了", ErrNone, filepath.Join(dir, short))
	}
	if len(identities) > 0 && len(v.Faults) == 0 {
		return v, v.look(dir, identities)
	}
	return v, nil
}

func (v *Verdict) verify(f folder) (complete int, err error) {
	names, err := f.names()
	if err != nil {
		return 0, err
	}
	checked := map[string]bool{} // by file: whether it is whole
	for _, name := range names {
		m, err := f.read(name)
		if err != nil {
			v.Faults = append(v.Faults, err)
			continue
		}
		whole := true
		for _, ref := range append(m.Files, m.Index) {
			if _, known := checked[ref.Name]; !known {
				_, err := f.readChunk(ref)
				checked[ref.Name] = err == nil
				v.Files++
				v.Bytes += ref.Size
				if err != nil {
					v.Faults = append(v.Faults, err)
				}
			}
			whole = whole && checked[ref.Name]
		}
		if whole {
			complete++
			if filepath.Base(f.dir) == documents && m.Taken.After(v.Newest) {
				v.Newest = m.Taken
			}
		}
	}
	return complete, nil
}

func (v *Verdict) look(dir string, identities []age.Identity) error {
	var failed error
	for _, part := range []string{documents, short} {
		c, err := openContents(folder{filepath.Join(dir, part)}, "", identities)
		if err == nil {
			if part == documents {
				v.Notes = c.index.Notes
			}
			err = errors.Join(
				c.documents(func(_ string, docs [][]byte) error { v.Documents += int64(len(docs)); return nil }),
				c.media(func(File, io.ReadSeeker) error { v.Media++; return nil }))
		}
		failed = errors.Join(failed, err)
	}
	return failed
}
