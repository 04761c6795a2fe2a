package contribution_test

import (
	"errors"
	"slices"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/contribution"
	"pugongying/internal/staff"
)

// Every door of one contribution, for everybody whose it is not: hers alone while she writes, the editors' of her region
// once it was handed in. Somebody else's is answered as what is not there.
func TestEveryDoorAsksWhoseItIs(t *testing.T) {
	k := newKit(t)
	k.begun(t, "WRITING")
	k.sent(t, "SENT", contribution.Real)
	doors := map[string]func(who staff.Principal, id string) error{
		"read":    func(w staff.Principal, id string) error { _, err := k.Read(ctx, w, id); return err },
		"begin":   func(w staff.Principal, id string) error { _, err := k.Begin(ctx, w, id); return err },
		"write":   func(w staff.Principal, id string) error { _, err := k.Write(ctx, w, id, 9, words("x")); return err },
		"send":    func(w staff.Principal, id string) error { _, err := k.Send(ctx, w, id); return err },
		"consent": func(w staff.Principal, id string) error { _, err := k.Consent(ctx, w, id, agreed); return err },
		"erase":   func(w staff.Principal, id string) error { return k.Erase(ctx, w, id) },
		"record": func(w staff.Principal, id string) error {
			_, err := k.AddRecording(ctx, w, id, contribution.Upload{ID: "V", Body: webm})
			return err
		},
		"unrecord": func(w staff.Principal, id string) error { return k.RemoveRecording(ctx, w, id, "V") },
		"listen":   func(w staff.Principal, id string) error { _, _, err := k.Voice(ctx, w, id, "V"); return err },
		"open":     func(w staff.Principal, id string) error { _, err := k.Open(ctx, w, id); return err },
		"take":     func(w staff.Principal, id string) error { _, err := k.Take(ctx, w, id); return err },
		"give back": func(w staff.Principal, id string) error {
			_, err := k.GiveBack(ctx, w, id, "改一改这里")
			return err
		},
		"unconsent": func(w staff.Principal, id string) error { return k.WithdrawConsent(ctx, w, id) },
	}
	strangers := map[string]staff.Principal{
		"another volunteer": other, "an editor elsewhere": remote, "a publisher": holding("P", access.Publisher, county),
		"an admin": holding("A", access.Admin, county), "a counsellor": holding("C", access.Counsellor, county), "nobody": {},
	}
	for name, who := range strangers {
		for door, open := range doors {
			for _, id := range []string{"WRITING", "SENT"} {
				if err := open(who, id); !refused(err) {
					t.Errorf("%s may %s %s: %v", name, door, id, err)
				}
			}
		}
	}
	for door, open := range doors {
		if door == "unconsent" {
			continue
		}
		if err := open(editor, "WRITING"); !refused(err) {
			t.Errorf("an editor may %s what is being written: %v", door, err)
		}
	}
	if _, err := k.Open(ctx, editor, "SENT"); err != nil {
		t.Errorf("control: an editor of the region may not read what was handed in: %v", err)
	}
	if c, _ := k.Read(ctx, author, "SENT"); c.State != contribution.Sent || c.ErasedAt != nil {
		t.Errorf("a stranger changed it: %+v", c.Contribution)
	}
}

func refused(err error) bool {
	return errors.Is(err, contribution.ErrNotFound) || errors.Is(err, staff.ErrForbidden)
}

func TestListsAreCutDownToTheReader(t *testing.T) {
	k := newKit(t)
	k.begun(t, "WRITING")
	k.sent(t, "SENT", contribution.Invented)
	if mine, err := k.Mine(ctx, author); err != nil || len(mine) != 2 {
		t.Errorf("hers: %d, %v", len(mine), err)
	}
	if theirs, err := k.Mine(ctx, other); err != nil || len(theirs) != 0 {
		t.Errorf("another's: %d, %v", len(theirs), err)
	}
	if waiting, err := k.Waiting(ctx, editor, contribution.Sent); err != nil || len(waiting) != 1 {
		t.Errorf("waiting for an editor: %d, %v", len(waiting), err)
	}
	if waiting, err := k.Waiting(ctx, remote, contribution.Sent); err != nil || len(waiting) != 0 {
		t.Errorf("waiting elsewhere: %d, %v", len(waiting), err)
	}
	if waiting, err := k.Waiting(ctx, editor, contribution.Writing); err != nil || len(waiting) != 0 {
		t.Errorf("an editor is shown what is being written: %d, %v", len(waiting), err)
	}
	if _, err := k.Waiting(ctx, author, contribution.Sent); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("a volunteer's list of others: %v", err)
	}
}

// 整理: one editor alone, both are authors of the piece, and an interrupted one goes on with the same piece.
func TestTakingMakesOnePieceOfTwoAuthors(t *testing.T) {
	k := newKit(t)
	k.sent(t, "C1", contribution.Real)
	k.pieces.broken = errors.New("the server died here")
	if _, err := k.Take(ctx, editor, "C1"); err == nil {
		t.Fatal("no piece, and no error")
	}
	k.pieces.broken = nil
	got, err := k.Take(ctx, editor, "C1")
	if err != nil || got.State != contribution.Taken {
		t.Fatalf("taken again: %v", err)
	}
	piece := k.pieces.made[got.Contribution.Piece]
	if len(k.pieces.made) != 1 || !slices.Equal(piece.Authors, []string{author.Account, editor.Account}) || piece.Boxes[0].Text == "" || piece.Region != string(village) {
		t.Errorf("made %+v", k.pieces.made)
	}
	if _, err := k.Take(ctx, second, "C1"); !errors.Is(err, contribution.ErrTaken) {
		t.Errorf("taken by two: %v", err)
	}
	if _, err := k.GiveBack(ctx, second, "C1", "给我看看"); !errors.Is(err, contribution.ErrTaken) {
		t.Errorf("given back by another: %v", err)
	}
	if _, err := k.GiveBack(ctx, editor, "C1", "  "); !errors.Is(err, contribution.ErrWhy) {
		t.Errorf("given back without a word: %v", err)
	}
}
