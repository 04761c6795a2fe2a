// Package yaml stands in for goccy/go-yaml: what Gin's YAML binding calls, by the library that reads our configuration.
package yaml

import (
	"io"

	v3 "go.yaml.in/yaml/v3"
)

// NewDecoder reads documents from r.
func NewDecoder(r io.Reader) *v3.Decoder { return v3.NewDecoder(r) }

// Marshal writes a value as YAML.
func Marshal(v any) ([]byte, error) { return v3.Marshal(v) }
