package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"pugongying/internal/media"
)

const (
	incoming     = "incoming" // where files are until they are whole; no kind is called so
	headerLength = 512
	headerMagic  = "pugongying media 1\n"
)

var errDamaged = errors.New("blob: this file was not written by the store, or was cut")

// Folder is an open folder. It is safe for concurrent use by one process; the caller must ensure that no second process
// opens the same folder.
type Folder struct{ root *os.Root }

// header is the beginning of every file: headerMark, this struct as JSON, and blanks up to headerLength.
type header struct {
	ContentType string `json:"type"`
	Size        int64  `json:"size"`
	SHA256      string `json:"sha256"`
}

// Embedded opens the folder dir and creates it when missing, readable by this user alone. Incomplete files left by a
// crash are removed. It is for one server without an S3 store, never for production.
func Embedded(dir string) (*Folder, error) {
	f, err := openFolder(dir)
	if err != nil {
		return nil, fmt.Errorf("blob: embedded store: %w", err)
	}
	return f, nil
}

func openFolder(dir string) (*Folder, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	f := &Folder{root}
	if err := f.prepare(filepath.Dir(dir)); err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return f, nil
}

// prepare creates the kinds' folders durably, so that a Put only needs to sync its own folder.
func (f *Folder) prepare(parent string) error {
	if err := f.root.RemoveAll(incoming); err != nil {
		return err
	}
	for _, name := range append(kinds(), incoming) {
		if err := f.root.MkdirAll(name, 0o700); err != nil {
			return err
		}
	}
	above, err := os.Open(parent)
	if err != nil {
		return err
	}
	defer above.Close()
	return errors.Join(f.sync("."), above.Sync())
}

// kinds gives the names of media's kinds in order.
func kinds() []string {
	var names []string
	for _, k := range media.Kinds() {
		names = append(names, string(k))
	}
	slices.Sort(names)
	return names
}

// Ping fails when nothing can be written any more: the folder is gone or read-only, or the store is closed.
func (f *Folder) Ping(context.Context) error {
	file, name, err := f.create()
	if err != nil {
		return unusable(err)
	}
	return unusable(errors.Join(file.Close(), f.root.Remove(name)))
}

// Describe names the store for a log line.
func (f *Folder) Describe() string { return "folder (embedded)" }

// Close closes the folder. Files that are being read can be read to their end.
func (f *Folder) Close() error { return f.root.Close() }

// Link is always ErrNoLink: a handler serves the files with Get.
func (f *Folder) Link(_ context.Context, key media.Key, _ time.Duration) (string, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return "", err
	}
	return "", ErrNoLink
}

// Put implements media.Store.
func (f *Folder) Put(ctx context.Context, key media.Key, contentType string, body io.ReadSeeker) (media.Info, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return media.Info{}, err
	}
	h := header{ContentType: contentType}
	var err error
	if h.Size, err = media.Measure(key.Kind(), body); err != nil {
		return media.Info{}, err
	}
	if err := ctx.Err(); err != nil {
		return media.Info{}, fmt.Errorf("blob: %w", err)
	}
	file, name, err := f.create()
	if err != nil {
		return media.Info{}, unusable(err)
	}
	err = errors.Join(h.write(file, body), file.Close())
	if err == nil {
		err = f.root.Rename(name, string(key))
	}
	if err != nil {
		return media.Info{}, unusable(errors.Join(err, f.root.Remove(name)))
	}
	if err := f.sync(string(key.Kind())); err != nil {
		return media.Info{}, unusable(err)
	}
	return media.Info{Key: key, ContentType: contentType, Size: h.Size, SHA256: h.SHA256}, nil
}

func (f *Folder) create() (*os.File, string, error) {
	name := path.Join(incoming, rand.Text())
	file, err := f.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	return file, name, err
}

