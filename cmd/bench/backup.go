package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"sync"
	"sync/atomic"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

const (
	backupClients = 32
	backupBatch   = 2000
)

// backupAttempts is how many attempts stand in the documents that are backed up.
var backupAttempts = 100_000

// backups measures the binary's own commands: a first backup, the next ones, what both cost clients that write meanwhile,
// and a restore, in which everything must be that was acknowledged before the backup began.
func (b *bench) backups(ctx context.Context) ([]row, error) {
	v, err := b.newBackedUp(ctx)
	if err != nil {
		return nil, err
	}
	server, err := b.serveOurs(ctx, anyCore, v.data)
	if err != nil {
		return nil, err
	}
	defer func() { server.end() }()
	v.base = "http://" + server.address + api.Base
	first, next, err := v.alone(ctx)
	if err != nil {
		return nil, err
	}
	v.worked = server.cpu
	whole, err := v.beside(ctx, max(1, b.rounds/3), b.turn, func(i int) string { return fmt.Sprint(v.dir, "-whole-", i) })
	if err != nil {
		return nil, err
	}
	some, err := v.beside(ctx, b.rounds, b.turn, func(int) string { return v.dir })
	if err != nil {
		return nil, err
	}
	b.say("恢复 %d 份作答", backupAttempts)
	took, lost, err := v.drill(ctx, b, server)
	if err != nil {
		return nil, err
	}
	name := fmt.Sprintf("%d 份作答", backupAttempts)
	// By the wall clock, whoever else uses the machine is measured too; by the server's processor time, not the disk.
	return []row{
		row{name: "第一次备份 " + name, unit: "s", ours: first}.needs(atMost(10)),
		row{name: "再备份一次", unit: "s", ours: next}.needs(atMost(10)),
		compared(fmt.Sprintf("%d 个人在写，备份的时候 ÷ 不备份的时候", backupClients), "次/s", some.with, some.without).needs(ratioOf(0.8)),
		compared("  同样，备份是第一次的全部", "次/s", whole.with, whole.without).needs(ratioOf(0.8)),
		compared("  同样，按服务自己的处理器时间", "次/s", some.withCPU, some.withoutCPU).needs(ratioOf(0.8)),
		{name: "  边写边备份，每次多久", unit: "s", ours: median(some.seconds)},
		row{name: "从空目录恢复到能用", unit: "s", ours: took}.needs(atMost(1800)),
		row{name: "备份开始前确认过、恢复以后没有的", unit: "份", ours: lost}.needs(atMost(0)),
	}, nil
}

// backedUp is a folder with many attempts, and the backups of it.
type backedUp struct {
	binary, data, dir, identity, public, base string

	worked func() time.Duration // the server's processor time so far

	mu        sync.Mutex
	confirmed []string // attempts that were acknowledged
	covered   int      // how many of them before the last backup began
}

func (b *bench) newBackedUp(ctx context.Context) (*backedUp, error) {
	v := &backedUp{
		binary: b.binary, data: filepath.Join(b.scratch, "backed-up"), dir: filepath.Join(b.scratch, "backups"), identity: filepath.Join(b.scratch, "identity"),
	}
	made, err := exec.CommandContext(ctx, v.binary, "backup", "key", v.identity).CombinedOutput()
	if err != nil {
		return nil, fmt.Errorf("backup key：%s", made)
	}
	v.public = regexp.MustCompile(`age1\w+`).FindString(string(made))
	fresh, err := b.serveOurs(ctx, anyCore, v.data) // makes the root key and imports the shipped content
	if err != nil {
		return nil, err
	}
	fresh.end()
	b.say("写入 %d 份作答", backupAttempts)
	return v, writeAttempts(ctx, v.data, backupAttempts)
}

// writeAttempts stores attempts as large as real ones.
func writeAttempts(ctx context.Context, data string, n int) (err error) {
	c := config.Default()
	c.Data = data
	a, err := app.OpenOffline(ctx, c)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.Close(context.WithoutCancel(ctx))) }()
	for from := 0; from < n && err == nil; from += backupBatch {
		docs := make([]any, min(backupBatch, n-from))
		for i := range docs {
			docs[i] = largeAttempt(from + i)
		}
		err = a.Documents.Collection("attempts").Insert(ctx, docs...)
	}
	return err
}

func largeAttempt(i int) *quiz.Attempt {
	at := time.Now().UTC().Truncate(time.Millisecond).Add(-time.Duration(i) * time.Second)
	a := &quiz.Attempt{
		ID: rand.Text(), Owner: member.Handle(rand.Text()), Origin: quiz.FromTopic, From: "maicao", Title: "家里的事", State: quiz.Submitted,
		StartedAt: at, ExpiresAt: at.Add(24 * time.Hour), SubmittedAt: at, Score: 7, Total: 10, Keep: true, Rev: 2, Schema: quiz.AttemptSchema,
		Where: quiz.Where{Region: "150202000000", Org: rand.Text(), Project: rand.Text()},
	}
	for range 10 {
		a.Drawn = append(a.Drawn, quiz.Drawn{Question: rand.Text(), Version: 1, Order: []string{"b", "a", "d", "c"}, Chosen: []string{"a"}})
	}
	return a
}

