package app

import (
	"context"
	"errors"
	"testing"

	"pugongying/internal/contribution"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/wechat/sandbox"
)

// phoneOf signs the 演示 account of this login in on a phone, as the person of the sandbox its WeChat is bound to.
func phoneOf(t *testing.T, a *App, login string) staff.Principal {
	t.Helper()
	in, err := a.Members.SignInWeChat(t.Context(), "sandbox-"+login)
	if err != nil {
		t.Fatal(err)
	}
	who, err := a.Members.Resolve(t.Context(), in.Token)
	if err != nil {
		t.Fatal(err)
	}
	phone, err := a.Staff.SignInPhone(t.Context(), staff.Phoned{Member: string(who.ID), Session: who.Session})
	if err != nil {
		t.Fatal(err)
	}
	return phone.Principal
}

// handIn writes a story with these words in its second box and hands it in.
func handIn(t *testing.T, a *App, who staff.Principal, id, words string) error {
	t.Helper()
	begun, err := a.Stories.Begin(t.Context(), who, id)
	if err != nil {
		t.Fatal(err)
	}
	w := contribution.Written{Title: "冬天的炉火", Provenance: contribution.Invented}
	w.Boxes[0].Text, w.Boxes[1].Text = "她在镇上摆摊。", words
	if _, err := a.Stories.Write(t.Context(), who, id, begun.Text, w); err != nil {
		t.Fatal(err)
	}
	_, err = a.Stories.Send(t.Context(), who, id)
	return err
}

// TestWeChatReadsWhatAVolunteerHandsIn: through the sandbox, what is risky comes back with its box, what is not goes on, and
// so does everything while WeChat is away or does not know her, because an editor reads it all.
func TestWeChatReadsWhatAVolunteerHandsIn(t *testing.T) {
	a := opened(t)
	who := phoneOf(t, a, "zhiyuan")
	var refused *fault.Error
	err := handIn(t, a, who, "RISKY", "这一句违规。")
	if !errors.Is(err, contribution.ErrRisky) || !errors.As(err, &refused) || refused.Fields[0].Location != "boxes.1" {
		t.Errorf("a risky text: %v", err)
	}
	if err := handIn(t, a, who, "HARMLESS", "第二天她去了苏木妇联。"); err != nil {
		t.Errorf("a harmless text: %v", err)
	}
	if err := handIn(t, a, who, "DOUBTED", "这一句是广告。"); err != nil {
		t.Errorf("a text that WeChat doubts: %v", err)
	}
	const textCheck = "/wxa/msg_sec_check"
	for id, code := range map[string]int{"AWAY": -1, "NOVISIT": 61010} {
		a.sandboxed.Break(a.config.WeChat.AppID, textCheck, code, 1)
		if err := handIn(t, a, who, id, "这一句违规。"); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestWeChatIsAskedForWhosePhoneItIs: a session of staff that no resident opened has nobody to ask for.
func TestWeChatIsAskedForWhosePhoneItIs(t *testing.T) {
	a := opened(t)
	who := phoneOf(t, a, "zhiyuan")
	desk := who
	desk.Session = "none"
	if at, err := (handedIn{a}).Risky(context.Background(), desk, []string{"这一句违规。"}); err == nil || at >= 0 {
		t.Errorf("at a desk: %d, %v", at, err)
	}
	if at, err := (handedIn{a}).Risky(context.Background(), who, []string{"", "好", "违规"}); err != nil || at != 2 {
		t.Errorf("on %s's phone: %d, %v", sandbox.OpenID(a.config.WeChat.AppID, "zhiyuan"), at, err)
	}
}