// write writes the header and the body into a file and syncs it; the hash in the header is computed on the way.
func (h *header) write(file *os.File, body io.Reader) error {
	if _, err := file.Seek(headerLength, io.SeekStart); err != nil {
		return err
	}
	hash := sha256.New()
	n, err := io.Copy(io.MultiWriter(file, hash), body)
	if err == nil && n != h.Size {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	h.SHA256 = hex.EncodeToString(hash.Sum(nil))
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	block := append([]byte(headerMagic), text...)
	if len(block) > headerLength {
		return media.ErrType
	}
	block = append(block, bytes.Repeat([]byte(" "), headerLength-len(block))...)
	if _, err := file.WriteAt(block, 0); err != nil {
		return err
	}
	return file.Sync()
}

// sync makes the names in a folder durable.
func (f *Folder) sync(folder string) error {
	opened, err := f.root.Open(folder)
	if err != nil {
		return err
	}
	defer opened.Close()
	return opened.Sync()
}

// Get implements media.Store. The reader continues with its version when the file is replaced or deleted.
func (f *Folder) Get(ctx context.Context, key media.Key) (io.ReadSeekCloser, media.Info, error) {
	if _, err := media.ParseKey(string(key)); err != nil {
		return nil, media.Info{}, err
	}
	if err := ctx.Err(); err != nil {
		return nil, media.Info{}, fmt.Errorf("blob: %w", err)
	}
	file, err := f.open(string(key))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, media.Info{}, media.ErrNotFound.Because(err)
	}
	if err != nil {
		return nil, media.Info{}, unusable(err)
	}
	info, err := describeFile(file)
	if err != nil {
		return nil, media.Info{}, unusable(errors.Join(err, file.Close()))
	}
	info.Key = key
	return &opened{io.NewSectionReader(file, headerLength, info.Size), file}, info, nil
}

func (f *Folder) open(name string) (*os.File, error) {
	there, err := f.root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !there.Mode().IsRegular() { // links are never ours, and neither are pipes, which would block on opening
		return nil, errDamaged
	}
	return f.root.Open(name)
}

func describeFile(file *os.File) (media.Info, error) {
	there, err := file.Stat()
	if err != nil {
		return media.Info{}, err
	}
	block := make([]byte, headerLength)
	if _, err := io.ReadFull(file, block); err != nil {
		return media.Info{}, err
	}
	text, hasMagic := bytes.CutPrefix(block, []byte(headerMagic))
	var h header
	if !hasMagic || json.Unmarshal(text, &h) != nil || there.Size() != headerLength+h.Size {
		return media.Info{}, errDamaged
	}
	return media.Info{ContentType: h.ContentType, Size: h.Size, SHA256: h.SHA256, Modified: there.ModTime()}, nil
}

// opened reads the bytes after the header.
type opened struct {
	*io.SectionReader
	file *os.File
}

// Read implements io.Reader.
func (o *opened) Read(p []byte) (int, error) {
	n, err := o.SectionReader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = media.ErrUnavailable.Because(err)
	}
	return n, err
}

// Close implements io.Closer.
func (o *opened) Close() error { return o.file.Close() }

// Stat implements media.Store.
func (f *Folder) Stat(ctx context.Context, key media.Key) (media.Info, error) {
	file, info, err := f.Get(ctx, key)
	if err != nil {
		return media.Info{}, err
	}
	return info, file.Close()
}

// Delete implements media.Store.
func (f *Folder) Delete(ctx context.Context, key media.Key) error {
	if _, err := media.ParseKey(string(key)); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("blob: %w", err)
	}
	if err := f.root.Remove(string(key)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return unusable(err)
	}
	return unusable(f.sync(string(key.Kind())))
}

// List implements media.Store. Names that are not keys, and entries that are not files, are skipped.
func (f *Folder) List(ctx context.Context, prefix string) iter.Seq2[media.Info, error] {
	return func(yield func(media.Info, error) bool) {
		for _, kind := range kinds() {
			entries, err := fs.ReadDir(f.root.FS(), kind)
			if err != nil {
				yield(media.Info{}, unusable(err))
				return
			}
			for _, entry := range entries {
				key := kind + "/" + entry.Name()
				if !strings.HasPrefix(key, prefix) {
					continue
				}
				if err := ctx.Err(); err != nil {
					yield(media.Info{}, fmt.Errorf("blob: %w", err))
					return
				}
				if info, ok := listed(key, entry); ok && !yield(info, nil) {
					return
				}
			}
		}
	}
}

// listed converts a directory entry into a listing's entry; false when it is not a file of ours or was deleted meanwhile.
func listed(key string, entry fs.DirEntry) (media.Info, bool) {
	_, err := media.ParseKey(key)
	if err != nil || !entry.Type().IsRegular() {
		return media.Info{}, false
	}
	there, err := entry.Info()
	if err != nil || there.Size() < headerLength {
		return media.Info{}, false
	}
	return media.Info{Key: media.Key(key), Size: there.Size() - headerLength, Modified: there.ModTime()}, true
}

// unusable converts an error of the file system into the fault that media's callers know. The cause is included for the
// logs.
func unusable(err error) error {
	switch {
	case err == nil || errors.Is(err, media.ErrType):
		return err
	case errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT):
		return media.ErrFull.Because(err)
	default:
		return media.ErrUnavailable.Because(err)
	}
}
