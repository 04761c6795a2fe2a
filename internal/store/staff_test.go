package store_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/tries"
)

func staffStore(engine document.Engine) (*store.Staff, *seal.Vault) {
	vault := seal.NewVault(seal.Demo(), store.NewKeys(engine))
	return store.NewStaff(engine, vault), vault
}

var signedAt = time.Date(2026, 11, 30, 4, 0, 0, 0, time.UTC)

func staffEntry(t *testing.T, subject string) audit.Entry {
	t.Helper()
	e, err := audit.New(audit.Act{Actor: audit.Actor{Kind: audit.KindStaff, ID: "A" + rand.Text()}, Action: audit.StaffSuspend, Subject: subject, At: signedAt})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func anAccount(id, login string) staff.Account {
	return staff.Account{ID: id, Login: login, Name: "赵兰", Home: banner, State: staff.Active, Grants: []staff.Grant{}, KeyID: "K", CreatedAt: signedAt, Schema: 1}
}

// race runs n at once and gives how many succeeded; the others must have been refused with this fault.
func race(t *testing.T, n int, refusal error, do func(i int) error) (won int) {
	t.Helper()
	errs := make([]error, n)
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() { errs[i] = do(i) })
	}
	wg.Wait()
	for _, err := range errs {
		switch {
		case err == nil:
			won++
		case !errors.Is(err, refusal) && !errors.Is(err, store.ErrConflict):
			t.Errorf("refused with %v", err)
		}
	}
	return won
}

func TestALoginAndAWeChatBelongToOneAccount(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx := context.Background()
		s, _ := staffStore(engine)
		if won := race(t, 8, staff.ErrTaken, func(i int) error {
			return s.InsertAccount(ctx, anAccount(fmt.Sprint("A", i), "zhaolan"), staffEntry(t, fmt.Sprint("A", i)))
		}); won != 1 {
			t.Errorf("one login was given %d times", won)
		}
		for i := range 4 {
			id := fmt.Sprint("B", i)
			if err := s.InsertAccount(ctx, anAccount(id, "login"+id), staffEntry(t, id)); err != nil {
				t.Fatal(err)
			}
		}
		if won := race(t, 4, staff.ErrBound, func(i int) error {
			id := fmt.Sprint("B", i)
			return s.ChangeAccount(ctx, id, func(a *staff.Account) (audit.Entry, error) {
				a.WeChat = "W"
				return staffEntry(t, id), nil
			})
		}); won != 1 {
			t.Errorf("one WeChat was bound %d times", won)
		}
		if a, err := s.Account(ctx, staff.ByWeChat, "W"); err != nil || a.Rev != 1 {
			t.Errorf("%+v, %v", a, err)
		}
		if _, err := s.Account(ctx, staff.ByLogin, "nobody"); !errors.Is(err, staff.ErrNotFound) {
			t.Errorf("nobody: %v", err)
		}
	})
}

// TestAChangeAndItsEntryAreOne: a change whose entry is refused did not happen.
func TestAChangeAndItsEntryAreOne(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx := context.Background()
		s, _ := staffStore(engine)
		if err := s.InsertAccount(ctx, anAccount("A", "zhaolan"), staffEntry(t, "A")); err != nil {
			t.Fatal(err)
		}
		suspend := func(e audit.Entry) error {
			return s.ChangeAccount(ctx, "A", func(a *staff.Account) (audit.Entry, error) { a.State = staff.Suspended; return e, nil })
		}
		if err := suspend(audit.Entry{}); err == nil {
			t.Error("an entry that New did not make was appended")
		}
		if a, err := s.Account(ctx, staff.ByID, "A"); err != nil || a.State != staff.Active {
			t.Errorf("after a refused entry: %s, %v", a.State, err)
		}
		if err := suspend(staffEntry(t, "A")); err != nil {
			t.Fatal(err)
		}
		entries, err := store.NewAudit(engine).List(ctx, audit.Query{Subject: "A", Limit: 9})
		if a, _ := s.Account(ctx, staff.ByID, "A"); err != nil || len(entries) != 2 || a.State != staff.Suspended {
			t.Errorf("%d entries, %s, %v", len(entries), a.State, err)
		}
		if won := race(t, 6, staff.ErrSuspended, func(int) error {
			return s.ChangeAccount(ctx, "A", func(a *staff.Account) (audit.Entry, error) {
				if a.State == staff.Active {
					return audit.Entry{}, staff.ErrSuspended
				}
				a.State = staff.Active
				return staffEntry(t, "A"), nil
			})
		}); won != 1 {
			t.Errorf("one change was made %d times", won)
		}
	})
}

