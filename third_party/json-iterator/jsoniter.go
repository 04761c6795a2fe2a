// Package jsoniter stands in for json-iterator: what bleve's geometry calls, by the standard library.
package jsoniter

import "encoding/json"

// Standard is the standard library's JSON with its defaults.
type Standard struct{}

// ConfigCompatibleWithStandardLibrary is the one configuration that is asked for.
var ConfigCompatibleWithStandardLibrary Standard

// Marshal writes a value as JSON.
func (Standard) Marshal(v any) ([]byte, error) { return json.Marshal(v) }

// Unmarshal reads JSON into what v points to.
func (Standard) Unmarshal(data []byte, v any) error { return json.Unmarshal(data, v) }
