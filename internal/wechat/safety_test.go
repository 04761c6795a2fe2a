package wechat

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"

	"pugongying/internal/testkit"

	"pugongying/internal/notify"
)

// A3: no message is sent whose words an onlooker would understand. Values are combined at random from neutral and other
// words; what WeChat is asked to show is checked against the lexicon.
func TestA3_PushNeutral(t *testing.T) {
	var mu sync.Mutex
	var left []string
	install(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/cgi-bin/stable_token" {
			body(`{"access_token":"t","expires_in":7200}`)(w, r)
			return
		}
		sent, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		left = append(left, string(sent))
		body(`{"errcode":0,"errmsg":"ok","msgid":1}`)(w, r)
	}), Timeout)
	t.Cleanup(world.install)
	r, seed := newRig(t), rand.Uint64()
	dice := rand.New(rand.NewPCG(seed, 1))
	plain := []string{"有一项", "安排", "待查看", "明天", "新故事", "每日五题", "打开看看", "15:01"}
	telling := []string{"心理咨询", "离婚", "法院", "保护令", "家 暴", "律师", "Ｃourt", "报警", "counsel"}
	lexicon := notify.ForOnlookers()
	stopped := 0
	for range 2000 {
		var text strings.Builder
		for range 1 + dice.IntN(3) {
			words := plain
			if dice.IntN(8) == 0 {
				words = telling
			}
			text.WriteString(words[dice.IntN(len(words))] + " ")
		}
		if _, err := r.Send(t.Context(), r.message("mei", text.String())); err != nil {
			stopped++
		}
	}
	for _, sent := range left {
		if word := lexicon.Find(sent); word != "" {
			t.Fatalf("seed %d: %q left in %s", seed, word, sent)
		}
	}
	if stopped == 0 || len(left) == 0 || stopped+len(left) != 2000 {
		t.Fatalf("seed %d: %d stopped, %d left: nothing was shown", seed, stopped, len(left))
	}
	testkit.Score(t, "push fields outside the neutral vocabulary", fmt.Sprintf("0/%d sent", len(left)), true,
		fmt.Sprintf("%d of the same 2,000 messages held such a word and were stopped", stopped))
}

// H7: a session_key goes no further than Login: it is in no result, in no cache, in no error.
func TestH7_SessionKeyIsDropped(t *testing.T) {
	install(body(`{"openid":"oaKk343WOktAaT2ygsX138BGblrg","session_key":"`+canary+`"}`), Timeout)
	t.Cleanup(world.install)
	r := newRig(t)
	raw, err := r.mini.GetAuth().Code2SessionContext(t.Context(), "code")
	if err != nil || raw.SessionKey != canary {
		t.Fatalf("the fake gives no session_key (%+v, %v): this test finds nothing", raw, err)
	}
	who, err := r.Login(t.Context(), "code")
	if err != nil {
		t.Fatal(err)
	}
	if said := fmt.Sprintf("%+v", who); strings.Contains(said, canary) {
		t.Errorf("Login gives %s", said)
	}
	if stored := fmt.Sprintf("%+v", r.tokens.stored); strings.Contains(stored, canary) {
		t.Errorf("the cache holds %s", stored)
	}
	if fields := reflect.TypeFor[Identity]().NumField(); fields != 2 {
		t.Errorf("an identity has %d fields: is one of them a session_key?", fields)
	}
}

func TestProbe(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	if err := r.Probe(t.Context()); err != nil {
		t.Fatal(err)
	}
	_ = r.tokens.Delete(tokenKey(r.appID))
	r.wx.Break(r.appID, "/cgi-bin/stable_token", 40164, 1)
	wantFault(t, r.Probe(t.Context()), ErrUnavailable, 40164)
}
