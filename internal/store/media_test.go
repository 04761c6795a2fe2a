package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
)

func pictureOf(n int, account string) media.Picture {
	return media.Picture{
		ID: strings.Repeat(string(rune('A'+n)), 26), By: account, Region: "150424100201", At: time.UnixMilli(1_700_000_000_000 + int64(n/2)).UTC(),
		State: media.Ready, Bytes: 100, Original: media.Original{SHA256: fmt.Sprint(n)},
	}
}

var roomy = media.Quota{Person: 1 << 20, Total: 1 << 20}

func beginPicture(t *testing.T, s *store.Pictures, p media.Picture) {
	t.Helper()
	if _, fresh, err := s.Begin(context.Background(), p, roomy); err != nil || !fresh {
		t.Fatalf("%v %v", fresh, err)
	}
}

// TestUsingAndRemovingAPictureExcludeEachOther lets both happen at once, and counts afterwards.
func TestUsingAndRemovingAPictureExcludeEachOther(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewPictures(engine)
		for n := range 12 {
			p := pictureOf(n, "A")
			beginPicture(t, s, p)
			source := media.Source{Kind: media.SourceVersion, ID: p.ID + "@1"}
			var used, removed error
			var wait sync.WaitGroup
			wait.Go(func() {
				var gone []string
				if gone, used = s.Use(ctx, source, []string{p.ID}); gone != nil {
					used = media.ErrPictureUnknown
				}
			})
			wait.Go(func() { removed = s.Remove(ctx, p.ID, nil) })
			wait.Wait()
			sources, err := s.Sources(ctx, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			_, there := s.Picture(ctx, p.ID)
			if (used == nil) == (removed == nil) || (used == nil) != (len(sources) == 1) || (removed == nil) != errors.Is(there, media.ErrPictureUnknown) {
				t.Fatalf("round %d: used %v, removed %v, %d sources, there %v", n, used, removed, len(sources), there)
			}
		}
	})
}

func TestAPicturesUsesAreThoseOfItsSources(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewPictures(engine)
		a, b, arriving := pictureOf(0, "A"), pictureOf(1, "A"), pictureOf(2, "A")
		arriving.State = media.Arriving
		for _, p := range []media.Picture{a, b, arriving} {
			beginPicture(t, s, p)
		}
		one, two := media.Source{Kind: media.SourceVersion, ID: "T@1"}, media.Source{Kind: media.SourceContribution, ID: "T@1"}
		uses := func(source media.Source, ids ...string) error {
			gone, err := s.Use(ctx, source, ids)
			if gone != nil {
				err = media.ErrPictureUnknown
			}
			return err
		}
		if err := errors.Join(uses(one, a.ID, b.ID), uses(two, a.ID), uses(one, a.ID), uses(one, a.ID, a.ID)); err != nil {
			t.Fatal(err)
		}
		if err := uses(one, a.ID, arriving.ID); !errors.Is(err, media.ErrPictureUnknown) {
			t.Errorf("a picture that is still arriving: %v", err)
		}
		for id, want := range map[string]int64{a.ID: 2, b.ID: 0} {
			p, err := s.Picture(ctx, id)
			sources, sErr := s.Sources(ctx, id)
			if err != nil || sErr != nil || p.Uses != want || len(sources) != int(want) {
				t.Errorf("%s: %d uses, %v, want %d (%v %v)", id, p.Uses, sources, want, err, sErr)
			}
		}
		changed, err := s.Change(ctx, a.ID, nil, func(p *media.Picture) error { p.Description, p.Uses = "奶茶", 77; return nil })
		if err != nil || changed.Uses != 2 || changed.Description != "奶茶" {
			t.Errorf("%+v %v: a rule changed what the store counts", changed, err)
		}
	})
}

