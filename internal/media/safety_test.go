package media_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"strings"
	"testing"
	"time"

	"pugongying/internal/media"
	"pugongying/internal/staff"
)

// stands reads what WeChat said of a picture, and whether work is due on it.
func (r *rig) stands(t *testing.T, id string) (media.Safety, bool) {
	t.Helper()
	p, err := r.records.Picture(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return p.Safety, p.Job != nil
}

func (r *rig) look(t *testing.T, id string) media.Safety {
	t.Helper()
	if err := r.Look(context.Background(), id); err != nil {
		t.Fatal(err)
	}
	said, _ := r.stands(t, id)
	return said
}

func (r *rig) judged(t *testing.T, trace string, state media.SafetyState) {
	t.Helper()
	if err := r.Judged(context.Background(), media.Opinion{Trace: trace, State: state, Label: 100, At: r.time()}); err != nil {
		t.Fatal(err)
	}
}

// TestAnUploadIsAskedAboutOnceItIsThere: its work is due from the write that made it ready, for whoever handed it in; the
// answer is written and the session forgotten.
func TestAnUploadIsAskedAboutOnceItIsThere(t *testing.T) {
	r, ctx := newRig(t), context.Background()
	by := volunteer
	by.Session = "HERS"
	p := r.add(t, by, 7)
	if said, due := r.stands(t, p.ID); !due || said.State != "" || said.Session != "HERS" {
		t.Fatalf("after the upload: %+v, due %v", said, due)
	}
	fetched := ""
	r.wechat.while = func(name string) {
		file, info, err := r.Fetched(ctx, name)
		if err != nil {
			t.Errorf("WeChat fetches while it is asked: %v", err)
			return
		}
		defer file.Close()
		all, _ := io.ReadAll(file)
		sum := sha256.Sum256(all)
		fetched = hex.EncodeToString(sum[:])
		if info.ContentType != "image/jpeg" {
			t.Errorf("type %s", info.ContentType)
		}
	}
	said := r.look(t, p.ID)
	if said.State != media.SafetyPending || said.Trace != "trace-1" || said.Session != "" || r.wechat.asked[0].session != "HERS" || fetched != p.Size(media.Large).SHA256 {
		t.Errorf("after it was asked: %+v, for %q, fetched %s", said, r.wechat.asked[0].session, fetched)
	}
	r.judged(t, "trace-1", media.SafetyPass)
	if said, due := r.stands(t, p.ID); said.State != media.SafetyPass || !said.Passed() || due {
		t.Errorf("after the answer: %+v, due %v", said, due)
	}
	if _, _, err := r.Fetched(ctx, r.wechat.asked[0].name); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("the door is open after the answer: %v", err)
	}
	if again := r.look(t, p.ID); again.State != media.SafetyPass || len(r.wechat.asked) != 1 {
		t.Errorf("the work done twice: %+v, asked %d times", again, len(r.wechat.asked))
	}
}

// TestOnlyWhatWeChatWasGivenOpensTheDoor, and only for half an hour.
func TestOnlyWhatWeChatWasGivenOpensTheDoor(t *testing.T) {
	r, ctx := newRig(t), context.Background()
	p, other := r.add(t, volunteer, 7), r.add(t, volunteer, 8)
	r.look(t, p.ID)
	r.look(t, other.ID)
	name := r.wechat.asked[0].name
	_, token, _ := strings.Cut(name, ".")
	for _, guess := range []string{
		"", ".jpg", "x", strings.ToLower(p.ID) + ".jpg", strings.ToLower(p.ID) + "..jpg", strings.ToLower(other.ID) + "." + token, name + ".jpg",
		strings.TrimSuffix(name, ".jpg"), strings.ToUpper(name), media.PictureName(p.ID, media.Large), strings.Repeat("a", 26) + "." + token,
	} {
		if _, _, err := r.Fetched(ctx, guess); !errors.Is(err, media.ErrPictureUnknown) {
			t.Errorf("%q: %v", guess, err)
		}
	}
	file, _, err := r.Fetched(ctx, name)
	if err != nil {
		t.Fatal("control: its own name does not open it:", err)
	}
	file.Close()
	r.wait(30 * time.Minute)
	if _, _, err := r.Fetched(ctx, name); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("half an hour later: %v", err)
	}
}

