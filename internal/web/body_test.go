package web

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// guarded is the rig behind real connections; its log is read while it is written.
func guarded(t *testing.T) (*rig, *httptest.Server) {
	t.Helper()
	r := newRig(t)
	s := httptest.NewUnstartedServer(r.engine)
	s.Listener = Listen(s.Listener, nil)
	s.Config.ConnContext = ConnContext
	s.Start()
	t.Cleanup(s.Close)
	return r, s
}

func dial(t *testing.T, s *httptest.Server, text string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if _, err := io.WriteString(c, text); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestABodyThatDoesNotCome: a slow one is 408 and ends its connection, a client that hangs up is 499, and neither is an
// error of ours.
func TestABodyThatDoesNotCome(t *testing.T) {
	r, s := guarded(t)
	begin := "POST /small HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf"
	answer, err := http.ReadResponse(bufio.NewReader(dial(t, s, begin)), nil)
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusRequestTimeout || !answer.Close {
		t.Errorf("a slow body: %d, close %v", answer.StatusCode, answer.Close)
	}
	for _, linger := range []int{-1, 0} { // a client that ends its connection, and one that resets it
		c := dial(t, s, strings.Replace(begin, "/small", "/work", 1))
		if err := c.(*net.TCPConn).SetLinger(linger); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Millisecond)
		c.Close()
	}
	gone := r.engine.metrics.requests.WithLabelValues("/work", "POST", "499")
	for deadline := time.Now().Add(5 * time.Second); value(t, gone) < 2 && time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
	}
	if n := value(t, gone); n != 2 {
		t.Errorf("%v hung up, want 2", n)
	}
	s.Close()
	if log := r.log.String(); strings.Contains(log, "level=ERROR") || !strings.Contains(log, "status=499") || !strings.Contains(log, "status=408") {
		t.Errorf("the log: %s", log)
	}
	if r.do("GET", "/pages/a", ""); !strings.Contains(r.log.String(), "level=ERROR") {
		t.Error("negative control: a failure of ours is no ERROR line")
	}
}

// TestASlowBodyTakesNobodysPlace holds more unfinished bodies than there are slots.
func TestASlowBodyTakesNobodysPlace(t *testing.T) {
	_, s := guarded(t)
	for range slots + reserved + 1 {
		dial(t, s, "POST /work HTTP/1.1\r\nHost: x\r\nContent-Length: 8\r\n\r\nhalf")
	}
	began := time.Now()
	answer, err := http.Post(s.URL+"/work", "text/plain", strings.NewReader("whole"))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if took := time.Since(began); answer.StatusCode != 200 || took > patience[New] {
		t.Errorf("%d after %v", answer.StatusCode, took)
	}
}

// TestBodiesAreReadWholeAndStayApart sends many different ones at once, in pieces and in one.
func TestBodiesAreReadWholeAndStayApart(t *testing.T) {
	r, s := guarded(t)
	r.engine.Handle("POST", "/echo", echo)
	var group sync.WaitGroup
	for i := range 64 {
		group.Go(func() {
			for j := range 8 {
				want := strings.Repeat(fmt.Sprintf("%d.%d ", i, j), 1+i*j)
				var sent io.Reader = strings.NewReader(want)
				if j%2 == 0 {
					sent = io.MultiReader(sent) // of unknown length
				}
				answer, err := http.Post(s.URL+"/echo", "text/plain", sent)
				if err != nil {
					t.Error(err)
					return
				}
				got, err := io.ReadAll(answer.Body)
				answer.Body.Close()
				if err != nil || string(got) != want {
					t.Errorf("%d bytes came back as %d, %v", len(want), len(got), err)
				}
			}
		})
	}
	group.Wait()
	if left := r.engine.bodies.bytes.Load(); left != 0 {
		t.Errorf("%d bytes are still counted", left)
	}
}

func TestBodiesTogetherHaveABound(t *testing.T) {
	r := newRig(t)
	r.engine.bodies.bytes.Store(bodyMemory - 4)
	if w := r.do("POST", "/work", "five."); w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	if w := r.do("POST", "/work", "four"); w.Code != http.StatusOK {
		t.Errorf("what fits: %d", w.Code)
	}
	if !bytes.Contains(r.log.Bytes(), []byte("overloaded")) {
		t.Errorf("the log: %s", r.log)
	}
}

// TestTheHeaderAloneCanBeAskedFor asks for headers alone on one raw connection: of a prepared response, of a route and of nothing.
func TestTheHeaderAloneCanBeAskedFor(t *testing.T) {
	s := serveResponses(t, unbounded, bodiesOf())
	c := dial(t, s, "HEAD /read/10000 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /read/400 HTTP/1.1\r\nHost: x\r\n\r\nHEAD /quiet/a HTTP/1.1\r\nHost: x\r\n\r\nHEAD /work HTTP/1.1\r\nHost: x\r\n\r\nGET /read/1 HTTP/1.1\r\nHost: x\r\n\r\n")
	r := bufio.NewReader(c)
	for i, want := range []struct {
		method string
		status int
		length int64
	}{{"HEAD", 200, 10_000}, {"HEAD", 200, 400}, {"HEAD", 200, 12}, {"HEAD", 405, 6}, {"GET", 200, 1}} {
		answer, err := http.ReadResponse(r, &http.Request{Method: want.method})
		if err != nil {
			t.Fatalf("answer %d: %v", i, err)
		}
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != want.status || answer.ContentLength != want.length {
			t.Fatalf("answer %d: %d, %d bytes, %v", i, answer.StatusCode, answer.ContentLength, err)
		}
		answer.Body.Close()
	}
}
