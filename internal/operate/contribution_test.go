package operate_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/check"
	"pugongying/internal/contribution"
	"pugongying/internal/explainer"
	"pugongying/internal/media"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// named are colleagues by their account.
type named struct{}

func (named) Names(_ context.Context, accounts ...string) (map[string]string, error) {
	names := map[string]string{}
	for _, a := range accounts {
		names[a] = "赵" + a
	}
	return names, nil
}

// hung is a library with two pictures, of which one has words of its own.
type hung struct{}

func (hung) Picture(_ context.Context, id string) (media.Picture, error) {
	p := media.Picture{ID: id, Description: "本子上的字", Sizes: []media.Size{{Side: media.Large, Width: 1280, Height: 960}}}
	if id != inBox && id != saidThere {
		return media.Picture{}, media.ErrPictureUnknown
	}
	return p, nil
}

var inBox, saidThere, lost = strings.Repeat("A", 26), strings.Repeat("B", 26), strings.Repeat("C", 26)

// telling is a volunteer's stories over the real workflow.
type telling struct {
	*contribution.Service
	workflow *publish.Workflow
	clock    *testkit.Clock
}

var teller = publishtest.Person("TELLER", publishtest.League, access.Volunteer)

func newTelling(t *testing.T) telling {
	t.Helper()
	engine, clock := testkit.Embedded(t), testkit.NewClock()
	if err := engine.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	documents := store.NewPublications(engine)
	stored := store.NewContributions(engine, seal.NewVault(seal.Demo(), store.NewKeys(engine)))
	k := telling{workflow: publishtest.Workflow(documents, clock.Now), clock: clock}
	var err error
	k.Service, err = contribution.New(contribution.Parts{
		Store: stored, Voices: stored, Checker: operate.TellingCheck{Machine: nothing{}}, Safety: silent{}, Now: clock.Now, NewID: testkit.IDs(),
		Believed: func() (time.Time, bool) { return clock.Now(), true },
		Pieces:   operate.NewPieces(operate.PieceParts{Workflow: k.workflow, Publications: documents, Names: named{}, Pictures: hung{}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

type nothing struct{}

func (nothing) Personal(string, bool) []publish.Finding { return nil }

// taken is a true story that an editor took.
func (k telling) taken(t *testing.T) (id, piece string) {
	t.Helper()
	must := func(_ contribution.Saved, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(k.Begin(t.Context(), teller, "C1"))
	w := contribution.Written{Title: "腌菜缸", Provenance: contribution.Real}
	w.Boxes[0].Text, w.Boxes[3].Text = "## 她在镇上*摆摊*。\n男人把摊子掀了。", "找妇联。"
	w.Boxes[0].Pictures = []contribution.Picture{{ID: inBox}, {ID: lost}}
	w.Boxes[3].Pictures = []contribution.Picture{{ID: saidThere, Description: "妇联的门，开着"}}
	must(k.Write(t.Context(), teller, "C1", 0, w))
	must(k.Consent(t.Context(), teller, "C1", contribution.Consent{Day: "2026-11-20", Way: "spoken", Scope: "words"}))
	must(k.Send(t.Context(), teller, "C1"))
	saved, err := k.Take(t.Context(), publishtest.Editor, "C1")
	must(saved, err)
	return "C1", saved.Contribution.Piece
}

func (k telling) mine(t *testing.T) contribution.Saved {
	t.Helper()
	mine, err := k.Mine(t.Context(), teller)
	if err != nil || len(mine) != 1 {
		t.Fatal(mine, err)
	}
	return mine[0]
}

// The way of one story: told, taken, reviewed by three, read, and gone with its consent.
func TestAStoryGoesItsWayAndLeavesWithItsConsent(t *testing.T) {
	k := newTelling(t)
	id, piece := k.taken(t)
	text, err := k.workflow.Newer(t.Context(), publishtest.Editor, piece)
	if err != nil || !slices.Equal(text.Publication.Authors, []string{"EDITOR", "TELLER"}) {
		t.Fatalf("the piece is by %v, %v", text.Publication.Authors, err)
	}
	draft, err := explainer.Draft(text.Version.Body)
	if err != nil || draft.Provenance != explainer.Generalised || !strings.Contains(draft.Sections[0].Body, `\## 她在镇上\*摆摊\*。`) || !strings.Contains(draft.Sections[3].Body, "找妇联。") {
		t.Fatalf("the draft is %+v, %v", draft, err)
	}
	want := []publish.Picture{
		{ID: inBox, Part: 1, Description: "本子上的字", Width: 1280, Height: 960}, {ID: saidThere, Part: 4, Description: "妇联的门，开着", Width: 1280, Height: 960},
	}
	if !slices.Equal(draft.Pictures, want) {
		t.Errorf("its pictures are %+v", draft.Pictures)
	}
	if got := k.mine(t).Stage(); got != "taken" {
		t.Errorf("with its editor it is %s", got)
	}
	for _, step := range []struct {
		state  publish.State
		stage  contribution.Stage
		passed int
	}{{publish.StateFirst, "reviewing", 0}, {publish.StateThird, "reviewing", 2}, {publish.StateApproved, "reviewing", 3}, {publish.StateLive, "published", 0}} {
		if err := publishtest.To(t.Context(), k.workflow, piece, 1, step.state); err != nil {
			t.Fatal(err)
		}
		if got := k.mine(t); got.Stage() != step.stage || got.Piece.Passed != step.passed {
			t.Errorf("%s: %s with %d", step.state, got.Stage(), got.Piece.Passed)
		}
	}
	if err := k.WithdrawConsent(t.Context(), teller, id); err != nil {
		t.Fatal(err)
	}
	p, err := k.workflow.Newer(t.Context(), publishtest.Editor, piece)
	if err != nil || p.Publication.Live != 0 || p.Publication.Withdrawn == "" {
		t.Errorf("without her consent version %d is live, %v", p.Publication.Live, err)
	}
	if got := k.mine(t); got.Stage() != "withdrawn" || got.ErasedAt == nil {
		t.Errorf("it is %s", got.Stage())
	}
}

// Whoever wrote any part reviews nothing of it, the volunteer as little as the editor.
func TestNobodyWhoWroteAPartReviewsIt(t *testing.T) {
	k := newTelling(t)
	_, piece := k.taken(t)
	if err := publishtest.To(t.Context(), k.workflow, piece, 1, publish.StateFirst); err != nil {
		t.Fatal(err)
	}
	text, err := k.workflow.Newer(t.Context(), publishtest.Editor, piece)
	if err != nil {
		t.Fatal(err)
	}
	at := publish.At{ID: piece, N: 1, SHA256: text.Version.SHA256}
	tellerToo := publishtest.Person("TELLER", publishtest.League, access.Editor1)
	for _, who := range []staff.Principal{publishtest.Editor, tellerToo} {
		if err := k.workflow.Pass(t.Context(), who, publish.Passing{At: at}); !errors.Is(err, publish.ErrAuthor) && !errors.Is(err, staff.ErrForbidden) {
			t.Errorf("%s reviews it: %v", who.Account, err)
		}
	}
	if err := k.workflow.Pass(t.Context(), publishtest.First, publish.Passing{At: at}); err != nil {
		t.Errorf("control: who wrote nothing of it: %v", err)
	}
}

func TestWhatAReviewerSaidIsReadWholeByTheTeller(t *testing.T) {
	k := newTelling(t)
	_, piece := k.taken(t)
	if err := publishtest.To(t.Context(), k.workflow, piece, 1, publish.StateFirst); err != nil {
		t.Fatal(err)
	}
	text, err := k.workflow.Newer(t.Context(), publishtest.First, piece)
	if err != nil {
		t.Fatal(err)
	}
	const sentence = "第二段写了嘎查的名字，改成“邻近的嘎查”就行。"
	at := publish.At{ID: piece, N: 1, SHA256: text.Version.SHA256}
	if err := k.workflow.Return(t.Context(), publishtest.First, publish.Returning{At: at, Words: sentence}); err != nil {
		t.Fatal(err)
	}
	got := k.mine(t)
	if got.Stage() != "taken" || got.Piece.Comment == nil || got.Piece.Comment.Text != sentence || got.Piece.Comment.Name != "赵FIRST" {
		t.Errorf("she reads %+v", got.Piece)
	}
}

func TestAPieceIsBegunOnceAndWithdrawnAsOftenAsAsked(t *testing.T) {
	k := newTelling(t)
	id, piece := k.taken(t)
	again, err := k.Take(t.Context(), publishtest.Editor, id)
	if err != nil || again.Contribution.Piece != piece {
		t.Fatalf("taken again: %v", err)
	}
	if versions, err := k.workflow.History(t.Context(), publishtest.Editor, piece); err != nil || len(versions) != 1 {
		t.Errorf("%d versions, %v", len(versions), err)
	}
	for range 2 {
		if err := k.Parts.Pieces.Withdraw(t.Context(), piece); err != nil {
			t.Error(err)
		}
	}
	if err := k.Parts.Pieces.Withdraw(t.Context(), "NOTHING"); err != nil {
		t.Error(err)
	}
}

// What the machine finds in a story that is being told stands at its place, with what to put there; a number may simply go.
func TestWhatIsFoundInAStoryHasAMend(t *testing.T) {
	machine := operate.TellingCheck{Machine: check.New(check.Parts{})}
	const text = "她给王秀英 13847136025 打了电话"
	found := machine.Check(t.Context(), "", [contribution.Boxes]string{1: text}, true)
	if len(found) != 2 || text[found[0].Start:found[0].End] != "王秀英" || text[found[1].Start:found[1].End] != "13847136025" {
		t.Fatalf("found %+v", found)
	}
	if found[0].Box != 1 || found[0].Mend == nil || *found[0].Mend == "" || found[1].Mend == nil || *found[1].Mend != "" {
		t.Errorf("mends %+v", found)
	}
	if clean := machine.Check(t.Context(), "", [contribution.Boxes]string{1: "她给妇联的人打了电话"}, true); len(clean) != 0 {
		t.Errorf("control: found %+v in what tells nothing", clean)
	}
}

// silent is a WeChat that finds nothing.
type silent struct{}

func (silent) Risky(context.Context, staff.Principal, []string) (int, error) { return -1, nil }
