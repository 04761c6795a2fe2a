package store_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

type oneProject struct{}

func (oneProject) Project(_ context.Context, id string) (region.Project, error) {
	if id != "p1" {
		return region.Project{}, region.ErrProjectUnknown
	}
	return region.Project{ID: id, Organisation: "lm"}, nil
}

// cleaner takes what begins like a picture.
type cleaner struct{}

var errNoPicture = fault.New(fault.Invalid, "test.picture", "这不是照片")

func (cleaner) Redraw(_ context.Context, data []byte) ([]byte, error) {
	if !bytes.HasPrefix(data, []byte("photo")) {
		return nil, errNoPicture
	}
	return bytes.ToUpper(data), nil
}

func newActs(t *testing.T, engine document.Engine, b *books) *ledger.Acts {
	t.Helper()
	vault := seal.NewVault(seal.Demo(), store.NewKeys(engine))
	return ledger.NewActs(ledger.ActParts{Ledger: b.Service, Store: store.NewLedgerActs(engine, vault), Lines: b.store, Places: oneProject{}, Cleaner: cleaner{}, NewID: rand.Text})
}

func officer(role access.Role, at region.Code) staff.Principal {
	return staff.Principal{Account: "O" + role.String(), Name: "王静", Grants: []access.Grant{{Role: role, Scope: region.ScopeOf(at)}}}
}

func lecture() ledger.Entered {
	return ledger.Entered{Kind: ledger.Lecture, Region: sumu, Project: "p1", Day: "2026-09-12", Quantity: 210, What: "青格旗二中 · 家长会", Note: "乌云在场", Pictures: [][]byte{[]byte("photo of a sheet with names")}}
}

func TestAnOfflineActIsCountedOnceItIsProved(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, b := t.Context(), newBooks(engine)
		acts, coordinator := newActs(t, engine, b), officer(access.Coordinator, banner)
		a, err := acts.Enter(ctx, coordinator, lecture())
		if err != nil || !a.Counted || a.Organisation != "lm" {
			t.Fatalf("%+v, %v", a, err)
		}
		bare := lecture()
		bare.Note, bare.Pictures, bare.Once = "", nil, "once"
		waits, err := acts.Enter(ctx, coordinator, bare)
		if err != nil || waits.Counted {
			t.Fatalf("%+v, %v", waits, err)
		}
		if again, err := acts.Enter(ctx, coordinator, bare); err != nil || again.ID != waits.ID || again.Words.What != bare.What {
			t.Errorf("sent again: %+v, %v", again, err)
		}
		lectures := ledger.Query{Kind: ledger.Lecture}
		if n := total(t, b.Service, lectures); n != 210 {
			t.Errorf("%d counted with one act proved", n)
		}
		if list, err := acts.Waiting(ctx, coordinator); err != nil || len(list) != 1 || list[0].Words.What != bare.What {
			t.Errorf("waiting: %+v, %v", list, err)
		}
		if _, err := acts.Correct(ctx, coordinator, waits.ID, 3, "写错了"); !errors.Is(err, ledger.ErrNoProof) {
			t.Errorf("a correction of what is not counted: %v", err)
		}
		if _, err := acts.Prove(ctx, coordinator, waits.ID, " ", nil); !errors.Is(err, ledger.ErrAct) {
			t.Errorf("proved by nothing: %v", err)
		}
		if p, err := acts.Prove(ctx, coordinator, waits.ID, "", [][]byte{[]byte("photo two")}); err != nil || !p.Counted {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := acts.Prove(ctx, coordinator, waits.ID, "again", nil); !errors.Is(err, ledger.ErrActState) {
			t.Errorf("proved twice: %v", err)
		}
		if n := total(t, b.Service, lectures); n != 420 {
			t.Errorf("%d counted with both proved", n)
		}
		c, err := acts.Correct(ctx, coordinator, a.ID, 170, "和签到表对过")
		if err != nil || c.Quantity != -40 || c.Of != a.ID {
			t.Errorf("correction %+v, %v", c, err)
		}
		if n := total(t, b.Service, lectures); n != 380 {
			t.Errorf("%d counted after the correction", n)
		}
		if v := verify(t, engine); len(v.Faults) != 0 || v.Entries != 4 {
			t.Errorf("the record: %+v", v)
		}
		opened(t, acts, a)
		sealedActs(t, engine)
	})
}

