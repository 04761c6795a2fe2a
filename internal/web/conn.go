package web

import (
	"context"
	"io"
	"net"
	"net/http"
)

// net/http copies the beginning of a body behind its header into a buffer of 4 KiB, sends that, and sends the rest with a
// second system call. A prepared body is complete in memory, so on connections of this listener header and body go out in
// one writev.

// Listen makes a TCP listener's connections send a prepared response in one call. Its server needs ConnContext as well.
func Listen(l net.Listener) net.Listener { return listener{l} }

type listener struct{ net.Listener }

// Accept waits for the next connection; one that is not TCP is returned unchanged.
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
	if buffering, ok := c.(*conn); ok {
		return context.WithValue(ctx, connKey{}, buffering)
	}
	return ctx
}

// conn buffers the header of a response until its body follows. Only the goroutine that serves the connection writes to it.
type conn struct {
	*net.TCPConn
	buffering bool
	pending   []byte
}

// Write sends, or buffers.
func (c *conn) Write(p []byte) (int, error) {
	if !c.buffering {
		return c.TCPConn.Write(p)
	}
	c.pending = append(c.pending, p...)
	return len(p), nil
}

// ReadFrom sends a body in memory in one call with the buffered header, and every other body as TCP does.
func (c *conn) ReadFrom(r io.Reader) (int64, error) {
	b, ok := r.(*inMemory)
	if !ok || !c.buffering {
		return c.TCPConn.ReadFrom(r)
	}
	header := len(c.pending)
	both := net.Buffers{c.pending, b.rest}
	c.buffering, c.pending = false, c.pending[:0]
	n, err := both.WriteTo(c.TCPConn)
	return max(0, n-int64(header)), err
}

// flush sends what is still pending because no body followed.
func (c *conn) flush() {
	if !c.buffering {
		return
	}
	c.buffering = false
	_, _ = c.TCPConn.Write(c.pending) // a client that went away reads no error
	c.pending = c.pending[:0]
}

// inMemory is a body in memory.
type inMemory struct{ rest []byte }

// Read serves a writer that cannot take the body in one piece.
func (m *inMemory) Read(p []byte) (int, error) {
	if len(m.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	return n, nil
}

// smallBody is the longest body that net/http sends together with its header anyway.
const smallBody = 3 << 10

// send writes the body of a response whose header declares its length.
func send(w http.ResponseWriter, r *http.Request, body []byte) {
	c, _ := r.Context().Value(connKey{}).(*conn)
	to, _ := w.(io.ReaderFrom)
	if c == nil || to == nil || len(body) <= smallBody {
		_, _ = w.Write(body) // a client that went away reads no error
		return
	}
	c.buffering = true
	_, _ = to.ReadFrom(&inMemory{body})
	c.flush()
}
