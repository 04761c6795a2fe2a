package backup

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"filippo.io/age"
)

// Options are what a backup is made with.
type Options struct {
	Dir        string
	Recipients []age.Recipient
	Secret     []byte   // of the root key; it names chunks and authenticates manifests
	Short      []string // collections of the backup that is kept for days only
	Keep       Keep
	// Believed says that Now is the true time, so that what is older than Keep may go; nil means it is.
	Believed func() bool
	Now      func() time.Time
	Program  string // version of the program
	Figures  Figures
}

// Report is what a backup did.
type Report struct {
	Name       string           `json:"name"`
	Taken      time.Time        `json:"taken"` // everything acknowledged before it is in
	Took       time.Duration    `json:"took"`
	Documents  int64            `json:"documents"`
	Files      int              `json:"files"`   // media
	Written    int64            `json:"written"` // bytes that were new
	Total      int64            `json:"total"`   // bytes of the whole backup
	Removed    int              `json:"removed"` // older backups that went
	Figures    map[string]int64 `json:"figures"`
	Unbelieved bool             `json:"unbelieved,omitempty"` // nothing was removed, because the time is in doubt
}

// Make makes one backup of everything. ErrRecipient, ErrFolder, ErrBusy, ErrFull, or what the source says.
func Make(ctx context.Context, o Options, from Source) (Report, error) {
	if len(o.Recipients) == 0 {
		return Report{}, ErrRecipient
	}
	lock, err := openFolders(o.Dir)
	if err != nil {
		return Report{}, err
	}
	defer lock.Close()
	begun := o.Now()
	r := Report{Taken: begun.UTC().Round(0).Truncate(time.Millisecond)}
	long, brief, err := newWriters(o)
	if err != nil {
		return r, err
	}
	if err := copyDocuments(ctx, o, from, long, brief); err != nil {
		return r, err
	}
	if len(long.index.Collections) == 0 {
		return r, ErrNothing
	}
	if err := long.copyMedia(ctx, from); err != nil {
		return r, err
	}
	if o.Figures != nil {
		r.Figures = o.Figures.Sums()
		long.index.Figures, long.index.Notes = r.Figures, o.Figures.Notes()
	}
	// The short one first: with the documents' manifest the backup counts.
	if _, err := brief.finish(r.Taken, o.Program); err != nil {
		return r, err
	}
	if r.Name, err = long.finish(r.Taken, o.Program); err != nil {
		return r, err
	}
	for _, w := range []*writer{brief, long} {
		r.Written += w.written
		r.Total += w.total
		r.Documents += w.documents()
	}
	r.Files = len(long.index.Media)
	if r.Unbelieved = o.Believed != nil && !o.Believed(); !r.Unbelieved && hourly(long.last, begun) {
		if r.Removed, err = rotate(o, begun); err != nil {
			err = fmt.Errorf("这一份备份做好了，旧的没有清理：%w", err)
		}
	}
	r.Took = o.Now().Sub(begun)
	return r, err
}

// hourly says whether this is the first backup of an hour: once an hour is often enough to look at all older ones.
func hourly(last manifest, now time.Time) bool {
	return !last.Taken.Truncate(time.Hour).Equal(now.UTC().Truncate(time.Hour))
}

// writer writes one of the two folders.
type writer struct {
	folder
	name    namer
	sealer  *sealer
	cutter  cutter
	known   map[string]fileRef // chunks of the last backup
	refs    map[string]fileRef // chunks of this one
	index   index
	last    manifest  // the one before; the zero value when there is none
	after   time.Time // the instant in its name
	seals   string    // for whom
	written int64
	total   int64
}

func newWriters(o Options) (long, brief *writer, err error) {
	if long, err = newWriter(o, documents); err != nil {
		return nil, nil, err
	}
	brief, err = newWriter(o, short)
	return long, brief, err
}

func newWriter(o Options, part string) (*writer, error) {
	s, err := newSealer(o.Recipients)
	if err != nil {
		return nil, err
	}
	w := &writer{
		folder: folder{filepath.Join(o.Dir, part)}, name: namer{o.Secret}, sealer: s,
		known: map[string]fileRef{}, refs: map[string]fileRef{}, seals: fingerprint(o.Recipients),
	}
	w.cutter.emit = w.takeDocuments
	var name string
	if w.last, name, err = w.newest(); err != nil || name == "" {
		return w, err
	}
	if w.after, err = takenAt(name); err != nil {
		return nil, fmt.Errorf("%w：清单的名字 %s 读不懂", ErrDamaged, name)
	}
	if w.last.Root != w.name.root() {
		return nil, fmt.Errorf("%w：%s", ErrMixed, o.Dir)
	}
	if w.last.Seals != w.seals || w.last.authentic(w.name) != nil {
		return w, nil // other recipients open nothing that was sealed for these: everything is written anew
	}
	for _, ref := range w.last.Files {
		w.known[ref.ID] = ref
	}
	return w, nil
}

