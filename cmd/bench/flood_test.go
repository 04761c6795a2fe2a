package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// TestAFloodIsCountedByWhatWasAnswered floods a server that serves, refuses and breaks off in turn.
func TestAFloodIsCountedByWhatWasAnswered(t *testing.T) {
	var turn, served, refused, broken atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n := turn.Add(1); {
		case r.URL.Path != "/write" || r.Method != http.MethodPost:
			w.WriteHeader(http.StatusTeapot)
		case n%50 == 0:
			broken.Add(1)
			panic(http.ErrAbortHandler)
		case n%3 == 0:
			refused.Add(1)
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			served.Add(1)
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write(bytes.Repeat([]byte("x"), 1500))
		}
	}))
	defer s.Close()
	var out bytes.Buffer
	if err := runFlood(t.Context(), []string{"--address", strings.TrimPrefix(s.URL, "http://"), "--path", "/write", "--connections", "8", "--seconds", "0.5"}, &out); err != nil {
		t.Fatal(err)
	}
	if connected, err := out.ReadString('\n'); err != nil || connected != "connected\n" {
		t.Errorf("first line %q, %v", connected, err)
	}
	var f flood
	if err := json.Unmarshal(out.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	near := func(got int, want int64) bool { return got > 0 && int64(got) <= want+8 && int64(got) >= want-8 } // the end cuts one of each connection
	if !near(f.Served, served.Load()) || !near(f.Refused, refused.Load()) || !near(f.Broken, broken.Load()) || f.Other != 0 {
		t.Errorf("%+v; the server counted %d served, %d refused, %d broken", f, served.Load(), refused.Load(), broken.Load())
	}
}

// TestAProbeNotesWhatWasNotAnswered: a refusal and a broken connection are failures, and their time counts.
func TestAProbeNotesWhatWasNotAnswered(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer s.Close()
	d := &deluge{}
	d.probe(t.Context(), strings.TrimPrefix(s.URL, "http://"), []string{"a", "b", "c", "d"}, 40*time.Millisecond)
	if len(d.help) != 4 || len(d.ends) != 4 || d.failed != 4 || !errors.Is(d.firstFailure, errStatus) {
		t.Errorf("%d help, %d ends, %d failed: %v", len(d.help), len(d.ends), d.failed, d.firstFailure)
	}
}

func TestRecoveryIsOverWhenServingIsAsUsual(t *testing.T) {
	var turn atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		switch n := turn.Add(1); {
		case n < 5:
			w.WriteHeader(http.StatusServiceUnavailable)
		case n == 8:
			time.Sleep(2 * calm)
			w.WriteHeader(http.StatusCreated)
		default:
			w.WriteHeader(http.StatusCreated)
		}
	}))
	defer s.Close()
	took, err := recovery(t.Context(), strings.TrimPrefix(s.URL, "http://"))
	if err != nil || turn.Load() != 8+calmInARow || took < 2*calm.Seconds() {
		t.Errorf("recovered after %d requests and %.2f s: %v", turn.Load(), took, err)
	}
}
