package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// proved takes every second factor.
type proved struct{}

func (proved) Fresh(staff.Principal) error { return nil }

var errNotFresh = fault.New(fault.Forbidden, "test.step_up", "再输一次")

type unproved struct{}

func (unproved) Fresh(staff.Principal) error { return errNotFresh }

func supervisor() staff.Principal {
	return staff.Principal{Account: "S1", Grants: []access.Grant{{Role: access.Supervisor, Scope: region.ScopeOf(league)}}}
}

// books is a ledger whose day can be set, with its quarters.
type books struct {
	*ledger.Service
	quarters *ledger.Quarters
	store    *store.Ledger
	day      string
}

func newBooks(engine document.Engine) *books {
	b := &books{store: store.NewLedger(engine), day: "2026-09-30"}
	b.Service = ledger.New(b.store, anywhere{}, league, func() time.Time {
		at, err := time.Parse("2006-01-02 15", b.day+" 04")
		if err != nil {
			panic(err)
		}
		return at
	})
	b.quarters = ledger.NewQuarters(b.store, b.Service, proved{})
	return b
}

// on is an act of this day.
func on(n int, day string, quantity int64) ledger.Line {
	return ledger.Line{
		ID: ledger.ActID(ledger.QuizSat, "on"+fmt.Sprint(n)), Kind: ledger.QuizSat, Source: "quiz:abc", Quantity: quantity, Day: day, Region: banner,
	}
}

func sumOf(t *testing.T, b *books, q ledger.Quarter) int64 {
	t.Helper()
	months := q.Months()
	return total(t, b.Service, ledger.Query{Kind: ledger.QuizSat, From: months[0], To: months[2]})
}

var third, fourth = ledger.Quarter{Year: 2026, N: 3}, ledger.Quarter{Year: 2026, N: 4}

func TestAClosedQuarterIsFrozen(t *testing.T) {
	hashes := map[string]string{}
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, b := context.Background(), newBooks(engine)
		for i := range 30 {
			if err := b.Append(ctx, on(i, fmt.Sprintf("2026-%02d-15", 7+i%3), 10)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.quarters.Close(ctx, supervisor(), third); !errors.Is(err, ledger.ErrRunning) {
			t.Errorf("closed on its last day: %v", err)
		}
		b.day = "2026-10-09"
		if err := b.Append(ctx, on(100, "2026-10-08", 10)); err != nil {
			t.Fatal(err)
		}
		refusedClosings(t, b, engine)
		c, err := b.quarters.Close(ctx, supervisor(), third)
		if err != nil || len(c.Hash) != 64 || c.Lines != 30 || len(c.Tips) != 1 || c.By != "S1" || c.Short() == "" {
			t.Fatalf("closed %+v, %v", c, err)
		}
		if _, err := b.quarters.Close(ctx, supervisor(), third); !errors.Is(err, ledger.ErrClosed) {
			t.Errorf("closed again: %v", err)
		}
		// What comes late counts in the open quarter, and says what it corrects.
		if err := errors.Join(b.Correct(ctx, on(3, "", 1).ID, 4), b.Append(ctx, on(200, "2026-09-30", 7))); err != nil {
			t.Fatal(err)
		}
		if old, now := sumOf(t, b, third), sumOf(t, b, fourth); old != 300 || now != 10-6+7 {
			t.Errorf("after the closing: %d in the third quarter, %d in the fourth", old, now)
		}
		_, corrections, err := b.store.Act(ctx, on(3, "", 1).ID)
		if err != nil || len(corrections) != 1 || corrections[0].Month != "2026-10" || corrections[0].Day != "2026-07-15" {
			t.Errorf("corrections %+v, %v", corrections, err)
		}
		if r := verified(t, b.Service); !r.Equal() || r.Untallied != 0 || r.Lines != 33 {
			t.Errorf("verified %+v", r)
		}
		frozen(t, b, c.Hash)
		if _, err := b.quarters.Close(ctx, supervisor(), fourth); !errors.Is(err, ledger.ErrRunning) {
			t.Errorf("closed the running quarter: %v", err)
		}
		tipsInside(t, engine, b)
		hashes[t.Name()] = c.Digest
		// The control: a line that was changed behind the program's back shows.
		if _, err := engine.Collection("ledger_lines").Update(ctx, bson.D{{Key: "_id", Value: on(3, "", 1).ID}}, bson.D{{Key: "$set", Value: bson.D{{Key: "quantity", Value: int64(9)}}}}); err != nil {
			t.Fatal(err)
		}
		if all, err := b.quarters.Verify(ctx); err != nil || all[0].Computed == c.Hash {
			t.Errorf("negative control: %+v, %v", all, err)
		}
	})
	first := ""
	for _, digest := range hashes {
		if first == "" {
			first = digest
		}
		if digest != first {
			t.Errorf("the same lines have other digests on another engine: %v", hashes)
		}
	}
}

