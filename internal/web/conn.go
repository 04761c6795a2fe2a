package web

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// net/http sorts and writes a header map for every response, copies the beginning of a body behind it into a buffer of 4 KiB,
// sends that, and sends the rest with a second system call. A prepared response is finished bytes, header lines included. On
// connections of this listener it goes out as it is, in one call, and what net/http would write for the same request is
// dropped (respond); responses that net/http has to finish itself get header and body in one writev (send).

// Listen makes a TCP listener's connections send a prepared response in one call, and bounds their number; nil bounds
// nothing. Its server needs ConnContext as well, and the bound's Changed.
func Listen(l net.Listener, bound *Connections) net.Listener { return &listener{l, bound} }

type listener struct {
	net.Listener
	bound *Connections
}

// Accept waits for the next connection, and for room for it; one that is not TCP is returned unchanged.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	tcp, ok := c.(*net.TCPConn)
	if !ok || err != nil {
		return c, err
	}
	one := &conn{TCPConn: tcp}
	if l.bound != nil && !l.bound.admit(one) {
		_ = tcp.Close() // nothing was read of it
		return nil, net.ErrClosed
	}
	return one, nil
}

// Close stops listening, and waiting for room.
func (l *listener) Close() error {
	if l.bound != nil {
		l.bound.shutDown()
	}
	return l.Listener.Close()
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
	answered  bool         // a prepared response was sent, and net/http's own header for it is still to come
	idle      atomic.Int64 // since when it waits for a request, 0 while there is one
	failed    error        // why a prepared response was not sent whole: the connection cannot be used any more
}

// Write sends, buffers, or drops the header of a response that was sent already.
func (c *conn) Write(p []byte) (int, error) {
	switch {
	case c.failed != nil:
		return 0, c.failed
	case c.answered:
		c.answered = false
		return len(p), nil
	case c.buffering:
		c.pending = append(c.pending, p...)
		return len(p), nil
	}
	return c.TCPConn.Write(p)
}

// outs are buffers for whole responses. A connection keeps none of its own: thousands of them wait most of the time.
var outs = sync.Pool{New: func() any { return new([]byte) }}

// onePiece is the longest body that is copied behind its header: up to there that is cheaper than a vectored write.
const onePiece = 8 << 10

// respond sends a whole response: status line, date, the prepared header lines, body.
func (c *conn) respond(status string, lines, body []byte) {
	buffer := outs.Get().(*[]byte)
	out := append(append(append((*buffer)[:0], status...), date()...), lines...)
	var err error
	if len(body) <= onePiece {
		out = append(out, body...)
		_, err = c.TCPConn.Write(out)
	} else {
		both := net.Buffers{out, body}
		_, err = both.WriteTo(c.TCPConn)
	}
	*buffer = out
	outs.Put(buffer)
	c.answered, c.failed = err == nil, err
}

// connOf is the connection on which a prepared response to this request may be sent as it is; nil when net/http has to write
// it: on another listener, to HTTP/1.0, where the connection is to end, where a body may still come, or where somebody has
// set a header already.
func connOf(w http.ResponseWriter, r *http.Request) *conn {
	if r.ProtoMajor != 1 || r.ProtoMinor != 1 || r.Close || r.ContentLength != 0 || len(w.Header()) > 0 {
		return nil
	}
	c, _ := r.Context().Value(connKey{}).(*conn)
	return c
}

// dateLine is the Date header of one second.
type dateLine struct {
	second int64
	line   []byte
}

var lastDate atomic.Pointer[dateLine]

// date is the Date header line of now, as net/http writes it.
func date() []byte {
	now := time.Now() //nolint:forbidigo // the header tells this machine's time, as net/http's does
	d := lastDate.Load()
	if d == nil || d.second != now.Unix() {
		d = &dateLine{now.Unix(), []byte("Date: " + now.UTC().Format(http.TimeFormat) + "\r\n")}
		lastDate.Store(d)
	}
	return d.line
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
