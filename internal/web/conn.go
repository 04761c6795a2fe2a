package web

import (
	"context"
	"io"
	"net"
	"net/http"
)

// net/http copies the beginning of a body behind its head into a buffer of 4 KiB, sends that, and sends the rest with a
// second call of the kernel. A kept answer is longer than that and lies ready as a whole, so on connections of this
// listener head and body leave together.

// Listen makes a TCP listener's connections send kept answers whole. Its server needs ConnContext as well.
func Listen(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept waits for the next connection; what is not TCP stays as it is.
func (l listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if tcp, ok := c.(*net.TCPConn); ok && err == nil {
		return &conn{TCPConn: tcp}, nil
	}
	return c, err
}

type connKey struct{}

// ConnContext lets a handler find its connection (http.Server.ConnContext).
func ConnContext(ctx context.Context, c net.Conn) context.Context {
	if whole, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, whole)
	}
	return ctx
}

// conn holds the head of an answer back for the instant until its body follows. Only the goroutine that serves the
// connection writes to it.
type conn struct {
	*net.TCPConn
	holding bool
	held    []byte
}

// Write sends, or holds back.
func (c *conn) Write(p []byte) (int, error) {
	if !c.holding {
		return c.TCPConn.Write(p)
	}
	c.held = append(c.held, p...)
	return len(p), nil
}

// ReadFrom sends a body that lies in memory in one call with what was held back, and every other one as TCP does.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	b, ok := r.(*memory)
	if !ok || !c.holding {
		return c.TCPConn.ReadFrom(r)
	}
	head := len(c.held)
	both := net.Buffers{c.held, b.rest}
	c.holding, c.held = false, c.held[:0]
	n, err := both.WriteTo(c.TCPConn)
	return max(0, n-int64(head)), err
}

// release sends what is still held back because no body followed.
func (c *conn) release() {
	if !c.holding {
		return
	}
	c.holding = false
	_, _ = c.TCPConn.Write(c.held) // a client that went away is told nothing
	c.held = c.held[:0]
}

// memory is a body that lies in memory.
type memory struct{ rest []byte }

// Read serves whoever cannot take it whole.
func (m *memory) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// buffered is how long a body may be so that net/http sends it with its head anyway.
const buffered = 3 << 10

// send writes the body of an answer whose head declares its length.
func send(w http.ResponseWriter, r *http.Request, body []byte) {
	c, _ := r.Context().Value(connKey{}).(*conn)
	to, _ := w.(io.ReaderFrom)
	if c == nil || to == nil || len(body) <= buffered {
		_, _ = w.Write(body) // a client that went away is told nothing
		return
	}
	c.holding = true
	_, _ = to.ReadFrom(&memory{body})
	c.release()
}
