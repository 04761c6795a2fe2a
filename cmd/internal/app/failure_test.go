package app

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"pugongying/internal/config"
	"pugongying/internal/testkit"
)

// leftOpen returns the files under a folder that this process still has open.
func leftOpen(t *testing.T, folder string) (left []string) {
	t.Helper()
	names, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Skip("NOT RUN: no /proc")
	}
	for _, n := range names {
		if to, err := os.Readlink("/proc/self/fd/" + n.Name()); err == nil && strings.HasPrefix(to, folder) {
			left = append(left, to)
		}
	}
	return left
}

// TestEveryStepMayFail lets each step of opening fail in turn: the error is a sentence that names the step, and nothing
// that was opened before stays open.
func TestEveryStepMayFail(t *testing.T) {
	c := config.Default()
	broken := errors.New("broken on purpose")
	count := len(New(c, NewLogger(c.Log, &lines{})).serving())
	if count < 15 {
		t.Fatalf("only %d steps", count)
	}
	for i := range count {
		c.Data = t.TempDir()
		before := goleak.IgnoreCurrent()
		a := New(c, NewLogger(c.Log, &lines{}))
		steps := a.serving()
		what := steps[i].what
		t.Run(fmt.Sprint(i, " ", what), func(t *testing.T) {
			steps[i].open = func(context.Context) error { return broken }
			opened, err := a.open(t.Context(), steps)
			if opened != nil || !errors.Is(err, broken) {
				t.Fatalf("%v, %v", opened, err)
			}
			if text := err.Error(); !strings.HasPrefix(text, what+"：打不开（broken on purpose）") || strings.Contains(text, "\n") {
				t.Errorf("said %q", text)
			}
			if left := leftOpen(t, c.Data); len(left) > 0 {
				t.Errorf("left open: %v", left)
			}
			goleak.VerifyNone(t, before)
		})
	}
	c.Data = t.TempDir()
	a, err := Open(t.Context(), c, NewLogger(c.Log, &lines{}))
	if err != nil {
		t.Fatal(err)
	}
	if len(leftOpen(t, c.Data)) == 0 {
		t.Error("negative control: an open server has no files open")
	}
	if err := a.Close(context.Background()); err != nil {
		t.Error(err)
	}
}

// damage is a data folder or a setting that something cannot be opened with.
type damage struct {
	do   func(dir string, c *config.Config) error
	what string
}

func damages() map[string]damage {
	file := func(name, text string) func(string, *config.Config) error {
		return func(dir string, _ *config.Config) error {
			return os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600)
		}
	}
	folder := func(name string) func(string, *config.Config) error {
		return func(dir string, _ *config.Config) error { return os.MkdirAll(filepath.Join(dir, name, "x"), 0o700) }
	}
	link := func(name string) func(string, *config.Config) error {
		return func(dir string, _ *config.Config) error {
			return os.Symlink(filepath.Join(dir, "gone", "away"), filepath.Join(dir, name))
		}
	}
	both := func(all ...func(string, *config.Config) error) func(string, *config.Config) error {
		return func(dir string, c *config.Config) error {
			var err error
			for _, do := range all {
				err = errors.Join(err, do(dir, c))
			}
			return err
		}
	}
	list := func(set func(*config.Config, string)) func(string, *config.Config) error {
		return func(dir string, c *config.Config) error {
			name := filepath.Join(dir, "list.yaml")
			set(c, name)
			return os.WriteFile(name, []byte("- {nothing: here"), 0o600)
		}
	}
	return map[string]damage{
		"a data folder that is a file": {func(dir string, c *config.Config) error {
			c.Data = filepath.Join(dir, "file")
			return os.WriteFile(c.Data, nil, 0o600)
		}, dataFolder},
		"documents that are a folder":          {folder("documents.db"), dataFolder},
		"documents of zeros":                   {file("documents.db", strings.Repeat("\x00", 32<<10)), documentStore},
		"documents of text":                    {file("documents.db", strings.Repeat("text ", 10_000)), documentStore},
		"a key that is a folder":               {folder("root.key"), dataFolder},
		"a key that is damaged":                {file("root.key", "{}"), rootKey},
		"media that are a file":                {file("media", "x"), dataFolder},
		"incoming media that are a file":       {both(folder("media"), file("media/incoming", "x")), dataFolder},
		"a socket that is a folder":            {folder(SocketName), dataFolder},
		"a search that is a file":              {file(SearchFolder, "x"), dataFolder},
		"documents that are a link to nothing": {link("documents.db"), dataFolder},
		"a key that is a link to nothing":      {link("root.key"), dataFolder},
		"media that are a link to nothing":     {link("media"), dataFolder},
		"documents of no bytes beside a key":   {both(file("documents.db", ""), file("root.key", "{}")), documentStore},
		"documents of no bytes beside media":   {both(file("documents.db", ""), folder("media")), documentStore},
		"no documents beside media":            {folder("media"), documentStore},
		"a cache nobody answers for":           {func(_ string, c *config.Config) error { c.Redis.URL = "nonsense://"; return nil }, cacheStore},
		"hotlines that cannot be read":         {list(func(c *config.Config, name string) { c.Content.HotlinesFile = name }), hotlineList},
		"projects that cannot be read":         {list(func(c *config.Config, name string) { c.Content.ProjectsFile = name }), "地区和项目"},
	}
}

