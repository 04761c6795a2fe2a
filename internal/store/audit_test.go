package store_test

import (
	"context"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/publish"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// Wherever the server dies, a change and its entry are both there or neither is.
func TestAChangeAndItsEntryAreBothThereOrNeither(t *testing.T) {
	split := func(t *testing.T, crashing *testkit.Crashing, round int, steps int) (died, apart bool) {
		ctx, s := context.Background(), store.NewPublications(crashing)
		service := publish.New(s, publish.Manifest{}, testkit.NewClock().Now)
		before := len(entriesOf(t, crashing.Engine))
		crashing.Arm(steps)
		id := fmt.Sprintf("%s-%d-%d", strings.ReplaceAll(t.Name(), "/", "-")[:8], round, steps)
		_, err := service.Import(ctx, audit.Operator, []publish.Draft{{ID: id, Kind: publish.KindQuestion, Body: []byte(id)}})
		died = crashing.Revive()
		if died != errors.Is(err, testkit.ErrCrash) {
			t.Fatalf("died %v, %v", died, err)
		}
		_, missing := s.Publication(ctx, id)
		return died, (missing == nil) != (len(entriesOf(t, crashing.Engine)) == before+1)
	}
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		publications(t, e)
		crashing := testkit.NewCrashing(e)
		if died, _ := split(t, crashing, 0, 10_000); died {
			t.Fatal("the first import died")
		}
		steps, alive := 0, false
		for ; !alive && steps < 100; steps++ {
			died, apart := split(t, crashing, 1, steps)
			if apart {
				t.Errorf("a death after %d steps parts the change from its entry", steps)
			}
			alive = !died
		}
		if !alive || steps < 8 {
			t.Errorf("the walk over all deaths ended after %d steps, alive %v", steps, alive)
		}
		// The control: without transactions some death parts them.
		crashing.Loose = true
		parted := false
		for steps := range 20 {
			_, apart := split(t, crashing, 2, steps)
			parted = parted || apart
		}
		if !parted {
			t.Error("negative control: no death without a transaction parts a change from its entry")
		}
		testkit.Score(t, "crash points passed / defined", fmt.Sprintf("a change and its entry %d/%[1]d", steps-1), !t.Failed(), "without a transaction a death parts them")
	})
}

func TestTheRecordIsReadNewestFirst(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), publications(t, e)
		clock := testkit.Start
		service := publish.New(s, publish.Manifest{}, func() time.Time { clock = clock.Add(time.Second); return clock })
		for i := range 5 {
			if _, err := service.Import(ctx, audit.Operator, []publish.Draft{{ID: fmt.Sprint("d", i), Kind: publish.KindQuestion, Body: []byte{byte(i)}}}); err != nil {
				t.Fatal(err)
			}
			if err := service.Withdraw(ctx, editor, fmt.Sprint("d", i)); err != nil {
				t.Fatal(err)
			}
		}
		record := audit.NewService(store.NewAudit(e))
		for name, c := range map[string]struct {
			query audit.Query
			want  int
		}{
			"all":                  {audit.Query{}, 10},
			"one actor":            {audit.Query{Actor: editor}, 5},
			"all staff":            {audit.Query{Actor: audit.Actor{Kind: audit.KindStaff}}, 5},
			"the command line":     {audit.Query{Actor: audit.Operator}, 5},
			"one subject":          {audit.Query{Subject: "d3"}, 1},
			"a subject and actor":  {audit.Query{Subject: "d3", Actor: audit.Operator}, 0},
			"somebody not in here": {audit.Query{Actor: audit.Actor{Kind: audit.KindStaff, ID: "NOBODY"}}, 0},
		} {
			var seen []time.Time
			for q, more := c.query, true; more; more = q.After != "" {
				q.Limit = 3
				entries, next, err := record.List(ctx, q)
				if err != nil || len(seen) > 20 {
					t.Fatalf("%s: %v after %d", name, err, len(seen))
				}
				for _, e := range entries {
					seen = append(seen, e.At)
				}
				q.After = next
			}
			if len(seen) != c.want || !slices.IsSortedFunc(seen, func(a, b time.Time) int { return b.Compare(a) }) {
				t.Errorf("%s: %v", name, seen)
			}
		}
	})
}

// appends says which calls a source makes on the entries' collection, and where it names the collection outside auditOf.
func appends(t *testing.T, file string, source any) (calls, named []string) {
	t.Helper()
	tree, err := parser.ParseFile(token.NewFileSet(), file, source, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range tree.Decls {
		f, isFunc := d.(*ast.FuncDecl)
		ast.Inspect(d, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if inner, ok := n.X.(*ast.SelectorExpr); ok && inner.Sel.Name == "entries" {
					calls = append(calls, n.Sel.Name)
				}
			case *ast.Ident:
				if n.Name == "auditEntries" && isFunc && f.Name.Name != "auditOf" {
					named = append(named, file+": "+f.Name.Name)
				}
			case *ast.BasicLit:
				if n.Value == `"auditEntries"` && isFunc {
					named = append(named, file+": "+f.Name.Name)
				}
			}
			return true
		})
	}
	return calls, named
}

// No code of this package can change or remove an entry: only one type has access to the collection, and it only inserts.
func TestTheRecordOnlyGrows(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || !slices.Contains(files, "audit.go") {
		t.Fatal(files, err)
	}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		calls, named := appends(t, name, nil)
		if len(named) > 0 {
			t.Errorf("the entries are reached past auditOf: %v", named)
		}
		if name == "audit.go" && !slices.Equal(calls, []string{"Insert"}) {
			t.Errorf("audit.go calls %v on the entries", calls)
		}
	}
	calls, named := appends(t, "control.go", `package store
func (a appendOnly) erase() { a.entries.Delete(nil, nil); e.Collection(auditEntries) }`)
	if !slices.Equal(calls, []string{"Delete"}) || len(named) != 1 {
		t.Errorf("negative control: %v, %v", calls, named)
	}
}
