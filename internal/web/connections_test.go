package web

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
)

// few is a server that holds a few connections at most; /hold answers when told.
func few(t *testing.T, most int) (s *httptest.Server, release chan struct{}) {
	t.Helper()
	r := newRig(t)
	release = make(chan struct{})
	r.engine.Handle("GET", "/hold", func(c *gin.Context) {
		<-release
		c.String(http.StatusOK, "at last")
	})
	bound := NewConnections(most, time.Now)
	s = httptest.NewUnstartedServer(r.engine)
	s.Listener = Listen(s.Listener, bound)
	s.Config.ConnContext, s.Config.ConnState = ConnContext, bound.Changed
	s.Start()
	t.Cleanup(s.Close)
	return s, release
}

const ask = "GET /quiet/a HTTP/1.1\r\nHost: x\r\n\r\n"

// answered reports whether a connection receives a whole answer within a time.
func answered(t *testing.T, c net.Conn, within time.Duration) bool {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return false
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err == nil && answer.StatusCode == 200
}

func closed(c net.Conn) bool {
	_ = c.SetReadDeadline(time.Now().Add(2 * time.Second))
	_, err := c.Read(make([]byte, 1))
	var late net.Error
	return err != nil && !(errors.As(err, &late) && late.Timeout())
}

// TestAnIdleConnectionYieldsToANewcomer fills the server with connections that asked once and with one that never asks.
func TestAnIdleConnectionYieldsToANewcomer(t *testing.T) {
	s, _ := few(t, 4)
	silent := dial(t, s, "")
	time.Sleep(20 * time.Millisecond)
	var idle []net.Conn
	for range 3 {
		c := dial(t, s, ask)
		if !answered(t, c, 2*time.Second) {
			t.Fatal("no answer while there is room")
		}
		idle = append(idle, c)
	}
	newcomer := dial(t, s, ask)
	if !answered(t, newcomer, 2*time.Second) {
		t.Error("a newcomer is not answered though others are idle")
	}
	if !closed(silent) {
		t.Error("the one idle longest is still open")
	}
	if _, err := io.WriteString(idle[2], ask); err != nil || !answered(t, idle[2], 2*time.Second) {
		t.Errorf("negative control: the one idle least was closed: %v", err)
	}
}

// TestConnectionsAtWorkAreNotClosed: when all are at work, a newcomer waits until one is done.
func TestConnectionsAtWorkAreNotClosed(t *testing.T) {
	s, release := few(t, 2)
	busy := []net.Conn{dial(t, s, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n"), dial(t, s, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")}
	time.Sleep(50 * time.Millisecond)
	newcomer := dial(t, s, ask)
	if answered(t, newcomer, 100*time.Millisecond) {
		t.Error("negative control: a third connection is answered, the bound is none")
	}
	close(release)
	for _, c := range append(busy, newcomer) {
		if !answered(t, c, 2*time.Second) {
			t.Error("no answer after the others were done")
		}
	}
}

// TestANewcomerThatWaitsDoesNotKeepAServerOpen closes the listener while one waits for room.
func TestANewcomerThatWaitsDoesNotKeepAServerOpen(t *testing.T) {
	s, release := few(t, 1)
	busy := dial(t, s, "GET /hold HTTP/1.1\r\nHost: x\r\n\r\n")
	time.Sleep(20 * time.Millisecond)
	dial(t, s, ask)
	time.Sleep(20 * time.Millisecond)
	ended := make(chan struct{})
	go func() { s.Close(); close(ended) }()
	time.Sleep(20 * time.Millisecond)
	close(release)
	if !answered(t, busy, 2*time.Second) {
		t.Error("the request at work was cut")
	}
	select {
	case <-ended:
	case <-time.After(5 * time.Second):
		t.Fatal("the server does not close")
	}
}
