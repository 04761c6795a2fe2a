package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
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

// TestACutEndOfTheRecordShows against the tips of a backup, beside the server, without it, and after a restore.
func TestACutEndOfTheRecordShows(t *testing.T) {
	v, s := newVault(t), start(t, t.TempDir())
	v.keep(s.dir)
	file, tips := filepath.Join(t.TempDir(), "q.xlsx"), filepath.Join(t.TempDir(), "tips")
	for i := range 3 {
		save(t, file, filled(t, newQuestion(fmt.Sprintf("第 %d 问？", i))))
		if out, err := call(t, "bank", "import", file, "--data", s.dir); err != nil {
			t.Fatalf("import %d: %s %v", i, out, err)
		}
	}
	v.backup(s.dir)
	if out, err := call(t, "backup", "verify", v.dir, "--tips", tips); err == nil || !strings.Contains(out+err.Error(), "--identity") {
		t.Errorf("tips without the key: %s %v", out, err)
	}
	if out, err := call(t, "backup", "verify", v.dir, "--identity", v.identity, "--tips", tips); err != nil {
		t.Fatal(out, err)
	}
	passes := func(data string) {
		t.Helper()
		out, err := call(t, "audit", "verify", "--tips", tips, "--data", data)
		compared := regexp.MustCompile(`看过 (\d+) 条链，\d+ 条记录，和 (\d+) 个记下的链尾比过`).FindStringSubmatch(out)
		if err != nil || compared == nil || compared[1] != compared[2] || compared[1] < "2" || !strings.Contains(out, "接得上") {
			t.Errorf("audit verify: %s %v", out, err)
		}
	}
	passes(s.dir)
	if out, err := call(t, "audit", "verify", "--data", s.dir); err != nil || !strings.Contains(out, "加上 --tips") {
		t.Errorf("without tips: %s %v", out, err)
	}
	if out, err := call(t, "audit", "verify", "--tips", file, "--data", s.dir); err == nil || !strings.Contains(err.Error(), "不是记下的链尾") {
		t.Errorf("a file of no tips: %s %v", out, err)
	}
	s.stop()
	passes(s.dir)
	noted, err := os.ReadFile(tips)
	if out, failed := call(t, "audit", "tips", "--data", s.dir); err != nil || failed != nil || out != string(noted) {
		t.Errorf("audit tips: %s %v, the backup noted %s %v", out, failed, noted, err)
	}
	passes(v.restore())
	cutEnd(t, s.dir)
	if out, err := call(t, "audit", "verify", "--data", s.dir); err != nil {
		t.Errorf("negative control: without noted tips the cut shows: %s %v", out, err)
	}
	if out, err := call(t, "audit", "verify", "--tips", tips, "--data", s.dir); err == nil || !strings.Contains(out, "operator：从第 3 条起没有了：末尾被砍掉") {
		t.Errorf("the cut: %s %v", out, err)
	}
}

// cutEnd removes the operator's last entry and moves the stored tip back, as somebody with the file in hand would.
func cutEnd(t *testing.T, data string) {
	t.Helper()
	engine, err := bolt.Open(data)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close(context.Background()) }()
	var left audit.Tip
	last := ""
	err = store.NewAudit(engine).Walk(t.Context(), "operator", 2, func(e audit.Entry) error {
		if e.Link.Seq == 2 {
			left = e.Tip()
		}
		last = e.ID
		return nil
	})
	if err != nil || left.Seq != 2 {
		t.Fatal(left, err)
	}
	tips := engine.Collection("auditTips")
	_, cut := engine.Collection("auditEntries").Delete(t.Context(), bson.D{{Key: "_id", Value: last}})
	_, moved := tips.Delete(t.Context(), bson.D{{Key: "_id", Value: "operator"}})
	if err := errors.Join(cut, moved, tips.Insert(t.Context(), left)); err != nil {
		t.Fatal(err)
	}
}
