package backup

import (
	"errors"
	"os"
	"path/filepath"
	"time"
)

// ahead is how far in the future a backup may be dated; one that is further ahead was made while the clock was wrong.
const ahead = time.Hour

// rotate removes backups that have been kept long enough, then the chunks no backup names any more. The newest of each
// folder always stays.
func rotate(o Options, now time.Time) (removed int, err error) {
	for part, keep := range map[string]time.Duration{documents: o.Keep.Documents, short: o.Keep.Short} {
		n, failed := folder{filepath.Join(o.Dir, part)}.rotate(now, keep)
		removed += n
		err = errors.Join(err, failed)
	}
	return removed, err
}

// made is a backup as the rotation sees it.
type made struct {
	name  string
	taken time.Time
	files []string
}

// rotate removes nothing where a manifest cannot be read: it may name anything.
func (f folder) rotate(now time.Time, keep time.Duration) (int, error) {
	all, err := f.made()
	if err != nil {
		return 0, err
	}
	gone := outlived(all, now, keep)
	for name := range gone {
		if err := os.Remove(filepath.Join(f.dir, manifests, name+extension)); err != nil {
			return 0, err
		}
	}
	if err := syncFolder(filepath.Join(f.dir, manifests)); err != nil {
		return 0, err
	}
	named := map[string]struct{}{}
	for _, m := range all {
		if _, is := gone[m.name]; is {
			continue
		}
		for _, name := range m.files {
			named[name] = struct{}{}
		}
	}
	return len(gone), f.sweep(named)
}

// made lists the backups, newest first.
func (f folder) made() ([]made, error) {
	names, err := f.names()
	if err != nil {
		return nil, err
	}
	var all []made
	for _, name := range names {
		m, err := f.read(name)
		if err != nil {
			return nil, err
		}
		one := made{name: name, taken: m.Taken, files: []string{m.Index.Name}}
		for _, ref := range m.Files {
			one.files = append(one.files, ref.Name)
		}
		all = append(all, one)
	}
	return all, nil
}

// outlived picks what goes: what is older than keep (0: nothing ever is) or dated in the future, and of each day before the
// last 24 hours all but its newest. all is newest first, and its first stays.
func outlived(all []made, now time.Time, keep time.Duration) map[string]struct{} {
	gone := map[string]struct{}{}
	day := ""
	for i, m := range all {
		old, today := now.Sub(m.taken), m.taken.Format(time.DateOnly)
		switch {
		case i == 0:
		case keep > 0 && old > keep, old < -ahead, old > dense && today == day:
			gone[m.name] = struct{}{}
			continue
		}
		if old > dense {
			day = today
		}
	}
	return gone
}

// sweep removes the chunks that are not named, and what interrupted backups left.
func (f folder) sweep(named map[string]struct{}) error {
	left, err := filepath.Glob(filepath.Join(f.dir, manifests, unfinished+"*"))
	if err != nil {
		return err
	}
	stored, err := filepath.Glob(filepath.Join(f.dir, chunks, "*", "*"))
	if err != nil {
		return err
	}
	for _, path := range stored {
		if _, is := named[filepath.Base(path)]; !is {
			left = append(left, path)
		}
	}
	for _, path := range left {
		if err := os.Remove(path); err != nil {
			return err
		}
	}
	return nil
}
