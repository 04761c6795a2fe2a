package main

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTheRecordIsReadBesideAServerAndWithout after a server took its content in and an operator imported.
func TestTheRecordIsReadBesideAServerAndWithout(t *testing.T) {
	dir := t.TempDir()
	s := start(t, dir)
	file := filepath.Join(t.TempDir(), "q.xlsx")
	for i := range 55 {
		save(t, file, filled(t, newQuestion(fmt.Sprintf("第 %d 问？", i))))
		if out, err := call(t, "bank", "import", file, "--data", dir); err != nil {
			t.Fatalf("import %d: %s %v", i, out, err)
		}
	}
	read := func() {
		t.Helper()
		first, err := call(t, "audit", "list", "--data", dir)
		cursor := regexp.MustCompile(`--after (\S+)`).FindStringSubmatch(first)
		if err != nil || strings.Count(first, "publish.import") != 50 || !strings.Contains(first, "命令行") || cursor == nil {
			t.Fatalf("audit list: %s %v", first, err)
		}
		rest, err := call(t, "audit", "list", "--after", cursor[1], "--data", dir)
		if err != nil || strings.Count(rest, "publish.import") != 5 || !strings.Contains(rest, "程序 shipped") || !strings.Contains(rest, "没有更早的了") {
			t.Errorf("audit list --after: %s %v", rest, err)
		}
		if out, err := call(t, "audit", "list", "--after", "x", "--data", dir); err == nil {
			t.Errorf("a cursor that is none was taken: %s", out)
		}
	}
	read()
	s.stop()
	read()
}
