package contribution_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/contribution"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var ctx = context.Background()

const (
	county  = region.Code("150424000000")
	village = region.Code("150424100200")
	beyond  = region.Code("150425000000")
)

func holding(account string, role access.Role, in region.Code) staff.Principal {
	return staff.Principal{
		Account: account, Name: "赵" + account, Kind: staff.Phone, Grants: []access.Grant{{Role: role, Scope: region.ScopeOf(in)}},
	}
}

var (
	author = holding("AUTHOR", access.Volunteer, village)
	other  = holding("OTHER", access.Volunteer, village)
	editor = holding("EDITOR", access.Editor1, county)
	second = holding("SECOND", access.Editor2, county)
	remote = holding("REMOTE", access.Editor1, beyond)
)

// kit is the service on a real store; what publish and the machine do is faked.
type kit struct {
	*contribution.Service
	store   *store.Contributions
	clock   *testkit.Clock
	pieces  *pieces
	library *store.Pictures
	doubted bool
	weChat  weChat
}

func newKit(t testing.TB) *kit {
	t.Helper()
	return newKitOn(t, testkit.Embedded(t))
}

func newKitOn(t testing.TB, engine document.Engine) *kit {
	t.Helper()
	if err := engine.Ensure(ctx, store.Declarations()); err != nil {
		t.Fatal(err)
	}
	k := &kit{
		store: store.NewContributions(engine, seal.NewVault(seal.Demo(), store.NewKeys(engine))),
		clock: testkit.NewClock(), pieces: &pieces{made: map[string]contribution.Piece{}, states: map[string]contribution.PieceState{}}, library: store.NewPictures(engine),
	}
	var err error
	k.Service, err = contribution.New(contribution.Parts{
		Store: k.store, Voices: k.store, Pieces: k.pieces, Checker: phones{}, Safety: &k.weChat, Now: k.clock.Now, NewID: testkit.IDs(),
		Believed: func() (time.Time, bool) { return k.clock.Now(), !k.doubted },
	})
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// weChat holds texts with a word risky, or does not answer.
type weChat struct {
	asked []string
	risky string
	down  bool
}

func (w *weChat) Risky(_ context.Context, _ staff.Principal, texts []string) (int, error) {
	w.asked = append(w.asked, texts...)
	if w.down {
		return -1, errors.New("down")
	}
	return slices.IndexFunc(texts, func(text string) bool { return w.risky != "" && strings.Contains(text, w.risky) }), nil
}

// begun is a contribution with words in its first box, ready to be handed in.
func (k *kit) begun(t testing.TB, id string) contribution.Saved {
	t.Helper()
	if _, err := k.Begin(ctx, author, id); err != nil {
		t.Fatal(err)
	}
	return k.write(t, id, 0, words("她在镇上摆摊。"))
}

func (k *kit) write(t testing.TB, id string, on int64, w contribution.Written) contribution.Saved {
	t.Helper()
	saved, err := k.Write(ctx, author, id, on, w)
	if err != nil {
		t.Fatal(err)
	}
	return saved
}

// sent is one that was handed in, true with a consent or invented.
func (k *kit) sent(t testing.TB, id string, p contribution.Provenance) {
	t.Helper()
	c := k.begun(t, id)
	w := words("她在镇上摆摊。")
	w.Provenance = p
	k.write(t, id, c.Text, w)
	if p == contribution.Real {
		if _, err := k.Consent(ctx, author, id, agreed); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := k.Send(ctx, author, id); err != nil {
		t.Fatal(err)
	}
}

var agreed = contribution.Consent{Day: "2026-11-20", Way: "spoken", Scope: "words", Note: "不写地名"}

func words(texts ...string) contribution.Written {
	w := contribution.Written{Title: "腌菜缸", Provenance: contribution.Invented}
	for i, text := range texts {
		w.Boxes[i].Text = text
	}
	return w
}

// pieces is publish as this package sees it.
type pieces struct {
	sync.Mutex
	made      map[string]contribution.Piece
	states    map[string]contribution.PieceState
	withdrawn []string
	broken    error
}

func (p *pieces) Begin(_ context.Context, _ staff.Principal, piece contribution.Piece) error {
	p.Lock()
	defer p.Unlock()
	if p.broken != nil {
		return p.broken
	}
	if _, there := p.made[piece.ID]; !there {
		p.made[piece.ID] = piece
	}
	return nil
}

func (p *pieces) States(context.Context, []string) (map[string]contribution.PieceState, error) {
	return maps.Clone(p.states), nil
}

func (p *pieces) Withdraw(_ context.Context, id string) error {
	p.Lock()
	defer p.Unlock()
	if p.broken != nil {
		return p.broken
	}
	p.withdrawn = append(p.withdrawn, id)
	return nil
}

// phones finds one number, as a stand-in for the machine.
type phones struct{}

func (phones) Check(_ context.Context, _ string, texts [contribution.Boxes]string, _ bool) (found []contribution.Finding) {
	const number = "000 4713 6025"
	for i, text := range texts {
		if at := strings.Index(text, number); at >= 0 {
			mend := "妇联的人"
			found = append(found, contribution.Finding{
				Code: "privacy.phone", Severity: "blocks", Box: i, Start: at, End: at + len(number), Text: "像电话", Mend: &mend,
			})
		}
	}
	return found
}
