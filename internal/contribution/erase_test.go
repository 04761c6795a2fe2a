package contribution_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/contribution"
)

var webm = []byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm and sound")

func (k *kit) recorded(t testing.TB, id, voice string) {
	t.Helper()
	if _, err := k.AddRecording(ctx, author, id, contribution.Upload{ID: voice, Seconds: 48, Body: webm}); err != nil {
		t.Fatal(err)
	}
}

// A consent that is taken back takes the piece with it, and the words; also when the server dies between the two.
func TestAConsentTakenBackTakesThePieceWithIt(t *testing.T) {
	k := newKit(t)
	k.sent(t, "C1", contribution.Real)
	taken, err := k.Take(ctx, editor, "C1")
	if err != nil {
		t.Fatal(err)
	}
	k.pieces.broken = errors.New("the server died here")
	if err := k.WithdrawConsent(ctx, author, "C1"); err == nil {
		t.Fatal("the piece is live, and no error")
	}
	if len(k.pieces.withdrawn) != 0 {
		t.Fatal("control: the piece was withdrawn already")
	}
	k.pieces.broken = nil
	if err := k.Reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(k.pieces.withdrawn, taken.Contribution.Piece) {
		t.Error("its piece is still live")
	}
	k.gone(t, "C1")
	if c, _ := k.store.Contribution(ctx, "C1"); c.State != contribution.Withdrawn || c.Reason != contribution.ByConsent || c.Open {
		t.Errorf("it is %s because of %q, open %v", c.State, c.Reason, c.Open)
	}
	if _, err := k.Take(ctx, editor, "C1"); !errors.Is(err, contribution.ErrGone) {
		t.Errorf("taken afterwards: %v", err)
	}
}

func TestOnlyATrueStoryHasAConsentToTakeBack(t *testing.T) {
	k := newKit(t)
	k.sent(t, "C1", contribution.Invented)
	if err := k.WithdrawConsent(ctx, author, "C1"); !errors.Is(err, contribution.ErrState) {
		t.Errorf("answered %v", err)
	}
	k.sent(t, "C2", contribution.Real)
	if err := k.WithdrawConsent(ctx, editor, "C2"); err != nil {
		t.Errorf("an editor who is told of it: %v", err)
	}
}

// gone says that no word of a contribution is left to anybody.
func (k *kit) gone(t testing.TB, id string) {
	t.Helper()
	c, err := k.Read(ctx, author, id)
	if err != nil || c.ErasedAt == nil || c.EraseAt != nil || c.Raw.Boxes[0].Text != "" || c.Raw.Consent != nil || c.Raw.Title != "" {
		t.Errorf("%s is left as %+v, %v", id, c.Contribution, err)
	}
	if _, err := k.store.Voice(ctx, id, "V1"); !errors.Is(err, contribution.ErrNotFound) {
		t.Errorf("its voice can be heard: %v", err)
	}
	if err := k.store.PutVoice(ctx, id, "V2", webm); !errors.Is(err, contribution.ErrNotFound) {
		t.Errorf("a voice can be sealed under its key: %v", err)
	}
	if _, err := k.Write(ctx, author, id, c.Text, words("又写")); !errors.Is(err, contribution.ErrGone) {
		t.Errorf("it is written on: %v", err)
	}
}

func TestRawWordsGoAfterNinetyDaysByABelievedClock(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	k.recorded(t, "C1", "V1")
	k.clock.Advance(30 * 24 * time.Hour)
	k.write(t, "C1", 1, words("又写了一点"))
	k.clock.Advance(contribution.RawLife - time.Minute)
	if err := k.Reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if c, err := k.Read(ctx, author, "C1"); err != nil || c.Raw.Boxes[0].Text != "又写了一点" {
		t.Fatalf("gone too early: %+v, %v", c.Raw, err)
	}
	k.clock.Advance(2 * time.Minute)
	k.doubted = true
	if err := k.Reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	if c, _ := k.Read(ctx, author, "C1"); c.ErasedAt != nil {
		t.Fatal("gone by a clock that nobody believes")
	}
	k.doubted = false
	if err := k.Reconcile(ctx); err != nil {
		t.Fatal(err)
	}
	k.gone(t, "C1")
}

