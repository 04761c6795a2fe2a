package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
)

// vault is where a deployment's backups and keys are: the folder beside the server, the private key and the root key
// elsewhere.
type vault struct {
	t                     *testing.T
	dir, identity, public string
	root                  string // a copy of the root key
}

func newVault(t *testing.T) *vault {
	t.Helper()
	v := &vault{t: t, dir: filepath.Join(t.TempDir(), "backup"), identity: filepath.Join(t.TempDir(), "identity")}
	out, err := call(t, "backup", "key", v.identity)
	if err != nil {
		t.Fatal(err)
	}
	v.public = regexp.MustCompile(`age1\w+`).FindString(out)
	return v
}

// keep copies a server's root key to a safe place.
func (v *vault) keep(data string) {
	v.t.Helper()
	v.root = filepath.Join(v.t.TempDir(), "root.key")
	copyFile(v.t, filepath.Join(data, "root.key"), v.root)
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	text, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o700)
	}
	if err == nil {
		err = os.WriteFile(to, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

var backupName = regexp.MustCompile(`\d{8}T\d{6}\.\d{3}Z-[0-9a-f]{16}`)

// backup backs a data folder up and gives the backup's name.
func (v *vault) backup(data string) string {
	v.t.Helper()
	out, err := call(v.t, "backup", v.dir, "--to", v.public, "--data", data)
	if err != nil {
		v.t.Fatalf("%s %v", out, err)
	}
	return backupName.FindString(out)
}

// restore restores into a new folder that has the root key and nothing else.
func (v *vault) restore(words ...string) string {
	v.t.Helper()
	data := filepath.Join(v.t.TempDir(), "restored")
	copyFile(v.t, v.root, filepath.Join(data, "root.key"))
	if out, err := call(v.t, append([]string{"restore", v.dir, "--identity", v.identity, "--data", data}, words...)...); err != nil {
		v.t.Fatalf("%s %v", out, err)
	}
	return data
}

// soFar copies what was acknowledged so far.
func (a *acknowledged) soFar() *acknowledged {
	a.mu.Lock()
	defer a.mu.Unlock()
	return &acknowledged{sessions: append([]string{}, a.sessions...), results: maps.Clone(a.results)}
}

// without leaves out what belongs to one session.
func (a *acknowledged) without(token string) *acknowledged {
	left := &acknowledged{results: map[string]string{}}
	for _, s := range a.sessions {
		if s != token {
			left.sessions = append(left.sessions, s)
		}
	}
	for at, result := range a.results {
		if !strings.HasPrefix(at, token+" ") {
			left.results[at] = result
		}
	}
	return left
}

func (s *server) status(token string) int {
	status, _ := s.get("/api/v1/me", "Authorization", "Bearer "+token)
	return status
}

// TestTheBackupDrill backs a server up while people use it, erases one of them, backs up again, kills the server and brings
// both backups back on empty folders with the root key from elsewhere.
func TestTheBackupDrill(t *testing.T) {
	v, s, a := newVault(t), start(t, t.TempDir()), &acknowledged{results: map[string]string{}}
	v.keep(s.dir)
	voice, file := "ID3\x04\x00\x00\x00\x00\x02\x01"+strings.Repeat("a voice ", 9000), filepath.Join(t.TempDir(), "voice.mp3")
	if err := os.WriteFile(file, []byte(voice), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := call(t, "audio", "add", file, "--data", s.dir); err != nil {
		t.Fatal(out, err)
	}
	var workers sync.WaitGroup
	for range 8 {
		workers.Go(func() { a.work(s.url) })
	}
	time.Sleep(500 * time.Millisecond)
	before := a.soFar()
	first := v.backup(s.dir)
	early := filepath.Join(t.TempDir(), "early") // both folders as they were before anybody was erased
	if err := os.CopyFS(early, os.DirFS(v.dir)); err != nil {
		t.Fatal(err)
	}
	her := before.sessions[0]
	if status, body, err := request(http.DefaultClient, "DELETE", s.url+"/api/v1/me", "", "Authorization", "Bearer "+her); err != nil || status != 204 {
		t.Fatal(status, body, err)
	}
	later := a.soFar().without(her)
	second := v.backup(s.dir)
	time.Sleep(200 * time.Millisecond)
	s.kill()
	workers.Wait()
	if len(before.sessions) < 20 || len(before.results) < 10 || first == second {
		t.Fatalf("hardly anything was done: %d sessions, %d submissions", len(before.sessions), len(before.results))
	}

	begun := time.Now()
	back := start(t, v.restore())
	took := time.Since(begun)
	lost := later.lost(back)
	if lost != 0 {
		t.Errorf("the newest: %d of %d sessions and %d submissions that were acknowledged before it are lost", lost, len(later.sessions), len(later.results))
	}
	if status := back.status(her); status != 401 {
		t.Errorf("the newest: she who was erased: %d", status)
	}
	if out, err := back.counted(len(later.results)); err != nil {
		t.Errorf("the ledger: %s %v", out, err)
	}
	if status, body := back.get("/api/v1/media/audio/voice.mp3"); status != 200 || body != voice {
		t.Errorf("the recording: %d, %d bytes", status, len(body))
	}
	back.stop()

	older := start(t, v.restore("--name", first))
	if lost := before.without(her).lost(older); lost != 0 {
		t.Errorf("the older one: %d lost", lost)
	}
	if status := older.status(her); status != 401 {
		t.Errorf("the older one brought her back: %d", status)
	}
	older.stop()
	v.dir = early
	if status := start(t, v.restore()).status(her); status != 200 {
		t.Errorf("control: without the newer list of erasures she is there in the first backup: %d", status)
	}
	t.Logf("%d sessions and %d submissions acknowledged before the backup, %d lost; from nothing to ready in %v", len(later.sessions), len(later.results), lost, took)
}

// seedAttempts writes attempts as large as real ones into a folder that nobody serves.
func seedAttempts(t testing.TB, data string, n int) {
	t.Helper()
	c := config.Default()
	c.Data = data
	a, err := app.OpenOffline(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}()
	const batch = 2000
	for from := 0; from < n; from += batch {
		docs := make([]any, min(batch, n-from))
		for i := range docs {
			docs[i] = madeUpAttempt(from + i)
		}
		if err := a.Documents.Collection("attempts").Insert(t.Context(), docs...); err != nil {
			t.Fatal(err)
		}
	}
}

func madeUpAttempt(i int) *quiz.Attempt {
	random := func() string {
		return fmt.Sprintf("%08x%08x%08x%02x", rand.Uint32(), rand.Uint32(), rand.Uint32(), rand.Uint32()&255)
	}
	at := time.Now().UTC().Truncate(time.Millisecond).Add(-time.Duration(i) * time.Second)
	attempt := &quiz.Attempt{
		ID: random(), Owner: member.Handle(random()), Origin: quiz.FromTopic, From: "maicao", Title: "家里的事", State: quiz.Submitted,
		StartedAt: at, ExpiresAt: at.Add(24 * time.Hour), SubmittedAt: at, Score: 7, Total: 10, Keep: true, Rev: 2, Schema: quiz.AttemptSchema,
		Where: quiz.Where{Region: "150202000000", Org: random(), Project: random()},
	}
	for range 10 {
		attempt.Drawn = append(attempt.Drawn, quiz.Drawn{Question: random(), Version: 1, Order: []string{"b", "a", "d", "c"}, Chosen: []string{"a"}})
	}
	return attempt
}

// launch starts a command of the binary, to be killed.
func launch(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, args...)
	command.Dir = t.TempDir()
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	return command
}

// A machine that became faster ends before it is killed; then it is killed sooner, until enough were killed at work.
const kills, killTries = 5, 40

func sooner(whole time.Duration) time.Duration { return max(whole*3/4, 10*time.Millisecond) }

// killed says whether the process was at work when it was killed.
func killed(command *exec.Cmd, after time.Duration) bool {
	time.Sleep(after)
	_ = command.Process.Kill()
	return command.Wait() != nil
}

// TestKilledBackups kills backups at random points: what was complete before stays the newest, the next one completes.
func TestKilledBackups(t *testing.T) {
	data, v := t.TempDir(), newVault(t)
	start(t, data).stop()
	v.keep(data)
	seedAttempts(t, data, 20_000)
	args := []string{"backup", v.dir, "--to", v.public, "--data", data}
	begun := time.Now()
	if err := launch(t, args...).Wait(); err != nil {
		t.Fatal(err)
	}
	whole, cut := time.Since(begun), 0
	if err := os.RemoveAll(v.dir); err != nil {
		t.Fatal(err)
	}
	for try := 0; try < killTries && cut < kills; try++ {
		if killed(launch(t, args...), time.Duration(rand.Int64N(int64(whole)))) {
			cut++
		} else if whole = sooner(whole); os.RemoveAll(v.dir) != nil { // what it wrote would make the next one quick
			t.Fatal(v.dir)
		}
		out, err := call(t, "backup", "verify", v.dir)
		if err != nil && !strings.Contains(err.Error(), "没有一份做完的备份") && !strings.Contains(err.Error(), "no such file") {
			t.Errorf("after a kill: %s %v", out, err)
		}
	}
	if cut < kills {
		t.Errorf("control: only %d of %d were killed at work", cut, kills)
	}
	name := v.backup(data)
	if out, err := call(t, "backup", "verify", v.dir, "--identity", v.identity); err != nil {
		t.Errorf("%s %v", out, err)
	}
	restored := v.restore()
	t.Logf("a backup of %v, %d killed at work; then %s came back into %s", whole, cut, name, filepath.Base(restored))
}

const halfRestored = "上一次恢复没有做完"

// fewDocuments is what is said of a backup of a folder that was only opened.
var fewDocuments = regexp.MustCompile(`，\d 份文档，0 个媒体文件`)

// TestKilledRestores kills restores at random points: what is left is never served, and the next restore completes.
func TestKilledRestores(t *testing.T) {
	data, v := t.TempDir(), newVault(t)
	start(t, data).stop()
	v.keep(data)
	seedAttempts(t, data, 20_000)
	v.backup(data)
	begun := time.Now()
	v.restore()
	whole, cut, refused := time.Since(begun), 0, 0
	target := filepath.Join(t.TempDir(), "data")
	copyFile(t, v.root, filepath.Join(target, "root.key"))
	args := []string{"restore", v.dir, "--identity", v.identity, "--data", target}
	anew := func() {
		if err := os.RemoveAll(target); err != nil {
			t.Fatal(err)
		}
		copyFile(t, v.root, filepath.Join(target, "root.key"))
	}
	for try := 0; try < killTries && cut < kills; try++ {
		if !killed(launch(t, args...), time.Duration(rand.Int64N(int64(whole)))) { // it was done: once more, killed sooner
			whole = sooner(whole)
			anew()
			continue
		}
		if _, err := os.Stat(filepath.Join(target, "documents.db")); err != nil {
			continue // it had not begun
		}
		if out, err := call(t, "doctor", "--data", target); err == nil || !strings.Contains(out, halfRestored) {
			// Killed before its marker, so nothing was restored either. It counts as no kill at work.
			out, err = call(t, "backup", filepath.Join(t.TempDir(), "b"), "--to", v.public, "--data", target)
			if err != nil || !fewDocuments.MatchString(out) {
				t.Errorf("without its marker: %s %v", out, err)
			}
			anew()
			continue
		}
		cut++
		for _, command := range [][]string{{"law", "list"}, {"backup", filepath.Join(t.TempDir(), "b"), "--to", v.public}} {
			out, err := call(t, append(command, "--data", target)...)
			if err == nil || !strings.Contains(out+err.Error(), halfRestored) {
				t.Errorf("%s of a half-restored folder: %s %v", command[0], out, err)
			} else {
				refused++
			}
		}
	}
	if cut < kills || refused < 2*kills {
		t.Errorf("control: %d of %d were killed at work, %d commands were refused", cut, kills, refused)
	}
	if out, err := call(t, args...); err != nil && !strings.Contains(err.Error(), "恢复只能恢复到空的地方") {
		t.Fatalf("again: %s %v", out, err)
	}
	s := start(t, target)
	if out, err := call(t, "ledger", "verify", "--data", target); err != nil {
		t.Errorf("%s %v", out, err)
	}
	s.stop()
	t.Logf("a restore of %v, %d killed at work, %d commands refused what they left; then it was served", whole, cut, refused)
}

// TestBackupsAreRefusedWithTheWayOut makes every mistake an operator can make.
func TestBackupsAreRefusedWithTheWayOut(t *testing.T) {
	data, v := t.TempDir(), newVault(t)
	s := start(t, data)
	v.keep(data)
	v.backup(data)
	full := t.TempDir()
	if err := os.WriteFile(filepath.Join(full, "thesis.doc"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	empty := filepath.Join(t.TempDir(), "empty")
	other := filepath.Join(t.TempDir(), "other")
	start(t, other).stop()
	for says, args := range map[string][]string{
		"没有写备份封给谁":         {"backup", v.dir, "--data", data},
		"备份不能放在 data 目录里面": {"backup", filepath.Join(data, "b"), "--to", v.public, "--data", data},
		"不是备份目录":           {"backup", full, "--to", v.public, "--data", data},
		"另一把根密钥":           {"backup", v.dir, "--to", v.public, "--data", other},
		"root.key 不在":      {"backup", v.dir, "--to", v.public, "--data", empty},
		"服务还在用":            {"restore", v.dir, "--identity", v.identity, "--data", data},
		"已经有数据":            {"restore", v.dir, "--identity", v.identity, "--data", other},
		"私钥不对":             {"restore", v.dir, "--identity", v.root, "--data", other},
		"没有一份做完的备份":        {"backup", "verify", empty},
		"已经在了，不会覆盖":        {"backup", "key", v.identity},
	} {
		if out, err := call(t, args...); err == nil || !strings.Contains(out+err.Error(), says) {
			t.Errorf("%v: %s %v, want %s", args, out, err, says)
		}
	}
	if _, err := os.Stat(empty); err == nil {
		t.Error("a folder was made where there was none")
	}
	s.stop()
	if out, err := call(t, "backup", v.dir, "--to", v.public, "--data", data); err != nil { // without a server too
		t.Errorf("%s %v", out, err)
	}
}