// refusedClosings are those that must not be.
func refusedClosings(t *testing.T, b *books, engine document.Engine) {
	t.Helper()
	elsewhere := supervisor()
	elsewhere.Grants[0].Scope = region.ScopeOf(banner)
	coordinator := staff.Principal{Account: "C1", Grants: []access.Grant{{Role: access.Coordinator, Scope: region.ScopeOf(league)}}}
	for name, c := range map[string]struct {
		who  staff.Principal
		q    ledger.Quarter
		with *ledger.Quarters
		want error
	}{
		"a coordinator":               {coordinator, third, b.quarters, staff.ErrForbidden},
		"a supervisor of a banner":    {elsewhere, third, b.quarters, staff.ErrForbidden},
		"nobody":                      {staff.Principal{}, third, b.quarters, staff.ErrForbidden},
		"without the second factor":   {supervisor(), third, ledger.NewQuarters(b.store, b.Service, unproved{}), errNotFresh},
		"no quarter":                  {supervisor(), ledger.Quarter{}, b.quarters, ledger.ErrQuarter},
		"before the first line":       {supervisor(), third.Before(), b.quarters, ledger.ErrOrder},
		"one that is not over":        {supervisor(), fourth, b.quarters, ledger.ErrRunning},
		"one that lies in the future": {supervisor(), fourth.Next(), b.quarters, ledger.ErrRunning},
	} {
		if _, err := c.with.Close(t.Context(), c.who, c.q); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if closed, err := b.quarters.Closed(t.Context()); err != nil || len(closed) != 0 {
		t.Errorf("refused closings closed %v, %v", closed, err)
	}
	if v := verify(t, engine); v.Entries != 0 {
		t.Errorf("refused closings left %d audit entries", v.Entries)
	}
}

// frozen says that every closed quarter has the hash it had.
func frozen(t *testing.T, b *books, want string) {
	t.Helper()
	all, err := b.quarters.Verify(t.Context())
	if err != nil || len(all) != 1 || all[0].Hash != want || all[0].Computed != want {
		t.Errorf("the closed quarters are %+v, %v; want hash %s", all, err, want)
	}
}

// tipsInside says that what the closed quarter noted of the audit record finds a cut end.
func tipsInside(t *testing.T, engine document.Engine, b *books) {
	t.Helper()
	tips, err := b.quarters.Tips(t.Context())
	if err != nil || len(tips) != 1 || tips[0].Chain != "staff/S1" || tips[0].Seq != 1 {
		t.Fatalf("tips %+v, %v", tips, err)
	}
	if v := verify(t, engine, tips...); len(v.Faults) != 0 || v.Entries != 2 {
		t.Errorf("the record: %+v", v)
	}
}

// A quarter is closed while two servers append and tally: no line is in a closed quarter that its hash does not have.
func TestNoLineEntersAClosedQuarter(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, b := context.Background(), newBooks(engine)
		b.day = "2026-10-01"
		var wait sync.WaitGroup
		n := 200
		if strings.Contains(engine.Describe(), "MongoDB") {
			n = 40
		}
		for w := range 4 {
			wait.Go(func() {
				for i := range n {
					if err := b.Append(ctx, on(w*1000+i, "2026-09-30", 1)); err != nil {
						t.Error(err)
					}
					if i%10 == 0 {
						if _, err := b.Tally(ctx); err != nil && !errors.Is(err, document.ErrStale) && !errors.Is(err, document.ErrDuplicate) {
							t.Error(err)
						}
					}
				}
			})
		}
		var c ledger.Closed
		wait.Go(func() {
			for {
				var err error
				if c, err = b.quarters.Close(ctx, supervisor(), third); err == nil {
					return
				}
				if !errors.Is(err, ledger.ErrOrder) && !errors.Is(err, ledger.ErrContended) && !errors.Is(err, document.ErrStale) && !errors.Is(err, document.ErrDuplicate) {
					t.Errorf("close: %v", err)
					return
				}
			}
		})
		wait.Wait()
		frozen(t, b, c.Hash)
		inside, late := sumOf(t, b, third), sumOf(t, b, fourth)
		if inside != c.Lines || inside+late != int64(4*n) {
			t.Errorf("%d lines of %d are inside, %d came late; the closing counted %d", inside, 4*n, late, c.Lines)
		}
		t.Logf("%d inside, %d late", inside, late)
	})
}

