package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/publish"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func publications(t *testing.T, e document.Engine) *store.Publications {
	t.Helper()
	if err := e.Ensure(context.Background(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	return store.NewPublications(e)
}

// shippedSet is n questions of an ordinary length and the manifest that approves them.
func shippedSet(n int, word string) ([]publish.Shipped, publish.Manifest) {
	var items []publish.Shipped
	var manifest publish.Manifest
	for i := range n {
		body := []byte(fmt.Sprintf("id: q%03d\nstem: %s\n", i, strings.Repeat(word, 300)))
		items = append(items, publish.Shipped{ID: fmt.Sprintf("q%03d", i), Kind: publish.KindQuestion, Body: body})
		manifest.Entries = append(manifest.Entries, publish.Entry{Kind: publish.KindQuestion, ID: items[i].ID, SHA256: publish.Sum(body)})
	}
	return items, manifest
}

func mustSeed(t *testing.T, s publish.Store, items []publish.Shipped, m publish.Manifest) publish.Seeded {
	t.Helper()
	done, err := publish.New(s, m, testkit.NewClock().Now).Seed(context.Background(), items)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestPublicationsComeBackAsTheyWere(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		if g, err := s.Generations(ctx); err != nil || g != (publish.Generations{}) {
			t.Errorf("Generations of nothing = %+v, %v", g, err)
		}
		items, manifest := shippedSet(5, "问")
		items[4].Kind, items[4].Slug = publish.KindTopic, "songguo"
		items[3].Body = []byte("\x00\xff not a text\r\n")
		manifest.Entries[3].SHA256 = publish.Sum(items[3].Body)
		if done := mustSeed(t, s, items, manifest); done.Added != 5 {
			t.Errorf("Seed = %+v", done)
		}
		i := 0
		err := s.Live(ctx, publish.KindQuestion, 0, func(p publish.Publication, v publish.Version) error {
			if p.ID != items[i].ID || !bytes.Equal(v.Body, items[i].Body) || v.N != 1 || v.SHA256 != publish.Sum(v.Body) || !v.At.Equal(testkit.Start) {
				t.Errorf("live %d: %+v %+v", i, p, v)
			}
			i++
			return nil
		})
		if err != nil || i != 4 {
			t.Errorf("Live gave %d, %v", i, err)
		}
		topic, err := s.Publication(ctx, "q004")
		if err != nil || topic.Slug != "songguo" || topic.State != publish.StateLive || !topic.Sample || topic.Schema != 3 {
			t.Errorf("Publication = %+v, %v", topic, err)
		}
		if _, err := s.Publication(ctx, "q009"); !errors.Is(err, publish.ErrNotFound) {
			t.Errorf("Publication of nothing = %v", err)
		}
		if _, err := s.Version(ctx, "q000", 2); !errors.Is(err, publish.ErrNotFound) {
			t.Errorf("Version of nothing = %v", err)
		}
		if g, err := s.Generations(ctx); err != nil || g != (publish.Generations{Live: 1, Drafts: 1}) {
			t.Errorf("Generations = %+v, %v", g, err)
		}
		if seeding, err := s.Seeding(ctx); err != nil || seeding.Rev != 1 || seeding.Digest == "" {
			t.Errorf("Seeding = %+v, %v", seeding, err)
		}
	})
}

func TestPublicationsKeepEveryVersion(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		first, m1 := shippedSet(250, "问")
		second, m2 := shippedSet(250, "答")
		m2.Edition = 1
		mustSeed(t, s, first, m1)
		if done := mustSeed(t, s, second, m2); done.Replaced != 250 {
			t.Errorf("the second seeding did %+v", done)
		}
		for n, items := range [][]publish.Shipped{first, second} {
			v, err := s.Version(ctx, "q007", n+1)
			if err != nil || !bytes.Equal(v.Body, items[7].Body) {
				t.Errorf("version %d = %s, %v", n+1, v.Body, err)
			}
		}
		seen := 0
		err := s.Live(ctx, publish.KindQuestion, 0, func(p publish.Publication, v publish.Version) error {
			if p.ID != second[seen].ID || v.N != 2 || p.Rev != 1 {
				t.Errorf("live %d: %s at %d, revision %d", seen, p.ID, v.N, p.Rev)
			}
			seen++
			return nil
		})
		if err != nil || seen != 250 {
			t.Errorf("Live gave %d, %v", seen, err)
		}
		if err := publish.New(s, m2, testkit.NewClock().Now).Withdraw(ctx, audit.Operator, "q007"); err != nil {
			t.Errorf("Withdraw = %v", err)
		}
		if p, err := s.Publication(ctx, "q007"); err != nil || p.Live != 0 || p.Withdrawn != publish.ByStaff {
			t.Errorf("withdrawn: %+v, %v", p, err)
		}
	})
}

