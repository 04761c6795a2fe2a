package backup

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

const (
	manifests  = "manifests"
	chunks     = "chunks"
	lockFile   = "lock"
	unfinished = ".unfinished-" // manifests that were being written when everything stopped
	stamp      = "20060102T150405.000Z"
	extension  = ".json"
)

// folder is one of the two backups: its chunks, and a manifest for every time it was made.
type folder struct{ dir string }

// openFolders opens a folder for writing and locks it against a second writer; an empty or missing one becomes a backup.
func openFolders(dir string) (lock *os.File, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("建不了备份目录 %s：%w", dir, err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, fmt.Errorf("读不了备份目录 %s：%w", dir, err)
	}
	for _, e := range entries {
		if !slices.Contains([]string{documents, short, lockFile, "lost+found"}, e.Name()) {
			return nil, fmt.Errorf("%w：%s 里有 %s", ErrFolder, dir, e.Name())
		}
	}
	lock, err = os.OpenFile(filepath.Join(dir, lockFile), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("备份目录 %s 写不了：%w", dir, err)
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(ErrBusy, lock.Close())
	}
	for _, name := range []string{documents, short} {
		for _, part := range []string{manifests, chunks} {
			if err := os.MkdirAll(filepath.Join(dir, name, part), 0o700); err != nil {
				return nil, errors.Join(fmt.Errorf("备份目录 %s 写不了：%w", dir, err), lock.Close())
			}
		}
	}
	return lock, nil
}

// sealedName is the name of a file of these bytes.
func sealedName(sealed []byte) string {
	sum := sha256.Sum256(sealed)
	return hex.EncodeToString(sum[:])
}

func (f folder) chunkPath(name string) string {
	return filepath.Join(f.dir, chunks, name[:2], name)
}

// writeChunk stores sealed bytes under their own hash. It does not sync: everything is synced once before the manifest.
func (f folder) writeChunk(sealed []byte) (string, error) {
	name := sealedName(sealed)
	path := f.chunkPath(name)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		if err = os.Mkdir(filepath.Dir(path), 0o700); err == nil {
			file, err = os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
		}
	}
	if err != nil {
		return "", full(err)
	}
	_, err = file.Write(sealed)
	return name, full(errors.Join(err, file.Close()))
}

// readChunk reads a file and compares it with its name.
func (f folder) readChunk(ref fileRef) ([]byte, error) {
	sealed, err := os.ReadFile(f.chunkPath(ref.Name))
	if err != nil {
		return nil, fmt.Errorf("%w：%s（%w）", ErrDamaged, f.chunkPath(ref.Name), reason(err))
	}
	if sealedName(sealed) != ref.Name {
		return nil, fmt.Errorf("%w：%s 的内容变了", ErrDamaged, f.chunkPath(ref.Name))
	}
	return sealed, nil
}

func reason(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return errors.New("文件不见了")
	}
	return err
}

// has says whether a file is there at its length; whether its bytes are right is found by Verify.
func (f folder) has(ref fileRef) bool {
	info, err := os.Stat(f.chunkPath(ref.Name))
	return err == nil && info.Mode().IsRegular() && info.Size() == ref.Size
}

// writeManifest makes a backup count: it is written beside, synced, renamed, and its folder synced.
func (f folder) writeManifest(at time.Time, text []byte) (name string, err error) {
	name = at.UTC().Format(stamp) + "-" + sealedName(text)[:16]
	dir := filepath.Join(f.dir, manifests)
	beside := filepath.Join(dir, unfinished+rand.Text())
	file, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return "", full(err)
	}
	_, err = file.Write(text)
	if err = errors.Join(err, file.Sync(), file.Close()); err == nil {
		err = os.Rename(beside, filepath.Join(dir, name+extension))
	}
	if err != nil {
		return "", errors.Join(full(err), os.Remove(beside))
	}
	return name, syncFolder(dir)
}

// names lists the complete manifests, newest first.
func (f folder) names() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(f.dir, manifests))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name, is := strings.CutSuffix(e.Name(), extension); is && !strings.HasPrefix(name, unfinished) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	slices.Reverse(names)
	return names, nil
}

// takenAt reads the instant from a manifest's name.
func takenAt(name string) (time.Time, error) {
	at, _, _ := strings.Cut(name, "-")
	return time.Parse(stamp, at)
}

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

func full(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return fmt.Errorf("%w（%w）", ErrFull, err)
	}
	return err
}
