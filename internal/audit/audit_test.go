package audit

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/fault"
)

var noon = time.Date(2026, 11, 30, 4, 0, 0, 123_456_789, time.UTC)

func act(change func(*Act)) Act {
	a := Act{Actor: Operator, Action: PublishWithdraw, Subject: "Q1", At: noon, Detail: map[string]string{"version": "3"}}
	if change != nil {
		change(&a)
	}
	return a
}

func TestNewRecordsWhoDidWhat(t *testing.T) {
	e, err := New(act(nil))
	if err != nil || e.Actor != Operator || e.Action != PublishWithdraw || e.Subject != "Q1" || e.Detail["version"] != "3" {
		t.Fatalf("New = %+v, %v", e, err)
	}
	if !e.At.Equal(noon.Truncate(time.Millisecond)) || !cursorForm.MatchString(e.ID) {
		t.Errorf("New at %v with id %s", e.At, e.ID)
	}
	later, _ := New(act(func(a *Act) { a.At = noon.Add(time.Millisecond) }))
	again, _ := New(act(nil))
	if later.ID <= e.ID || again.ID == e.ID {
		t.Errorf("ids do not sort by time or repeat: %s, %s, %s", e.ID, again.ID, later.ID)
	}
}

func TestNewRefusesWhatTheListDoesNotAllow(t *testing.T) {
	for name, change := range map[string]func(*Act){
		"no actor":             func(a *Act) { a.Actor = Actor{} },
		"staff without an id":  func(a *Act) { a.Actor = Actor{Kind: KindStaff} },
		"a person's name":      func(a *Act) { a.Actor = Actor{Kind: KindStaff, ID: "王芳"} },
		"an unknown action":    func(a *Act) { a.Action = "publish.erase" },
		"no subject":           func(a *Act) { a.Subject = "" },
		"a long subject":       func(a *Act) { a.Subject = strings.Repeat("x", maxSubject+1) },
		"a broken subject":     func(a *Act) { a.Subject = "a\nb" },
		"a subject not UTF-8":  func(a *Act) { a.Subject = "\xff" },
		"no time":              func(a *Act) { a.At = time.Time{} },
		"another action's key": func(a *Act) { a.Detail = map[string]string{"edition": "3"} },
		"free text":            func(a *Act) { a.Detail = map[string]string{"version": "她打电话来说"} },
		"a sentence":           func(a *Act) { a.Detail = map[string]string{"version": "call her back"} },
		"a long value":         func(a *Act) { a.Detail = map[string]string{"version": strings.Repeat("1", 65)} },
	} {
		if e, err := New(act(change)); err == nil {
			t.Errorf("%s was recorded: %+v", name, e)
		}
	}
	if _, err := New(act(func(a *Act) { a.Actor, a.Detail = Actor{KindStaff, "AB2"}, nil })); err != nil { // the control
		t.Errorf("a valid act: %v", err)
	}
	if err := (Entry{Actor: Operator, Action: PublishImport, Subject: "x"}).Check(); err == nil {
		t.Error("an entry that New did not make passes")
	}
}

func TestEveryActionHasItsList(t *testing.T) {
	for _, a := range []Action{PublishImport, PublishRevise, PublishStep, PublishWithdraw, PublishSeed, LawImport} {
		if _, ok := details[a]; !ok {
			t.Errorf("%s has no allow-list", a)
		}
	}
}

// pages is a store of n entries, newest first.
type pages struct {
	ChainStore
	n    int
	last Query
	err  error
}

func (p *pages) List(_ context.Context, q Query) ([]Entry, error) {
	p.last = q
	var found []Entry
	for i := p.n; i > 0 && len(found) < q.Limit; i-- {
		if id := fmt.Sprintf("%012x", i) + strings.Repeat("A", 26); q.After == "" || id < q.After {
			found = append(found, Entry{ID: id})
		}
	}
	return found, p.err
}

func TestListPagesToTheEnd(t *testing.T) {
	s := NewService(&pages{n: 7})
	var seen []string
	for after, rounds := "", 0; ; rounds++ {
		entries, next, err := s.List(context.Background(), Query{After: after, Limit: 3})
		if err != nil || rounds > 3 {
			t.Fatalf("round %d: %v", rounds, err)
		}
		for _, e := range entries {
			seen = append(seen, e.ID)
		}
		if after = next; next == "" {
			break
		}
	}
	if len(seen) != 7 || !slices.IsSortedFunc(seen, func(a, b string) int { return strings.Compare(b, a) }) {
		t.Errorf("List gave %v", seen)
	}
}

func TestListRefusesAndBounds(t *testing.T) {
	store := &pages{n: 500}
	s := NewService(store)
	for _, cursor := range []string{"x", "000000000001", strings.Repeat("0", 38), "$gt"} {
		if _, _, err := s.List(context.Background(), Query{After: cursor}); !errors.Is(err, fault.ErrCursor) || fault.From(err).Kind != fault.Invalid {
			t.Errorf("List after %q = %v", cursor, err)
		}
	}
	for asked, want := range map[int]int{-1: 1, 0: 1, 5: 5, 9999: maxPage} {
		if entries, _, err := s.List(context.Background(), Query{Limit: asked}); err != nil || len(entries) != want {
			t.Errorf("Limit %d gave %d, %v", asked, len(entries), err)
		}
	}
	store.err = errors.New("down")
	if _, _, err := s.List(context.Background(), Query{}); !errors.Is(err, store.err) {
		t.Errorf("List of a store that is down = %v", err)
	}
}

// TestUntilIsTheCursorOfWhatCameBefore: an entry of the last millisecond before a time is behind the cursor, one of the
// time itself is not.
func TestUntilIsTheCursorOfWhatCameBefore(t *testing.T) {
	cursor := Until(noon)
	before, _ := New(act(func(a *Act) { a.At = noon.Add(-time.Millisecond) }))
	if !cursorForm.MatchString(cursor) || before.ID >= cursor {
		t.Errorf("%s %s", before.ID, cursor)
	}
	for range 200 { // whatever its random part begins with, a digit or a letter
		if at, _ := New(act(nil)); at.ID <= cursor {
			t.Fatalf("%s %s", cursor, at.ID)
		}
	}
}

func TestActionsAreThoseOfTheAllowList(t *testing.T) {
	if all := Actions(); len(all) != len(details) || !slices.Contains(all, PublishStep) {
		t.Error(all)
	}
}

// TestEveryActionHasWords: an action without any would stand on the auditor's page as a code alone.
func TestEveryActionHasWords(t *testing.T) {
	for _, action := range Actions() {
		if action.Words() == "" {
			t.Errorf("%s has no words in words.go", action)
		}
	}
	if Action("publish.devour").Words() != "" {
		t.Error("an action that is none has words")
	}
}
