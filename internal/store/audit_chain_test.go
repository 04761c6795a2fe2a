package store_test

import (
	"context"
	"fmt"
	"slices"
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

func verify(t *testing.T, e document.Engine, noted ...audit.Tip) audit.Verdict {
	t.Helper()
	v, err := audit.NewService(store.NewAudit(e)).Verify(t.Context(), noted)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func chainOf(t *testing.T, e document.Engine, chain string) (entries []audit.Entry) {
	t.Helper()
	err := store.NewAudit(e).Walk(t.Context(), chain, 1, func(e audit.Entry) error { entries = append(entries, e); return nil })
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// Thirty-two goroutines act as one person, as a person with many windows and an import do.
func TestOneActorsParallelActsAreOneChain(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		s := publications(t, e)
		service := publish.New(s, publish.Manifest{}, time.Now)
		writers := 32
		if strings.Contains(e.Describe(), "MongoDB") {
			writers = 8
		}
		var wait sync.WaitGroup
		for w := range writers {
			wait.Go(func() {
				for i := range 3 {
					id := fmt.Sprintf("d%d-%d", w, i)
					if _, err := service.Import(context.Background(), audit.Operator, []publish.Draft{{ID: id, Kind: publish.KindQuestion, Body: []byte(id)}}); err != nil {
						t.Errorf("%s: %v", id, err)
					}
				}
			})
		}
		wait.Wait()
		v := verify(t, e)
		if len(v.Faults) != 0 || v.Chains != 1 || v.Entries != int64(3*writers) || v.Tips[0].Seq != v.Entries {
			t.Errorf("%+v", v)
		}
		// The control: without the tip's compare-and-swap two of them would have one number.
		first := chainOf(t, e, "operator")[0]
		twin := first
		twin.ID = first.ID[:12] + strings.Repeat("A", 26)
		twin = twin.Linked(audit.Tip{})
		if err := e.Collection("auditEntries").Insert(t.Context(), twin); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, e); len(v.Faults) != 1 || v.Faults[0].Damage != audit.Inserted && v.Faults[0].Damage != audit.Changed {
			t.Errorf("negative control: %+v", v.Faults)
		}
	})
}

// record writes n entries of an operator and an editor, as this program or, with schema 1, as an older one did.
func record(t *testing.T, e document.Engine, n, schema int) {
	t.Helper()
	if err := e.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	tips := map[string]audit.Tip{}
	var docs []any
	for i := range n {
		who := audit.Operator
		if i%3 == 0 {
			who = editor
		}
		entry, err := audit.New(audit.Act{Actor: who, Action: audit.PublishWithdraw, Subject: fmt.Sprint("Q", i), At: testkit.Start.Add(time.Duration(i) * time.Second), Detail: map[string]string{"version": fmt.Sprint(i)}})
		if err != nil {
			t.Fatal(err)
		}
		if schema == 1 {
			raw, err := bson.Marshal(entry)
			if err != nil {
				t.Fatal(err)
			}
			var old bson.D
			if err := bson.Unmarshal(raw, &old); err != nil {
				t.Fatal(err)
			}
			old = slices.DeleteFunc(old, func(e bson.E) bool { return e.Key == "link" || e.Key == "schema" })
			docs = append(docs, append(old, bson.E{Key: "schema", Value: 1}))
			continue
		}
		entry = entry.Linked(tips[who.Chain()])
		tips[who.Chain()] = entry.Tip()
		docs = append(docs, entry)
	}
	for some := range slices.Chunk(docs, 1000) {
		if err := e.Collection("auditEntries").Insert(t.Context(), some...); err != nil {
			t.Fatal(err)
		}
	}
	for _, tip := range tips {
		if err := e.Collection("auditTips").Insert(t.Context(), tip); err != nil {
			t.Fatal(err)
		}
	}
}

const auditRow = "audit record: damage found (mutate, delete, insert, reorder, truncate)"

