package jsonapi

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"unicode"

	"github.com/danielgtaylor/huma/v2"
	"github.com/gin-gonic/gin"

	"pugongying/internal/fault"
	"pugongying/internal/web"
)

// Problem is what a failure looks like to a client: RFC 9457 with a stable code, a Chinese sentence and, for faulty
// input, the places of the faults.
type Problem struct {
	Status int     `json:"status" doc:"HTTP status"`
	Code   string  `json:"code" doc:"stable code, as booking.slot_taken"`
	Title  string  `json:"title" doc:"the status in words"`
	Detail string  `json:"detail" doc:"a Chinese sentence that can be shown as it is"`
	Errors []Where `json:"errors,omitempty" doc:"the faulty inputs"`

	failure web.Failure
}

// Where is one faulty input.
type Where struct {
	Location string `json:"location" doc:"a path as body.answers"`
	Message  string `json:"message" doc:"a Chinese sentence"`
}

// contentType is RFC 9457's.
const contentType = "application/problem+json"

// Error is the stable code; the cause is for logs alone.
func (p *Problem) Error() string { return p.Code }

// Unwrap returns the cause to the log.
func (p *Problem) Unwrap() error { return p.failure.Cause }

// GetStatus is the HTTP status; huma asks for it.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is RFC 9457's, whatever was negotiated.
func (p *Problem) ContentType(string) string { return contentType }

// GetHeaders says when it is worth trying again. huma adds them to those that every answer has.
func (p *Problem) GetHeaders() http.Header {
	h := http.Header{}
	if p.failure.RetryAfter != "" {
		h.Set("Retry-After", p.failure.RetryAfter)
	}
	return h
}

// Faults of the JSON door.
var (
	ErrBadInput  = fault.New(fault.Invalid, "input.invalid", "有内容填得不对，请看看标出来的地方。")
	ErrMedia     = fault.New(fault.Invalid, "input.media_type", "内容的格式不对，要用 JSON。")
	ErrNoSession = fault.New(fault.Unauthenticated, "session.missing", "这一步要先登录。")
)

// ProblemOf turns any error into what a client may see of it.
func ProblemOf(err error) *Problem {
	var p *Problem
	if errors.As(err, &p) {
		return p
	}
	return problemOf(web.FailureOf(err))
}

func problemOf(f web.Failure) *Problem {
	p := &Problem{Status: f.Status, Code: f.Fault.Code, Title: http.StatusText(f.Status), Detail: f.Fault.Text, failure: f}
	for _, field := range f.Fault.Fields {
		p.Errors = append(p.Errors, Where(field))
	}
	return p
}

// writeFailure answers an error on a route that huma does not serve.
func writeFailure(c *gin.Context, f web.Failure) {
	p := problemOf(f)
	body, err := json.Marshal(p)
	if err != nil {
		panic("a problem that cannot be encoded: " + err.Error())
	}
	c.Data(p.Status, contentType, body)
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
	p.failure.Cause = errors.New(msg)
	for _, err := range errs {
		var d huma.ErrorDetailer
		if errors.As(err, &d) {
			detail := d.ErrorDetail()
			p.Errors = append(p.Errors, Where{Location: detail.Location, Message: chinese(detail.Message)})
		}
	}
	return p
}

// chinese passes a message that speakChinese translated; every other message of huma, which is English (a number that is
// none, incomplete JSON), becomes one sentence.
func chinese(message string) string {
	if strings.ContainsFunc(message, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return message
	}
	return "写法不对"
}

// refusal maps huma's status to one of our faults.
func refusal(status int) *fault.Error {
	switch status {
	case http.StatusBadRequest:
		return web.ErrMalformed
	case http.StatusUnprocessableEntity:
		return ErrBadInput
	case http.StatusRequestEntityTooLarge:
		return web.ErrTooLarge
	case http.StatusUnsupportedMediaType, http.StatusNotAcceptable:
		return ErrMedia
	case http.StatusNotFound:
		return web.ErrNoRoute
	}
	return fault.ErrInternal
}
