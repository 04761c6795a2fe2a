package contribution_test

import (
	"errors"
	"strings"
	"sync"
	"testing"

	"pugongying/internal/contribution"
	"pugongying/internal/fault"
	"pugongying/internal/media"
)

// A save names the revision it was written on. Whatever order saves arrive in, whichever page or phone they come from, none
// overwrites a newer text, and the one that lost is given what is stored.
func TestNoSaveOverwritesANewerText(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	first := k.write(t, "C1", 1, words("一"))
	k.write(t, "C1", first.Text, words("一二"))

	late, err := k.Write(ctx, author, "C1", 1, words("旧的一页"))
	if !errors.Is(err, contribution.ErrConflict) {
		t.Fatalf("a stale page was stored: %v", err)
	}
	if late.Raw.Boxes[0].Text != "一二" || late.Text != 3 {
		t.Errorf("the conflict gives %q at %d, not what is stored", late.Raw.Boxes[0].Text, late.Text)
	}
	if now, _ := k.Read(ctx, author, "C1"); now.Raw.Boxes[0].Text != "一二" {
		t.Errorf("stored is %q", now.Raw.Boxes[0].Text)
	}
	// She picks a side: on the revision that the conflict told, her text is stored.
	if again := k.write(t, "C1", late.Text, words("旧的一页")); again.Raw.Boxes[0].Text != "旧的一页" {
		t.Error("control: a save on the newest revision is not stored")
	}
}

func TestASaveWhoseAnswerWasLostMayBeSentAgain(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	once := k.write(t, "C1", 1, words("一"))
	again := k.write(t, "C1", 1, words("一"))
	if again.Text != once.Text {
		t.Errorf("the same save counted twice: %d, then %d", once.Text, again.Text)
	}
}

func TestTwoDevicesRaceAndOneIsGivenTheOthersText(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	var group sync.WaitGroup
	var lock sync.Mutex
	won, lost := []string{}, []string{}
	for _, text := range []string{"甲", "乙", "丙", "丁", "戊", "己"} {
		group.Go(func() {
			got, err := k.Write(ctx, author, "C1", 1, words(text))
			lock.Lock()
			defer lock.Unlock()
			switch {
			case err == nil:
				won = append(won, text)
			case errors.Is(err, contribution.ErrConflict):
				lost = append(lost, got.Raw.Boxes[0].Text)
			default:
				t.Error(err)
			}
		})
	}
	group.Wait()
	if len(won) != 1 || len(lost) != 5 {
		t.Fatalf("%d won, %d were told", len(won), len(lost))
	}
	for _, text := range lost {
		if text != won[0] {
			t.Errorf("a loser was given %q, stored is %q", text, won[0])
		}
	}
}

func TestAMegabyteInOneBoxIsSaidThereAndTheRestIsStored(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	w := words("短的", strings.Repeat("长", 350_000), "", "妇联")
	w.Title = strings.Repeat("题", 41)
	got := k.write(t, "C1", 1, w)
	if len(got.Refused) != 2 || got.Refused[0].Box != -1 || got.Refused[1].Box != 1 || !strings.Contains(got.Refused[1].Text, "350000") {
		t.Errorf("refused %+v", got.Refused)
	}
	if b := got.Raw.Boxes; b[0].Text != "短的" || b[1].Text != "" || b[3].Text != "妇联" || got.Raw.Title != "腌菜缸" {
		t.Errorf("stored %q %q %q under %q", b[0].Text, b[1].Text, b[3].Text, got.Raw.Title)
	}
	full := words("短的", strings.Repeat("长", contribution.MaxText))
	if got := k.write(t, "C1", got.Text, full); len(got.Refused) != 0 {
		t.Errorf("a full box is refused: %+v", got.Refused)
	}
}

func TestAFindingStandsAtItsPlace(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	const text = "给妇联的 000 4713 6025 打了电话"
	got := k.write(t, "C1", 1, words("一", text))
	if len(got.Findings) != 1 || text[got.Findings[0].Start:got.Findings[0].End] != "000 4713 6025" || got.Findings[0].Box != 1 {
		t.Errorf("found %+v", got.Findings)
	}
}

