package web

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func serveKept(t *testing.T, wrap func(net.Listener) net.Listener, bodies map[string]any) *httptest.Server {
	t.Helper()
	r := newRig(t)
	if err := r.kept.Replace(bodies); err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(r.engine)
	s.Listener = wrap(s.Listener)
	s.Config.ConnContext = ConnContext
	s.Start()
	t.Cleanup(s.Close)
	return s
}

var sizes = []int{0, 1, 400, buffered, buffered + 1, 4096, 10_000, 1 << 20}

func bodiesOf() map[string]any {
	bodies := map[string]any{}
	for _, n := range sizes {
		bodies[fmt.Sprintf("/read/%d", n)] = strings.Repeat("x", n)
	}
	return bodies
}

// TestAnswersAreTheSameOnBothListeners asks for every size on one connection, several times, with and without our
// listener: the bytes must not differ, and the connection must stay usable.
func TestAnswersAreTheSameOnBothListeners(t *testing.T) {
	plain := func(l net.Listener) net.Listener { return l }
	for name, wrap := range map[string]func(net.Listener) net.Listener{"ours": Listen, "plain": plain} {
		s := serveKept(t, wrap, bodiesOf())
		var opened atomic.Int32
		client := &http.Client{Transport: &http.Transport{DisableCompression: true, MaxConnsPerHost: 1, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			opened.Add(1)
			return (&net.Dialer{}).DialContext(ctx, network, address)
		}}}
		for range 3 {
			for _, n := range sizes {
				response, err := client.Get(fmt.Sprintf("%s/read/%d", s.URL, n))
				if err != nil {
					t.Fatal(err)
				}
				body, err := io.ReadAll(response.Body)
				response.Body.Close()
				want := `"` + strings.Repeat("x", n) + "\"\n"
				if err != nil || string(body) != want || response.ContentLength != int64(len(want)) || response.Header.Get("Etag") == "" {
					t.Fatalf("%s, %d: %d bytes, %v, %v", name, n, len(body), response.Header, err)
				}
			}
		}
		if opened.Load() != 1 {
			t.Errorf("%s: %d connections, want 1", name, opened.Load())
		}
		client.CloseIdleConnections()
	}
}

// TestHeadAndBodyLeaveTogether watches the raw connection: a head that is held back does not arrive before its body.
func TestHeadAndBodyLeaveTogether(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accepted := make(chan *conn, 1)
	go func() {
		c, err := Listen(l).Accept()
		if err == nil {
			accepted <- c.(*conn)
		}
	}()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	own := <-accepted
	defer own.Close()

	own.holding = true
	if _, err := own.Write([]byte("head ")); err != nil {
		t.Fatal(err)
	}
	if nothing(t, peer) {
		if n, err := own.ReadFrom(&memory{[]byte("body")}); n != 4 || err != nil {
			t.Fatalf("%d %v, want the body's 4 bytes alone", n, err)
		}
		expect(t, peer, "head body")
	}
	own.holding = true
	if _, err := own.Write([]byte("alone")); err != nil {
		t.Fatal(err)
	}
	own.release()
	expect(t, peer, "alone")
	if _, err := own.ReadFrom(strings.NewReader("a file")); err != nil {
		t.Fatal(err)
	}
	expect(t, peer, "a file")
}

// nothing says that nothing came within a moment.
func nothing(t *testing.T, c net.Conn) bool {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, _ := c.Read(make([]byte, 1))
	if n > 0 {
		t.Error("the head left before the body")
	}
	return n == 0
}

func expect(t *testing.T, c net.Conn, want string) {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(5 * time.Second)); err != nil {
		t.Fatal(err)
	}
	got := make([]byte, len(want))
	if _, err := io.ReadFull(c, got); err != nil || string(got) != want {
		t.Fatalf("%q %v, want %q", got, err, want)
	}
}

// TestAClientThatAsksAheadIsAnsweredInOrder sends two requests at once: what is held back for one must not reach the other.
func TestAClientThatAsksAheadIsAnsweredInOrder(t *testing.T) {
	s := serveKept(t, Listen, bodiesOf())
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	var ask bytes.Buffer
	for _, path := range []string{"/read/10000", "/nowhere", "/read/400", "/read/4096"} {
		fmt.Fprintf(&ask, "GET %s HTTP/1.1\r\nHost: x\r\n\r\n", path)
	}
	if _, err := c.Write(ask.Bytes()); err != nil {
		t.Fatal(err)
	}
	r := bufio.NewReader(c)
	for i, want := range []int{10_003, -1, 403, 4099} {
		response, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		body, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || want > 0 && len(body) != want || want < 0 && response.StatusCode != http.StatusNotFound {
			t.Fatalf("answer %d: %d, %d bytes, %v", i, response.StatusCode, len(body), err)
		}
	}
}

// TestKeptAnswersLookNowhereElse shows what is asked first and what is left to the operation.
func TestKeptAnswersLookNowhereElse(t *testing.T) {
	r := newRig(t)
	if err := r.kept.Replace(map[string]any{"/read/a": "kept"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		method, path string
		headers      []string
		status       int
		kept         bool
	}{
		{"GET", "/read/a", nil, 200, true},
		{"GET", "/read/a?tag=x", nil, 200, false},
		{"GET", "/read/b", nil, 200, false},
		{"GET", "/read/a", []string{"Authorization", "Bearer x"}, 200, false},
		{"POST", "/read/a", nil, 405, false},
		{"HEAD", "/read/a", nil, 405, false},
	} {
		w := r.do(tt.method, tt.path, "", tt.headers...)
		kept := strings.Contains(w.Body.String(), "kept")
		if w.Code != tt.status || kept != tt.kept {
			t.Errorf("%s %s %v: %d, kept %v", tt.method, tt.path, tt.headers, w.Code, kept)
		}
	}
}
