package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var editor = audit.Actor{Kind: audit.KindStaff, ID: "EDITOR"}

func mustEntry(t *testing.T) audit.Entry {
	t.Helper()
	e, err := audit.New(audit.Act{Actor: audit.Operator, Action: audit.PublishImport, Subject: "publications", At: testkit.Start})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func entriesOf(t *testing.T, e document.Engine) []audit.Entry {
	t.Helper()
	all, _, err := audit.NewService(store.NewAudit(e)).List(context.Background(), audit.Query{Limit: 200})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestApplyIsAllOrNothing(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		items, manifest := shippedSet(2, "问")
		mustSeed(t, s, items, manifest)
		old, err := s.Publication(ctx, "q000")
		if err != nil {
			t.Fatal(err)
		}
		before, _ := s.Generations(ctx)
		added := publish.Publication{ID: "new", Kind: publish.KindTopic, Live: 1, Last: 1}
		version := publish.Version{ID: "new@1", Publication: "new", N: 1}
		stale := old
		stale.Rev = 7
		good := publish.Change{Added: []publish.Publication{added}, Versions: []publish.Version{version}, Shown: []string{"new"}}
		for name, c := range map[string]struct {
			change func(*publish.Change)
			want   error
		}{
			"a stale publication":     {func(c *publish.Change) { c.Replaced = []publish.Publication{stale} }, publish.ErrStale},
			"a stale seeding":         {func(c *publish.Change) { c.Seeding = &publish.Seeding{Rev: 7} }, publish.ErrStale},
			"a seeding of nothing":    {func(c *publish.Change) { c.Seeding = &publish.Seeding{} }, publish.ErrStale},
			"an id that is there":     {func(c *publish.Change) { c.Added = append(c.Added, old) }, publish.ErrStale},
			"a version that is there": {func(c *publish.Change) { c.Versions = append(c.Versions, publish.Version{ID: "q000@1"}) }, publish.ErrStale},
			"an act that is no entry": {func(c *publish.Change) { c.Entry.Detail = map[string]string{"why": "x"} }, nil},
		} {
			change := good
			change.Entry = mustEntry(t)
			change.Added, change.Versions = slices.Clone(good.Added), slices.Clone(good.Versions)
			c.change(&change)
			if err := s.Apply(ctx, change); err == nil || c.want != nil && !errors.Is(err, c.want) {
				t.Errorf("Apply of %s = %v, want %v", name, err, c.want)
			}
			if _, err := s.Publication(ctx, "new"); !errors.Is(err, publish.ErrNotFound) {
				t.Errorf("Apply of %s left a publication: %v", name, err)
			}
			if _, err := s.Version(ctx, "new", 1); !errors.Is(err, publish.ErrNotFound) {
				t.Errorf("Apply of %s left a version: %v", name, err)
			}
			if now, err := s.Generations(ctx); err != nil || now != before || len(entriesOf(t, e)) != 1 {
				t.Errorf("Apply of %s moved to %+v, %d entries, %v", name, now, len(entriesOf(t, e)), err)
			}
		}
		good.Entry = mustEntry(t)
		if err := s.Apply(ctx, good); err != nil { // the control: the same change without a fault
			t.Errorf("Apply = %v", err)
		}
		p, err := s.Publication(ctx, "new")
		if now, _ := s.Generations(ctx); err != nil || p.LiveGeneration != now.Live || now.Live != before.Live+1 || len(entriesOf(t, e)) != 2 {
			t.Errorf("Apply left %+v at %+v, %v", p, now, err)
		}
	})
}