func TestPicturesByPages(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewPictures(engine)
		for n := range 9 {
			p := pictureOf(n, []string{"A", "B"}[n%2])
			p.Description = []string{"奶茶", "", "雪地里的房子"}[n%3]
			if n == 4 {
				p.Region = "150600000000"
			}
			beginPicture(t, s, p)
		}
		names := func(q media.PictureQuery) string {
			var found []string
			for {
				some, next, err := s.List(ctx, q)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range some {
					found = append(found, p.ID[:1])
				}
				if q.After = next; next == "" {
					return strings.Join(found, "")
				}
			}
		}
		here := []region.Scope{region.ScopeOf("150424000000")}
		for want, q := range map[string]media.PictureQuery{
			"IHGFEDCBA": {Limit: 2}, "IGECA": {By: "A", Limit: 3}, "IHGFDCBA": {Scopes: here, Limit: 4}, "GDA": {Text: "奶茶", Limit: 1},
			"HEB": {Silent: true, Limit: 5}, "DCBA": {Before: time.UnixMilli(1_700_000_000_001).UTC(), Limit: 2}, "": {Scopes: []region.Scope{}, Limit: 3},
		} {
			if got := names(q); got != want {
				t.Errorf("%+v: %s, want %s", q, got, want)
			}
		}
		if _, _, err := s.List(ctx, media.PictureQuery{After: "x.y"}); !errors.Is(err, fault.ErrCursor) {
			t.Errorf("%v", err)
		}
	})
}

// TestAPictureAndItsEntryAreWrittenTogether: an entry that is refused takes the change with it.
func TestAPictureAndItsEntryAreWrittenTogether(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, s := context.Background(), store.NewPictures(engine)
		p := pictureOf(0, "A")
		beginPicture(t, s, p)
		entry, err := audit.New(audit.Act{Actor: audit.Actor{Kind: audit.KindStaff, ID: "A"}, Action: audit.PictureRemove, Subject: p.ID, At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		broken := entry
		broken.Subject = ""
		if s.Remove(ctx, p.ID, &broken) == nil {
			t.Fatal("control: the entry was taken")
		}
		mine, all, err := s.Usage(ctx, "A")
		if _, there := s.Picture(ctx, p.ID); there != nil || err != nil || mine.Bytes != 100 || all.Bytes != 100 {
			t.Errorf("%v, %+v %+v %v", there, mine, all, err)
		}
		if err := s.Remove(ctx, p.ID, &entry); err != nil {
			t.Fatal(err)
		}
		entries, err := store.NewAudit(engine).List(ctx, audit.Query{Subject: p.ID, Limit: 5})
		if err != nil || len(entries) != 1 || !slices.Equal([]string{entries[0].Actor.ID}, []string{"A"}) {
			t.Errorf("%v %v", entries, err)
		}
	})
}

// TestAPictureIsUsedByTheTextThatNamesIt writes a text in the same transaction as its uses, and lets go of it the same way.
func TestAPictureIsUsedByTheTextThatNamesIt(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, pictures, texts := context.Background(), store.NewPictures(engine), store.NewPublications(engine)
		p, gone := pictureOf(0, "A"), pictureOf(5, "A")
		beginPicture(t, pictures, p)
		service := publish.New(texts, publish.Manifest{}, time.Now)
		service.Describe(func(_ publish.Kind, body []byte) publish.Card {
			return publish.Card{Title: "冬天的炉火", Pictures: strings.Fields(string(body))}
		})
		uses := func() int64 {
			t.Helper()
			now, err := pictures.Picture(ctx, p.ID)
			if err != nil {
				t.Fatal(err)
			}
			return now.Uses
		}
		bring := func(body string) {
			t.Helper()
			_, err := service.Import(ctx, audit.Operator, []publish.Draft{{ID: "TEXT", Kind: publish.KindExplainer, Body: []byte(body)}})
			if err != nil {
				t.Fatal(err)
			}
		}
		bring(p.ID + " " + gone.ID) // a picture that is gone is no obstacle to saving the text
		if uses() != 1 || !errors.Is(pictures.Remove(ctx, p.ID, nil), media.ErrPictureInUse) {
			t.Fatalf("%d uses by a draft", uses())
		}
		bring("without any picture") // the draft before is superseded
		if uses() != 0 {
			t.Errorf("%d uses after another draft took its place", uses())
		}
		bring(p.ID)
		w := publish.Working{ID: "TEXT", Body: []byte(p.ID), Pictures: []string{p.ID}}
		if err := texts.Work(ctx, w); err != nil || uses() != 2 {
			t.Errorf("%d uses by a draft and a working copy, %v", uses(), err)
		}
		w.Rev, w.Pictures = 1, nil
		if err := texts.Work(ctx, w); err != nil || uses() != 1 {
			t.Errorf("%d uses after the working copy lost it, %v", uses(), err)
		}
		if err := service.Withdraw(ctx, audit.Operator, "TEXT"); err != nil || uses() != 0 {
			t.Errorf("%d uses by a withdrawn text, %v", uses(), err)
		}
		if err := pictures.Remove(ctx, p.ID, nil); err != nil {
			t.Errorf("control: %v", err)
		}
	})
}
