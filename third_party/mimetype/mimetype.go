// Package mimetype stands in for gabriel-vasile/mimetype: what the validator's "image" rule calls, by the standard library.
package mimetype

import (
	"errors"
	"io"
	"net/http"
)

const enough = 512 // bytes that http.DetectContentType looks at

// MIME is a type of content.
type MIME struct{ name string }

// String is its name, as in "image/png".
func (m *MIME) String() string { return m.name }

// DetectReader names the type of what r begins with.
func DetectReader(r io.Reader) (*MIME, error) {
	first := make([]byte, enough)
	n, err := io.ReadFull(r, first)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	return &MIME{name: http.DetectContentType(first[:n])}, nil
}
