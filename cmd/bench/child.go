package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	startPatience = 30 * time.Second
	startPoll     = 4 * time.Millisecond
	clockTick     = 10 * time.Millisecond // USER_HZ, in which Linux counts the time of a process
	anyCore       = -1
)

// child is a process of the bench's own.
type child struct {
	cmd     *exec.Cmd
	address string
	stop    context.CancelFunc
}

// spawn starts a program on one core (or anyCore), which is asked to end with ctx. Its words go to a file, shown when it
// does not come up.
func (b *bench) spawn(ctx context.Context, core int, name string, args ...string) (*child, error) {
	ctx, stop := context.WithCancel(ctx)
	env := []string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME"), "PGY_LIMITS_ENABLED=false"}
	if core != anyCore {
		name, args = "taskset", append([]string{"-c", strconv.Itoa(core), name}, args...)
	}
	c := &child{cmd: exec.CommandContext(ctx, name, args...), stop: stop}
	c.cmd.Env, c.cmd.WaitDelay = env, 10*time.Second
	c.cmd.Cancel = func() error { return c.cmd.Process.Signal(syscall.SIGTERM) }
	words, err := os.Create(filepath.Join(b.scratch, "words"))
	if err != nil {
		stop()
		return nil, err
	}
	defer words.Close()
	c.cmd.Stdout, c.cmd.Stderr = words, words
	if err := c.cmd.Start(); err != nil {
		stop()
		return nil, err
	}
	return c, nil
}

// end asks the process to end and waits for it.
func (c *child) end() {
	c.stop()
	_ = c.cmd.Wait() // it was asked to end: its exit status is of no interest
}

// cpu is the time the process has worked so far; 0 where the system does not say.
func (c *child) cpu() time.Duration {
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "stat"))
	if err != nil {
		return 0
	}
	return cpuOf(string(stat))
}

// cpuOf reads utime and stime, the fields 14 and 15 of proc(5)'s stat; the second field, a name, may contain spaces.
func cpuOf(stat string) time.Duration {
	fields := strings.Fields(stat[strings.LastIndexByte(stat, ')')+1:])
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick
}

// memory returns the current and the peak resident size of the process, in MB.
func (c *child) memory() (now, highest float64, err error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "status"))
	return statusMB(string(status), "VmRSS"), statusMB(string(status), "VmHWM"), err
}

// anonymous returns the memory of the process that is not backed by a file, in MB.
func (c *child) anonymous() (float64, error) {
	status, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(c.cmd.Process.Pid), "status"))
	return statusMB(string(status), "RssAnon"), err
}

func statusMB(status, field string) float64 {
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		if name == field {
			kib, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
			return kib * 1024 / 1e6
		}
	}
	return 0
}

// awaitPath asks for a path until it answers 200.
func (b *bench) awaitPath(ctx context.Context, address, path string) error {
	ctx, cancel := context.WithTimeout(ctx, startPatience)
	defer cancel()
	for {
		if _, err := get(ctx, "http://"+address+path, nil); err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			words, _ := os.ReadFile(filepath.Join(b.scratch, "words"))
			return fmt.Errorf("%s 没有起来：%s", address, bytes.TrimSpace(words[max(0, len(words)-400):]))
		case <-time.After(startPoll):
		}
	}
}

// serveOurs starts the server that is measured on a fresh or given folder and waits until it is ready.
func (b *bench) serveOurs(ctx context.Context, core int, data string) (*child, error) {
	return b.serve(ctx, b.binary, core, data)
}

func (b *bench) serve(ctx context.Context, binary string, core int, data string, more ...string) (*child, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c, err := b.spawn(ctx, core, binary, append([]string{"serve", "--listen", address, "--data", data}, more...)...)
	if err != nil {
		return nil, err
	}
	c.address = address
	if err := b.awaitPath(ctx, address, "/readyz"); err != nil {
		c.end()
		return nil, err
	}
	return c, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// errStatus is any status but the expected one.
var errStatus = errors.New("unexpected status")
