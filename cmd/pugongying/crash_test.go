package main

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// acknowledged is what the server said it had done.
type acknowledged struct {
	mu       sync.Mutex
	sessions []string          // tokens
	results  map[string]string // a submission's answer, by attempt
}

// work signs people in and lets them take quizzes until the server is gone.
func (a *acknowledged) work(url string) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 1}, Timeout: 10 * time.Second}
	defer client.CloseIdleConnections()
	for {
		status, text, err := request(client, "POST", url+"/api/v1/sessions", `{"provider":"guest","remember":true}`)
		if err != nil || status != 201 {
			return
		}
		token := between(text, `"token":"`)
		a.mu.Lock()
		a.sessions = append(a.sessions, token)
		a.mu.Unlock()
		status, text, err = request(client, "POST", url+"/api/v1/me/daily", "{}", "Authorization", "Bearer "+token)
		if err != nil || status != 201 {
			return
		}
		id := between(text, `"id":"`)
		status, text, err = request(client, "POST", url+"/api/v1/attempts/"+id+"/submission", "{}", "Authorization", "Bearer "+token)
		if err != nil || status != 200 {
			return
		}
		a.mu.Lock()
		a.results[token+" "+id] = text
		a.mu.Unlock()
	}
}

func between(text, marker string) string {
	_, rest, _ := strings.Cut(text, marker)
	value, _, _ := strings.Cut(rest, `"`)
	return value
}

// lost counts what was acknowledged and is not there.
func (a *acknowledged) lost(s *server) (lost int) {
	for _, token := range a.sessions {
		if status, _ := s.get("/api/v1/me", "Authorization", "Bearer "+token); status != 200 {
			lost++
		}
	}
	for at, result := range a.results {
		token, id, _ := strings.Cut(at, " ")
		_, again, err := request(http.DefaultClient, "POST", s.url+"/api/v1/attempts/"+id+"/submission", "{}", "Authorization", "Bearer "+token)
		if err != nil || again != result {
			lost++
		}
	}
	return lost
}

// TestAKilledServerLosesNothingItAcknowledged kills the real binary five times under load. The embedded cache ends with
// the process, so that the sessions found again are found in the documents.
func TestAKilledServerLosesNothingItAcknowledged(t *testing.T) {
	dir := t.TempDir()
	a := &acknowledged{results: map[string]string{}}
	for range 5 {
		s := start(t, dir)
		var workers sync.WaitGroup
		for range 8 {
			workers.Go(func() { a.work(s.url) })
		}
		time.Sleep(400 * time.Millisecond)
		s.kill()
		workers.Wait()
	}
	s := start(t, dir)
	if len(a.sessions) < 50 || len(a.results) < 20 {
		t.Fatalf("hardly anything was done: %d sessions, %d submissions", len(a.sessions), len(a.results))
	}
	lost := a.lost(s)
	if lost > 0 {
		t.Errorf("%d of %d sessions and %d submissions are lost", lost, len(a.sessions), len(a.results))
	}
	if n := (&acknowledged{sessions: []string{a.sessions[0] + "x"}, results: map[string]string{a.sessions[0] + " AAAAAAAAAAAAAAAAAAAAAAAAAA": "{}"}}).lost(s); n != 2 {
		t.Errorf("negative control: a session and a submission nobody acknowledged count as lost %d times", n)
	}
	out, err := s.counted(len(a.results))
	if err != nil {
		t.Errorf("the ledger: %s %v", out, err)
	}
	testkit.Score(t, "acknowledged writes lost by kill -9 of the server", fmt.Sprintf("%d of %d in 5 kills", lost, len(a.sessions)+len(a.results)), !t.Failed(),
		"two writes nobody acknowledged count as lost")
	t.Logf("kill -9 five times under load: %d sessions and %d submissions acknowledged, %d lost; %s", len(a.sessions), len(a.results), lost, strings.TrimSpace(out))
}

// counted waits until every submitted attempt has become a ledger line and checks whether the totals equal the lines.
func (s *server) counted(least int) (out string, err error) {
	for range 100 {
		out, err = call(s.t, "ledger", "verify", "--data", s.dir)
		var lines, waiting int
		if _, scan := fmt.Sscanf(out, "明细 %d 条，其中 %d 条", &lines, &waiting); scan == nil && lines >= least && waiting == 0 || err != nil {
			return out, err
		}
		time.Sleep(100 * time.Millisecond)
	}
	return out, fmt.Errorf("fewer than %d sittings were counted", least)
}
