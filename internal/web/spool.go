package web

import (
	"errors"
	"io"
	"io/fs"
	"net/http"
	"os"
	"time"

	"github.com/gin-gonic/gin"

	"pugongying/internal/fault"
)

const (
	spoolAbove = 4 << 20 // bodies of routes that allow more are received into a file, not into memory
	mostSpools = 16      // of them at once
)

// ErrNoRoom answers a large body that cannot be stored while it is received.
var ErrNoRoom = fault.New(fault.Unavailable, "input.no_room", "现在收不下大的文件，请稍后再试。")

// spool receives a large body into a file without a name, which is gone when the request ends, or the process.
func (e *Engine) spool(c *gin.Context, bounds Bounds) (*body, error) {
	if e.bodies.spools.Add(1) > mostSpools {
		e.bodies.spools.Add(-1)
		return nil, e.gate.refuse(New)
	}
	b := &body{}
	var err error
	if b.file, err = nameless(e.options.Spool); err != nil {
		e.bodies.spools.Add(-1)
		return nil, ErrNoRoom.Because(err)
	}
	// Neither recorders in tests nor HTTP/2 streams of some servers know deadlines: then the server's own hold.
	control := http.NewResponseController(c.Writer)
	_ = control.SetReadDeadline(time.Now().Add(max(bounds.Arrive, min(bodyTimeout, bounds.Time)))) //nolint:forbidigo // the kernel's clock
	_, err = io.Copy(b.file, http.MaxBytesReader(c.Writer, c.Request.Body, bounds.Body))
	if err == nil {
		_ = control.SetReadDeadline(time.Time{})
		_, err = b.file.Seek(0, io.SeekStart)
	}
	c.Request.Body = io.NopCloser(b.file)
	var disk *fs.PathError
	if errors.As(err, &disk) {
		return b, ErrNoRoom.Because(err)
	}
	return b, bodyFault(c.Request.Context(), err)
}

// nameless opens a file in a folder ("" is the system's) that nobody else can open.
func nameless(folder string) (*os.File, error) {
	file, err := os.CreateTemp(folder, "body-*")
	if err != nil {
		return nil, err
	}
	if err := os.Remove(file.Name()); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file, nil
}
