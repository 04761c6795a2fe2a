package main

import (
	"regexp"
	"strings"
	"testing"
)

var invitationForm = regexp.MustCompile(`[A-Z2-7]{4}(-[A-Z2-7]{4}){3}`)

// TestTheFirstTwoAdmins are made beside a running server and without one; a third is refused.
func TestTheFirstTwoAdmins(t *testing.T) {
	dir := t.TempDir()
	add := func(login string) (string, error) {
		return call(t, "staff", "add", "--role", "admin", "--region", "150400000000", "--login", login, "--name", "包玉", "--data", dir)
	}
	first, err := add("baoyu")
	if err != nil || !invitationForm.MatchString(first) {
		t.Fatalf("without a server: %s %v", first, err)
	}
	s := start(t, dir)
	second, err := add("gaowa")
	if err != nil || !invitationForm.MatchString(second) || invitationForm.FindString(first) == invitationForm.FindString(second) {
		t.Fatalf("beside a server: %s %v", second, err)
	}
	if out, err := add("third"); err == nil || !strings.Contains(err.Error(), "已经有两位") {
		t.Errorf("a third: %s %v", out, err)
	}
	if out, err := call(t, "staff", "add", "--role", "editor1", "--region", "150400000000", "--login", "x", "--name", "某", "--data", dir); err == nil || !strings.Contains(err.Error(), "工作台") {
		t.Errorf("another role: %s %v", out, err)
	}
	list, err := call(t, "staff", "list", "--data", dir)
	if err != nil || !strings.Contains(list, "baoyu") || !strings.Contains(list, "还没进来") || !strings.Contains(list, "admin@赤峰市") || strings.Contains(list, invitationForm.FindString(first)) {
		t.Errorf("staff list: %s %v", list, err)
	}
	s.stop()
}

func TestDemonstrationStaffAreForThisMachineAlone(t *testing.T) {
	out, err := call(t, "staff", "demo")
	if err != nil || !strings.Contains(out, "yanshi-pugongying") || !strings.Contains(out, "guanli1") {
		t.Errorf("staff demo: %s %v", out, err)
	}
	if out, err := call(t, "staff", "code"); err != nil || !regexp.MustCompile(`^[0-9]{6}（`).MatchString(out) {
		t.Errorf("staff code: %s %v", out, err)
	}
	for _, set := range [][]string{{"--listen", "0.0.0.0:8080"}, {"--env", "production"}, {"--set", "content.demo=false"}, {"--set", "proxy.trusted=127.0.0.1/32"}} {
		for _, command := range []string{"demo", "code"} {
			if out, err := call(t, append([]string{"staff", command}, set...)...); err == nil {
				t.Errorf("staff %s with %v: %s", command, set, out)
			}
		}
	}
}