// contents is every name under a folder, with what it is and a sum of its bytes.
func contents(t *testing.T, dir string) string {
	t.Helper()
	var all strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		text := []byte{}
		if d.Type().IsRegular() {
			text, err = os.ReadFile(path)
		}
		fmt.Fprintf(&all, "%s %s %x; ", strings.TrimPrefix(path, dir), d.Type(), sha256.Sum256(text))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all.String()
}

// TestALostRootKeyIsNotMadeAnew also where the cause is that only doctor ran.
func TestALostRootKeyIsNotMadeAnew(t *testing.T) {
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "192.0.2.1:80" // 演示 staff, on loopback alone, need the key from the first start
	key := filepath.Join(c.Data, "root.key")
	fresh := func() (*App, error) { return Open(t.Context(), c, NewLogger(c.Log, &lines{})) }
	a, err := fresh()
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(key); err != nil {
		t.Fatal(err)
	}
	if a, err = fresh(); err != nil { // the control: nothing needs the key yet
		t.Fatal(err)
	}
	if _, err := a.Members.SignInGuest(t.Context(), true); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(a.Close(t.Context()), os.Rename(key, key+".away")); err != nil {
		t.Fatal(err)
	}
	if _, err := fresh(); err == nil || !strings.Contains(err.Error(), "根密钥不见了") {
		t.Errorf("said %v", err)
	}
	said := ""
	for _, f := range Examine(t.Context(), c) {
		said += f.Mend
	}
	if _, err := os.Stat(key); err == nil || !strings.Contains(said, "根密钥不见了") {
		t.Errorf("a key was made, or doctor says %q", said)
	}
	if err := os.Rename(key+".away", key); err != nil {
		t.Fatal(err)
	}
	if a, err = fresh(); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestWhatIsDamagedIsASentence opens damaged folders for a server, for a command and for doctor.
func TestWhatIsDamagedIsASentence(t *testing.T) {
	for name, d := range damages() {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			c := config.Default()
			c.Data = dir
			if err := d.do(dir, &c); err != nil {
				t.Fatal(err)
			}
			before, untouched := goleak.IgnoreCurrent(), contents(t, dir)
			printed := ""
			for _, f := range Examine(t.Context(), c) {
				if f.Mend != "" && !f.Warning {
					printed += f.What + "：" + f.Mend + "\n"
				}
			}
			if after := contents(t, dir); after != untouched {
				t.Errorf("doctor wrote: %s, before %s", after, untouched)
			}
			a, err := Open(t.Context(), c, NewLogger(c.Log, &lines{}))
			if err == nil {
				_ = a.Close(t.Context())
				t.Fatal("it was opened")
			}
			if d.what == documentStore || d.what == dataFolder {
				_ = os.Remove(filepath.Join(dir, "lock"))
				if after := contents(t, dir); after != untouched {
					t.Errorf("serve wrote: %s, before %s", after, untouched)
				}
			}
			if text := err.Error(); !strings.HasPrefix(text, d.what+"：") || !chinese(strings.TrimPrefix(text, d.what)) {
				t.Errorf("said %q", text)
			}
			if left := leftOpen(t, dir); len(left) > 0 {
				t.Errorf("left open: %v", left)
			}
			goleak.VerifyNone(t, before)
			if !chinese(printed) {
				t.Errorf("doctor says nothing: %q", printed)
			}
			if d.what == documentStore && !strings.Contains(printed, err.Error()) {
				t.Errorf("doctor says %q, serve %q", printed, err)
			}
		})
	}
	testkit.Score(t, "damaged stores named and not written to", fmt.Sprintf("%d of %d", len(damages()), len(damages())), !t.Failed(),
		"a folder that is whole is opened, and then written to (TestEveryStepMayFail)")
}
