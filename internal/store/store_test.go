package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

type thing struct {
	ID    string           `bson:"_id"`
	Rev   int64            `bson:"rev"`
	N     int              `bson:"n"`
	Name  string           `bson:"name"`
	Day   string           `bson:"day"`
	At    time.Time        `bson:"at"`
	Bytes []byte           `bson:"bytes,omitempty"`
	Once  *idempotency.Key `bson:"once,omitempty"`
}

func things(t *testing.T, e document.Engine) document.Collection {
	t.Helper()
	err := e.Ensure(t.Context(), []document.Declaration{{Collection: "things", Indexes: []document.Index{
		onceIndex(),
		{Name: "name", Keys: []document.Key{{Field: "name"}}, Unique: true},
		{Name: "day", Keys: []document.Key{{Field: "day"}, {Field: "_id"}}},
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return e.Collection("things")
}

func TestUpdateAppliesTheRuleToWhatIsThere(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		c := things(t, e)
		if err := insert(t.Context(), c, thing{ID: "a", Name: "a"}); err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var done atomic.Int64
		for range 8 {
			wg.Go(func() {
				for range 5 {
					err := update(t.Context(), c, "a", func(x *thing) error { x.N++; x.Rev = 99; return nil })
					if err == nil {
						done.Add(1)
					} else if !errors.Is(err, ErrConflict) {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		got, err := byID[thing](t.Context(), c, "a")
		if err != nil || int64(got.N) != done.Load() || got.Rev != done.Load() || got.N < 8 {
			t.Errorf("%d updates gave %+v, %v", done.Load(), got, err)
		}
	})
}

func TestUpdateLeavesAloneWhatTheRuleRefuses(t *testing.T) {
	c := things(t, testkit.Embedded(t))
	refused := fault.New(fault.Conflict, "thing.refused", "不行。")
	if err := insert(t.Context(), c, thing{ID: "a", N: 1}); err != nil {
		t.Fatal(err)
	}
	if err := update(t.Context(), c, "a", func(x *thing) error { x.N = 2; return refused }); !errors.Is(err, refused) {
		t.Errorf("%v", err)
	}
	if got, err := byID[thing](t.Context(), c, "a"); err != nil || got.N != 1 || got.Rev != 0 {
		t.Errorf("%+v, %v", got, err)
	}
	if err := update(t.Context(), c, "none", func(*thing) error { return nil }); !errors.Is(err, document.ErrNotFound) {
		t.Errorf("update of nothing: %v", err)
	}
	type bare struct {
		ID string `bson:"_id"`
	}
	if err := insert(t.Context(), c, bare{"b"}); err != nil {
		t.Fatal(err)
	}
	if err := update(t.Context(), c, "b", func(*bare) error { return nil }); err == nil {
		t.Error("a document without rev was changed")
	}
}

// contested is a collection where somebody else is always quicker.
type contested struct {
	document.Collection
	tries int
}

func (c *contested) Replace(context.Context, string, int64, any) error {
	c.tries++
	return document.ErrStale
}

func TestUpdateGivesUpWithAConflict(t *testing.T) {
	c := &contested{Collection: things(t, testkit.Embedded(t))}
	if err := insert(t.Context(), c, thing{ID: "a"}); err != nil {
		t.Fatal(err)
	}
	applied := 0
	err := update(t.Context(), c, "a", func(*thing) error { applied++; return nil })
	if !errors.Is(err, ErrConflict) || fault.From(err).Kind != fault.Conflict {
		t.Errorf("%v", err)
	}
	if c.tries != updateTries || applied != updateTries {
		t.Errorf("%d tries, %d applied", c.tries, applied)
	}
	ctx, cancel := context.WithCancel(t.Context())
	err = update(ctx, c, "a", func(*thing) error { cancel(); return nil })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended meanwhile: %v", err)
	}
}

func TestOneAndManyOwnWhatTheyReturn(t *testing.T) {
	c := things(t, testkit.Embedded(t))
	for i := range 3 {
		err := insert(t.Context(), c, thing{ID: fmt.Sprint(i), Name: fmt.Sprint(i), Bytes: []byte{byte(i)}})
		if err != nil {
			t.Fatal(err)
		}
	}
	items, err := many[thing](t.Context(), c, document.Query{Sort: []document.Key{{Field: "_id", Desc: true}}})
	if err != nil || len(items) != 3 || items[0].Bytes[0] != 2 {
		t.Fatalf("%+v, %v", items, err)
	}
	items[0].Bytes[0] = 77
	again, err := one[thing](t.Context(), c, bson.D{{Key: "name", Value: "2"}})
	if err != nil || again.Bytes[0] != 2 {
		t.Errorf("%+v, %v", again, err)
	}
	if _, err := one[thing](t.Context(), c, bson.D{{Key: "name", Value: "x"}}); !errors.Is(err, document.ErrNotFound) {
		t.Errorf("%v", err)
	}
	none, err := many[thing](t.Context(), c, document.Query{Filter: bson.D{{Key: "name", Value: "x"}}})
	if err != nil || none == nil || len(none) != 0 {
		t.Errorf("none: %v, %v", none, err)
	}
	missing := fault.New(fault.NotFound, "thing.unknown", "没有找到。")
	if _, err := byID[thing](t.Context(), c, "x"); !errors.Is(mapNotFound(err, missing), missing) {
		t.Errorf("mapNotFound: %v", err)
	}
}

func TestCreateOnceMakesOneThingAKey(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		c := things(t, e)
		key := func(body string) *idempotency.Key { return idempotency.New("m", "POST /things", "k", []byte(body)) }
		var wg sync.WaitGroup
		var made atomic.Int64
		seen := sync.Map{}
		for i := range 16 {
			wg.Go(func() {
				k := key("same")
				got, first, err := createOnce(t.Context(), c, k, &thing{ID: fmt.Sprint(i), Name: "one", Once: k})
				if err != nil {
					t.Error(err)
					return
				}
				seen.Store(got.ID, true)
				if first {
					made.Add(1)
				}
			})
		}
		wg.Wait()
		answers := 0
		seen.Range(func(any, any) bool { answers++; return true })
		if made.Load() != 1 || answers != 1 {
			t.Errorf("%d made, %d answers", made.Load(), answers)
		}
		k := key("another body")
		if _, _, err := createOnce(t.Context(), c, k, &thing{ID: "x", Name: "x", Once: k}); !errors.Is(err, idempotency.ErrReused) {
			t.Errorf("the key with another body: %v", err)
		}
		_, first, err := createOnce(t.Context(), c, nil, &thing{ID: "y", Name: "y"})
		if err != nil || !first {
			t.Errorf("without a key: %v, %v", first, err)
		}
		fresh := idempotency.New("m", "POST /things", "k2", nil)
		_, _, err = createOnce(t.Context(), c, fresh, &thing{ID: "z", Name: "y", Once: fresh})
		if !duplicateOn(err, "name") || duplicateOn(err, "once") {
			t.Errorf("a name that is taken: %v", err)
		}
		if _, _, err = createOnce(t.Context(), c, nil, &thing{ID: "y", Name: "new"}); !duplicateOn(err, "_id_") {
			t.Errorf("an id that is taken: %v", err)
		}
	})
}

// TestAKeySentAtOnceHasOneEffect sends each of many keys a hundred times at once; make soak sends a thousand keys.
func TestAKeySentAtOnceHasOneEffect(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		keys := 100
		if strings.HasSuffix(t.Name(), "mongo") {
			keys = 10
		}
		if os.Getenv("PGY_SOAK") != "" {
			keys *= 10
		}
		c := things(t, e)
		most, fewest := 0, 1
		for n := range keys {
			effects := sentAtOnce(t, c, idempotency.New("m", "POST /things", fmt.Sprint("key", n), nil))
			most, fewest = max(most, effects), min(fewest, effects)
		}
		unnamed := sentAtOnce(t, c, nil)
		if most != 1 || fewest != 1 || unnamed < 2 {
			t.Errorf("%d to %d effects a key, %d without one", fewest, most, unnamed)
		}
		testkit.Score(t, "idempotency: effects of one key sent at once", fmt.Sprintf("%s: %d, %d keys × 100", e.Describe(), most, keys), !t.Failed(),
			fmt.Sprintf("without a key %d effects", unnamed))
	})
}

// sentAtOnce sends one request a hundred times at once and counts what came of it.
func sentAtOnce(t *testing.T, c document.Collection, key *idempotency.Key) int {
	t.Helper()
	var wg sync.WaitGroup
	var effects atomic.Int64
	for range 100 {
		wg.Go(func() {
			_, first, err := createOnce(t.Context(), c, key, &thing{ID: rand.Text(), Name: rand.Text(), Once: key})
			if err != nil {
				t.Error(err)
			}
			if first {
				effects.Add(1)
			}
		})
	}
	wg.Wait()
	return int(effects.Load())
}

func TestWhatAnEngineCannotHelpIsSaidPlainly(t *testing.T) {
	for from, want := range map[error]*fault.Error{document.ErrFull: ErrFull, document.ErrUnavailable: ErrUnavailable} {
		got := toFault(fmt.Errorf("insert: %w", from))
		if !errors.Is(got, want) || !errors.Is(got, from) || fault.From(got).Kind != fault.Unavailable {
			t.Errorf("%v became %v", from, got)
		}
	}
	if toFault(nil) != nil || !errors.Is(toFault(document.ErrStale), document.ErrStale) {
		t.Error("toFault changes what it should leave alone")
	}
}

func TestNoTwoDeclarationsNameOneIndex(t *testing.T) {
	seen := map[string]bool{}
	for _, d := range Declarations() {
		for _, x := range d.Indexes {
			name := d.Collection + "." + x.Name
			if err := x.Check(); err != nil || seen[name] {
				t.Errorf("%s: declared twice (%v), %v", name, seen[name], err)
			}
			seen[name] = true
		}
	}
}