// A closing that dies anywhere leaves the quarter open, or frozen and to be finished, never half.
func TestAClosingSurvivesEveryDeath(t *testing.T) {
	deaths := 0
	for k := 0; ; k++ {
		engine := embedded(t)
		b := newBooks(engine)
		if err := b.Append(t.Context(), on(1, "2026-09-30", 10)); err != nil {
			t.Fatal(err)
		}
		b.day = "2026-10-01"
		engine.Arm(k)
		_, err := b.quarters.Close(t.Context(), supervisor(), third)
		if !engine.Revive() {
			if err != nil {
				t.Fatal(err)
			}
			break
		}
		deaths++
		c, err := b.quarters.Close(t.Context(), supervisor(), third)
		if err != nil && !errors.Is(err, ledger.ErrClosed) {
			t.Fatalf("death %d: closing again: %v", k, err)
		}
		frozen(t, b, c.Hash)
		if v := verify(t, engine); len(v.Faults) != 0 || v.Entries != 2 {
			t.Errorf("death %d: the record %+v", k, v)
		}
	}
	if deaths < 8 {
		t.Errorf("only %d deaths", deaths)
	}
	testkit.Score(t, "crash points passed / defined", fmt.Sprintf("closing a quarter %d/%[1]d", deaths), !t.Failed(), "a quarter whose line was changed has another hash")
}

// events are n random acts and corrections of two quarters in a league of 12 banners with 12 sumus each.
func events(r *rand.Rand, n int) []ledger.Line {
	lines := make([]ledger.Line, 0, n)
	for i := range n {
		if i > 10 && r.IntN(20) == 0 {
			of := lines[r.IntN(len(lines))]
			if of.CorrectionOf == "" && of.Quantity > 1 {
				of.CorrectionOf, of.ID, of.Quantity = of.ID, ledger.ActID("c", fmt.Sprint(i)), -1
				lines = append(lines, of)
				continue
			}
		}
		kind := ledger.Kinds()[r.IntN(5)]
		l := ledger.Line{
			ID: ledger.ActID("e", fmt.Sprint(i)), Kind: kind, Unit: kind.Unit(), Source: []string{"quiz:a", "explainer:b"}[r.IntN(2)], Quantity: 1 + int64(r.IntN(4)), Schema: 1,
			Day: fmt.Sprintf("2026-%02d-%02d", 7+r.IntN(6), 1+r.IntN(28)), At: "2026-12-31", Region: region.Code(fmt.Sprintf("1522%02d%03d000", 21+r.IntN(12), 100+r.IntN(12))),
			Project: []string{"", "p1", "p2", "p3"}[r.IntN(4)],
		}
		if kind.Offline() {
			l.Source = "offline"
		}
		lines = append(lines, l)
	}
	return lines
}