// What may be handed in, by what it lacks.
func TestWhatMayBeHandedIn(t *testing.T) {
	for name, c := range map[string]struct {
		text       string
		provenance contribution.Provenance
		consent    bool
		want       error
	}{
		"nothing told":       {"", contribution.Invented, false, contribution.ErrEmpty},
		"blanks":             {" \n ", contribution.Invented, false, contribution.ErrEmpty},
		"true or invented?":  {"她", contribution.Unsaid, false, contribution.ErrUnsaid},
		"true, unconsented":  {"她", contribution.Real, false, contribution.ErrConsent},
		"true and consented": {"她", contribution.Real, true, nil},
		"invented":           {"她", contribution.Invented, false, nil},
	} {
		t.Run(name, func(t *testing.T) {
			k := newKit(t)
			k.begun(t, "C1")
			w := words(c.text)
			w.Provenance = c.provenance
			k.write(t, "C1", 1, w)
			if c.consent {
				if _, err := k.Consent(ctx, author, "C1", agreed); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := k.Send(ctx, author, "C1"); !errors.Is(err, c.want) || (c.want == nil) != (err == nil) {
				t.Errorf("answered %v, want %v", err, c.want)
			}
		})
	}
}

func TestAConsentSaysWhenHowAndForWhat(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	for name, given := range map[string]contribution.Consent{
		"no day":     {Way: "spoken", Scope: "words"},
		"tomorrow":   {Day: "2099-01-01", Way: "spoken", Scope: "words"},
		"no way":     {Day: "2026-11-20", Scope: "words"},
		"no scope":   {Day: "2026-11-20", Way: "spoken"},
		"a long one": {Day: "2026-11-20", Way: "spoken", Scope: "words", Note: strings.Repeat("长", 201)},
	} {
		if _, err := k.Consent(ctx, author, "C1", given); !errors.Is(err, contribution.ErrRecord) {
			t.Errorf("%s: %v", name, err)
		}
	}
	got, err := k.Consent(ctx, author, "C1", agreed)
	if err != nil || got.Raw.Consent == nil || got.Raw.Consent.By != author.Account || !got.Consented {
		t.Errorf("recorded %+v, %v", got.Raw.Consent, err)
	}
}

func TestHandedInItRestsUntilItComesBack(t *testing.T) {
	k := newKit(t)
	k.sent(t, "C1", contribution.Invented)
	if _, err := k.Write(ctx, author, "C1", 2, words("还想改")); !errors.Is(err, contribution.ErrState) {
		t.Errorf("written on after it was handed in: %v", err)
	}
	if again, err := k.Send(ctx, author, "C1"); err != nil || again.State != contribution.Sent {
		t.Errorf("handed in twice: %v", err)
	}
	const sentence = "第二段写了嘎查的名字和她卖什么，改成“邻近的嘎查”就行。别处都好。"
	if _, err := k.GiveBack(ctx, editor, "C1", sentence); err != nil {
		t.Fatal(err)
	}
	back, err := k.Read(ctx, author, "C1")
	if err != nil || back.State != contribution.Returned || len(back.Raw.Returned) != 1 || back.Raw.Returned[0].Text != sentence || back.Raw.Returned[0].Name != editor.Name {
		t.Fatalf("came back as %+v, %v", back.Raw.Returned, err)
	}
	k.write(t, "C1", back.Text, words("改好了"))
	if _, err := k.Send(ctx, author, "C1"); err != nil {
		t.Errorf("not handed in again: %v", err)
	}
}

func TestFiftyOpenOnesAreEnough(t *testing.T) {
	k := newKit(t)
	for i := range contribution.MaxOpen {
		if _, err := k.Begin(ctx, author, "C"+string(rune('A'+i))); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Begin(ctx, author, "ONE MORE"); !errors.Is(err, contribution.ErrTooMany) {
		t.Errorf("a fifty-first: %v", err)
	}
	if _, err := k.Begin(ctx, author, "CA"); err != nil {
		t.Errorf("one that is there is opened again: %v", err)
	}
}

func TestTheLibraryKnowsWhichPicturesAStoryHas(t *testing.T) {
	k := newKit(t)
	for _, id := range []string{"P1", "P2"} {
		p := media.Picture{ID: id, By: author.Account, State: media.Ready, Bytes: 1, Original: media.Original{SHA256: id}}
		if _, _, err := k.library.Begin(ctx, p, media.Quota{Person: 10, Total: 10}); err != nil {
			t.Fatal(err)
		}
	}
	uses := func(id string) int {
		t.Helper()
		sources, err := k.library.Sources(ctx, id)
		if err != nil {
			t.Fatal(err)
		}
		return len(sources)
	}
	c := k.begun(t, "C1")
	w := words("一")
	w.Boxes[0].Pictures = []contribution.Picture{{ID: "P2"}, {ID: "P1", Description: "一扇绿门"}}
	w.Boxes[2].Pictures = []contribution.Picture{{ID: "P2"}}
	c = k.write(t, "C1", c.Text, w)
	if uses("P1") != 1 || uses("P2") != 1 {
		t.Errorf("in two boxes: P1 is used %d times, P2 %d times", uses("P1"), uses("P2"))
	}
	if may, err := k.MayRead(ctx, author, "C1"); err != nil || !may {
		t.Errorf("its author may see them: %v, %v", may, err)
	}
	if may, _ := k.MayRead(ctx, editor, "C1"); may {
		t.Error("an editor sees pictures of what is being written")
	}
	w.Boxes[0].Pictures, w.Boxes[2].Pictures = nil, nil
	k.write(t, "C1", c.Text, w)
	if uses("P1")+uses("P2") != 0 {
		t.Errorf("taken out, P1 is used %d times, P2 %d times", uses("P1"), uses("P2"))
	}
	w.Boxes[1].Pictures = make([]contribution.Picture, contribution.MaxPictures+1)
	if got := k.write(t, "C1", c.Text+1, w); len(got.Refused) != 1 || got.Refused[0].Box != 1 {
		t.Errorf("ten pictures in a box: %+v", got.Refused)
	}
}

// Words that WeChat holds risky are not handed in, and the box is named; where it does not answer, an editor reads anyway.
func TestWeChatIsAskedWhenAStoryIsHandedIn(t *testing.T) {
	k := newKit(t)
	c := k.begun(t, "C1")
	w := words("平平常常的一段")
	w.Provenance, w.Boxes[2].Text = contribution.Invented, "一句不合适的话"
	k.write(t, "C1", c.Text, w)
	if len(k.weChat.asked) != 0 {
		t.Errorf("asked while she writes: %q", k.weChat.asked)
	}
	k.weChat.risky = "不合适"
	_, err := k.Send(ctx, author, "C1")
	var refused *fault.Error
	if !errors.Is(err, contribution.ErrRisky) || !errors.As(err, &refused) || refused.Fields[0].Location != "boxes.2" {
		t.Errorf("Send = %v", err)
	}
	if mine, _ := k.Read(ctx, author, "C1"); mine.State != contribution.Writing {
		t.Errorf("it is %s", mine.State)
	}
	k.weChat.down = true
	if sent, err := k.Send(ctx, author, "C1"); err != nil || sent.State != contribution.Sent {
		t.Errorf("while WeChat is away: %+v, %v", sent.State, err)
	}
}
