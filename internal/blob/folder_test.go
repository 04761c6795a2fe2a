package blob

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pugongying/internal/media"
)

func TestTheFolderIsOursAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "er")
	store := openEmbedded(t, dir)
	mustPut(t, store, "code/a.png", "image/png", content(1, 10))
	files := 0
	if err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if want := map[bool]os.FileMode{true: 0o700, false: 0o600}[entry.IsDir()]; err == nil && info.Mode().Perm() != want {
			t.Errorf("%s is %v, want %v", path, info.Mode(), want)
		}
		if !entry.IsDir() {
			files++
		}
		return err
	}); err != nil || files != 1 {
		t.Fatalf("%d files, %v", files, err)
	}
	if store.Describe() != "folder (embedded)" {
		t.Fatalf("Describe = %q", store.Describe())
	}
}

func TestARelativeFolderStaysWhereItWas(t *testing.T) {
	base := t.TempDir()
	t.Chdir(base)
	store := openEmbedded(t, "data/media")
	t.Chdir(t.TempDir())
	mustPut(t, store, "code/a.png", "image/png", []byte("x"))
	if _, err := os.Stat(filepath.Join(base, "data", "media", "code", "a.png")); err != nil {
		t.Fatal(err)
	}
}

// An attacker who can write to the folder places links that lead out of it; nothing outside is read, replaced or
// removed.
func TestLinksLeadNowhere(t *testing.T) {
	base := t.TempDir()
	secret := filepath.Join(base, "secret.png")
	outside := openEmbedded(t, filepath.Join(base, "other")) // a complete file in the store's own format
	mustPut(t, outside, "code/a.png", "image/png", []byte("root key"))
	if err := os.Rename(filepath.Join(base, "other", "code", "a.png"), secret); err != nil {
		t.Fatal(err)
	}
	stored, err := os.ReadFile(secret)
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(base, "media")
	store := openEmbedded(t, dir)
	mustPut(t, store, "code/real.png", "image/png", []byte("x"))
	for name, target := range map[string]string{"absolute": secret, "relative": "../../secret.png", "inside": "real.png", "nowhere": "none"} {
		t.Run(name, func(t *testing.T) {
			link := filepath.Join(dir, "code", "link.png")
			if err := os.Symlink(target, link); err != nil {
				t.Fatal(err)
			}
			if _, _, err := store.Get(t.Context(), "code/link.png"); !errors.Is(err, media.ErrUnavailable) {
				t.Errorf("Get = %v, want ErrUnavailable", err)
			}
			if got := list(t, store, "code/link"); len(got) > 0 {
				t.Errorf("List = %v", got)
			}
			mustPut(t, store, "code/link.png", "image/png", []byte("in its place"))
			if got, _ := read(t, store, "code/link.png"); string(got) != "in its place" {
				t.Errorf("Get after Put = %q", got)
			}
			if err := errors.Join(os.Remove(link), os.Symlink(target, link), store.Delete(t.Context(), "code/link.png")); err != nil {
				t.Errorf("Delete = %v", err)
			}
			if after, err := os.ReadFile(secret); err != nil || !bytes.Equal(after, stored) {
				t.Fatalf("the file outside is %q, %v", after, err)
			}
		})
	}
	// A whole folder that links to the outside.
	if err := errors.Join(os.RemoveAll(filepath.Join(dir, "audio")), os.Symlink(filepath.Join(base, "other", "audio"), filepath.Join(dir, "audio"))); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Put(t.Context(), "audio/a.mp3", "audio/mpeg", strings.NewReader("x")); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("Put through a linked folder = %v, want ErrUnavailable", err)
	}
	if left := entries(t, filepath.Join(base, "other", "audio")); len(left) > 0 {
		t.Errorf("Put wrote outside: %v", left)
	}
	if store, err := Embedded(dir); err == nil {
		store.Close()
		t.Error("a folder with a kind that leads out was opened")
	}
}

