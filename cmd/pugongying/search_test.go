package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The official texts, where present, are beside the repository; they are no part of it.
const officialTexts = "../../../shared/law/corpus"

func TestSearchCheckPrintsWhatIsFound(t *testing.T) {
	var out, errs bytes.Buffer
	err := run(context.Background(), invocation{args: []string{"search", "check"}, out: &out, err: &errs})
	if err != nil || !strings.Contains(out.String(), "NOT RUN  23条（没有法律全文）") || !strings.Contains(out.String(), "找到    告诫 → chuangtai") {
		t.Errorf("%v\n%s%s", err, out.String(), errs.String())
	}
	asks := filepath.Join(t.TempDir(), "asks.yaml")
	if err := os.WriteFile(asks, []byte("- {ask: 告戒书, want: [chuangtai]}"), 0o600); err != nil {
		t.Fatal(err)
	}
	out.Reset()
	err = run(context.Background(), invocation{args: []string{"search", "check", "--asks", asks}, out: &out, err: &errs})
	if err != nil || !strings.Contains(out.String(), "1 / 1 = 100.0%") {
		t.Errorf("%v\n%s%s", err, out.String(), errs.String())
	}
	for _, args := range [][]string{nil, {"ask"}, {"check", "--asks", "nowhere"}, {"check", "more"}, {"check", "--laws", "nowhere"}, {"check", "--nothing"}} {
		if err := run(context.Background(), invocation{args: append([]string{"search"}, args...), out: &out, err: &errs}); err == nil {
			t.Errorf("search %v does something", args)
		}
	}
}

func TestSearchesLeadWhereTheyShould(t *testing.T) {
	if _, err := os.Stat(officialTexts); err != nil {
		t.Skip("NOT RUN: no official texts beside the repository")
	}
	var out bytes.Buffer
	err := run(context.Background(), invocation{args: []string{"search", "check", "--laws", officialTexts}, out: &out, err: &out})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if err != nil {
		t.Errorf("%v\n%s", err, out.String())
	}
	if len(lines) < 334 {
		t.Errorf("only %d searches", len(lines)-1)
	}
	t.Log(lines[len(lines)-1])
}
