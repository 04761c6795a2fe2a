package document_test

import (
	"fmt"
	"slices"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// One element of an array bound, the keys behind it give the order: every document once, wherever the element stands in
// its array and however often. The same is asked with no index and with one that walks backwards.
func TestUnderOneElementAnIndexGivesTheOrder(t *testing.T) {
	for name, indexes := range map[string][]document.Index{
		"bare":       nil,
		"indexed":    {{Name: "tags_n", Keys: asc("tags", "n")}},
		"descending": {{Name: "tags_n", Keys: append(asc("tags"), desc("n")...)}},
		"alone":      {{Name: "tags", Keys: desc("tags")}},
		"elsewhere":  {{Name: "tags_owner_n", Keys: asc("tags", "owner", "n")}},
	} {
		t.Run(name, func(t *testing.T) {
			testkit.Engines(t, func(t *testing.T, engine document.Engine) {
				c := ensure(t, engine, indexes...)
				insert(t, c,
					item{ID: "1", Owner: "x", N: 5, Tags: []string{"a", "b"}}, item{ID: "2", Owner: "x", N: 3, Tags: []string{"b", "a", "b"}},
					item{ID: "3", Owner: "y", N: 4, Tags: []string{"b", "b", "b"}}, item{ID: "4", Owner: "y", N: 4, Tags: []string{"z", "b"}},
					item{ID: "5", Owner: "x", N: 1, Tags: []string{"c"}}, item{ID: "6", Owner: "x", N: 2}, d{e("_id", "7"), e("owner", "x"), e("n", 6), e("tags", "b")})
				for _, q := range []struct {
					filter d
					sort   []document.Key
					limit  int
					want   []string
				}{
					{d{e("tags", "b")}, asc("n", "_id"), 0, []string{"2", "3", "4", "1", "7"}},
					{d{e("tags", "b")}, append(desc("n"), asc("_id")...), 0, []string{"7", "1", "3", "4", "2"}},
					{d{e("tags", "b")}, desc("n", "_id"), 3, []string{"7", "1", "4"}},
					{d{e("tags", "b"), e("n", op("$gt", 3))}, asc("n", "_id"), 0, []string{"3", "4", "1", "7"}},
					{d{e("tags", "b"), e("n", op("$lt", 6))}, append(desc("n"), asc("_id")...), 2, []string{"1", "3"}},
					{d{e("tags", "b"), e("owner", "x")}, asc("n", "_id"), 0, []string{"2", "1", "7"}},
					{d{e("tags", "b"), e("owner", "x")}, desc("n"), 2, []string{"7", "1"}},
					{d{e("tags", "b")}, asc("tags", "_id"), 0, []string{"1", "2", "3", "4", "7"}}, // by the smallest element, not by the one met
					{d{e("tags", "b")}, append(desc("tags"), asc("_id")...), 0, []string{"4", "1", "2", "3", "7"}},
					{d{e("tags", op("$in", bson.A{"a", "b"}))}, asc("n", "_id"), 0, []string{"2", "3", "4", "1", "7"}},
					{d{e("tags", op("$lte", "b"))}, append(desc("tags"), asc("_id")...), 0, []string{"4", "1", "2", "3", "7"}},
					{d{e("tags", nil)}, asc("n", "_id"), 0, []string{"6"}},
				} {
					what := fmt.Sprint(q.filter, q.sort, q.limit)
					same(t, what, ids(t, c, document.Query{Filter: q.filter, Sort: q.sort, Limit: q.limit}), q.want)
				}
			})
		})
	}
}

// A page after another, as lists read: nobody twice, nobody missing, though arrays come and go between the pages.
func TestPagesUnderOneElementFollowEachOther(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, document.Index{Name: "tags_n", Keys: append(asc("tags"), desc("n")...)})
		for i := range 20 {
			insert(t, c, item{ID: fmt.Sprint("i", 10+i), N: i, Tags: [][]string{{"b"}, {"a", "b"}, {"b", "c", "b"}, {"c"}}[i%4]})
		}
		var seen []int
		for after := 20; ; {
			q := document.Query{Filter: d{e("tags", "b"), e("n", op("$lt", after))}, Sort: desc("n"), Limit: 4}
			page := ids(t, c, q)
			if len(page) == 0 {
				break
			}
			for _, id := range page {
				after = int(load(t, c, id).N.(int32))
				seen = append(seen, after)
			}
			insert(t, c, item{ID: fmt.Sprint("later", after), N: 30 + after, Tags: []string{"b", "a"}})
		}
		if want := []int{18, 17, 16, 14, 13, 12, 10, 9, 8, 6, 5, 4, 2, 1, 0}; !slices.Equal(seen, want) {
			t.Errorf("%v, want %v", seen, want)
		}
	})
}

// A count with a limit goes no further, and never counts a document of an array twice.
func TestACountStopsAtItsLimit(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		c := ensure(t, engine, document.Index{Name: "tags_n", Keys: asc("tags", "n")})
		for i := range 9 {
			insert(t, c, item{ID: fmt.Sprint(i), N: i, Tags: [][]string{{"b", "a"}, {"b", "b"}, {"c"}}[i%3]})
		}
		for _, q := range []struct {
			filter d
			limit  int
			want   int64
		}{
			{nil, 0, 9}, {nil, 4, 4}, {nil, 9, 9}, {nil, 10, 9}, {d{e("tags", "b")}, 0, 6}, {d{e("tags", "b")}, 5, 5}, {d{e("tags", "b")}, 7, 6},
			{d{e("tags", op("$in", bson.A{"a", "b"}))}, 5, 5}, {d{e("tags", op("$in", bson.A{"a", "b"}))}, 0, 6}, {d{e("tags", "none")}, 3, 0},
		} {
			if n, err := c.Count(t.Context(), q.filter, q.limit); n != q.want || err != nil {
				t.Errorf("%v to %d: %d, %v, want %d", q.filter, q.limit, n, err, q.want)
			}
		}
	})
}