// Editors of different texts never disturb each other, not even about the counters they share; of two that change one
// text, one wins.
func TestEditorsOfDifferentTextsAllSucceed(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		items, manifest := shippedSet(40, "问")
		mustSeed(t, s, items, manifest)
		service := publish.New(s, manifest, testkit.NewClock().Now)
		desk := publishtest.Workflow(s, testkit.NewClock().Now)
		count := func(n int, edit func(i int) error, fine error) int64 {
			var group sync.WaitGroup
			var won atomic.Int64
			start := make(chan struct{})
			for i := range n {
				group.Go(func() {
					<-start
					switch err := edit(i); {
					case err == nil:
						won.Add(1)
					case fine == nil || !errors.Is(err, fine):
						t.Errorf("edit %d: %v", i, err)
					}
				})
			}
			close(start)
			group.Wait()
			return won.Load()
		}
		revise := func(i int, text string) error {
			who := publishtest.Editor
			who.Account = fmt.Sprint("EDITOR", i) // each has a chain of acts of her own
			_, err := desk.Revise(ctx, who, publish.Revision{ID: items[i].ID, Rev: 0, Body: []byte(text)})
			return err
		}
		before, _ := s.Generations(ctx)
		won := count(40, func(i int) error { return revise(i, "hers") }, nil)
		after, err := s.Generations(ctx)
		if won != 40 || after.Live != before.Live || after.Drafts != before.Drafts+40 || err != nil {
			t.Errorf("%d of 40 edits of different texts, generations %+v → %+v, %v", won, before, after, err)
		}
		won = count(20, func(i int) error { return service.Withdraw(ctx, editor, items[i].ID) }, nil)
		if after, err = s.Generations(ctx); won != 20 || after.Live != before.Live+20 || err != nil {
			t.Errorf("%d of 20 withdrawals, generations %+v, %v", won, after, err)
		}
		p, err := s.Publication(ctx, "q030")
		won = count(20, func(i int) error {
			_, err := desk.Revise(ctx, publishtest.Editor, publish.Revision{ID: "q030", Rev: p.Rev, Body: fmt.Appendf(nil, "edit %d", i)})
			return err
		}, publish.ErrStale)
		if now, err2 := s.Publication(ctx, "q030"); won != 1 || now.Last != p.Last+1 || err != nil || err2 != nil {
			t.Errorf("%d of 20 edits of one text won: %+v, %v, %v", won, now, err, err2)
		}
	})
}

// Two servers start at once, one of them older: what residents see is the newer set, whichever was first.
func TestTwoServersSeedOneStore(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s := publications(t, e)
		older, m1 := shippedSet(30, "旧")
		newer, m2 := shippedSet(30, "新")
		m1.Edition, m2.Edition = 1, 2
		var group sync.WaitGroup
		for i := range 6 {
			items, manifest := older, m1
			if i%2 == 0 {
				items, manifest = newer, m2
			}
			group.Go(func() { mustSeed(t, s, items, manifest) })
		}
		group.Wait()
		if done := mustSeed(t, s, older, m1); !done.Older {
			t.Errorf("the older binary did %+v", done)
		}
		seen := 0
		err := s.Live(context.Background(), publish.KindQuestion, 0, func(p publish.Publication, v publish.Version) error {
			if seen++; v.SHA256 != publish.Sum(newer[seen-1].Body) || v.State != publish.StateLive {
				t.Errorf("%s shows %s, %s", p.ID, v.ID, v.State)
			}
			return nil
		})
		if err != nil || seen != 30 {
			t.Errorf("%d live, %v", seen, err)
		}
	})
}

// A version under review keeps its state when a newer text is shipped, and when it is released after that.
func TestSeedingDuringAReviewOnEveryEngine(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		items, manifest := shippedSet(2, "问")
		mustSeed(t, s, items, manifest)
		desk := publishtest.Workflow(s, testkit.NewClock().Now)
		to := func(state publish.State) {
			if err := publishtest.To(ctx, desk, "q001", 2, state); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := desk.Revise(ctx, publishtest.Editor, publish.Revision{ID: "q001", Body: []byte("hers")}); err != nil {
			t.Fatal(err)
		}
		to(publish.StateSecond)
		newer, m2 := shippedSet(2, "新")
		m2.Edition = 2
		if done := mustSeed(t, s, newer, m2); done.Replaced != 1 || done.Drafted != 1 {
			t.Errorf("Seed = %+v", done)
		}
		states := func() (all []publish.State) {
			for n := range 3 {
				v, err := s.Version(ctx, "q001", n+1)
				if err != nil {
					t.Fatal(err)
				}
				all = append(all, v.State)
			}
			return all
		}
		if got := states(); got[1] != publish.StateSecond || got[2] != publish.StateDraft {
			t.Errorf("states during the review: %v", got)
		}
		to(publish.StateLive)
		if got := states(); got[1] != publish.StateLive || got[2] != publish.StateDraft {
			t.Errorf("states after the release: %v", got)
		}
	})
}

