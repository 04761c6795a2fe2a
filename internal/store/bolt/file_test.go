package bolt

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
)

// filled is the path of a closed file with collections, indexes, long values, small buckets and free pages.
func filled(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	e, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	c := declare(t, e, planIndexes()...)
	docs := []any{}
	for i := range 600 {
		docs = append(docs, d{is("_id", fmt.Sprintf("%05d", i)), is("code", i), is("a", i), is("text", strings.Repeat("x", i*20)), is("tags", bson.A{i, -i})})
	}
	if err := c.Insert(t.Context(), docs...); err != nil {
		t.Fatal(err)
	}
	_, gone := c.Delete(t.Context(), d{is("code", op("$lt", 100))})
	small := e.Collection("small").Insert(t.Context(), d{is("_id", "x")})
	if err := errors.Join(gone, small, e.Close(t.Context())); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, fileName)
}

func openAndCount(t *testing.T, path string) (int64, error) {
	t.Helper()
	e, err := Open(filepath.Dir(path))
	if e == nil {
		return 0, err
	}
	n, counted := e.Collection("c").Count(t.Context(), nil, 0)
	return n, errors.Join(err, counted, e.Close(t.Context()))
}

func TestAFileThatCannotBeOpenedSaysWhatToDo(t *testing.T) {
	zero := func(from, to int) func([]byte) []byte {
		return func(b []byte) []byte { clear(b[from:to]); return b }
	}
	for name, row := range map[string]struct {
		change func([]byte) []byte // nil: a directory
		want   error
		says   string
	}{
		"a directory":       {nil, ErrNotAFile, "移开"},
		"first pages gone":  {zero(0, 4*4096), ErrDamaged, "备份"},
		"both metas gone":   {zero(0, 2*4096), ErrDamaged, "备份"},
		"all but the metas": {func(b []byte) []byte { clear(b[2*4096:]); return b }, ErrDamaged, "备份"},
		"cut off":           {func(b []byte) []byte { return b[:40_000] }, ErrDamaged, "备份"},
		"cut to a byte":     {func(b []byte) []byte { return b[:1] }, ErrDamaged, "备份"},
		"another file":      {func([]byte) []byte { return bytes.Repeat([]byte("蒲公英"), 9000) }, ErrDamaged, "备份"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filled(t)
			before := spoil(t, path, row.change)
			_, err := openAndCount(t, path)
			if !errors.Is(err, row.want) || !errors.Is(err, document.ErrCannotOpen) || !strings.Contains(err.Error(), path) || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%v", err)
			}
			if after, _ := os.ReadFile(path); !bytes.Equal(after, before) {
				t.Error("the file was changed")
			}
		})
	}
}

// spoil writes the changed bytes, or puts a directory in the file's place.
func spoil(t *testing.T, path string, change func([]byte) []byte) []byte {
	t.Helper()
	if change == nil {
		if err := errors.Join(os.Remove(path), os.Mkdir(path, 0o700)); err != nil {
			t.Fatal(err)
		}
		return nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = change(b)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return bytes.Clone(b)
}

// One good meta page is enough, as after a write that was cut off.
func TestOneMetaPageIsEnough(t *testing.T) {
	for page := range 2 {
		path := filled(t)
		spoil(t, path, func(b []byte) []byte { clear(b[page*4096 : (page+1)*4096]); return b })
		if n, err := openAndCount(t, path); err != nil || n == 0 {
			t.Errorf("without page %d: %d documents, %v", page, n, err)
		}
	}
}

// Whatever is wrong with the bytes, opening ends with an engine or with an error: no panic, no fault.
func TestNoDamageEndsTheProcess(t *testing.T) {
	path := filled(t)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := openAndCount(t, path); n != 500 || err != nil {
		t.Fatalf("whole: %d, %v", n, err)
	}
	r := rand.New(rand.NewPCG(8, 8))
	opened, refused := 0, 0
	try := func(b []byte) {
		t.Helper()
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := openAndCount(t, path)
		if err == nil {
			opened++
			return
		}
		if refused++; !errors.Is(err, ErrDamaged) {
			t.Errorf("%v", err)
		}
	}
	for page := range 24 {
		for _, fill := range []byte{0, 0x41} {
			b := bytes.Clone(whole)
			copy(b[(page+2)*4096:], bytes.Repeat([]byte{fill}, 4096))
			try(b)
		}
	}
	for range 60 { // a flipped bit where the structure is: page headers and elements
		b := bytes.Clone(whole)
		b[(2+r.IntN(24))*4096+r.IntN(64)] ^= 1 << r.IntN(8)
		try(b)
	}
	t.Logf("%d opened (what was hit is not in use, or a value), %d refused", opened, refused)
	if opened == 0 || refused == 0 {
		t.Error("control: this shows nothing")
	}
}

func TestWhatTheSystemRefusesSaysWhatToDo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "no", fileName)
	for _, row := range []struct {
		err, want error
		says      string
	}{
		{&os.PathError{Op: "open", Path: path, Err: os.ErrPermission}, os.ErrPermission, "权限"},
		{errors.New("input/output error"), document.ErrCannotOpen, "磁盘"},
		{errors.New("no space left on device"), document.ErrFull, "磁盘"},
	} {
		err := cannotOpen(path, row.err)
		if !errors.Is(err, row.want) || !errors.Is(err, document.ErrCannotOpen) || !strings.Contains(err.Error(), row.says) {
			t.Errorf("%v", err)
		}
	}
	if os.Getuid() == 0 {
		t.Log("NOT RUN: a file without permission (root may read it)")
		return
	}
	path = filled(t)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if _, err := openAndCount(t, path); !errors.Is(err, os.ErrPermission) {
		t.Errorf("%v", err)
	}
}
