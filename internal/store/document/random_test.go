package document_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

var (
	randomSeed  = flag.Uint64("random.seed", 0, "seed of the random operations; 0 takes the fixed ones")
	randomSteps = flag.Int("random.steps", 400, "random operations a seed")
)

// One seeded run of operations on the embedded engine, with and without indexes, and on MongoDB: every answer and, at the
// end, every document must be the same.
func TestRandomOperationsGiveTheSameEverywhere(t *testing.T) {
	seeds := []uint64{1, 2, 3}
	if *randomSeed != 0 {
		seeds = []uint64{*randomSeed}
	}
	for _, seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bare := transcript(t, testkit.Embedded(t), seed, nil)
			t.Run("indexed", func(t *testing.T) {
				compare(t, bare, transcript(t, testkit.Embedded(t), seed, randomIndexes()))
			})
			t.Run("mongo", func(t *testing.T) {
				compare(t, bare, transcript(t, testkit.Mongo(t), seed, nil))
			})
			t.Run("mongo indexed", func(t *testing.T) {
				compare(t, bare, transcript(t, testkit.Mongo(t), seed, randomIndexes()))
			})
		})
	}
}

func compare(t *testing.T, want, got []string) {
	t.Helper()
	for i := range want {
		if want[i] != got[i] {
			t.Fatalf("step %d:\nbare embedded: %s\nthis engine:   %s", i, want[i], got[i])
		}
	}
}

// None of them is unique but the one every run has: an index must never change an answer.
func randomIndexes() []document.Index {
	return []document.Index{
		{Name: "n", Keys: asc("n")},
		{Name: "n_down", Keys: []document.Key{{Field: "n", Desc: true}, {Field: "_id", Desc: true}}},
		{Name: "owner_n", Keys: []document.Key{{Field: "owner"}, {Field: "n", Desc: true}, {Field: "_id"}}},
		{Name: "tags", Keys: asc("tags", "owner")},
		{Name: "tags_n", Keys: []document.Key{{Field: "tags"}, {Field: "n", Desc: true}, {Field: "_id"}}},
		{Name: "at", Keys: asc("at"), Partial: d{e("owner", "x")}},
		{Name: "in", Keys: asc("in.k", "n"), Partial: d{e("in.k", op("$exists", true))}},
	}
}

func uniqueSlot() document.Index {
	return document.Index{Name: "slot", Keys: asc("slot"), Unique: true, Partial: d{e("slot", op("$exists", true))}}
}

