package main

import (
	"regexp"
	"strings"
	"testing"
)

// TestARootKeyIsChangedBesideAServerAndWithout walks the runbook's steps, with a server running and with none.
func TestARootKeyIsChangedBesideAServerAndWithout(t *testing.T) {
	s := start(t, t.TempDir())
	for _, where := range []string{"beside the server", "without it"} {
		if where == "without it" {
			s.stop()
		}
		step := func(says string, words ...string) string {
			t.Helper()
			out, err := call(t, append(words, "--data", s.dir)...)
			if err != nil || !strings.Contains(out, says) {
				t.Fatalf("%s, %v: %v\n%s", where, words, err, out)
			}
			return out
		}
		step("根密钥 1 把", "key", "status")
		step("加了一把新的主密钥", "key", "rotate")
		listed := step("根密钥 2 把", "key", "status")
		if out := step("都由主密钥包着了", "key", "rewrap"); !strings.Contains(out, "已改包 0 / ") {
			t.Errorf("%s: no progress: %s", where, out)
		}
		if primary := regexp.MustCompile(`编号 (\d+)（主密钥）`).FindStringSubmatch(listed); primary == nil {
			t.Errorf("%s: no primary in %s", where, listed)
		} else if out, err := call(t, "key", "retire", primary[1], "--data", s.dir); err == nil || !strings.Contains(err.Error(), "主密钥不能移除") {
			t.Errorf("%s: the primary was retired: %v %s", where, err, out)
		}
		step("旧的根密钥移除了", "key", "retire")
		step("根密钥 1 把", "key", "status")
	}
}