// TestSilenceIsForPeople: half an hour without an answer is unknown, and an answer that comes later still counts.
func TestSilenceIsForPeople(t *testing.T) {
	r := newRig(t)
	p := r.add(t, volunteer, 7)
	r.look(t, p.ID)
	r.wait(29 * time.Minute)
	if said := r.look(t, p.ID); said.State != media.SafetyPending {
		t.Errorf("after 29 minutes: %+v", said)
	}
	r.wait(time.Minute)
	said := r.look(t, p.ID)
	if said.State != media.SafetyUnknown || said.Why != media.WhySilent || said.Passed() || !strings.Contains(said.Words(), "请人看") {
		t.Errorf("after 30: %+v, %s", said, said.Words())
	}
	r.judged(t, "trace-1", media.SafetyRisky)
	if said, _ := r.stands(t, p.ID); said.State != media.SafetyRisky {
		t.Errorf("a late answer: %+v", said)
	}
}

// TestOnlyTheFirstAnswerOfATraceCounts: repeated, contradicting, unknown and old ones change nothing.
func TestOnlyTheFirstAnswerOfATraceCounts(t *testing.T) {
	r, ctx := newRig(t), context.Background()
	p := r.add(t, volunteer, 7)
	r.look(t, p.ID)
	r.judged(t, "trace-1", media.SafetyRisky)
	for _, later := range []media.SafetyState{media.SafetyPass, media.SafetyRisky, media.SafetyReview} {
		r.judged(t, "trace-1", later)
	}
	if said, _ := r.stands(t, p.ID); said.State != media.SafetyRisky {
		t.Errorf("after contradicting answers: %+v", said)
	}
	fresh := media.Opinion{Trace: "nobody's", State: media.SafetyPass, At: r.time()}
	if err := r.Judged(ctx, fresh); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("an answer before its trace was stored is tried again, not %v", err)
	}
	r.wait(10 * time.Minute)
	if err := r.Judged(ctx, fresh); err != nil {
		t.Errorf("one that nothing waits for: %v", err)
	}
}

// TestWhatCouldNotBeAskedIsForPeople, with the reason; what may pass is tried again.
func TestWhatCouldNotBeAskedIsForPeople(t *testing.T) {
	for _, row := range []struct {
		fails error
		why   media.SafetyWhy
	}{{media.ErrJudgeOff, media.WhyOff}, {media.ErrNobody, media.WhyNobody}} {
		r := newRig(t)
		p := r.add(t, volunteer, 7)
		r.wechat.fails = row.fails
		said := r.look(t, p.ID)
		if said.State != media.SafetyUnknown || said.Why != row.why || said.Session != "" || said.Door != "" || said.Words() == "" {
			t.Errorf("%v: %+v", row.fails, said)
		}
	}
	r, ctx := newRig(t), context.Background()
	p := r.add(t, volunteer, 7)
	r.wechat.fails = errors.New("away")
	if err := r.Look(ctx, p.ID); err == nil {
		t.Error("WeChat is away, and nothing is tried again")
	}
	r.wait(20 * time.Minute)
	if err := r.Look(ctx, p.ID); err == nil {
		t.Error("WeChat is still away")
	}
	r.wechat.fails = nil
	if said := r.look(t, p.ID); said.State != media.SafetyPending || said.Trace != "trace-3" {
		t.Errorf("it is back: %+v", said)
	}
	away := r.add(t, volunteer, 8)
	r.wechat.fails = errors.New("away")
	r.wait(30 * time.Minute)
	if said := r.look(t, away.ID); said.Why != media.WhyAway {
		t.Errorf("away for half an hour: %+v", said)
	}
	if err := r.Judged(ctx, media.Opinion{Trace: "trace-3", State: media.SafetyReview, Unfetched: true, At: r.time()}); err != nil {
		t.Fatal(err)
	}
	if said, _ := r.stands(t, p.ID); said.State != media.SafetyUnknown || said.Why != media.WhyUnfetched {
		t.Errorf("a file that WeChat could not fetch: %+v", said)
	}
}

