package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"regexp"
	"strconv"

	"github.com/silenceper/wechat/v2/util"

	"pugongying/internal/fault"
)

// Reasons of a failure for which WeChat gave no code.
const (
	reasonTimeout  = "timeout"
	reasonCanceled = "canceled"
	reasonNetwork  = "network"
	reasonStatus   = "status"    // an HTTP status other than 200, in Status
	reasonGarbage  = "garbage"   // an answer that is not what the call promises
	reasonNoToken  = "no token"  // an answer without a token where one is promised
	reasonBreaker  = "breaker"   // refused here by the circuit breaker, because WeChat failed several times in a row
	reasonRejected = "not asked" // refused here, because WeChat would refuse it
)

// Error is one failed call to WeChat. Its text is made of a fixed vocabulary, WeChat's code and WeChat's request id; no
// other text that was received, no address, token, secret, openid or code is ever part of it.
type Error struct {
	Op     string // which call: login, token, send, checkText, checkMedia, code
	Code   int    // WeChat's errcode, 0 when it gave none
	Status int    // HTTP status when it was not 200
	Reason string // why there is no code
	RID    string // WeChat's request id, to quote to its support
	cause  error  // a context's error only
}

// Error is the line for logs.
func (e *Error) Error() string {
	text := "wechat: " + e.Op
	switch {
	case e.Code != 0:
		text += fmt.Sprintf(": errcode %d", e.Code)
	case e.Status != 0:
		text += fmt.Sprintf(": status %d", e.Status)
	default:
		text += ": " + e.Reason
	}
	if e.RID != "" {
		text += " (rid " + e.RID + ")"
	}
	return text
}

// Unwrap is context.Canceled or context.DeadlineExceeded, or nothing.
func (e *Error) Unwrap() error { return e.cause }

var (
	codeText   = regexp.MustCompile(`errcode=(-?\d{1,9})\b`)
	statusText = regexp.MustCompile(`statusCode=(\d{3})\b`)
	ridText    = regexp.MustCompile(`\brid: ([0-9a-f]{8}(?:-[0-9a-f]{8}){2})\b`)
)

// extract reads every shape in which the SDK reports a failure: *util.CommonError, a text with errcode=, a text with
// statusCode=, *url.Error around a timeout, a JSON error, or a text of no kind. The SDK's text itself is dropped: it may
// hold the address with the AppSecret or the token in it.
func extract(op string, err error) *Error {
	var typed *Error
	if errors.As(err, &typed) {
		return typed
	}
	out := &Error{Op: op, RID: firstGroup(ridText, err)}
	var common *util.CommonError
	if errors.As(err, &common) {
		out.Code = int(common.ErrCode)
		return out
	}
	if code, parse := strconv.Atoi(firstGroup(codeText, err)); parse == nil {
		out.Code = code
		return out
	}
	if status, parse := strconv.Atoi(firstGroup(statusText, err)); parse == nil {
		out.Status, out.Reason = status, reasonStatus
		return out
	}
	out.Reason, out.cause = reason(err)
	return out
}

func reason(err error) (string, error) {
	var network net.Error
	var syntax *json.SyntaxError
	var shape *json.UnmarshalTypeError
	switch {
	case errors.Is(err, context.Canceled):
		return reasonCanceled, context.Canceled
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &network) && network.Timeout():
		return reasonTimeout, context.DeadlineExceeded
	case errors.As(err, &syntax), errors.As(err, &shape), errors.Is(err, errTooLong), errors.Is(err, errRedirect):
		return reasonGarbage, nil
	case errors.As(err, &network):
		return reasonNetwork, nil
	default:
		return reasonGarbage, nil
	}
}

func firstGroup(pattern *regexp.Regexp, err error) string {
	if match := pattern.FindStringSubmatch(err.Error()); match != nil {
		return match[1]
	}
	return ""
}

// badToken reports whether the token was the fault, so that another one may help.
func (e *Error) badToken() bool {
	return e.Code == 40001 || e.Code == 40014 || e.Code == 42001
}

// down reports whether WeChat itself, not what was asked of it, was the fault.
func (e *Error) down() bool {
	return e.Code == -1 || e.Code == 0 && e.Reason != reasonRejected
}

// Faults of WeChat, with the sentence for the person who meets them.
var (
	ErrCodeInvalid     = fault.New(fault.Invalid, "wechat.code_invalid", "登录没有成功，请再试一次。")
	ErrTooMany         = fault.New(fault.TooMany, "wechat.too_many", "点得太快了，请过一分钟再试。")
	ErrRefused         = fault.New(fault.Forbidden, "wechat.refused", "现在不能用微信登录。不登录也可以照常用。")
	ErrUnavailable     = fault.New(fault.Unavailable, "wechat.unavailable", "微信那边没有回应，请稍后再试。")
	ErrNotConsented    = fault.New(fault.Conflict, "wechat.not_consented", "她没有同意收这条通知，或者同意的次数用完了。")
	ErrMessageInvalid  = fault.New(fault.Invalid, "wechat.message_invalid", "通知的内容不合模板的规定。")
	ErrRecipient       = fault.New(fault.Invalid, "wechat.recipient_invalid", "没有这个收信人。")
	ErrVisitNeeded     = fault.New(fault.Conflict, "wechat.visit_needed", "请先打开一次小程序，再来提交。")
	ErrTextInvalid     = fault.New(fault.Invalid, "wechat.text_invalid", "文字是空的或者太长了，最多 2500 个字。")
	ErrMediaInvalid    = fault.New(fault.Invalid, "wechat.media_invalid", "这个文件现在检查不了。")
	ErrSceneInvalid    = fault.New(fault.Invalid, "wechat.scene_invalid", "小程序码的参数不合规定，最多 32 个字母、数字或符号。")
	ErrPageUnknown     = fault.New(fault.Invalid, "wechat.page_unknown", "小程序里没有这一页，或者还没有发布。")
	ErrTemplateUnknown = fault.New(fault.Invalid, "wechat.template_unknown", "没有这个通知模板。")
)

// What a code means can depend on the call; what is in neither table is ErrUnavailable.
var (
	faults = map[int]*fault.Error{
		45009: ErrTooMany, 45011: ErrTooMany,
		40029: ErrCodeInvalid, 40163: ErrCodeInvalid, 40226: ErrRefused,
		43101: ErrNotConsented, 47003: ErrMessageInvalid, 40003: ErrRecipient, 40037: ErrTemplateUnknown,
		41030: ErrPageUnknown, 40169: ErrSceneInvalid, 61010: ErrVisitNeeded,
	}
	faultsOf = map[string]map[int]*fault.Error{
		opCode:       {40129: ErrSceneInvalid},
		opCheckText:  {40129: ErrTextInvalid, 45002: ErrTextInvalid},
		opCheckMedia: {40129: ErrMediaInvalid, 40004: ErrMediaInvalid, 40066: ErrMediaInvalid},
	}
)

// toFault returns the fault a caller gets: WeChat's *Error stays reachable as its cause.
func toFault(err *Error) error {
	if err == nil {
		return nil
	}
	if f, ok := faultsOf[err.Op][err.Code]; ok {
		return f.Because(err)
	}
	if f, ok := faults[err.Code]; ok {
		return f.Because(err)
	}
	return ErrUnavailable.Because(err)
}
