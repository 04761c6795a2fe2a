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

// serveResponses answers each path from a prepared response, on a listener of its own.
func serveResponses(t *testing.T, wrap func(net.Listener) net.Listener, bodies map[string]string) *httptest.Server {
	t.Helper()
	r := newRig(t)
	prepared := map[string]*Response{}
	for path, body := range bodies {
		prepared[path] = NewResponse([]byte(body), ResponseOptions{ContentType: "text/plain", CacheControl: "no-store"})
	}
	r.engine.Front(func(w http.ResponseWriter, req *http.Request) bool {
		response := prepared[req.URL.Path]
		if response != nil {
			response.Write(w, req)
		}
		return response != nil
	})
	s := httptest.NewUnstartedServer(r.engine)
	s.Listener = wrap(s.Listener)
	s.Config.ConnContext = ConnContext
	s.Start()
	t.Cleanup(s.Close)
	return s
}

var sizes = []int{0, 1, 400, smallBody, smallBody + 1, 4096, 10_000, 1 << 20}

func bodiesOf() map[string]string {
	bodies := map[string]string{}
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
		s := serveResponses(t, wrap, bodiesOf())
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
				want := strings.Repeat("x", n)
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

// TestHeaderAndBodyLeaveTogether watches the raw connection: a buffered header does not arrive before its body.
func TestHeaderAndBodyLeaveTogether(t *testing.T) {
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

	own.buffering = true
	if _, err := own.Write([]byte("header ")); err != nil {
		t.Fatal(err)
	}
	if silent(t, peer) {
		if n, err := own.ReadFrom(&inMemory{[]byte("body")}); n != 4 || err != nil {
			t.Fatalf("%d %v, want the body's 4 bytes alone", n, err)
		}
		expect(t, peer, "header body")
	}
	own.buffering = true
	if _, err := own.Write([]byte("alone")); err != nil {
		t.Fatal(err)
	}
	own.flush()
	expect(t, peer, "alone")
	if _, err := own.ReadFrom(strings.NewReader("a file")); err != nil {
		t.Fatal(err)
	}
	expect(t, peer, "a file")
}

// silent says that nothing came within a moment.
func silent(t *testing.T, c net.Conn) bool {
	t.Helper()
	if err := c.SetReadDeadline(time.Now().Add(30 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	n, _ := c.Read(make([]byte, 1))
	if n > 0 {
		t.Error("the header left before the body")
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

// TestAClientThatAsksAheadIsAnsweredInOrder sends two requests at once: what is pending for one must not reach the other.
func TestAClientThatAsksAheadIsAnsweredInOrder(t *testing.T) {
	s := serveResponses(t, Listen, bodiesOf())
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
	for i, want := range []int{10_000, -1, 400, 4096} {
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