// opened says who sees what of the acts behind a figure.
func opened(t *testing.T, acts *ledger.Acts, a ledger.Act) {
	t.Helper()
	q := ledger.OpenQuery{FiguresQuery: ledger.FiguresQuery{Quarter: third, By: ledger.ByMonth, Region: sumu}, Kind: ledger.Lecture, Column: "2026-09"}
	for name, c := range map[string]struct {
		who  staff.Principal
		acts int
		err  error
	}{
		"a coordinator":           {officer(access.Coordinator, banner), 3, nil},
		"a supervisor above":      {officer(access.Supervisor, league), 3, nil},
		"an auditor":              {officer(access.Auditor, league), 0, nil},
		"a coordinator elsewhere": {officer(access.Coordinator, "152222000000"), 0, staff.ErrForbidden},
		"an editor":               {officer(access.Editor1, league), 0, staff.ErrForbidden},
	} {
		o, err := acts.Open(t.Context(), c.who, q)
		if !errors.Is(err, c.err) || len(o.Acts) != c.acts {
			t.Errorf("%s: %d acts, %v", name, len(o.Acts), err)
		}
		sum := o.Rest.Quantity
		for _, a := range o.Acts {
			sum += a.Quantity
		}
		if err == nil && (sum != o.Quantity || sum != 380 || int(o.Lines) != len(o.Acts)+int(o.Rest.Lines)) {
			t.Errorf("%s: %d in lines, %d in the figure", name, sum, o.Quantity)
		}
	}
	stored, err := acts.Open(t.Context(), officer(access.Supervisor, league), q)
	if err != nil {
		t.Fatal(err)
	}
	for _, entered := range stored.Acts {
		if entered.ID == a.ID && (entered.Words.Note != "乌云在场" || len(entered.Proofs) != 1) {
			t.Errorf("opened %+v", entered)
		}
		if entered.Of != "" && entered.Words.Reason != "和签到表对过" {
			t.Errorf("the correction %+v", entered)
		}
	}
	picture, err := acts.Proof(t.Context(), officer(access.Supervisor, league), a.ID, a.Proofs[0].ID)
	if err != nil || string(picture) != "PHOTO OF A SHEET WITH NAMES" {
		t.Errorf("the proof: %q, %v", picture, err)
	}
	for name, who := range map[string]staff.Principal{"an auditor": officer(access.Auditor, league), "elsewhere": officer(access.Coordinator, "152222000000")} {
		if _, err := acts.Proof(t.Context(), who, a.ID, a.Proofs[0].ID); err == nil {
			t.Errorf("%s sees a proof", name)
		}
	}
	if _, err := acts.Proof(t.Context(), officer(access.Supervisor, league), a.ID, "other"); !errors.Is(err, ledger.ErrUnknown) {
		t.Errorf("a proof of nothing: %v", err)
	}
}

// sealedActs says that nothing an officer wrote, and no byte of a picture, lies open in the documents.
func sealedActs(t *testing.T, engine document.Engine) {
	t.Helper()
	seen, documents := 0, 0
	err := engine.Snapshot(t.Context(), func(collection string, doc bson.Raw) error {
		documents++
		for _, secret := range []string{"乌云", "家长会", "签到表", "PHOTO", "photo"} {
			if strings.Contains(string(doc), secret) {
				t.Errorf("%s lies open in %s", secret, collection)
			}
		}
		if strings.Contains(string(doc), "lecture.given") { // the control: what is not sealed is found
			seen++
		}
		return nil
	})
	if err != nil || seen == 0 || documents < 10 {
		t.Errorf("%d of %d documents name a kind, %v", seen, documents, err)
	}
}