func TestOnHerRequestTheWordsGoAtOnceAndThePieceOfOthersStays(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	k.recorded(t, "C1", "V1")
	if err := k.Erase(ctx, author, "C1"); err != nil {
		t.Fatal(err)
	}
	k.gone(t, "C1")
	k.sent(t, "C2", contribution.Invented)
	if _, err := k.Take(ctx, editor, "C2"); err != nil {
		t.Fatal(err)
	}
	if err := k.Erase(ctx, author, "C2"); err != nil {
		t.Fatal(err)
	}
	k.gone(t, "C2")
	if c, _ := k.store.Contribution(ctx, "C2"); c.State != contribution.Taken || len(k.pieces.withdrawn) != 0 {
		t.Errorf("the piece went too: %s, %q", c.State, k.pieces.withdrawn)
	}
	if _, err := k.Open(ctx, editor, "C2"); !errors.Is(err, contribution.ErrGone) {
		t.Errorf("an editor reads what is gone: %v", err)
	}
}

func TestARecordingIsWhatItsBytesAre(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	mp4 := []byte("\x00\x00\x00\x18ftypiso5\x00\x00\x00\x01isomdash")
	adts := slices.Repeat([]byte{0xff, 0xf1, 0x50, 0x80, 0x01, 0x3f, 0xfc, 0, 0}, 4)
	adts[4], adts[13], adts[22], adts[31] = 1, 1, 1, 1
	for name, c := range map[string]struct {
		body []byte
		kind string
		want error
	}{
		"webm":          {webm, "audio/webm", nil},
		"safari":        {mp4, "audio/mp4", nil},
		"adts":          {adts, "audio/aac", nil},
		"mp3":           {[]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), "audio/mpeg", nil},
		"empty":         {nil, "", contribution.ErrVoiceType},
		"a page":        {[]byte("<!doctype html><script>alert(1)</script>"), "", contribution.ErrVoiceType},
		"a picture":     {[]byte("\x89PNG\r\n\x1a\n0000000000000000"), "", contribution.ErrVoiceType},
		"a whole film":  {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x82\x88matroska"), "", contribution.ErrVoiceType},
		"six minutes":   {make([]byte, contribution.MaxRecording+1), "", contribution.ErrVoiceLong},
		"webm, cut off": {webm[:20], "", contribution.ErrVoiceType},
	} {
		got, err := k.AddRecording(ctx, author, "C1", contribution.Upload{ID: strings.ReplaceAll(name, " ", "-"), Box: 1, Body: c.body})
		if !errors.Is(err, c.want) || (c.want == nil) != (err == nil) || got.Type != c.kind {
			t.Errorf("%s: %q, %v", name, got.Type, err)
		}
		if c.want == nil {
			if body, kind, err := k.Voice(ctx, author, "C1", got.ID); err != nil || kind != c.kind || !slices.Equal(body, c.body) {
				t.Errorf("%s is heard as %d bytes of %s, %v", name, len(body), kind, err)
			}
		}
	}
}

func TestRecordingsAreCountedAndRemoved(t *testing.T) {
	k := newKit(t)
	k.begun(t, "C1")
	for i := range contribution.MaxRecordings {
		k.recorded(t, "C1", "V"+string(rune('1'+i)))
	}
	k.recorded(t, "C1", "V1") // sent again
	if _, err := k.AddRecording(ctx, author, "C1", contribution.Upload{ID: "V9", Body: webm}); !errors.Is(err, contribution.ErrVoiceMany) {
		t.Errorf("a ninth: %v", err)
	}
	if err := k.RemoveRecording(ctx, author, "C1", "V1"); err != nil {
		t.Fatal(err)
	}
	if _, _, err := k.Voice(ctx, author, "C1", "V1"); !errors.Is(err, contribution.ErrNotFound) {
		t.Errorf("it is heard: %v", err)
	}
	if _, err := k.AddRecording(ctx, author, "C1", contribution.Upload{ID: "VX", Box: 4, Body: webm}); !errors.Is(err, contribution.ErrBox) {
		t.Errorf("a fifth box: %v", err)
	}
	c, err := k.Read(ctx, author, "C1")
	if err != nil || len(c.Raw.Boxes[0].Recordings) != contribution.MaxRecordings-1 || c.Text != 1 {
		t.Errorf("left %d at revision %d, %v", len(c.Raw.Boxes[0].Recordings), c.Text, err)
	}
}