// run makes a backup and gives its seconds.
func (v *backedUp) run(ctx context.Context, dir string) (float64, error) {
	v.mu.Lock()
	covered := len(v.confirmed)
	v.mu.Unlock()
	begun := time.Now()
	out, err := exec.CommandContext(ctx, v.binary, "backup", dir, "--to", v.public, "--data", v.data).CombinedOutput()
	if err != nil {
		return 0, fmt.Errorf("backup：%s", out)
	}
	if dir == v.dir {
		v.covered = covered
	}
	return time.Since(begun).Seconds(), nil
}

// alone measures the first backup and the next while nobody writes.
func (v *backedUp) alone(ctx context.Context) (first, next float64, err error) {
	if first, err = v.run(ctx, v.dir); err != nil {
		return 0, 0, err
	}
	next, err = v.run(ctx, v.dir)
	return first, next, err
}

// cost is the rates of the clients while backups were made and while none was, round by round.
type cost struct{ with, without, withCPU, withoutCPU, seconds []float64 }

// beside lets clients write all the time. Each round is a turn without, a backup, and a turn without.
func (v *backedUp) beside(ctx context.Context, rounds int, turn time.Duration, dir func(round int) string) (cost, error) {
	writing, stop := context.WithCancel(ctx)
	var done atomic.Int64
	var failed atomic.Pointer[error]
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: backupClients}}
	defer client.CloseIdleConnections()
	var clients sync.WaitGroup
	for range backupClients {
		clients.Go(func() {
			for writing.Err() == nil {
				if err := v.write(writing, client, &done); err != nil && writing.Err() == nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
			}
		})
	}
	var c cost
	var err error
	time.Sleep(turn / 2)
	for i := 0; i < rounds && err == nil; i++ {
		err = v.round(ctx, &c, &done, turn, dir(i))
	}
	stop()
	clients.Wait()
	if f := failed.Load(); f != nil {
		err = errors.Join(err, *f)
	}
	return c, err
}

func (v *backedUp) round(ctx context.Context, c *cost, done *atomic.Int64, turn time.Duration, dir string) error {
	window := func(work func() error) (rate, perCPU float64, err error) {
		begun, before, worked := time.Now(), done.Load(), v.worked()
		err = work()
		n := float64(done.Load() - before)
		return n / time.Since(begun).Seconds(), n / max((v.worked()-worked).Seconds(), clockTick.Seconds()), err
	}
	rest := func() error { time.Sleep(turn); return nil }
	before, beforeCPU, _ := window(rest)
	with, withCPU, err := window(func() error {
		seconds, err := v.run(ctx, dir)
		c.seconds = append(c.seconds, seconds)
		return err
	})
	after, afterCPU, _ := window(rest)
	c.with, c.without = append(c.with, with), append(c.without, (before+after)/2)
	c.withCPU, c.withoutCPU = append(c.withCPU, withCPU), append(c.withoutCPU, (beforeCPU+afterCPU)/2)
	return err
}

// write begins an attempt and hands it in.
func (v *backedUp) write(ctx context.Context, client *http.Client, done *atomic.Int64) error {
	var begun api.Attempt
	if err := post(ctx, client, v.base+"/me/daily", map[string]any{}, &begun); err != nil {
		return err
	}
	done.Add(1)
	if err := post(ctx, client, v.base+"/attempts/"+begun.ID+"/submission", map[string]any{}, new(api.Result)); err != nil {
		return err
	}
	done.Add(1)
	v.mu.Lock()
	defer v.mu.Unlock()
	v.confirmed = append(v.confirmed, begun.ID)
	return nil
}

// drill kills the server, restores the last backup beside it and counts what is missing.
func (v *backedUp) drill(ctx context.Context, b *bench, server *child) (seconds, lost float64, err error) {
	server.end()
	target := v.data + "-restored"
	root, err := os.ReadFile(filepath.Join(v.data, "root.key"))
	if err == nil {
		err = os.Mkdir(target, 0o700)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(target, "root.key"), root, 0o600)
	}
	if err != nil {
		return 0, 0, err
	}
	begun := time.Now()
	if out, err := exec.CommandContext(ctx, v.binary, "restore", v.dir, "--identity", v.identity, "--data", target).CombinedOutput(); err != nil {
		return 0, 0, fmt.Errorf("restore：%s", out)
	}
	restored, err := b.serveOurs(ctx, anyCore, target)
	if err != nil {
		return 0, 0, err
	}
	defer restored.end()
	seconds = time.Since(begun).Seconds()
	for _, id := range v.confirmed[:v.covered] {
		if _, err := get(ctx, "http://"+restored.address+api.Base+"/attempts/"+id, nil); err != nil {
			lost++
		}
	}
	if _, err := get(ctx, "http://"+restored.address+api.Base+"/attempts/"+rand.Text(), nil); err == nil || v.covered == 0 {
		return seconds, lost, errors.New("没有的作答也找得到，或者备份之前什么也没写：这一行什么也说明不了")
	}
	return seconds, lost, nil
}