// TestEveryFigureIsTheSumOfItsLines over random events with corrections, on both engines, and reads a quarter's table.
// PGY_SOAK=1: 10^5 events, and a table over 10^6 lines.
func TestEveryFigureIsTheSumOfItsLines(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		n, soak := 10_000, os.Getenv("PGY_SOAK") == "1"
		if soak {
			n = 100_000
		}
		if strings.Contains(engine.Describe(), "MongoDB") {
			n /= 10
		}
		lines, b := events(rand.New(rand.NewPCG(1, 2)), n), newBooks(engine)
		b.day = "2026-12-31"
		for some := range slices.Chunk(lines, 500) {
			if _, err := b.store.Append(t.Context(), some); err != nil {
				t.Fatal(err)
			}
		}
		wrong, figures := compareFigures(t, b, lines)
		if r := verified(t, b.Service); !r.Equal() || r.Lines != n {
			t.Errorf("verified %+v", r)
		}
		// The control: one total that is off by one.
		if _, err := engine.Collection("ledger_totals").Update(t.Context(), bson.D{{Key: "month", Value: "2026-08"}}, bson.D{{Key: "$inc", Value: bson.D{{Key: "quantity", Value: int64(1)}}}}); err != nil {
			t.Fatal(err)
		}
		seen, _ := compareFigures(t, b, lines)
		if seen == 0 {
			t.Error("negative control: a total off by one is in no figure")
		}
		testkit.Score(t, "ledger: figures that do not equal the sum of their lines", fmt.Sprintf("%d of %d over %d lines on %s", wrong, figures, n, engine.Describe()), wrong == 0,
			fmt.Sprintf("with one total off by one %d differ", seen))
	})
}

// compareFigures adds up the lines of every figure of every table.
func compareFigures(t *testing.T, b *books, lines []ledger.Line) (wrong, figures int) {
	t.Helper()
	for _, q := range []ledger.Quarter{third, fourth} {
		for _, at := range []region.Code{league, "152221000000", "152221100000"} {
			for _, by := range []ledger.By{ledger.ByRegion, ledger.ByProject, ledger.BySource, ledger.ByMonth} {
				for _, project := range []string{"", "p1"} {
					table, err := b.Figures(t.Context(), ledger.FiguresQuery{Quarter: q, By: by, Region: at, Project: project})
					if err != nil {
						t.Fatal(err)
					}
					w, f := compareTable(table, lines)
					wrong, figures = wrong+w, figures+f
				}
			}
		}
	}
	return wrong, figures
}

func compareTable(table ledger.Table, lines []ledger.Line) (wrong, figures int) {
	for _, row := range table.Rows {
		for i, column := range append(slices.Clone(table.Columns), "") {
			want, counted := int64(0), int64(0)
			for _, l := range lines {
				if l.Kind == row.Kind && part(table, column, l, i == len(table.Columns)) {
					want, counted = want+l.Quantity, counted+1
				}
			}
			got := row.Total
			if i < len(table.Columns) {
				got = row.Cells[i]
			}
			if figures++; got.Quantity != want || got.Lines != counted {
				wrong++
			}
		}
	}
	return wrong, figures
}

// part says whether a line is part of a column, or of the total.
func part(t ledger.Table, column string, l ledger.Line, whole bool) bool {
	if ledger.QuarterOf(l.Day) != t.Quarter || !l.Region.Within(t.Region) || t.Project != "" && t.Project != l.Project {
		return false
	}
	switch {
	case whole:
		return true
	case t.By == ledger.ByRegion && column == ledger.Own:
		return l.Region == t.Region
	case t.By == ledger.ByRegion:
		return l.Region.Within(region.Code(column))
	case t.By == ledger.ByProject:
		return l.Project == column
	case t.By == ledger.BySource:
		return l.Channel() == column
	}
	return l.Day[:7] == column
}

