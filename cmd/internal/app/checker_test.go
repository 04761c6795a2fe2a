package app

import (
	"context"
	"testing"

	"pugongying/internal/check"
	"pugongying/internal/publish"
)

// TestTheMachineChecksOverWhatThisServerHas: WeChat is asked for who is on her phone, and for nobody at a desk.
func TestTheMachineChecksOverWhatThisServerHas(t *testing.T) {
	a := opened(t)
	body := []byte("---\ntitle: 冬天的炉火\nprovenance: invented\nquestions: [MEIYOU]\n---\n## 发生了什么\n她的电话 13800138000，![图](MEIYOU)\n")
	found, err := a.checker().Check(context.Background(), publish.KindExplainer, body)
	if err == nil {
		t.Error("a text from a desk passed WeChat, which was not asked")
	}
	codes := map[string]bool{}
	for _, f := range found {
		codes[f.Code] = true
	}
	for _, code := range []string{"privacy.mobile", "picture.unknown", "link.question", "form.citations"} {
		if !codes[code] {
			t.Errorf("%s is not found: %+v", code, found)
		}
	}
	if _, err := (textSafety{a.wechat}).Text(check.By(context.Background(), "not an openid"), "她走了"); err == nil {
		t.Error("WeChat passed for somebody it does not know")
	}
}
