package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// TestExtractNamesEveryFailure checks what becomes of every way in which a call fails without a code of WeChat's.
func TestExtractNamesEveryFailure(t *testing.T) {
	address := "https://api.weixin.qq.com/sns/jscode2session?appid=wx1&secret=" + canary + "&js_code=" + canary
	for name, shape := range map[string]struct {
		err  error
		want Error
	}{
		"a timeout with address":  {&url.Error{Op: "Get", URL: address, Err: context.DeadlineExceeded}, Error{Reason: reasonTimeout}},
		"a dead line":             {&url.Error{Op: "Get", URL: address, Err: &net.OpError{Op: "dial", Err: errors.New(canary)}}, Error{Reason: reasonNetwork}},
		"a caller who gave up":    {&url.Error{Op: "Get", URL: address, Err: context.Canceled}, Error{Reason: reasonCanceled}},
		"another host":            {&url.Error{Op: "Get", URL: address, Err: errHost}, Error{Reason: reasonNetwork}},
		"a redirect":              {&url.Error{Op: "Get", URL: address, Err: errRedirect}, Error{Reason: reasonGarbage}},
		"a long answer":           {errTooLong, Error{Reason: reasonGarbage}},
		"no JSON":                 {json.Unmarshal([]byte("<html>"+canary), &struct{}{}), Error{Reason: reasonGarbage}},
		"JSON of another shape":   {json.Unmarshal([]byte(`{"errcode":"`+canary+`"}`), &struct{ ErrCode int }{}), Error{Reason: reasonGarbage}},
		"our own":                 {fmt.Errorf("x: %w", &Error{Op: "op", Reason: reasonNoToken}), Error{Reason: reasonNoToken}},
		"a text of no known kind": {errors.New(canary), Error{Reason: reasonGarbage}},
	} {
		t.Run(name, func(t *testing.T) {
			got := extract("op", shape.err)
			if got.Op != "op" || got.Code != 0 || got.Status != 0 || got.Reason != shape.want.Reason {
				t.Errorf("extract = %+v, want %+v", *got, shape.want)
			}
			hideNothing(t, got)
		})
	}
}

// TestWhatWeChatRefusesIsRead checks the answers in which WeChat says no.
func TestWhatWeChatRefusesIsRead(t *testing.T) {
	const rid = "63f9d0e1-3696b72c-2e0abae0"
	for text, want := range map[string]*Error{
		`{"errcode":43101,"errmsg":"refuse rid: ` + rid + `"}`:  {Op: "op", Code: 43101, RID: rid},
		`{"errcode":-1,"errmsg":"system error"}`:                {Op: "op", Code: -1},
		`{"errcode":40164,"errmsg":"` + canary + ` rid: none"}`: {Op: "op", Code: 40164},
		`{"errcode":0,"errmsg":"ok"}`:                           nil,
		`{}`:                                                    nil,
		"{\"errcode\":47003,\"errmsg\":\"\\u0000" + canary + "\",\"rid\":\"" + rid + "\"}": {Op: "op", Code: 47003},
	} {
		var got *Error
		_ = errors.As(failureIn("op", []byte(text)), &got)
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", text, got, want)
		}
		if got != nil {
			hideNothing(t, got)
		}
	}
}

func hideNothing(t *testing.T, failed *Error) {
	t.Helper()
	for err := toFault(failed); err != nil; err = errors.Unwrap(err) {
		if strings.Contains(err.Error(), canary) || strings.Contains(fmt.Sprintf("%#v", err), canary) {
			t.Errorf("a secret stands in %v", err)
		}
	}
}

// TestTheCanaryCanBeFound is the control: the error of net/http holds the address with the AppSecret.
func TestTheCanaryCanBeFound(t *testing.T) {
	install(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), 20*time.Millisecond)
	t.Cleanup(world.install)
	answer, err := newRig(t).http.Get("https://" + Host + "/sns/jscode2session?secret=" + canary)
	if err == nil || !strings.Contains(err.Error(), canary) {
		t.Fatalf("the error of a call no longer holds its address (%v, %v): the tests for secrets find nothing", answer, err)
	}
}

func TestEveryFaultHasASentence(t *testing.T) {
	for code, f := range faults {
		if f.Text == "" || strings.ContainsAny(f.Text, "您") || !strings.HasPrefix(f.Code, "wechat.") {
			t.Errorf("%d: %+v", code, f)
		}
	}
}
