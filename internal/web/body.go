package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
)

const (
	bodyTimeout = 10 * time.Second // for a whole body to arrive, or its route's time where that is shorter
	bodyMemory  = 64 << 20         // of all bodies together
)

// bodies are the memory that request bodies take.
type bodies struct {
	bytes  atomic.Int64
	spools atomic.Int64
	pool   sync.Pool
}

// body is the body of one request, with the memory it may come to take.
type body struct {
	bytes.Buffer
	most int64
	file *os.File // instead, for a large one
}

// readBody reads a body before its request takes anybody's place. nil when there is none. A body that is longer than its
// route allows, that comes too slowly or not to its end is an error; none of these is a defect of the server.
func (e *Engine) readBody(c *gin.Context, bounds Bounds) (*body, error) {
	r, limit := c.Request, bounds.Body
	if r.Body == nil || r.Body == http.NoBody {
		return nil, nil
	}
	if r.ContentLength > limit {
		return nil, ErrTooLarge
	}
	if limit > spoolAbove {
		return e.spool(c, bounds)
	}
	b := e.bodies.take(r.ContentLength, limit)
	if b == nil {
		return nil, e.gate.refuse(New)
	}
	// Neither recorders in tests nor HTTP/2 streams of some servers know deadlines: then the server's own hold.
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Now().Add(max(bounds.Arrive, min(bodyTimeout, bounds.Time)))) //nolint:forbidigo // the kernel's clock
	_, err := b.ReadFrom(http.MaxBytesReader(c.Writer, r.Body, limit))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{}) // it would end the request that is at work when it passes
	}
	r.Body = io.NopCloser(bytes.NewReader(b.Bytes()))
	return b, bodyFault(r.Context(), err)
}

func bodyFault(ctx context.Context, err error) error {
	var large *http.MaxBytesError
	var slow net.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &large):
		return ErrTooLarge.Because(err)
	case errors.As(err, &slow) && slow.Timeout():
		return WithStatus(ErrSlowBody, http.StatusRequestTimeout)
	case ctx.Err() != nil, errors.Is(err, io.ErrUnexpectedEOF), errors.As(err, &slow):
		return WithStatus(ErrMalformed.Because(err), StatusClientGone)
	}
	return WithStatus(ErrMalformed.Because(err), http.StatusBadRequest)
}

// take reserves the memory of a body; nil when other bodies have it all.
func (b *bodies) take(length, limit int64) *body {
	if length < 0 {
		length = limit
	}
	if b.bytes.Add(length) > bodyMemory {
		b.bytes.Add(-length)
		return nil
	}
	one, _ := b.pool.Get().(*body)
	if one == nil {
		one = &body{}
	}
	one.most = length
	return one
}

// release gives the memory back once nobody reads the body any more.
func (b *bodies) release(one *body) {
	if one == nil {
		return
	}
	if one.file != nil {
		_ = one.file.Close() // it has no name any more
		b.spools.Add(-1)
		return
	}
	b.bytes.Add(-one.most)
	if one.Cap() <= pooledBody {
		one.Reset()
		b.pool.Put(one)
	}
}

// pooledBody is the largest buffer that is used again.
const pooledBody = 4 << 10
