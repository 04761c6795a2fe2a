package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/contribution"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func contributionsOn(engine document.Engine) *store.Contributions {
	return store.NewContributions(engine, seal.NewVault(seal.Demo(), store.NewKeys(engine)))
}

func contributed(id string) contribution.Contribution {
	at := testkit.Start.UTC()
	erase := at.Add(contribution.RawLife)
	c := contribution.Contribution{
		ID: id, Author: "AUTHOR", Region: "150424100200", State: contribution.Writing, CreatedAt: at, WrittenAt: at, EraseAt: &erase, Schema: 1,
	}
	c.Raw.Title, c.Raw.Boxes[0].Text = "腌菜缸", "canary-words"
	c.Raw.Consent = &contribution.Consent{By: "canary-by", Day: "2026-11-20", Way: "spoken", Scope: "words", Note: "canary-note"}
	c.Raw.Returned = []contribution.Sentence{{By: "E", Name: "canary-name", At: at, Text: "canary-sentence"}}
	return c
}

func TestContributionsAreSealedAndGoWithTheirKey(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), contributionsOn(engine)
		if err := s.Insert(ctx, contributed("C1")); err != nil {
			t.Fatal(err)
		}
		if err := s.Insert(ctx, contribution.Contribution{ID: "C1"}); err != nil {
			t.Fatal("one that is there is left alone:", err)
		}
		if err := s.PutVoice(ctx, "C1", "V1", []byte("canary-voice")); err != nil {
			t.Fatal(err)
		}
		got, err := s.Contribution(ctx, "C1")
		if err != nil || got.Raw.Boxes[0].Text != "canary-words" || got.Raw.Returned[0].Text != "canary-sentence" || got.Author != "AUTHOR" {
			t.Fatalf("read %+v, %v", got, err)
		}
		if body, err := s.Voice(ctx, "C1", "V1"); err != nil || string(body) != "canary-voice" {
			t.Fatalf("heard %q, %v", body, err)
		}
		if found := spelled(t, engine, "canary"); len(found) != 0 {
			t.Errorf("stored in clear in %q", found)
		}
		erased := func(c *contribution.Contribution) error {
			c.Raw, c.EraseAt = contribution.Raw{}, nil
			return nil
		}
		if err := s.Erase(ctx, "C1", entryOf(t, audit.ContributionErase), erased); err != nil {
			t.Fatal(err)
		}
		if got, err = s.Contribution(ctx, "C1"); err != nil || got.Raw.Title != "" || got.Author != "AUTHOR" {
			t.Errorf("after its key: %+v, %v", got, err)
		}
		if _, err := s.Voice(ctx, "C1", "V1"); !errors.Is(err, contribution.ErrNotFound) {
			t.Errorf("its voice: %v", err)
		}
		if n, err := engine.Collection("keys").Count(ctx, nil, 0); err != nil || n != 0 {
			t.Errorf("%d keys are left, %v", n, err)
		}
	})
}

// spelled names the collections in which a text stands in clear. Its control is the author, which does.
func spelled(t *testing.T, engine document.Engine, text string) (found []string) {
	t.Helper()
	seen := false
	for _, d := range store.Declarations() {
		err := engine.Collection(d.Collection).Find(context.Background(), document.Query{}, func(raw bson.Raw) error {
			seen = seen || strings.Contains(string(raw), "AUTHOR")
			if strings.Contains(string(raw), text) {
				found = append(found, d.Collection)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if !seen {
		t.Error("control: the search does not find what is in clear")
	}
	return found
}

func entryOf(t *testing.T, action audit.Action) *audit.Entry {
	t.Helper()
	e, err := audit.New(audit.Act{Actor: audit.Actor{Kind: audit.KindStaff, ID: "AUTHOR"}, Action: action, Subject: "C1", At: testkit.Start})
	if err != nil {
		t.Fatal(err)
	}
	return &e
}

// An act and its entry are written together or not at all.
func TestAnActOnAContributionAndItsEntryAreOneWrite(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), contributionsOn(engine)
		if err := s.Insert(ctx, contributed("C1")); err != nil {
			t.Fatal(err)
		}
		refusal := errors.New("the rule refuses")
		if err := s.Update(ctx, "C1", entryOf(t, audit.ContributionSend), func(*contribution.Contribution) error { return refusal }); !errors.Is(err, refusal) {
			t.Fatal(err)
		}
		entries := func() int64 {
			n, err := engine.Collection("auditEntries").Count(ctx, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
		if n := entries(); n != 0 {
			t.Errorf("%d entries of an act that was refused", n)
		}
		wrong := entryOf(t, audit.ContributionSend)
		wrong.Subject = ""
		sent := func(c *contribution.Contribution) error { c.State = contribution.Sent; return nil }
		if err := s.Update(ctx, "C1", wrong, sent); err == nil {
			t.Fatal("an act without an entry")
		}
		if c, _ := s.Contribution(ctx, "C1"); c.State != contribution.Writing {
			t.Errorf("without its entry it is %s", c.State)
		}
		if err := s.Update(ctx, "C1", entryOf(t, audit.ContributionSend), sent); err != nil || entries() != 1 {
			t.Errorf("%v, %d entries", err, entries())
		}
		if err := s.Update(ctx, "C9", nil, sent); !errors.Is(err, contribution.ErrNotFound) {
			t.Errorf("what is not there: %v", err)
		}
	})
}

func TestContributionsAreListedInTheirOrder(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), contributionsOn(engine)
		for i, id := range []string{"C1", "C2", "C3"} {
			c := contributed(id)
			sent, due := c.WrittenAt.Add(-time.Duration(i)*time.Hour), c.WrittenAt.Add(time.Duration(i)*24*time.Hour)
			c.WrittenAt, c.SentAt, c.State, c.EraseAt, c.Open = c.WrittenAt.Add(time.Duration(i)*time.Hour), &sent, contribution.Sent, &due, id == "C3"
			if err := s.Insert(ctx, c); err != nil {
				t.Fatal(err)
			}
		}
		ids := func(found []contribution.Contribution, err error) (out string) {
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range found {
				if c.Raw.Title == "" {
					t.Errorf("%s is listed without its title", c.ID)
				}
				out += c.ID
			}
			return out
		}
		if got := ids(s.Of(ctx, "AUTHOR", 2)); got != "C3C2" {
			t.Errorf("hers: %s", got)
		}
		if got := ids(s.In(ctx, contribution.Sent, 9)); got != "C3C2C1" {
			t.Errorf("waiting: %s", got)
		}
		until := testkit.Start.Add(25 * time.Hour)
		pieces, words, err := s.Unfinished(ctx, &until, 9)
		if err != nil || len(pieces) != 1 || pieces[0] != "C3" || len(words) != 2 {
			t.Errorf("unfinished: %q %q %v", pieces, words, err)
		}
		if _, words, _ = s.Unfinished(ctx, nil, 9); len(words) != 0 {
			t.Errorf("due by no believed time: %q", words)
		}
	})
}