func TestWhatIsNoFileOfOursIsNotServed(t *testing.T) {
	dir := t.TempDir()
	store := openEmbedded(t, dir)
	mustPut(t, store, "audio/whole.mp3", "audio/mpeg", content(1, 5000))
	whole, err := os.ReadFile(filepath.Join(dir, "audio", "whole.mp3"))
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string][]byte{
		"empty": nil, "cut in the header": whole[:100], "cut": whole[:len(whole)-1], "longer": append(bytes.Clone(whole), 'x'),
		"copied here by hand": bytes.Repeat([]byte("ID3"), 1000), "other header": append([]byte("pugongying media 2\n"), whole[19:]...),
		"no header": append([]byte(headerMagic), bytes.Repeat([]byte{0}, 5493)...),
	} {
		if err := os.WriteFile(filepath.Join(dir, "audio", "bad.mp3"), body, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _, getErr := store.Get(t.Context(), "audio/bad.mp3")
		_, statErr := store.Stat(t.Context(), "audio/bad.mp3")
		if !errors.Is(getErr, media.ErrUnavailable) || !errors.Is(statErr, media.ErrUnavailable) {
			t.Errorf("%s: Get = %v, Stat = %v, want ErrUnavailable", name, getErr, statErr)
		}
	}
	mustPut(t, store, "audio/bad.mp3", "audio/mpeg", []byte("mended"))
	if got, _ := read(t, store, "audio/bad.mp3"); string(got) != "mended" {
		t.Errorf("Get = %q", got)
	}
	if err := errors.Join(os.Mkdir(filepath.Join(dir, "audio", "folder.mp3"), 0o700), syscall.Mkfifo(filepath.Join(dir, "audio", "pipe.mp3"), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []media.Key{"audio/folder.mp3", "audio/pipe.mp3"} {
		if _, _, err := store.Get(t.Context(), key); !errors.Is(err, media.ErrUnavailable) {
			t.Errorf("Get(%s) = %v, want ErrUnavailable", key, err)
		}
	}
	if _, err := store.Put(t.Context(), "audio/folder.mp3", "audio/mpeg", strings.NewReader("x")); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("Put over a folder = %v, want ErrUnavailable", err)
	}
	if got := fmt.Sprint(list(t, store, "")); got != "[audio/bad.mp3 audio/whole.mp3]" {
		t.Errorf("List = %s", got)
	}
}

func TestATypeThatDoesNotFitIsRefused(t *testing.T) {
	store := openEmbedded(t, t.TempDir())
	if _, err := store.Put(t.Context(), "code/a.png", strings.Repeat("x", 400), strings.NewReader("x")); !errors.Is(err, media.ErrType) {
		t.Errorf("Put = %v, want ErrType", err)
	}
	mustPut(t, store, "code/a.png", `image/"告"<&>`+strings.Repeat("x", 200), []byte("x"))
	if _, info := read(t, store, "code/a.png"); info.ContentType != `image/"告"<&>`+strings.Repeat("x", 200) {
		t.Errorf("type = %s", info.ContentType)
	}
}

// liar claims to be longer than what can be read of it.
type liar struct{ io.ReadSeeker }

func (l liar) Read(p []byte) (int, error) {
	if at, err := l.Seek(0, io.SeekCurrent); err != nil || at >= 90 {
		return 0, io.EOF
	}
	return l.ReadSeeker.Read(p[:1])
}

func TestABodyThatEndsEarlyReplacesNothing(t *testing.T) {
	dir := t.TempDir()
	store := openEmbedded(t, dir)
	mustPut(t, store, "code/a.png", "image/png", []byte("old"))
	if _, err := store.Put(t.Context(), "code/a.png", "image/png", liar{bytes.NewReader(content(1, 100))}); !errors.Is(err, media.ErrUnavailable) {
		t.Errorf("Put = %v, want ErrUnavailable", err)
	}
	if got, _ := read(t, store, "code/a.png"); string(got) != "old" {
		t.Errorf("Get = %q", got)
	}
	if left := entries(t, filepath.Join(dir, incoming)); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

func TestFilesOutliveTheirStore(t *testing.T) {
	dir := t.TempDir()
	for round := range 3 {
		store, err := Embedded(dir)
		if err != nil {
			t.Fatal(err)
		}
		for earlier := range round {
			key := media.Key(fmt.Sprintf("code/r-%d.png", earlier))
			if got, info := read(t, store, key); info.ContentType != "image/png" || info.SHA256 != hashOf(content(uint64(earlier), 100)) || len(got) != 100 {
				t.Fatalf("round %d: %+v", round, info)
			}
		}
		mustPut(t, store, media.Key(fmt.Sprintf("code/r-%d.png", round)), "image/png", content(uint64(round), 100))
		file, _, err := store.Get(t.Context(), "code/r-0.png")
		if err != nil {
			t.Fatal(err)
		}
		if err := store.Close(); err != nil {
			t.Fatal(err)
		}
		if got, err := io.ReadAll(file); err != nil || len(got) != 100 {
			t.Errorf("a file open at Close: %d bytes, %v", len(got), err)
		}
		file.Close()
		_, _, getErr := store.Get(t.Context(), "code/r-0.png")
		_, putErr := store.Put(t.Context(), "code/r-0.png", "image/png", strings.NewReader("x"))
		if !errors.Is(store.Ping(t.Context()), media.ErrUnavailable) || !errors.Is(getErr, media.ErrUnavailable) || !errors.Is(putErr, media.ErrUnavailable) {
			t.Fatalf("after Close: Get = %v, Put = %v, Ping = %v", getErr, putErr, store.Ping(t.Context()))
		}
	}
}

func TestAFolderThatVanishesIsUnavailable(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "media")
	store := openEmbedded(t, dir)
	if err := store.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left := entries(t, filepath.Join(dir, incoming)); len(left) > 0 {
		t.Errorf("Ping left %v", left)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	_, putErr := store.Put(t.Context(), "code/a.png", "image/png", strings.NewReader("x"))
	var listErr error
	for _, err := range store.List(t.Context(), "") {
		listErr = err
	}
	for call, err := range map[string]error{"Ping": store.Ping(t.Context()), "Put": putErr, "List": listErr, "Delete": store.Delete(t.Context(), "code/a.png")} {
		if !errors.Is(err, media.ErrUnavailable) {
			t.Errorf("%s = %v, want ErrUnavailable", call, err)
		}
	}
}

func TestAFolderThatCannotBeMadeIsNamed(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Embedded(filepath.Join(file, "media")); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("Embedded = %v, want ENOTDIR", err)
	}
}
