package document_test

import (
	"fmt"
	"testing"
	"time"

	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestSweepRemovesWhatHasExpired(t *testing.T) {
	indexes := []document.Index{
		{Name: "until", Keys: asc("until"), Expire: document.ExpireNow},
		{Name: "at", Keys: desc("at"), Expire: time.Hour, Partial: d{e("owner", "x")}},
		{Name: "owner", Keys: asc("owner")},
	}
	declared := []document.Declaration{{Collection: "items", Indexes: indexes}}
	testkit.Engines(t, func(t *testing.T, engine document.Engine) {
		now := testkit.Start
		c := ensure(t, engine, indexes...)
		insert(t, c,
			d{e("_id", "gone"), e("until", now.Add(-time.Minute))}, d{e("_id", "later"), e("until", now.Add(24*time.Hour))},
			d{e("_id", "no date"), e("until", "yesterday")}, d{e("_id", "none")},
			d{e("_id", "an hour old"), e("at", now.Add(-61*time.Minute)), e("owner", "x")},
			d{e("_id", "fresh"), e("at", now.Add(-time.Minute)), e("owner", "x")},
			d{e("_id", "not in the index"), e("at", now.Add(-61*time.Minute)), e("owner", "y")},
		)
		for _, step := range []struct {
			until time.Time
			stays []string
		}{
			{now.Add(-24 * time.Hour), []string{"an hour old", "fresh", "gone", "later", "no date", "none", "not in the index"}},
			{now, []string{"fresh", "later", "no date", "none", "not in the index"}},
			{now.Add(24 * time.Hour), []string{"no date", "none", "not in the index"}},
		} {
			if err := document.Sweep(t.Context(), engine, declared, step.until); err != nil {
				t.Fatal(err)
			}
			same(t, "left at "+step.until.String(), ids(t, c, document.Query{Sort: asc("_id")}), step.stays)
		}
	})
}

func TestSweepGoesThroughManyDocuments(t *testing.T) {
	engine := testkit.Embedded(t)
	until := document.Index{Name: "until", Keys: asc("until"), Expire: document.ExpireNow}
	c := ensure(t, engine, until)
	var docs []any
	for i := range 530 {
		docs = append(docs, d{e("_id", fmt.Sprint(i)), e("until", testkit.Start)})
	}
	insert(t, c, docs...)
	if err := document.Sweep(t.Context(), engine, []document.Declaration{{Collection: "items", Indexes: []document.Index{until}}}, testkit.Start); err != nil {
		t.Fatal(err)
	}
	if n, err := c.Count(t.Context(), nil, 0); n != 0 || err != nil {
		t.Errorf("%d left, %v", n, err)
	}
}
