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

	"github.com/silenceper/wechat/v2/util"
)

// TestExtractReadsEveryShape checks the extractor with every shape in which the SDK reports a failure.
func TestExtractReadsEveryShape(t *testing.T) {
	address := "https://api.weixin.qq.com/sns/jscode2session?appid=wx1&secret=" + canary + "&js_code=" + canary
	rid := "63f9d0e1-3696b72c-2e0abae0"
	for name, shape := range map[string]struct {
		err  error
		want Error
	}{
		"Send's type":             {util.NewCommonError("Send", 43101, "refuse rid: "+rid), Error{Code: 43101, RID: rid}},
		"that type, wrapped":      {fmt.Errorf("send: %w", util.NewCommonError("Send", 47003, canary)), Error{Code: 47003}},
		"Code2Session's text":     {fmt.Errorf("Code2Session error : errcode=%v , errmsg=%v", 40029, "invalid code, rid: "+rid), Error{Code: 40029, RID: rid}},
		"SendGetMsgID's text":     {fmt.Errorf("template msg send error : errcode=%v , errmsg=%v", 43101, canary), Error{Code: 43101}},
		"the QR call's text":      {fmt.Errorf("fetchCode error : errcode=%v , errmsg=%v", 40169, "x"), Error{Code: 40169}},
		"the token's text":        {fmt.Errorf("get stable access_token error : errcode=%v , errormsg=%v", 40164, "ip 1.2.3.4"), Error{Code: 40164}},
		"a negative code":         {fmt.Errorf("Code2Session error : errcode=%v , errmsg=%v", -1, "system error"), Error{Code: -1}},
		"a status with address":   {fmt.Errorf("http get error : uri=%v , statusCode=%v", address, 502), Error{Status: 502, Reason: reasonStatus}},
		"an unknown picture":      {fmt.Errorf("fetchCode error : unknown response content type - %v", canary), Error{Reason: reasonGarbage}},
		"a timeout with address":  {&url.Error{Op: "Get", URL: address, Err: context.DeadlineExceeded}, Error{Reason: reasonTimeout}},
		"a dead line":             {&url.Error{Op: "Get", URL: address, Err: &net.OpError{Op: "dial", Err: errors.New(canary)}}, Error{Reason: reasonNetwork}},
		"a caller who gave up":    {&url.Error{Op: "Get", URL: address, Err: context.Canceled}, Error{Reason: reasonCanceled}},
		"another host":            {&url.Error{Op: "Get", URL: address, Err: errHost}, Error{Reason: reasonNetwork}},
		"a redirect":              {&url.Error{Op: "Get", URL: address, Err: errRedirect}, Error{Reason: reasonGarbage}},
		"a long answer":           {errTooLong, Error{Reason: reasonGarbage}},
		"no JSON":                 {json.Unmarshal([]byte("<html>"+canary), &struct{}{}), Error{Reason: reasonGarbage}},
		"JSON of another shape":   {json.Unmarshal([]byte(`{"errcode":"`+canary+`"}`), &util.CommonError{}), Error{Reason: reasonGarbage}},
		"JSON inside a text":      {util.DecodeWithError([]byte(canary), &struct{ util.CommonError }{}, "x"), Error{Reason: reasonGarbage}},
		"our own":                 {fmt.Errorf("x: %w", &Error{Op: "op", Reason: reasonNoToken}), Error{Reason: reasonNoToken}},
		"a text of no known kind": {errors.New(canary), Error{Reason: reasonGarbage}},
	} {
		t.Run(name, func(t *testing.T) {
			got := extract("op", shape.err)
			if got.Op != "op" || got.Code != shape.want.Code || got.Status != shape.want.Status || got.Reason != shape.want.Reason || got.RID != shape.want.RID {
				t.Errorf("extract = %+v, want %+v", *got, shape.want)
			}
			for err := toFault(got); err != nil; err = errors.Unwrap(err) {
				if strings.Contains(err.Error(), canary) || strings.Contains(fmt.Sprintf("%#v", err), canary) {
					t.Errorf("a secret stands in %v", err)
				}
			}
		})
	}
}

func TestTheCanaryCanBeFound(t *testing.T) {
	install(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }), 20*time.Millisecond)
	t.Cleanup(world.install)
	_, err := newRig(t).mini.GetAuth().Code2SessionContext(t.Context(), "code")
	if err == nil || !strings.Contains(err.Error(), canary) {
		t.Fatalf("the SDK's own error no longer holds the AppSecret (%v): the tests for secrets find nothing", err)
	}
}

func TestEveryFaultHasASentence(t *testing.T) {
	for code, f := range faults {
		if f.Text == "" || strings.ContainsAny(f.Text, "您") || !strings.HasPrefix(f.Code, "wechat.") {
			t.Errorf("%d: %+v", code, f)
		}
	}
}