// TestATableIsReadFast over lines that are stored with their totals as tallying leaves them.
func TestATableIsReadFast(t *testing.T) {
	n := 100_000
	if os.Getenv("PGY_SOAK") == "1" {
		n = 1_000_000
	}
	engine, err := bolt.Open(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = engine.Close(context.Background()) }()
	if err := engine.Ensure(t.Context(), store.Declarations()); err != nil {
		t.Fatal(err)
	}
	b, sums := newBooks(engine), ledger.Sums{}
	b.day = "2026-12-31"
	for some := range slices.Chunk(events(rand.New(rand.NewPCG(3, 4)), n), 5000) {
		for i := range some {
			some[i].Month, some[i].Tallied = some[i].CountsIn(""), true
			sums.Add(some[i])
		}
		if _, err := b.store.Append(t.Context(), some); err != nil {
			t.Fatal(err)
		}
	}
	var totals []any
	for _, s := range sums {
		totals = append(totals, s)
	}
	if err := engine.Collection("ledger_totals").Insert(t.Context(), totals...); err != nil {
		t.Fatal(err)
	}
	var took []time.Duration
	for range 9 {
		begun := time.Now()
		if _, err := b.Figures(t.Context(), ledger.FiguresQuery{Quarter: fourth, By: ledger.ByRegion, Region: league}); err != nil {
			t.Fatal(err)
		}
		took = append(took, time.Since(begun))
	}
	slices.Sort(took)
	begun := time.Now()
	if _, err := b.store.Digest(t.Context(), fourth); err != nil {
		t.Fatal(err)
	}
	walked := time.Since(begun)
	t.Logf("%d lines, %d totals: table %v (median of 9), slowest %v; all lines of the quarter read in %v", n, len(totals), took[4], took[8], walked)
	testkit.Score(t, "the table of a quarter over 10^6 lines (CI: 10^5)", fmt.Sprintf("%d ms, median of 9, %d lines", took[4].Milliseconds(), n), took[4] <= 200*time.Millisecond,
		fmt.Sprintf("adding the lines themselves takes %d ms", walked.Milliseconds()))
}

// A ledger of days becomes one of months, wherever that dies, with the same sums.
func TestALedgerOfDaysBecomesOneOfMonths(t *testing.T) {
	engines(t, func(t *testing.T, engine document.Engine) {
		ctx, b := context.Background(), newBooks(engine)
		b.day = "2026-12-31"
		for i := range 30 {
			l := on(i, fmt.Sprintf("2026-%02d-%02d", 9+i%3, 1+i), 2)
			raw := bson.D{
				{Key: "_id", Value: l.ID}, {Key: "kind", Value: l.Kind}, {Key: "unit", Value: ledger.Visits}, {Key: "region", Value: l.Region}, {Key: "organisation", Value: ""},
				{Key: "project", Value: ""}, {Key: "day", Value: l.Day}, {Key: "source", Value: l.Source}, {Key: "quantity", Value: l.Quantity}, {Key: "at", Value: l.Day}, {Key: "folded", Value: i > 4}, {Key: "schema", Value: 1},
			}
			if err := engine.Collection("ledger_lines").Insert(ctx, raw); err != nil {
				t.Fatal(err)
			}
			if i > 4 {
				old := bson.D{{Key: "_id", Value: l.Day + "|old"}, {Key: "day", Value: l.Day}, {Key: "kind", Value: l.Kind}, {Key: "quantity", Value: l.Quantity}, {Key: "schema", Value: 1}}
				if err := engine.Collection("ledger_totals").Insert(ctx, old); err != nil {
					t.Fatal(err)
				}
			}
		}
		crashing := testkit.NewCrashing(engine)
		for steps, died := 0, true; died; steps += 37 {
			crashing.Arm(steps)
			_, err := store.NewLedger(crashing).Upgrade(ctx)
			if died = crashing.Revive(); (err != nil) != died || steps > 3000 {
				t.Fatalf("after %d steps: %v", steps, err)
			}
		}
		if sum := sumOf(t, b, third) + sumOf(t, b, fourth); sum != 60 {
			t.Errorf("%d counted of 60", sum)
		}
		if r := verified(t, b.Service); !r.Equal() || r.Lines != 30 || r.Untallied != 0 {
			t.Errorf("verified %+v", r)
		}
		if days, err := b.store.Upgrade(ctx); days != 0 || err != nil {
			t.Errorf("upgraded again: %d days, %v", days, err)
		}
	})
}