// transcript runs the seed's operations and writes down every answer.
func transcript(t *testing.T, engine document.Engine, seed uint64, indexes []document.Index) []string {
	t.Helper()
	c := ensure(t, engine, append(slices.Clone(indexes), uniqueSlot())...)
	r := &roller{Rand: rand.New(rand.NewPCG(seed, 7))}
	lines := []string{}
	for range *randomSteps {
		lines = append(lines, r.step(t, c))
	}
	err := c.Find(t.Context(), document.Query{Sort: asc("_id")}, func(raw bson.Raw) error {
		lines = append(lines, plain(t, raw))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func plain(t *testing.T, raw bson.Raw) string {
	t.Helper()
	out := map[string]any{}
	if err := bson.Unmarshal(slices.Clone(raw), &out); err != nil {
		t.Fatal(err)
	}
	return canonical(out)
}

// roller draws operations at random from a small set of values, so that they collide.
type roller struct{ *rand.Rand }

func (r *roller) pick(values ...any) any { return values[r.IntN(len(values))] }

func (r *roller) id() string { return fmt.Sprintf("id%02d", r.IntN(40)) }

func (r *roller) value() any {
	return r.pick(nil, int32(r.IntN(6)), int64(r.IntN(6)), float64(r.IntN(12))/2, "a", "b", "蒲", true, false,
		time.UnixMilli(int64(r.IntN(5))), d{e("k", int32(1))})
}

func (r *roller) number() any {
	return r.pick(int32(r.IntN(6)), int64(r.IntN(6)), float64(r.IntN(12))/2)
}

func (r *roller) tags() bson.A {
	tags := bson.A{}
	for range r.IntN(4) {
		tags = append(tags, r.tag())
	}
	return tags
}

func (r *roller) tag() any { return r.pick("a", "b", "c", "d") }

func (r *roller) document() d {
	doc := d{e("_id", r.id()), e("rev", int64(r.IntN(3)))}
	if r.IntN(4) > 0 {
		doc = append(doc, e("n", r.value()))
	}
	if r.IntN(4) > 0 {
		doc = append(doc, e("owner", r.pick("x", "y", "z")))
	}
	if r.IntN(2) > 0 {
		doc = append(doc, e("tags", r.tags()))
	}
	if r.IntN(3) > 0 {
		doc = append(doc, e("at", time.UnixMilli(int64(r.IntN(100)))))
	}
	if r.IntN(3) > 0 {
		doc = append(doc, e("in", r.pick(d{e("k", r.number())}, bson.A{d{e("k", r.number())}, d{e("k", r.number())}}, bson.A{d{}}, r.number())))
	}
	if r.IntN(3) == 0 {
		doc = append(doc, e("slot", bson.A{r.IntN(12), r.IntN(12)}))
	}
	return doc
}

func (r *roller) condition() bson.E {
	switch r.IntN(9) {
	case 0:
		return e("_id", r.id())
	case 1:
		return e("_id", d{e("$gte", r.id()), e("$lt", r.id())})
	case 2:
		return e("n", r.value())
	case 3:
		return e("n", d{e(r.pick("$gt", "$gte").(string), r.number()), e(r.pick("$lt", "$lte").(string), r.number())})
	case 4:
		return e("n", op("$in", bson.A{r.value(), r.value()}))
	case 5:
		return e("owner", r.pick("x", "y", nil, op("$exists", false), op("$in", bson.A{"x", "z"})))
	case 6:
		return e("tags", r.pick(r.tag(), op("$in", bson.A{r.tag(), r.tag()}), op("$gte", r.tag())))
	case 7:
		return e("at", op(r.pick("$gt", "$lte").(string), time.UnixMilli(int64(r.IntN(100)))))
	default:
		return e("in.k", r.pick(r.number(), op("$gte", r.number()), op("$exists", r.IntN(2) == 0)))
	}
}

// filter never names one field twice: SecantusDB would forget the first.
func (r *roller) filter() d {
	f := d{}
	for range r.IntN(4) {
		c := r.condition()
		if !slices.ContainsFunc(f, func(other bson.E) bool { return other.Key == c.Key }) {
			f = append(f, c)
		}
	}
	return f
}

// sort ends with _id, so that there is one right order.
func (r *roller) sort() []document.Key {
	by := []document.Key{}
	for _, field := range []string{"owner", "n", "at", "in.k"} {
		if r.IntN(3) == 0 {
			by = append(by, document.Key{Field: field, Desc: r.IntN(2) == 0})
		}
	}
	return append(by, document.Key{Field: "_id", Desc: r.IntN(2) == 0})
}

// update fits every document.
func (r *roller) update() d {
	switch r.IntN(5) {
	case 0:
		return op("$set", d{e("n", r.value())})
	case 1:
		return op("$inc", d{e("count", r.number())})
	case 2:
		return op("$unset", d{e(r.pick("n", "owner", "tags", "in", "slot", "in.k", "n.k").(string), "")})
	case 3:
		return d{e("$set", d{e("tags", r.tags()), e("deep.er", r.value())}), e("$inc", d{e("rev", int64(1))})}
	default:
		return d{e("$set", d{e("owner", r.pick("x", "y", "z"))}), e("$unset", d{e("deep", "")})}
	}
}

// updateOfOne may be refused; of many documents a refusal would leave those changed that an engine met first.
func (r *roller) updateOfOne() d {
	switch r.IntN(8) {
	case 0:
		return op("$set", d{e("in.k", r.value()), e("fresh", r.value())})
	case 1:
		return op("$inc", d{e("n", r.number())})
	case 2, 3:
		return op("$set", d{e("slot", bson.A{r.IntN(12), r.IntN(12)})}) // as an appointment that moves
	default:
		return r.update()
	}
}

// step runs one operation and says what it was and what came of it.
func (r *roller) step(t *testing.T, c document.Collection) string {
	ctx := t.Context()
	switch r.IntN(10) {
	case 0, 1, 2:
		doc := r.document()
		return fmt.Sprint("insert ", doc, outcome(c.Insert(ctx, doc)))
	case 3:
		doc, rev := r.document(), int64(r.IntN(3))
		return fmt.Sprint("replace at ", rev, " ", doc, outcome(c.Replace(ctx, doc[0].Value.(string), rev, doc)))
	case 4:
		id, u := r.id(), r.updateOfOne()
		done, err := c.Update(ctx, d{e("_id", id)}, u)
		return fmt.Sprint("update ", id, " ", u, done, outcome(err))
	case 5:
		f, u := r.filter(), r.update()
		n, err := c.UpdateAll(ctx, f, u)
		return fmt.Sprint("update all ", f, " ", u, n, outcome(err))
	case 6:
		f := append(r.filter(), e("rev", int64(r.IntN(3))))
		n, err := c.Delete(ctx, append(f, e("none", op("$exists", r.IntN(8) > 0))))
		return fmt.Sprint("delete ", f, n, outcome(err))
	case 7:
		f, limit := r.filter(), r.IntN(4)*3
		n, err := c.Count(ctx, f, limit)
		return fmt.Sprint("count ", f, limit, n, outcome(err))
	default:
		q := document.Query{Filter: r.filter(), Sort: r.sort(), Limit: r.IntN(4) * 5}
		found := ""
		err := c.Find(ctx, q, func(raw bson.Raw) error {
			found += "\n  " + plain(t, raw)
			return nil
		})
		return fmt.Sprint("find ", q, found, outcome(err))
	}
}

func outcome(err error) string {
	switch {
	case err == nil:
		return " ok"
	case errors.Is(err, document.ErrDuplicate):
		return " duplicate" // of several it violates, an engine may name any
	case errors.Is(err, document.ErrStale):
		return " stale"
	case errors.Is(err, document.ErrUpdate):
		return " does not fit"
	default:
		return " refused: " + err.Error()
	}
}

// The comparison must be able to fail: another seed is another transcript.
func TestTranscriptsDiffer(t *testing.T) {
	a, b := transcript(t, testkit.Embedded(t), 1, nil), transcript(t, testkit.Embedded(t), 2, nil)
	if slices.Equal(a, b) {
		t.Fatal("two seeds gave one transcript")
	}
}
