package web

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"time"

	"pugongying/internal/fault"
)

// Faults of the plumbing itself.
var (
	ErrNoRoute   = fault.New(fault.NotFound, "not_found", "这里什么也没有。")
	ErrMalformed = fault.New(fault.Invalid, "input.malformed", "内容没能读懂，请重新提交。")
	ErrMethod    = fault.New(fault.NotFound, "method", "这个地址不能这样用。")
	ErrTooLarge  = fault.New(fault.TooLarge, "input.too_large", "内容太长了，请删短一些再试。")
	ErrSlowBody  = fault.New(fault.Invalid, "input.slow", "网络太慢，内容没有收完，请再试一次。")
	ErrTimeout   = fault.New(fault.Unavailable, "unavailable", "现在有点忙，请稍等一会儿再试。")
	ErrTooMany   = fault.New(fault.TooMany, "limit.too_many", "操作太快了，请等"+fault.AWhile+"再试。")
)

// StatusClientGone counts a request whose client went away before the answer; nobody reads it. The number is nginx's.
const StatusClientGone = 499

// retrySeconds is what a client is asked to wait where nothing more exact is known.
const retrySeconds = 5

// statuses is the one place where a fault's kind becomes a status.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusUnprocessableEntity,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooMany:         http.StatusTooManyRequests,
	fault.Unavailable:     http.StatusServiceUnavailable,
	fault.Gone:            http.StatusGone,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
}

// Failure is an error as a door answers it: which fault, with which status, and when it is worth trying again.
type Failure struct {
	Fault      *fault.Error
	Status     int
	RetryAfter string // seconds; empty when waiting does not help
	Cause      error  // for the log alone
}

// FailureOf maps any error. A timed-out context means that the server is unavailable, a cancelled one that the client went
// away: neither is a defect of the server.
func FailureOf(err error) Failure {
	f := fault.From(err)
	if f.Kind == fault.Internal && errors.Is(err, context.DeadlineExceeded) {
		f = ErrTimeout.Because(err)
	}
	failure := Failure{Fault: f, Status: statuses[f.Kind], Cause: err}
	if failure.Status >= http.StatusInternalServerError && errors.Is(err, context.Canceled) {
		failure.Fault, failure.Status = ErrTimeout.Because(err), StatusClientGone
	}
	if kind := failure.Fault.Kind; kind == fault.Unavailable || kind == fault.TooMany {
		failure.RetryAfter = strconv.Itoa(retrySeconds)
	}
	if wait := failure.Fault.Wait; wait > 0 {
		failure.RetryAfter = strconv.Itoa(int(wait/time.Second) + 1)
	}
	var status *withStatus
	if errors.As(err, &status) {
		failure.Status = status.status
	}
	return failure
}

// withStatus is an error that is answered with another status than its kind's.
type withStatus struct {
	error
	status int
}

// Unwrap returns the error itself.
func (s *withStatus) Unwrap() error { return s.error }

// WithStatus has an error answered with a status that its kind does not name (405 for a method that a route lacks).
func WithStatus(err error, status int) error { return &withStatus{err, status} }
