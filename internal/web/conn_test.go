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

func unbounded(l net.Listener) net.Listener { return Listen(l, nil) }

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
	for name, wrap := range map[string]func(net.Listener) net.Listener{"ours": unbounded, "plain": plain} {
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
		c, err := Listen(l, nil).Accept()
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
	s := serveResponses(t, unbounded, bodiesOf())
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

// TestWhatIsSentAsItIsAndWhatNetHTTPFinishes asks on one raw connection in every way: each answer must be read by a client
// as the same response, and the connection must end exactly when it was to end.
func TestWhatIsSentAsItIsAndWhatNetHTTPFinishes(t *testing.T) {
	s := serveResponses(t, unbounded, bodiesOf())
	tag := `W/"` + tagOf(strings.Repeat("x", 10_000)) + `"`
	for name, tt := range map[string]struct {
		request string
		status  int
		length  int
		ends    bool
	}{
		"a small body":        {"GET /read/400 HTTP/1.1\r\nHost: x\r\n\r\n", 200, 400, false},
		"a long body":         {"GET /read/10000 HTTP/1.1\r\nHost: x\r\n\r\n", 200, 10_000, false},
		"compressed":          {"GET /read/10000 HTTP/1.1\r\nHost: x\r\nAccept-Encoding: gzip\r\n\r\n", 200, -1, false},
		"known already":       {"GET /read/10000 HTTP/1.1\r\nHost: x\r\nIf-None-Match: " + tag + "\r\n\r\n", 304, 0, false},
		"the last one":        {"GET /read/400 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200, 400, true},
		"the last, long one":  {"GET /read/10000 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200, 10_000, true},
		"an old client":       {"GET /read/400 HTTP/1.0\r\nHost: x\r\n\r\n", 200, 400, true},
		"an old, patient one": {"GET /read/400 HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n", 200, 400, false},
		"with a body":         {"GET /read/400 HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc", 200, 400, false},
		"with chunks":         {"GET /read/400 HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n", 200, 400, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := net.Dial("tcp", s.Listener.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			r := bufio.NewReader(c)
			for round := range 2 {
				if _, err := c.Write([]byte(tt.request)); err != nil && !tt.ends {
					t.Fatal(err)
				}
				response, err := http.ReadResponse(r, &http.Request{Method: "GET"})
				if round == 1 && tt.ends {
					if err == nil {
						t.Fatal("the connection went on")
					}
					return
				}
				if err != nil {
					t.Fatalf("answer %d: %v", round, err)
				}
				body, err := io.ReadAll(response.Body)
				when, dated := http.ParseTime(response.Header.Get("Date"))
				if err != nil || response.StatusCode != tt.status || tt.length >= 0 && len(body) != tt.length || dated != nil || time.Since(when) > time.Minute || response.Header.Get("Etag") == "" {
					t.Fatalf("answer %d: %d, %d bytes, %v, %v", round, response.StatusCode, len(body), response.Header, err)
				}
			}
		})
	}
}

func tagOf(body string) string {
	etag := NewResponse([]byte(body), ResponseOptions{}).etag
	return strings.Trim(etag, `"`)
}

// TestAResponseThatWasNotSentWholeEndsItsConnection: net/http must learn of the failure, or the next answer would be read as
// the rest of this one.
func TestAResponseThatWasNotSentWholeEndsItsConnection(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	peer, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer peer.Close()
	accepted, err := Listen(l, nil).Accept()
	if err != nil {
		t.Fatal(err)
	}
	c := accepted.(*conn)
	c.respond(statusLines[200], []byte("\r\n"), nil)
	if n, err := c.Write([]byte("dropped")); n != 7 || err != nil {
		t.Fatalf("%d %v", n, err)
	}
	c.Close()
	c.respond(statusLines[200], []byte("\r\n"), bytes.Repeat([]byte("x"), 5000))
	if _, err := c.Write([]byte("not dropped")); err == nil {
		t.Fatal("net/http is not told that the response failed")
	}
	got, err := io.ReadAll(peer)
	if err != nil || strings.Contains(string(got), "dropped") || !strings.HasPrefix(string(got), "HTTP/1.1 200 OK\r\nDate: ") {
		t.Fatalf("%q %v", got, err)
	}
}

// TestAHeaderThatWasSetBeforeIsSent: a server that is leaving says so with every answer, prepared ones too.
func TestAHeaderThatWasSetBeforeIsSent(t *testing.T) {
	response := NewResponse([]byte("body"), ResponseOptions{ContentType: "text/plain"})
	for name, header := range map[string]string{"leaving": "close", "staying": ""} {
		s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if header != "" {
				w.Header().Set("Connection", header)
			}
			response.Write(w, r)
		}))
		s.Listener = Listen(s.Listener, nil)
		s.Config.ConnContext = ConnContext
		s.Start()
		answer, err := http.Get(s.URL)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || string(body) != "body" || answer.Close != (header == "close") {
			t.Errorf("%s: %q, closes %v, %v", name, body, answer.Close, err)
		}
		s.Close()
	}
}
