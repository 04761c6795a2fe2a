package app

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"pugongying/internal/config"
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
		"documents that are a folder":  {folder("documents.db"), documentStore},
		"documents of zeros":           {file("documents.db", strings.Repeat("\x00", 32<<10)), documentStore},
		"documents of text":            {file("documents.db", strings.Repeat("text ", 10_000)), documentStore},
		"a key that is a folder":       {folder("root.key"), rootKey},
		"a key that is damaged":        {file("root.key", "{}"), rootKey},
		"media that are a file":        {file("media", "x"), mediaStore},
		"a cache nobody answers for":   {func(_ string, c *config.Config) error { c.Redis.URL = "nonsense://"; return nil }, cacheStore},
		"hotlines that cannot be read": {list(func(c *config.Config, name string) { c.Content.HotlinesFile = name }), hotlineList},
		"projects that cannot be read": {list(func(c *config.Config, name string) { c.Content.ProjectsFile = name }), "地区和项目"},
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
			before := goleak.IgnoreCurrent()
			a, err := Open(t.Context(), c, NewLogger(c.Log, &lines{}))
			if err == nil {
				_ = a.Close(t.Context())
				t.Fatal("it was opened")
			}
			if text := err.Error(); !strings.HasPrefix(text, d.what+"：") || !chinese(strings.TrimPrefix(text, d.what)) {
				t.Errorf("said %q", text)
			}
			if left := leftOpen(t, dir); len(left) > 0 {
				t.Errorf("left open: %v", left)
			}
			goleak.VerifyNone(t, before)
			printed := ""
			for _, f := range Examine(t.Context(), c) {
				if f.Mend != "" && !f.Warning {
					printed += f.What + "：" + f.Mend + "\n"
				}
			}
			if !chinese(printed) {
				t.Errorf("doctor says nothing: %q", printed)
			}
			if d.what == documentStore && !strings.Contains(printed, err.Error()) {
				t.Errorf("doctor says %q, serve %q", printed, err)
			}
		})
	}
}
