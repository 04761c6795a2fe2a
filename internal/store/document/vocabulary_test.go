package document_test

import (
	"errors"
	"math"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// What is not declared is refused at once, on an empty collection too, and by every call that takes it.
func TestWhatIsNotDeclaredIsRefusedAtOnce(t *testing.T) {
	filters := []d{
		{e("a", op("$ne", 1))}, {e("a", op("$nin", bson.A{1}))}, {e("a", op("$not", op("$eq", 1)))}, {e("a", op("$all", bson.A{1}))},
		{e("a", op("$size", 1))}, {e("a", op("$elemMatch", d{e("b", 1)}))}, {e("a", op("$regex", "x"))}, {e("a", op("$type", "string"))},
		{e("$or", bson.A{d{e("a", 1)}})}, {e("$and", bson.A{d{e("a", 1)}})}, {e("$nor", bson.A{d{e("a", 1)}})}, {e("$expr", d{})}, {e("$where", "1")},
		{e("a", op("$in", 1))}, {e("a", op("$exists", 1))}, {e("a", op("$gt", nil))}, {e("a", op("$lt", bson.A{1}))}, {e("a", op("$gte", d{e("b", 1)}))},
		{e("a.0", 1)}, {e("a..b", 1)}, {e("", 1)}, {e("a.$", 1)}, {e("a", d{e("$gt", 1), e("b", 2)})},
	}
	updates := []d{
		nil, {}, op("$push", d{e("a", 1)}), op("$pull", d{e("a", 1)}), op("$addToSet", d{e("a", 1)}), op("$rename", d{e("a", "b")}),
		op("$setOnInsert", d{e("a", 1)}), op("$max", d{e("a", 1)}), {e("a", 1)}, op("$set", 1), op("$set", d{}), op("$inc", d{e("a", "x")}),
		op("$set", d{e("_id", "x")}), op("$unset", d{e("_id", "")}), op("$set", d{e("a.0", 1)}), op("$set", d{e("a.$", 1)}), op("$set", d{e("a.$[]", 1)}),
		op("$set", d{e("a", 1), e("a.b", 1)}), {e("$set", d{e("a", 1)}), e("$inc", d{e("a", 1)})}, {e("$unset", d{e("a.b", "")}), e("$set", d{e("a", 1)})},
	}
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c, ctx := ensure(t, engine), t.Context()
		none, set := func(bson.Raw) error { return nil }, op("$set", d{e("x", 1)})
		refused := func(what string, asked any, want error, errs ...error) {
			t.Helper()
			for _, err := range errs {
				if !errors.Is(err, want) {
					t.Errorf("%s %v: %v", what, asked, err)
				}
			}
		}
		five := func(f d) []error {
			_, counted := c.Count(ctx, f, 0)
			_, deleted := c.Delete(ctx, f)
			_, updated := c.Update(ctx, f, set)
			_, all := c.UpdateAll(ctx, f, set)
			return []error{c.Find(ctx, document.Query{Filter: f}, none), c.Find(ctx, document.Query{Filter: f, Limit: 1}, none), counted, deleted, updated, all}
		}
		for _, f := range filters {
			refused("filter", f, document.ErrOperator, five(f)...)
		}
		for _, v := range []any{bson.Regex{Pattern: "x"}, math.NaN(), bson.MinKey{}, bson.Decimal128{}} {
			refused("value", v, document.ErrType, append(five(d{e("a", v)}), five(d{e("a", op("$in", bson.A{v}))})...)...)
			refused("document", v, document.ErrType, c.Insert(ctx, d{e("_id", "x"), e("a", v)}))
		}
		for _, u := range updates {
			_, one := c.Update(ctx, d{e("_id", "x")}, u)
			_, all := c.UpdateAll(ctx, nil, u)
			refused("update", u, document.ErrOperator, one, all)
		}
		for _, q := range []document.Query{{Sort: asc("a.0")}, {Sort: asc("a", "a")}, {Sort: asc("")}, {Limit: -1}} {
			refused("query", q, document.ErrOperator, c.Find(ctx, q, none))
		}
		for _, f := range []d{nil, {e("a", d{})}, {e("a.b", op("$in", bson.A{}))}, {e("a", d{e("$gt", 1), e("$lte", 2.5)})}} {
			refused("control", f, nil, five(f)...)
		}
	})
}
