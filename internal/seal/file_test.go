package seal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode"
)

func write(t *testing.T, mode os.FileMode, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "root.key")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFaultsOfTheKeyFileAreNamedInChinese(t *testing.T) {
	good := string(demoFile)
	folder := t.TempDir()
	for name, fault := range map[string]struct {
		path string
		want error
	}{
		"missing":        {filepath.Join(folder, "none"), ErrMissing},
		"group reads":    {write(t, 0o640, good), ErrExposed},
		"world reads":    {write(t, 0o604, good), ErrExposed},
		"group writes":   {write(t, 0o620, good), ErrExposed},
		"folder":         {folder, ErrDamaged},
		"empty":          {write(t, 0o600, ""), ErrDamaged},
		"cut":            {write(t, 0o600, good[:len(good)/2]), ErrDamaged},
		"foreign field":  {write(t, 0o600, strings.Replace(good, `"format"`, `"more":1,"format"`, 1)), ErrDamaged},
		"other format":   {write(t, 0o600, strings.Replace(good, `"format": 1`, `"format": 2`, 1)), ErrDamaged},
		"no root":        {write(t, 0o600, strings.Replace(good, "AesGcmKey", "NoSuchKey", 1)), ErrDamaged},
		"huge":           {write(t, 0o600, strings.Repeat(" ", largestFile+1)), ErrDamaged},
		"zero root":      {write(t, 0o600, strings.Replace(good, "GiDS0/ry3tqmX+7uohrhnEf4ITdjvCiGZwg2qn/YdSQFZg==", "GiAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==", 1)), ErrWeak},
		"lookup missing": {write(t, 0o600, strings.Replace(good, `"lookup"`, `"Lookup2"`, 1)), ErrDamaged},
		"lookup short":   {write(t, 0o600, strings.Replace(good, "kHZAIf4coD6YqNtmz/gi+92+r5UAIZ0o+H55lOL4sxc=", "kHZA", 1)), ErrWeak},
	} {
		_, err := Open(fault.path)
		if !errors.Is(err, fault.want) {
			t.Errorf("%s: Open = %v, want %v", name, err, fault.want)
			continue
		}
		if !strings.Contains(err.Error(), fault.path) || !strings.ContainsFunc(err.Error(), func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
			t.Errorf("%s: %q names no file or is not Chinese", name, err)
		}
	}
}

func TestAnExposedFileIsRefusedUntilItIsMended(t *testing.T) {
	_, path := newFile(t)
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o644: false, 0o660: false, 0o601: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		_, err := Open(path)
		if (err == nil) != ok {
			t.Errorf("mode %04o: Open = %v", mode, err)
		}
		if !ok && !strings.Contains(err.Error(), "chmod 600") {
			t.Errorf("mode %04o: %q does not say how to mend it", mode, err)
		}
	}
}

func TestCreateIsPrivateAndNeverOverwrites(t *testing.T) {
	_, path := newFile(t)
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode = %v, %v, want 0600", info.Mode(), err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Create(path); !errors.Is(err, ErrExists) {
		t.Fatalf("Create again = %v, want ErrExists", err)
	}
	after, err := os.ReadFile(path)
	if err != nil || string(before) != string(after) {
		t.Fatalf("the key file changed: %v", err)
	}
	if left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".key-*")); err != nil || len(left) != 0 {
		t.Fatalf("left behind: %v, %v", left, err)
	}
	if _, err := Create(filepath.Join(filepath.Dir(path), "no", "such", "folder")); !errors.Is(err, ErrUnsaved) {
		t.Fatalf("Create nowhere = %v, want ErrUnsaved", err)
	}
}

func TestOfManyCreatorsOneWins(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	var wait sync.WaitGroup
	won := make(chan *Keys, 16)
	for range 16 {
		wait.Go(func() {
			keys, err := Create(path)
			if err == nil {
				won <- keys
			} else if !errors.Is(err, ErrExists) {
				t.Errorf("Create = %v", err)
			}
		})
	}
	wait.Wait()
	close(won)
	if len(won) != 1 {
		t.Fatalf("%d creators won, want 1", len(won))
	}
	opened, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	if winner := <-won; winner.Lookup("a", "b") != opened.Lookup("a", "b") {
		t.Fatal("the file is not the winner's")
	}
}

func TestWithoutHardLinksNothingIsOverwrittenEither(t *testing.T) {
	folder := t.TempDir()
	finished, path := filepath.Join(folder, "new"), filepath.Join(folder, "root.key")
	for _, name := range []string{finished, path} {
		if err := os.WriteFile(name, []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := renameIfAbsent(finished, path); !errors.Is(err, os.ErrExist) {
		t.Fatalf("renameIfAbsent onto a file = %v, want ErrExist", err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	if err := renameIfAbsent(finished, path); err != nil {
		t.Fatal(err)
	}
}

func TestDemoKeysAreKnownWhereverTheyAreCopied(t *testing.T) {
	keys, path := newFile(t)
	if keys.IsDemo() {
		t.Fatal("a drawn key is called a demo key")
	}
	if !Demo().IsDemo() {
		t.Fatal("the demo keys are not known")
	}
	copied := write(t, 0o600, string(demoFile))
	rotated, err := Rotate(copied)
	if err != nil {
		t.Fatal(err)
	}
	if !rotated.IsDemo() || !strings.Contains(rotated.Describe(), "演示") {
		t.Fatal("rotation hid the demo key")
	}
	if _, err := Retire(copied, Demo().Roots()[0]); err != nil {
		t.Fatal(err)
	}
	onlyLookup, err := Open(copied)
	if err != nil || !onlyLookup.IsDemo() {
		t.Fatalf("the demo lookup secret is not known: %v", err)
	}
	own, err := Open(path)
	if err != nil || own.IsDemo() || strings.Contains(own.Describe(), "演示") {
		t.Fatalf("Describe = %q, %v", own.Describe(), err)
	}
}