func copyDocuments(ctx context.Context, o Options, from Source, long, brief *writer) error {
	err := from.Documents(ctx, func(d Document) error {
		if o.Figures != nil {
			if err := o.Figures.Add(d); err != nil {
				return err
			}
		}
		if slices.Contains(o.Short, d.Collection) {
			return brief.cutter.add(d)
		}
		return long.cutter.add(d)
	})
	return errors.Join(err, long.cutter.flush(), brief.cutter.flush())
}

// take makes sure that a chunk is stored.
func (w *writer) take(plain []byte) (chunk, error) {
	c := w.name.name(plain)
	if w.have(c) {
		return c, nil
	}
	sealed, err := w.sealer.seal(plain)
	if err != nil {
		return c, err
	}
	name, err := w.writeChunk(sealed)
	if err != nil {
		return c, err
	}
	w.written += int64(len(sealed))
	w.refer(fileRef{ID: c.ID, Name: name, Size: int64(len(sealed))})
	return c, nil
}

// have says whether a chunk is stored by this backup or the one before, and refers to it.
func (w *writer) have(c chunk) bool {
	if _, met := w.refs[c.ID]; met {
		return true
	}
	ref, known := w.known[c.ID]
	if known = known && w.has(ref); known {
		w.refer(ref)
	}
	return known
}

func (w *writer) refer(ref fileRef) {
	w.refs[ref.ID] = ref
	w.total += ref.Size
}

func (w *writer) takeDocuments(collection string, n int64, plain []byte) error {
	c, err := w.take(plain)
	if err != nil {
		return err
	}
	all := &w.index.Collections
	if len(*all) == 0 || (*all)[len(*all)-1].Name != collection {
		*all = append(*all, collectionIndex{Name: collection})
	}
	last := &(*all)[len(*all)-1]
	last.Documents += n
	last.Chunks = append(last.Chunks, c)
	return nil
}

func (w *writer) documents() (n int64) {
	for _, c := range w.index.Collections {
		n += c.Documents
	}
	return n
}

// copyMedia takes every media file. A file that is removed meanwhile is left out.
func (w *writer) copyMedia(ctx context.Context, from Source) error {
	files, err := from.Media(ctx)
	if err != nil {
		return err
	}
	slices.SortFunc(files, func(a, b File) int { return strings.Compare(a.Key, b.Key) })
	for _, f := range files {
		if err := w.copyFile(ctx, from, f); err != nil {
			return fmt.Errorf("媒体文件 %s：%w", f.Key, err)
		}
	}
	return nil
}

func (w *writer) copyFile(ctx context.Context, from Source, f File) error {
	if c := w.name.named(f.SHA256); f.SHA256 != "" && w.have(c) {
		w.index.Media = append(w.index.Media, mediaIndex{f, c})
		return nil
	}
	body, err := from.Open(ctx, f.Key)
	if err != nil {
		return err
	}
	defer body.Close()
	whole, err := io.ReadAll(body)
	if err != nil {
		return err
	}
	c, err := w.take(whole)
	if err == nil && f.SHA256 != "" && f.SHA256 != c.Sum {
		err = fmt.Errorf("媒体库里的内容和它自己记的不一样（%s，应该是 %s）：这个文件坏了，重新上传或者删掉它", c.Sum, f.SHA256)
	}
	w.index.Media = append(w.index.Media, mediaIndex{f, c})
	return err
}

// finish makes everything durable, then the manifest.
func (w *writer) finish(at time.Time, program string) (string, error) {
	text, err := json.Marshal(w.index)
	if err != nil {
		return "", err
	}
	sealed, err := w.sealer.seal(text)
	if err != nil {
		return "", err
	}
	m := manifest{Format: format, Taken: at, Program: program, Root: w.name.root(), Seals: w.seals}
	m.Index.Size = int64(len(sealed))
	if m.Index.Name, err = w.writeChunk(sealed); err != nil {
		return "", err
	}
	w.written += m.Index.Size
	for _, ref := range w.refs {
		m.Files = append(m.Files, ref)
	}
	slices.SortFunc(m.Files, func(a, b fileRef) int { return cmp.Compare(a.Name, b.Name) })
	if m, err = m.authenticate(w.name); err != nil {
		return "", err
	}
	if text, err = json.Marshal(m); err != nil {
		return "", err
	}
	if err := full(syncAll(w.dir)); err != nil {
		return "", fmt.Errorf("备份没有落盘：%w", err)
	}
	if !at.After(w.after) { // the clock went back: the newest is still the one whose name comes last
		at = w.after.Add(time.Millisecond)
	}
	return w.writeManifest(at, text)
}