// TestAnImportIsADraftOnEveryEngine also when many bring the same at once.
func TestAnImportIsADraftOnEveryEngine(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		items, manifest := shippedSet(3, "问")
		mustSeed(t, s, items, manifest)
		service := publish.New(s, manifest, testkit.NewClock().Now)
		drafts := []publish.Draft{
			{ID: "q001", Kind: publish.KindQuestion, Body: []byte("newer")}, {ID: "new", Kind: publish.KindQuestion, Body: []byte("new")},
		}
		var group sync.WaitGroup
		for range 4 {
			group.Go(func() {
				if done, err := service.Import(ctx, audit.Operator, drafts); err != nil || done.Added+done.Changed+done.Same != 2 {
					t.Errorf("Import = %+v, %v", done, err)
				}
			})
		}
		group.Wait()
		live, newest := 0, map[string]string{}
		err := service.Live(ctx, publish.KindQuestion, func(i publish.Item) error { live += i.N; return nil })
		err2 := service.Newest(ctx, publish.KindQuestion, func(p publish.Publication, v publish.Version) error {
			newest[p.ID] = fmt.Sprintf("%d %s %s", v.N, p.State, v.Origin)
			return nil
		})
		if err != nil || err2 != nil || live != 3 || len(newest) != 4 || newest["q001"] != "2 draft imported" || newest["new"] != "1 draft imported" {
			t.Errorf("live %d, newest %v, %v, %v", live, newest, err, err2)
		}
	})
}

func TestLiveNamesAVersionThatIsGone(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		items, manifest := shippedSet(2, "问")
		mustSeed(t, s, items, manifest)
		if n, err := e.Collection("versions").Delete(ctx, bson.D{{Key: "_id", Value: "q001@1"}}); err != nil || n != 1 {
			t.Fatalf("Delete = %d, %v", n, err)
		}
		damage := map[string]error{}
		err := s.Live(ctx, publish.KindQuestion, 0, func(p publish.Publication, v publish.Version) error {
			damage[p.ID] = v.Damage
			return nil
		})
		gone, other := damage["q001"], damage["q000"]
		if err != nil || len(damage) != 2 || gone == nil || !strings.Contains(gone.Error(), "q001@1") || other != nil {
			t.Errorf("Live = %v, damage %v; want the missing version named and the other whole", err, damage)
		}
	})
}

func TestManyProcessesSeedOneStore(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s := publications(t, e)
		items, manifest := shippedSet(40, "问")
		var group sync.WaitGroup
		var mu sync.Mutex
		added := 0
		for range 8 {
			group.Go(func() {
				done, err := publish.New(s, manifest, testkit.NewClock().Now).Seed(context.Background(), items)
				mu.Lock()
				defer mu.Unlock()
				added += done.Added
				if err != nil || done.Added+done.Same != 40 {
					t.Errorf("Seed = %+v, %v", done, err)
				}
			})
		}
		group.Wait()
		g, err := s.Generations(context.Background())
		if err != nil || g.Live != 1 || added != 40 {
			t.Errorf("eight seedings added %d and moved the live generation to %d, %v", added, g.Live, err)
		}
	})
}

// The start of the server waits for this: a first seeding of a hundred items within 400 ms, every later one 50 ms.
func TestSeedingIsQuick(t *testing.T) {
	items, manifest := shippedSet(100, "问")
	var s *store.Publications
	first := testkit.Within(t, 400*time.Millisecond, func() {
		s = publications(t, testkit.Embedded(t))
		mustSeed(t, s, items, manifest)
	})
	later := testkit.Within(t, 50*time.Millisecond, func() { mustSeed(t, s, items, manifest) })
	t.Logf("first seeding %v, later %v", first, later)
}
