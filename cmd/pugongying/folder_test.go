package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pugongying/content"
)

// TestTheTextsGoOutAndComeBack walks the same way twice: beside a running server, and alone on the folder.
func TestTheTextsGoOutAndComeBack(t *testing.T) {
	for _, running := range []bool{true, false} {
		dir := t.TempDir()
		s := start(t, dir) // the first start brings the shipped content in
		if !running {
			s.stop()
		}
		t.Chdir(t.TempDir())
		does := func(fails bool, args []string, parts ...string) {
			t.Helper()
			out, err := call(t, append(append([]string{"content"}, args...), "--data", dir)...)
			if err != nil {
				out += err.Error()
			}
			if (err != nil) != fails {
				t.Errorf("%v (server: %v): %s", args, running, out)
			}
			for _, part := range parts {
				if !strings.Contains(out, part) {
					t.Errorf("%v (server: %v) does not say %q: %s", args, running, part, out)
				}
			}
		}
		does(false, []string{"export", "out"}, "out：", "草稿在 drafts")
		if n := sameFiles(t, "out"); n < 30 {
			t.Errorf("%d files", n)
		}
		does(true, []string{"export", "out"}, "已经有 out 了")
		does(false, []string{"import", "out"}, "新的 0 份，改动 0 份")
		edit(t, "out/explainers/wanfeng.md", "title: ", "title: 改过的")
		does(false, []string{"import", "out"}, "新的 0 份，改动 1 份", "都是草稿")
		does(false, []string{"export", "again"}, "again：")
		if n := sameFiles(t, "again"); n < 30 { // residents see what they saw
			t.Errorf("%d files", n)
		}
		if text, err := os.ReadFile("again/drafts/explainers/wanfeng.md"); err != nil || !strings.Contains(string(text), "title: 改过的") {
			t.Errorf("the draft is not there: %v", err)
		}
		does(false, []string{"import", "again"}, "新的 0 份，改动 0 份")
		edit(t, "out/explainers/wanfeng.md", "minutes: ", "minutes: x")
		does(true, []string{"import", "out"}, "✗", "wanfeng.md", "一份也没有收")
		does(true, []string{"import", "none"})
		if running {
			s.stop()
		}
	}
}

// sameFiles compares what residents see with what was shipped.
func sameFiles(t *testing.T, folder string) (n int) {
	t.Helper()
	for _, pattern := range []string{"explainers/*.md", "questions/*.yaml", "topics.yaml"} {
		names, err := fs.Glob(content.Files(), pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			want, err := fs.ReadFile(content.Files(), name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := os.ReadFile(filepath.Join(folder, name))
			if err != nil || string(got) != string(want) {
				t.Errorf("%s/%s differs from what was shipped: %v", folder, name, err)
			}
			n++
		}
	}
	return n
}

func edit(t *testing.T, name, old, with string) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil || !strings.Contains(string(text), old) {
		t.Fatalf("%s: %v", name, err)
	}
	save(t, name, []byte(strings.Replace(string(text), old, with, 1)))
}
