package app

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestABackupYields makes this very test binary, in a process of its own, more polite.
func TestABackupYields(t *testing.T) {
	if os.Getenv("PGY_YIELD") != "" {
		Yield()
		done := make(chan string)
		go func() { // on a thread of its own
			stat, _ := os.ReadFile("/proc/thread-self/stat")
			done <- strings.Fields(string(stat[strings.LastIndexByte(string(stat), ')')+1:]))[16]
		}()
		_, _ = os.Stdout.WriteString("nice " + <-done + "\n")
		os.Exit(0)
	}
	command := exec.Command(os.Args[0], "-test.run", t.Name())
	command.Env = append(os.Environ(), "PGY_YIELD=1")
	if out, err := command.Output(); err != nil || !strings.Contains(string(out), fmt.Sprintf("nice %d\n", niceness)) {
		t.Errorf("%s %v", out, err)
	}
}