// What a generation changed for residents is found without reading the rest.
func TestLiveSinceAGeneration(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		items, manifest := shippedSet(10, "问")
		mustSeed(t, s, items, manifest)
		since, err := s.Generations(ctx)
		if err != nil {
			t.Fatal(err)
		}
		service := publish.New(s, manifest, func() time.Time { return testkit.Start })
		if err := service.Withdraw(ctx, editor, "q003"); err != nil {
			t.Fatal(err)
		}
		if _, err := service.Import(ctx, audit.Operator, []publish.Draft{{ID: "q005", Kind: publish.KindQuestion, Body: []byte("draft")}}); err != nil {
			t.Fatal(err)
		}
		items[7].Body = []byte("newer")
		manifest.Edition, manifest.Entries[7].SHA256 = 1, publish.Sum(items[7].Body)
		mustSeed(t, s, items, manifest)
		var seen []string
		err = s.Live(ctx, publish.KindQuestion, since.Live, func(p publish.Publication, v publish.Version) error {
			seen = append(seen, p.ID+" "+string(v.Body))
			return nil
		})
		if err != nil || !slices.Equal(seen, []string{"q003 ", "q007 newer"}) {
			t.Errorf("changed: %q, %v", seen, err)
		}
	})
}

// A store as schema 1 wrote it: one document for the generation and the digest, no states, no actors.
func TestAStoreOfSchema1Opens(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		body := []byte("what schema 1 wrote")
		at := testkit.Start.Add(-time.Hour)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		must(e.Collection("publicationHeads").Insert(ctx, bson.D{{Key: "_id", Value: "publications"}, {Key: "rev", Value: int64(41)}, {Key: "seeded", Value: "abc"}, {Key: "at", Value: at}, {Key: "schema", Value: 1}}))
		must(e.Collection("publications").Insert(ctx,
			bson.D{{Key: "_id", Value: "old"}, {Key: "kind", Value: "question"}, {Key: "state", Value: "live"}, {Key: "last", Value: 1}, {Key: "lastSha", Value: publish.Sum(body)}, {Key: "live", Value: 1}, {Key: "liveSha", Value: publish.Sum(body)}, {Key: "shipped", Value: publish.Sum(body)}, {Key: "sample", Value: true}, {Key: "rev", Value: int64(3)}, {Key: "schema", Value: 1}, {Key: "createdAt", Value: at}, {Key: "changedAt", Value: at}},
			bson.D{{Key: "_id", Value: "draft"}, {Key: "kind", Value: "question"}, {Key: "state", Value: "draft"}, {Key: "last", Value: 1}, {Key: "lastSha", Value: publish.Sum(body)}, {Key: "live", Value: 0}, {Key: "sample", Value: false}, {Key: "rev", Value: int64(0)}, {Key: "schema", Value: 1}, {Key: "createdAt", Value: at}, {Key: "changedAt", Value: at}},
		))
		for _, id := range []string{"old", "draft"} {
			must(e.Collection("versions").Insert(ctx, bson.D{{Key: "_id", Value: id + "@1"}, {Key: "publication", Value: id}, {Key: "kind", Value: "question"}, {Key: "n", Value: 1}, {Key: "sha256", Value: publish.Sum(body)}, {Key: "body", Value: body}, {Key: "at", Value: at}, {Key: "origin", Value: "shipped"}, {Key: "schema", Value: 1}}))
		}
		items, manifest := shippedSet(1, "问")
		items[0].ID, items[0].Body = "old", body
		manifest.Entries[0].ID, manifest.Entries[0].SHA256, manifest.Edition = "old", publish.Sum(body), 1
		service := publish.New(s, manifest, testkit.NewClock().Now)
		live := 0
		must(service.Live(ctx, publish.KindQuestion, func(i publish.Item) error { live += i.N; return nil }))
		// Before any server of this schema ran, a command imports: the draft joins what is there.
		done, err := service.Import(ctx, audit.Operator, []publish.Draft{{ID: "draft", Kind: publish.KindQuestion, Body: []byte("newer")}})
		if err != nil || done.Changed != 1 || live != 1 {
			t.Errorf("Import = %+v, %v, %d live", done, err, live)
		}
		mustSeed(t, s, items, manifest)
		old, err := s.Publication(ctx, "old")
		first, err1 := s.Version(ctx, "draft", 1)
		shown, err2 := s.Version(ctx, "old", 1)
		if err != nil || err1 != nil || err2 != nil || old.Schema != 3 || old.Live != 1 || shown.State != publish.StateLive || first.State != publish.StateSuperseded {
			t.Errorf("%+v, %+v, %+v, %v, %v, %v", old, first, shown, err, err1, err2)
		}
		if g, err := s.Generations(ctx); err != nil || g.Live != 41 {
			t.Errorf("what residents see is the same, and the generation is %+v, %v", g, err)
		}
		if err := service.Withdraw(ctx, editor, "old"); err != nil {
			t.Errorf("Withdraw = %v", err)
		}
		if g, err := s.Generations(ctx); err != nil || g.Live != 42 {
			t.Errorf("generations %+v, %v", g, err)
		}
	})
}