func TestASessionThatEndedStaysEnded(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx := context.Background()
		s, _ := staffStore(engine)
		session := staff.Session{Hash: "H", Account: "A", Kind: staff.Console, BeganAt: signedAt, SeenAt: signedAt, ExpiresAt: signedAt.Add(time.Hour), EndsAt: signedAt.Add(2 * time.Hour), Schema: 1}
		if err := s.InsertSession(ctx, session, staffEntry(t, "A")); err != nil {
			t.Fatal(err)
		}
		later := signedAt.Add(time.Minute)
		if err := s.SlideSession(ctx, "H", signedAt, later, later.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		if got, err := s.Session(ctx, "H"); err != nil || !got.SeenAt.Equal(later) {
			t.Errorf("%+v, %v", got, err)
		}
		if err := s.DeleteSessions(ctx, "H"); err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(s.SlideSession(ctx, "H", later, later, later)); err != nil {
			t.Error(err)
		}
		if err := s.ConfirmSession(ctx, "H", later, staffEntry(t, "A")); !errors.Is(err, staff.ErrSignedOut) {
			t.Errorf("confirming it: %v", err)
		}
		if _, err := s.Session(ctx, "H"); !errors.Is(err, staff.ErrSignedOut) {
			t.Errorf("it is back: %v", err)
		}
	})
}

// TestTriesAreCountedOneByOne: as many as are made at once.
func TestTriesAreCountedOneByOne(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx := context.Background()
		s, _ := staffStore(engine)
		taken := race(t, 6, nil, func(int) error {
			return s.CountTry(ctx, "login|x", signedAt.Add(time.Hour), func(c *tries.Counter) { c.Take(signedAt) })
		})
		var count int
		if err := s.CountTry(ctx, "login|x", signedAt.Add(time.Hour), func(c *tries.Counter) { count = c.Count }); err != nil {
			t.Fatal(err)
		}
		if want := min(taken, tries.Free+1); count != want {
			t.Errorf("%d were taken, %d counted", taken, count)
		}
	})
}

func TestApplicationsGoWithTheirKeys(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx := context.Background()
		s, vault := staffStore(engine)
		place := seal.Place{Collection: "staffApplications", ID: "x", Field: "applied"}
		apply := func(id, member string, removeAt time.Time) ([]byte, string) {
			key, err := vault.NewKey(ctx)
			if err != nil {
				t.Fatal(err)
			}
			sealed, err := vault.Seal(ctx, key, place, []byte("想帮忙"))
			if err != nil {
				t.Fatal(err)
			}
			a := staff.Application{ID: id, Member: member, KeyID: key, Sealed: sealed, State: staff.ApplicationWaiting, Waiting: true, Vets: []staff.Vet{}, At: signedAt, RemoveAt: removeAt, Schema: 1}
			if err := s.InsertApplication(ctx, a); err != nil {
				t.Fatal(err)
			}
			return sealed, key
		}
		hers, herKey := apply("1", "her", signedAt.Add(time.Hour))
		old, oldKey := apply("2", "old", signedAt)
		others, otherKey := apply("3", "calm", signedAt.Add(time.Hour))
		if err := s.InsertApplication(ctx, staff.Application{ID: "4", Member: "her", Waiting: true}); !errors.Is(err, staff.ErrApplied) {
			t.Errorf("a second one that waits: %v", err)
		}
		if err := errors.Join(s.DeleteApplications(ctx, "her"), s.Sweep(ctx, signedAt)); err != nil {
			t.Fatal(err)
		}
		for id, sealed := range map[string][]byte{herKey: hers, oldKey: old} {
			if _, err := vault.Open(ctx, id, place, sealed); !errors.Is(err, seal.ErrErased) {
				t.Errorf("it opens: %v", err)
			}
		}
		if plain, err := vault.Open(ctx, otherKey, place, others); err != nil || string(plain) != "想帮忙" {
			t.Errorf("control: %q, %v", plain, err)
		}
		if left, err := s.Applications(ctx); err != nil || len(left) != 1 || left[0].Member != "calm" {
			t.Errorf("%+v, %v", left, err)
		}
	})
}
