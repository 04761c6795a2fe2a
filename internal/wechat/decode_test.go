package wechat

import (
	"encoding/json"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

var told1620963428 = time.Unix(1620963428, 0).UTC()

// TestDecodeReadsWhatWeChatDocuments checks the decoder with the examples of the documentation, in both formats.
func TestDecodeReadsWhatWeChatDocuments(t *testing.T) {
	const who = "o7esq5PHRGBQYmeNyfG064wEFVpQ"
	header := `{"ToUserName":"gh_123456789abc","FromUserName":"` + who + `","MsgType":"event",`
	xmlHeader := "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[" + who + "]]></FromUserName><CreateTime>1620963428</CreateTime><MsgType><![CDATA[event]]></MsgType>"
	consent := func(template string, accepted bool) Event {
		return Event{Kind: ConsentAnswered, OpenID: who, Consent: &Consent{template, accepted}}
	}
	for name, c := range map[string]struct {
		body string
		want []Event
	}{
		"a check that passed": {
			header + `"CreateTime":1620963428,"Event":"wxa_media_check","appid":"wx1","trace_id":"60f96f1d-3845297a-1976a3ae","version":2,"detail":[{"strategy":"content_model","errcode":0,"suggest":"pass","label":100,"prob":90}],"errcode":0,"errmsg":"ok","result":{"suggest":"pass","label":100}}`,
			[]Event{{Kind: MediaChecked, Media: &MediaResult{"60f96f1d-3845297a-1976a3ae", Pass, 100, 0}}},
		},
		"a file that could not be fetched": {
			header + `"CreateTime":1620963428,"Event":"wxa_media_check","trace_id":"t-1","errcode":-1008,"errmsg":"download failed"}`,
			[]Event{{Kind: MediaChecked, Media: &MediaResult{"t-1", Review, 0, -1008}}},
		},
		"a failed check that says pass": {
			header + `"CreateTime":1620963428,"Event":"wxa_media_check","trace_id":"t-1","errcode":-1008,"result":{"suggest":"pass","label":100}}`,
			[]Event{{Kind: MediaChecked, Media: &MediaResult{"t-1", Review, 100, -1008}}},
		},
		"a check without a result": {
			header + `"CreateTime":1620963428,"Event":"wxa_media_check","trace_id":"t-1","errcode":0}`,
			[]Event{{Kind: MediaChecked, Media: &MediaResult{"t-1", Review, 0, 0}}},
		},
		"a check in XML": {
			xmlHeader + "<Event><![CDATA[wxa_media_check]]></Event><appid>wx1</appid><trace_id>t-1</trace_id><errcode>0</errcode><result><suggest>risky</suggest><label>20001</label></result></xml>",
			[]Event{{Kind: MediaChecked, Media: &MediaResult{"t-1", Risky, 20001, 0}}},
		},
		"an answer: one object, all texts": {
			header + `"CreateTime":"1620963428","Event":"subscribe_msg_popup_event","List":{"TemplateId":"a","SubscribeStatusString":"accept","PopupScene":"0"}}`,
			[]Event{consent("a", true)},
		},
		"an answer: several": {
			header + `"CreateTime":1620963428,"Event":"subscribe_msg_popup_event","List":[{"TemplateId":"a","SubscribeStatusString":"accept"},{"TemplateId":"b","SubscribeStatusString":"reject"}]}`,
			[]Event{consent("a", true), consent("b", false)},
		},
		"an answer in XML": {
			xmlHeader + "<Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId><![CDATA[a]]></TemplateId><SubscribeStatusString><![CDATA[accept]]></SubscribeStatusString><PopupScene>2</PopupScene></List><List><TemplateId>b</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List></SubscribeMsgPopupEvent></xml>",
			[]Event{consent("a", true), consent("b", false)},
		},
		"a changed mind": {
			header + `"CreateTime":"1620963428","Event":"subscribe_msg_change_event","List":[{"TemplateId":"a","SubscribeStatusString":"reject"}]}`,
			[]Event{{Kind: ConsentChanged, OpenID: who, Consent: &Consent{"a", false}}},
		},
		"a delivery, numbers as texts": {
			header + `"CreateTime":"1620963428","Event":"subscribe_msg_sent_event","List":{"TemplateId":"a","MsgID":"1864323726461255680","ErrorCode":"0","ErrorStatus":"success"}}`,
			[]Event{{Kind: MessageDelivered, OpenID: who, Delivery: &Delivery{"a", "1864323726461255680", ""}}},
		},
		"a failed delivery, numbers as numbers": {
			header + `"CreateTime":1620963428,"Event":"subscribe_msg_sent_event","List":{"TemplateId":"a","MsgID":1864323726461255680,"ErrorCode":20001}}`,
			[]Event{{Kind: MessageDelivered, OpenID: who, Delivery: &Delivery{"a", "1864323726461255680", "20001"}}},
		},
		"a profile cleaned": {
			`{"CreateTime":1620963428,"Event":"user_info_modified","OpenID":"` + who + `","AppID":"wx1"}`,
			[]Event{{Kind: ProfileModified, OpenID: who}},
		},
		"taken back, in XML": {
			xmlHeader + "<Event>user_authorization_revoke</Event><OpenID><![CDATA[" + who + "]]></OpenID><AppID>wx1</AppID><RevokeInfo>1</RevokeInfo><PluginID>wx2</PluginID></xml>",
			[]Event{{Kind: AuthorizationRevoked, OpenID: who, Revoked: []string{"1"}}},
		},
		"an account cancelled": {
			`{"CreateTime":1620963428,"Event":"user_authorization_cancellation","OpenID":"` + who + `"}`,
			[]Event{{Kind: AccountCancelled, OpenID: who}},
		},
		"something else":       {header + `"CreateTime":1620963428,"Event":"debug_demo"}`, nil},
		"a customer's message": {header + `"CreateTime":1620963428,"Content":"你好"}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := decode("wx1", strings.HasPrefix(c.body, "<"), []byte(c.body))
			if err != nil || len(got) != len(c.want) {
				t.Fatalf("decode = %+v, %v", got, err)
			}
			for i := range got {
				want := c.want[i]
				want.ID, want.AppID, want.At = got[i].ID, "wx1", told1620963428
				if len(got[i].Revoked) == 0 {
					got[i].Revoked = want.Revoked
				}
				if got[i].ID == "" || !reflect.DeepEqual(got[i], want) {
					t.Errorf("event %d = %+v, want %+v", i, got[i], want)
				}
			}
		})
	}
}

func TestDecodeRefuses(t *testing.T) {
	for name, body := range map[string]string{
		"no trace":        `{"Event":"wxa_media_check","CreateTime":1}`,
		"an odd trace":    `{"Event":"wxa_media_check","CreateTime":1,"trace_id":"a b"}`,
		"another app":     `{"Event":"wxa_media_check","CreateTime":1,"trace_id":"a","appid":"wx2"}`,
		"no time":         `{"Event":"wxa_media_check","trace_id":"a"}`,
		"an odd time":     `{"Event":"wxa_media_check","trace_id":"a","CreateTime":99999999999999999}`,
		"no template":     `{"Event":"subscribe_msg_popup_event","CreateTime":1,"FromUserName":"oabcdef","List":{}}`,
		"no number":       `{"Event":"subscribe_msg_sent_event","CreateTime":1,"FromUserName":"oabcdef","List":{"TemplateId":"a"}}`,
		"a list of texts": `{"Event":"subscribe_msg_sent_event","CreateTime":1,"FromUserName":"oabcdef","List":["a"]}`,
		"too many":        `{"Event":"subscribe_msg_popup_event","CreateTime":1,"FromUserName":"oabcdef","List":[` + strings.Repeat(`{"TemplateId":"a"},`, 20) + `{"TemplateId":"a"}]}`,
		"a long template": `{"Event":"subscribe_msg_popup_event","CreateTime":1,"FromUserName":"oabcdef","List":{"TemplateId":"` + strings.Repeat("a", 129) + `"}}`,
		"an odd openid":   `{"Event":"user_info_modified","CreateTime":1,"OpenID":"<script>"}`,
		"a list":          `[]`,
		"XML as JSON":     `<xml></xml>`,
	} {
		if got, err := decode("wx1", false, []byte(body)); err == nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
}

// FuzzPush: whatever a signed push says, decoding neither panics nor gives an event that nobody could store, nor a pass
// that WeChat did not say.
func FuzzPush(f *testing.F) {
	f.Add(false, []byte(revoked))
	f.Add(false, []byte(`{"Event":"wxa_media_check","CreateTime":1,"trace_id":"a","errcode":"-1008","result":{"suggest":"pass"}}`))
	f.Add(false, []byte(`{"Event":"subscribe_msg_sent_event","CreateTime":1,"FromUserName":"oabcdef","List":[{"TemplateId":"a","MsgID":1}]}`))
	f.Add(true, []byte(`<xml><Event>subscribe_msg_popup_event</Event><CreateTime>1</CreateTime><FromUserName>oabcdef</FromUserName><SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId></List></SubscribeMsgPopupEvent></xml>`))
	f.Add(true, []byte(`<xml><Event><![CDATA[user_authorization_cancellation]]></Event><CreateTime>1</CreateTime><OpenID>oabcdef</OpenID></xml>`))
	f.Fuzz(func(t *testing.T, asXML bool, body []byte) {
		got, err := decode(docAppID, asXML, body)
		if err != nil && len(got) != 0 {
			t.Fatal("an error and events")
		}
		again, _ := decode(docAppID, asXML, body)
		if !reflect.DeepEqual(got, again) {
			t.Fatal("two readings differ")
		}
		if len(got) > 2*listLimit {
			t.Fatalf("%d events", len(got))
		}
		for _, e := range got {
			checkEvent(t, e, body)
		}
	})
}

func checkEvent(t *testing.T, e Event, body []byte) {
	t.Helper()
	facts := slices.DeleteFunc([]bool{e.Media != nil, e.Consent != nil, e.Delivery != nil}, func(is bool) bool { return !is })
	_, known := kinds[e.Kind]
	switch {
	case len(e.ID) != 43 || e.AppID != docAppID || !known || len(facts) > 1:
		t.Fatalf("event %+v", e)
	case e.Media == nil && !openID.MatchString(e.OpenID):
		t.Fatalf("openid %q", e.OpenID)
	case e.Media != nil && e.Media.Suggestion == Pass && (e.Media.Failed != 0 || !strings.Contains(string(body), "pass") && !strings.Contains(string(body), `\u`) && !strings.Contains(string(body), "&#") && !strings.Contains(string(body), "<!")):
		t.Fatalf("a pass out of %q", body)
	}
	if _, err := json.Marshal(e.At); err != nil {
		t.Fatalf("a time nobody can store: %v", err)
	}
}
