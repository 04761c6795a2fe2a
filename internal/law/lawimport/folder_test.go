package lawimport

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"pugongying/internal/law"
)

// locked is a folder in which some names cannot be opened.
type locked struct {
	fstest.MapFS
	names map[string]error
}

func (l locked) Open(name string) (fs.File, error) {
	if err := l.names[name]; err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return l.MapFS.Open(name)
}

func (l locked) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := l.names[name]; err != nil {
		return nil, err
	}
	return l.MapFS.ReadDir(name)
}

func importFS(t *testing.T, folder fs.FS) (reported []Outcome, err error) {
	t.Helper()
	m, err := NewImporter(context.Background(), law.NewMemory(), none(t), Options{}, clock, func(o Outcome) { reported = append(reported, o) })
	if err == nil {
		err = m.ImportFolder(context.Background(), folder)
	}
	return reported, err
}

func TestWhatCannotBeReadIsReportedAndTheRestComesIn(t *testing.T) {
	files := mapFS(map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。"), "b.md": "x", "c/d.md": "x", "e.md": kites("云法", "2020-01-01", "一。")})
	reported, err := importFS(t, locked{files, map[string]error{"b.md": fs.ErrPermission, "c": errors.New("disk")}})
	if err != nil || len(reported) != 4 {
		t.Fatalf("%+v, %v", reported, err)
	}
	said := map[string]string{}
	for _, o := range reported {
		said[o.File] = string(o.Kind) + " " + o.Reason
	}
	for file, want := range map[string]string{"a.md": "added ", "e.md": "added ", "b.md": "refused 读不了：没有权限。", "c": "refused 读不了：disk"} {
		if said[file] != want {
			t.Errorf("%s: %q, want %q", file, said[file], want)
		}
	}
	if _, err := importFS(t, locked{files, map[string]error{".": errors.New("disk")}}); err == nil {
		t.Error("a folder that cannot be read comes in")
	}
	if _, err := importFS(t, os.DirFS(filepath.Join(t.TempDir(), "none"))); err == nil {
		t.Error("a folder that is not there comes in")
	}
}

func TestOddNamesAndDeepFolders(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(text), 0o600)); err != nil {
			t.Skip("NOT RUN: this file system does not take the name", err)
		}
	}
	n := 0
	law := func() string { n++; return kites(fmt.Sprintf("第%d号云法", n), "2020-01-01", "一。") }
	write(strings.Repeat("深/", 60)+"a.md", law())
	write("a b\n c.md", law())
	write("%2e%2e.md", law())
	write("'\"$(x).txt", law())
	write("甲法（试行）(2020-01-01).md", law())
	write("c.MD.bak", law())
	write(".git/x.md", law())
	write("node_modules/x.md", law())
	write("\xb7\xe7\xf3\xdd\xb7\xa8.md", law()) // 风筝法 in GBK
	write("\xb7\xe7/x.md", law())
	if err := errors.Join(os.Symlink("a b\n c.md", filepath.Join(dir, "link.md")), os.Symlink("..", filepath.Join(dir, "loop")), os.Symlink("none", filepath.Join(dir, "dangling.md"))); err != nil {
		t.Skip("NOT RUN: no links here", err)
	}
	reported, err := importFS(t, os.DirFS(dir))
	kinds, reasons := tally(reported), map[string]int{}
	for _, o := range reported {
		if o.Kind == Refused {
			reasons[o.Reason]++
		}
	}
	if err != nil || kinds[Added] != 5 || kinds[Refused] != 4 || len(reported) != 9 {
		t.Errorf("%v, %v", reported, err)
	}
	if reasons["读不了：名字不是 UTF-8 编码的，改了名字再来。"] != 2 || reasons["读不了："+errNotRegular.Error()] != 2 {
		t.Errorf("%v", reasons)
	}
}

func TestAFileOfFourMegabytes(t *testing.T) {
	law := func(size int) string {
		header := kites("风筝法", "2020-01-01", "一。")
		return header + strings.Repeat("x", size-len(header))
	}
	for size, want := range map[int]Kind{MaxFile: Added, MaxFile + 1: Refused, 3 * MaxFile: Refused} {
		reported, err := importFS(t, mapFS(map[string]string{"a.md": law(size)}))
		if err != nil || len(reported) != 1 || reported[0].Kind != want || (want == Refused) != strings.Contains(reported[0].Reason, "太大") {
			t.Errorf("%d bytes: %+v, %v", size, reported, err)
		}
	}
	read := 0
	err := Walk(mapFS(map[string]string{"a.md": law(3 * MaxFile)}), func(_ string, data []byte) error { read = len(data); return nil }, func(o Outcome) { t.Error(o) })
	if err != nil || read != MaxFile+1 {
		t.Errorf("%d bytes of a file that is too long are read, %v", read, err)
	}
}