func TestAnActIsRefusedAtItsFields(t *testing.T) {
	engine := embedded(t)
	b := newBooks(engine)
	acts, who := newActs(t, engine, b), officer(access.Coordinator, banner)
	for field, spoil := range map[string]func(*ledger.Entered){
		"kind":     func(e *ledger.Entered) { e.Kind = ledger.QuizSat },
		"day":      func(e *ledger.Entered) { e.Day = "2026-10-01" },
		"quantity": func(e *ledger.Entered) { e.Quantity = 0 },
		"what":     func(e *ledger.Entered) { e.What = " " },
		"note":     func(e *ledger.Entered) { e.Note = strings.Repeat("字", 2001) },
		"project":  func(e *ledger.Entered) { e.Project = "p9" },
	} {
		e := lecture()
		spoil(&e)
		_, err := acts.Enter(t.Context(), who, e)
		if !errors.Is(err, ledger.ErrAct) || !strings.Contains(fieldsOf(err), field) {
			t.Errorf("%s: %v at %s", field, err, fieldsOf(err))
		}
	}
	e := lecture()
	e.Pictures = [][]byte{[]byte("%PDF")}
	if _, err := acts.Enter(t.Context(), who, e); !errors.Is(err, errNoPicture) {
		t.Errorf("a PDF: %v", err)
	}
	e.Pictures = [][]byte{{}, {}, {}, {}, {}, {}, {}}
	if _, err := acts.Enter(t.Context(), who, e); !errors.Is(err, ledger.ErrProofs) {
		t.Errorf("seven pictures: %v", err)
	}
	e = lecture()
	e.Region = "152222000000"
	if _, err := acts.Enter(t.Context(), who, e); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("elsewhere: %v", err)
	}
	if _, err := acts.Enter(t.Context(), officer(access.Auditor, league), lecture()); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("an auditor: %v", err)
	}
	if v := verify(t, engine); v.Entries != 0 {
		t.Errorf("refused acts left %d entries", v.Entries)
	}
}

// An act, its pictures, its line and its entry are there together or not at all, wherever the server dies.
func TestAnActSurvivesEveryDeath(t *testing.T) {
	deaths := 0
	for k := 0; ; k++ {
		engine := embedded(t)
		b := newBooks(engine)
		acts, who, e := newActs(t, engine, b), officer(access.Coordinator, banner), lecture()
		e.Once = "once"
		engine.Arm(k)
		_, err := acts.Enter(t.Context(), who, e)
		if !engine.Revive() {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		deaths++
		if _, err := acts.Enter(t.Context(), who, e); err != nil {
			t.Fatalf("death %d: entered again: %v", k, err)
		}
		counts := []int64{total(t, b.Service, ledger.Query{Kind: ledger.Lecture}), verify(t, engine).Entries}
		for _, name := range []string{"ledger_acts", "ledger_proofs"} {
			n, err := engine.Collection(name).Count(t.Context(), nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			counts = append(counts, n)
		}
		if counts[0] != 210 || counts[1] != 1 || counts[2] != 1 || counts[3] != 1 {
			t.Errorf("death %d: counted %d, entries %d, acts %d, proofs %d", k, counts[0], counts[1], counts[2], counts[3])
		}
	}
	if deaths < 8 {
		t.Errorf("only %d deaths", deaths)
	}
	testkit.Score(t, "crash points passed / defined", "entering an offline act, all", !t.Failed(), "an act in parts has other counts")
}

// fieldsOf names the fields that a fault says are wrong.
func fieldsOf(err error) string {
	var f *fault.Error
	if !errors.As(err, &f) {
		return ""
	}
	var names []string
	for _, field := range f.Fields {
		names = append(names, field.Location)
	}
	return strings.Join(names, " ")
}
