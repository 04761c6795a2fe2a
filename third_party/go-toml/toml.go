// Package toml stands in for pelletier/go-toml: Gin's TOML binding compiles against it, and nothing here speaks TOML.
package toml

import (
	"errors"
	"io"
)

var errAbsent = errors.New("toml: not part of this program")

// Decoder refuses every document.
type Decoder struct{}

// NewDecoder gives a decoder that refuses.
func NewDecoder(io.Reader) *Decoder { return &Decoder{} }

// Decode refuses.
func (*Decoder) Decode(any) error { return errAbsent }

// Marshal refuses.
func Marshal(any) ([]byte, error) { return nil, errAbsent }
