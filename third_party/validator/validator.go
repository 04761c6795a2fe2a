// Package validator stands in for go-playground's: Gin's binding would ask it, and no route binds by Gin (huma checks what
// comes in). A struct that is given to it all the same is refused rather than let through unchecked.
package validator

import "errors"

// ErrNone refuses every struct.
var ErrNone = errors.New("validator: not built in; huma checks what comes in")

// Validate refuses.
type Validate struct{}

// New makes one.
func New() *Validate { return &Validate{} }

// SetTagName has no effect.
func (*Validate) SetTagName(string) {}

// Struct refuses.
func (*Validate) Struct(any) error { return ErrNone }