// Each damage is done to the documents themselves, found by the verification at the right entry, and mended again.
func TestEveryDamageOfTheRecordIsFound(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		n := 10_000
		if strings.Contains(e.Describe(), "MongoDB") {
			n = 1_000
		}
		record(t, e, n, 2)
		if v := verify(t, e); len(v.Faults) != 0 || v.Entries != int64(n) || v.Chains != 2 {
			t.Fatalf("unchanged: %+v", v)
		}
		c, ctx := e.Collection("auditEntries"), t.Context()
		chain := chainOf(t, e, "operator")
		tip := chain[len(chain)-1].Tip()
		set := func(id, field string, value any) error {
			_, err := c.Update(ctx, bson.D{{Key: "_id", Value: id}}, bson.D{{Key: "$set", Value: bson.D{{Key: field, Value: value}}}})
			return err
		}
		remove := func(some ...audit.Entry) error {
			for _, entry := range some {
				if _, err := c.Delete(ctx, bson.D{{Key: "_id", Value: entry.ID}}); err != nil {
					return err
				}
			}
			return nil
		}
		one, other, last := chain[len(chain)/3], chain[len(chain)/2], chain[len(chain)-1]
		stranger := one
		stranger.ID = strings.Repeat("0", 12) + strings.Repeat("A", 26)
		moveTip := func(to audit.Tip) error {
			if _, err := e.Collection("auditTips").Delete(ctx, bson.D{{Key: "_id", Value: "operator"}}); err != nil {
				return err
			}
			return e.Collection("auditTips").Insert(ctx, to)
		}
		found := 0
		damages := []struct {
			name         string
			spoil, mend  func() error
			want         audit.Fault
			alone, noted bool // found without tips from elsewhere, compared with them
		}{
			{"a field mutated", func() error { return set(one.ID, "subject", "Q9") }, func() error { return set(one.ID, "subject", one.Subject) }, audit.Fault{Seq: one.Link.Seq, Entry: one.ID, Damage: audit.Changed}, true, false},
			{"a field of another type", func() error { return set(one.ID, "subject", int64(7)) }, func() error { return set(one.ID, "subject", one.Subject) }, audit.Fault{Seq: one.Link.Seq, Entry: one.ID, Damage: audit.Changed}, true, false},
			{"one deleted", func() error { return remove(one) }, func() error { return c.Insert(ctx, one) }, audit.Fault{Seq: one.Link.Seq + 1, Entry: chain[len(chain)/3+1].ID, Damage: audit.Missing}, true, false},
			{"one inserted", func() error { return c.Insert(ctx, stranger.Linked(chain[len(chain)/3-1].Tip())) }, func() error { return remove(stranger) }, audit.Fault{Seq: one.Link.Seq}, true, false},
			{"two reordered", func() error { return relink(set, one, other.Link, other, one.Link) }, func() error { return relink(set, one, one.Link, other, other.Link) }, audit.Fault{Seq: one.Link.Seq, Entry: other.ID, Damage: audit.Changed}, true, false},
			{"the end truncated", func() error { return remove(chain[len(chain)-100:]...) }, func() error { return c.Insert(ctx, anys(chain[len(chain)-100:])...) }, audit.Fault{Seq: last.Link.Seq - 99, Damage: audit.Cut}, true, false},
			{
				"the end truncated, and the tip moved back",
				func() error {
					return errorsJoin(remove(chain[len(chain)-100:]...), moveTip(chain[len(chain)-101].Tip()))
				},
				func() error { return errorsJoin(c.Insert(ctx, anys(chain[len(chain)-100:])...), moveTip(tip)) },
				audit.Fault{Seq: last.Link.Seq - 99, Damage: audit.Cut}, false, true,
			},
		}
		for _, d := range damages {
			if err := d.spoil(); err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
			var noted []audit.Tip
			if d.noted {
				noted = []audit.Tip{tip}
			}
			faults := verify(t, e, noted...).Faults
			d.want.Chain = "operator"
			if len(faults) == 1 && faults[0].Seq == d.want.Seq && (d.want.Damage == "" || faults[0] == d.want) {
				found++
			} else {
				t.Errorf("%s: %+v, want %+v", d.name, faults, d.want)
			}
			if alone := verify(t, e).Faults; (len(alone) > 0) != d.alone {
				t.Errorf("%s, without noted tips: %+v", d.name, alone)
			}
			if err := d.mend(); err != nil {
				t.Fatalf("%s: %v", d.name, err)
			}
			if v := verify(t, e, tip); len(v.Faults) != 0 {
				t.Fatalf("%s, mended: %+v", d.name, v.Faults)
			}
		}
		testkit.Score(t, auditRow, fmt.Sprintf("%d of %d over %d entries on %s", found, len(damages), n, e.Describe()), found == len(damages), "the unchanged and the mended record pass; a cut with its tip is found by noted tips alone")
	})
}

func errorsJoin(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

func relink(set func(id, field string, value any) error, a audit.Entry, first audit.Link, b audit.Entry, second audit.Link) error {
	return errorsJoin(set(a.ID, "link", first), set(b.ID, "link", second))
}

func anys(entries []audit.Entry) (docs []any) {
	for _, e := range entries {
		docs = append(docs, e)
	}
	return docs
}

// What an older version recorded is chained at the start, wherever that dies, and the chain is then continued.
func TestEntriesOfAnOlderVersionAreChained(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		const n = 450 // three transactions
		record(t, e, n, 1)
		before := entriesOf(t, e)
		if v := verify(t, e); len(v.Faults) != 1 || v.Faults[0].Damage != audit.Unchained || v.Faults[0].Seq != n {
			t.Errorf("not chained yet: %+v", v.Faults)
		}
		crashing := testkit.NewCrashing(e)
		chained, steps := 0, 0
		for died := true; died; steps += 300 {
			crashing.Arm(steps)
			done, err := store.NewAudit(crashing).Chain(t.Context())
			chained += done
			if died = crashing.Revive(); (err != nil) != died || steps > 5000 {
				t.Fatalf("after %d steps: died %v, %v", steps, died, err)
			}
		}
		service := publish.New(publications(t, e), publish.Manifest{}, testkit.NewClock().Now)
		if _, err := service.Import(t.Context(), audit.Operator, []publish.Draft{{ID: "d1", Kind: publish.KindQuestion, Body: []byte("x")}}); err != nil {
			t.Fatal(err)
		}
		if v := verify(t, e); len(v.Faults) != 0 || v.Entries != n+1 || v.Chains != 2 || chained > n {
			t.Errorf("%d chained: %+v", chained, v)
		}
		now := map[string]audit.Entry{}
		for _, entry := range append(chainOf(t, e, "operator"), chainOf(t, e, editor.Chain())...) {
			entry.Link, entry.Schema = audit.Link{}, 1
			now[entry.ID] = entry
		}
		for _, old := range before {
			if fmt.Sprint(now[old.ID]) != fmt.Sprint(old) {
				t.Fatalf("%+v became %+v", old, now[old.ID])
			}
		}
		if again, err := store.NewAudit(e).Chain(t.Context()); again != 0 || err != nil {
			t.Errorf("chained again: %d, %v", again, err)
		}
	})
}