// TestWhoeverMayUseAPictureAsksAgain, and only where WeChat gave no opinion.
func TestWhoeverMayUseAPictureAsksAgain(t *testing.T) {
	r, ctx := newRig(t), context.Background()
	p := r.add(t, volunteer, 7)
	r.wechat.fails = media.ErrNobody
	r.look(t, p.ID)
	r.wechat.fails = nil
	if _, err := r.AskAgain(ctx, stranger, p.ID); !errors.Is(err, media.ErrPictureUnknown) {
		t.Errorf("a stranger: %v", err)
	}
	by := editor
	by.Session = "EDITOR'S"
	if _, err := r.AskAgain(ctx, by, p.ID); err != nil {
		t.Fatal(err)
	}
	if _, due := r.stands(t, p.ID); !due {
		t.Error("nothing is due")
	}
	r.look(t, p.ID)
	if got := r.wechat.asked[1].session; got != "EDITOR'S" {
		t.Errorf("asked for %q", got)
	}
	r.judged(t, "trace-2", media.SafetyRisky)
	if _, err := r.AskAgain(ctx, by, p.ID); !errors.Is(err, media.ErrPictureAsked) {
		t.Errorf("asking until it pleases: %v", err)
	}
}

// TestAnAnswerThatIsQuickerThanItsTrace loses nothing: a worker that was paused does not overwrite what came meanwhile.
func TestAnAnswerThatIsQuickerThanItsTrace(t *testing.T) {
	r := newRig(t)
	p := r.add(t, volunteer, 7)
	r.wechat.while = func(string) { // another worker asks while this one is paused, and is answered
		r.wechat.while = nil
		r.look(t, p.ID)
		r.judged(t, "trace-2", media.SafetyPass)
	}
	if said := r.look(t, p.ID); said.State != media.SafetyPass || said.Trace != "trace-2" {
		t.Errorf("the paused worker wrote %+v", said)
	}
}

// TestWhatWeChatSaidIsSeenByWhoeverReadsTheText.
func TestWhatWeChatSaidIsSeenByWhoeverReadsTheText(t *testing.T) {
	r, ctx := newRig(t), context.Background()
	p := r.add(t, volunteer, 7)
	r.look(t, p.ID)
	r.judged(t, "trace-1", media.SafetyRisky)
	ids := []string{p.ID, strings.Repeat("Z", 26)}
	for _, row := range []struct {
		who  staff.Principal
		sees bool
	}{{volunteer, true}, {editor, true}, {stranger, false}} {
		said, err := r.Safety(ctx, row.who, ids)
		if err != nil || (said[p.ID].State == media.SafetyRisky) != row.sees || len(said) > 1 {
			t.Errorf("%s: %+v, %v", row.who.Account, said, err)
		}
	}
	if _, err := r.records.Use(ctx, media.Source{Kind: media.SourceVersion, ID: "T@1"}, []string{p.ID}); err != nil {
		t.Fatal(err)
	}
	r.readers[media.SourceVersion] = func(_ context.Context, who staff.Principal, id string) (bool, error) {
		return who.Account == stranger.Account && id == "T@1", nil
	}
	if said, err := r.Safety(ctx, stranger, ids); err != nil || said[p.ID].State != media.SafetyRisky {
		t.Errorf("who reads the text: %+v, %v", said, err)
	}
}
