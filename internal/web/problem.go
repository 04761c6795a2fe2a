package web

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"

	"pugongying/internal/fault"
)

// Problem is what a failure looks like to a client: RFC 9457 with a stable code, a Chinese sentence and, for faulty
// input, the places of the faults.
type Problem struct {
	Status int     `json:"status" doc:"HTTP status"`
	Code   string  `json:"code" doc:"stable code, as booking.slot_taken"`
	Title  string  `json:"title" doc:"the status in words"`
	Detail string  `json:"detail" doc:"a Chinese sentence that can be shown as it is"`
	Errors []Where `json:"errors,omitempty" doc:"the faulty inputs"`

	retryAfter string
	cause      error
}

// Where is one faulty input.
type Where struct {
	Location string `json:"location" doc:"a path as body.answers"`
	Message  string `json:"message" doc:"a Chinese sentence"`
}

// Error is the stable code; the cause is for logs alone.
func (p *Problem) Error() string { return p.Code }

// Unwrap gives the cause to the log.
func (p *Problem) Unwrap() error { return p.cause }

// GetStatus is the HTTP status; huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders says when it is worth trying again.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{"Cache-Control": {"no-store"}}
	if p.retryAfter != "" {
		h.Set("Retry-After", p.retryAfter)
	}
	return h
}

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

// Faults of the doors themselves.
var (
	ErrNoRoute   = fault.New(fault.NotFound, "not_found", "这里什么也没有。")
	ErrBadInput  = fault.New(fault.Invalid, "input.invalid", "有内容填得不对，请看看标出来的地方。")
	ErrTooLarge  = fault.New(fault.TooLarge, "input.too_large", "内容太长了，请删短一些再试。")
	ErrMalformed = fault.New(fault.Invalid, "input.malformed", "内容没能读懂，请重新提交。")
	ErrMethod    = fault.New(fault.NotFound, "method", "这个地址不能这样用。")
	ErrMedia     = fault.New(fault.Invalid, "input.media_type", "内容的格式不对，要用 JSON。")
	ErrTimeout   = fault.New(fault.Unavailable, "unavailable", "现在有点忙，请稍等一会儿再试。")
	ErrTooMany   = fault.New(fault.TooMany, "limit.too_many", "操作太快了，请等一会儿再试。")
	ErrNoSession = fault.New(fault.Unauthenticated, "session.missing", "这一步要先登录。")
	ErrForbidden = fault.New(fault.Forbidden, "forbidden", "你不能做这一步。")
)

// statusGone is what a request is counted as whose client went away; nobody reads it. The number is nginx's.
const statusGone = 499

// ProblemOf turns any error into what a client may see of it. A timed-out context is unavailability, a cancelled one a
// client that went away: neither is a fault of the server.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	f := fault.From(err)
	if f.Kind == fault.Internal && errors.Is(err, context.DeadlineExceeded) {
		f = ErrTimeout.Because(err)
	}
	status := statuses[f.Kind]
	if status >= http.StatusInternalServerError && errors.Is(err, context.Canceled) {
		f, status = ErrTimeout.Because(err), statusGone
	}
	p = &Problem{Status: status, Code: f.Code, Title: http.StatusText(status), Detail: f.Text, cause: err}
	for _, field := range f.Fields {
		p.Errors = append(p.Errors, Where(field))
	}
	if f.Kind == fault.Unavailable || f.Kind == fault.TooMany {
		p.retryAfter = "5"
	}
	return p
}

// bytes is the problem as it goes over the wire where huma does not write it.
func (p *Problem) bytes() []byte {
	b, err := json.Marshal(p)
	if err != nil {
		panic("a problem that cannot be encoded: " + err.Error())
	}
	return b
}

// humaError gives huma's own refusals (its validation, above all) our shape, code and language.
func humaError(status int, msg string, errs ...error) huma.StatusError {
	for _, err := range errs {
		var p *Problem
		if errors.As(err, &p) {
			return p
		}
	}
	p := ProblemOf(refusal(status))
	if status == http.StatusBadRequest || status == http.StatusUnsupportedMediaType || status == http.StatusNotAcceptable {
		p.Status, p.Title = status, http.StatusText(status) // what could not be read at all is not what was read and refused
	}
	p.cause = errors.New(msg)
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, Where{Location: detail.Location, Message: chinese(detail.Message)})
		}
	}
	return p
}

// chinese keeps a message that speakChinese gave its words; what huma says in English elsewhere (a number that is none,
// JSON that breaks off) becomes one sentence.
func chinese(message string) string {
	if strings.ContainsFunc(message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return message
	}
	return "写法不对"
}

// refusal names huma's status in our vocabulary.
func refusal(status int) *fault.Error {
	switch status {
	case http.StatusBadRequest:
		return ErrMalformed
	case http.StatusUnprocessableEntity:
		return ErrBadInput
	case http.StatusRequestEntityTooLarge:
		return ErrTooLarge
	case http.StatusRequestTimeout:
		return ErrTimeout
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return ErrMedia
	case http.StatusNotFound:
		return ErrNoRoute
	}
	return fault.ErrInternal
}
