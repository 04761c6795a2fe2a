// Package fault is the error type that all capabilities share: a kind that the HTTP layer can map to a status, a stable
// code that a client can act on, and a Chinese sentence that is safe to show to anybody. Causes travel with the fault for
// the logs and are never shown.
//
// A fault is declared as a variable beside the rule it guards (var ErrSlotTaken = fault.New(...)); everything that is not
// a fault is shown to a user as an internal error with one fixed sentence.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Kind says what sort of failure a fault is. The zero value is Internal, so a forgotten kind never shows too much.
type Kind int

// The kinds. A door maps each to one status; no capability knows a status.
const (
	Internal Kind = iota
	Invalid
	Unauthenticated
	Forbidden
	NotFound
	Conflict
	TooMany
	Unavailable
	Gone
	TooLarge
)

// Field names one faulty input: Location is a dotted path as in "body.answers.q1"; Message is Chinese and safe to show.
type Field struct {
	Location string
	Message  string
}

// Error is a failure that may be shown to users.
type Error struct {
	Kind   Kind
	Code   string // stable, lower case, "capability.reason"
	Text   string // Chinese, safe to show
	Fields []Field
	Wait   time.Duration // after which trying again makes sense; 0 where that is not known
	cause  error
}

// New declares a fault. Code is stable for ever once it was released.
func New(kind Kind, code, text string) *Error {
	return &Error{Kind: kind, Code: code, Text: text}
}

// Error is the line for logs; it is never shown to a person.
func (e *Error) Error() string {
	if e.cause == nil {
		return e.Code
	}
	return fmt.Sprintf("%s: %v", e.Code, e.cause)
}

// Unwrap returns the cause, which stays inside the server.
func (e *Error) Unwrap() error { return e.cause }

// Is makes every copy of a declared fault (with a cause, with fields) match the declaration.
func (e *Error) Is(target error) bool {
	var other *Error
	return errors.As(target, &other) && other.Code == e.Code
}

// Because returns the same fault with its cause, for the logs.
func (e *Error) Because(cause error) *Error {
	copied := *e
	copied.cause = cause
	return &copied
}

// At returns the same fault with the inputs that are wrong.
func (e *Error) At(fields ...Field) *Error {
	copied := *e
	copied.Fields = append(append([]Field(nil), e.Fields...), fields...)
	return &copied
}

// AWhile stands in the sentence of a declared fault where After says how long.
const AWhile = "一会儿"

// After returns the same fault with the time after which trying again makes sense, in the sentence too where that has
// AWhile.
func (e *Error) After(wait time.Duration) *Error {
	copied := *e
	copied.Wait = wait
	copied.Text = strings.Replace(e.Text, AWhile, words(wait), 1)
	return &copied
}

// words says a wait as a person would, never shorter than it is.
func words(wait time.Duration) string {
	up := func(unit time.Duration) int { return max(1, int((wait+unit-1)/unit)) }
	switch {
	case wait <= time.Minute:
		return fmt.Sprintf(" %d 秒", up(time.Second))
	case wait <= 90*time.Minute:
		return fmt.Sprintf(" %d 分钟", up(time.Minute))
	case wait <= 36*time.Hour:
		return fmt.Sprintf(" %d 小时", up(time.Hour))
	}
	return fmt.Sprintf(" %d 天", up(24*time.Hour))
}

// ErrInternal is what a user is shown for every unexpected failure.
var ErrInternal = New(Internal, "internal", "出了点问题，不是你的错。请稍后再试。")

// ErrCursor refuses a cursor that none of our lists issued.
var ErrCursor = New(Invalid, "cursor.invalid", "这个翻页标记不能用了，请从头开始看。")

// From finds the fault in err's chain, or ErrInternal with err as its cause. From(nil) is nil.
func From(err error) *Error {
	if err == nil {
		return nil
	}
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return ErrInternal.Because(err)
}
