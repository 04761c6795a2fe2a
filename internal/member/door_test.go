package member_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// makers finds, in a file's source, what gives access to a layer: a Things that is not the zero one, a Handle made of a
// string, and a type of one's own that plays a layer towards the quiz.
func makers(t *testing.T, path string, source any) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), path, source, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	named := func(e ast.Expr, name string) bool {
		if s, ok := e.(*ast.SelectorExpr); ok {
			x, ok := s.X.(*ast.Ident)
			return ok && x.Name == "member" && s.Sel.Name == name
		}
		x, ok := e.(*ast.Ident)
		return ok && file.Name.Name == "member" && x.Name == name
	}
	var found []string
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if named(n.Type, "Things") && len(n.Elts) > 0 {
				found = append(found, "makes Things")
			}
		case *ast.CallExpr:
			if named(n.Fun, "Handle") {
				found = append(found, "makes a Handle")
			}
		case *ast.FuncDecl:
			if n.Recv != nil && n.Name.Name == "Reaches" {
				found = append(found, "plays a layer")
			}
		}
		return true
	})
	slices.Sort(found)
	return slices.Compact(found)
}

// TestOnePlaceYieldsHerThings reads every file of the program.
func TestOnePlaceYieldsHerThings(t *testing.T) {
	want := map[string][]string{
		"internal/member/things.go": {"makes Things", "plays a layer"},
		"internal/member/layers.go": {"makes a Handle"}, // a random one, and of schema 1
		"internal/member/erase.go":  {"makes a Handle"}, // to remove what hangs on it
		"internal/member/rehang.go": {"makes a Handle"}, // the old one that it replaces
		"cmd/bench/backup.go":       {"makes a Handle"}, // made-up attempts of nobody, to be copied
	}
	root, files := filepath.Join("..", ".."), 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || d.Name() == "third_party" || strings.HasPrefix(d.Name(), ".") && path != root):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		files++
		for _, what := range makers(t, path, nil) {
			if !slices.Contains(want[name], what) {
				t.Errorf("%s %s", name, what)
			}
		}
		return nil
	})
	if err != nil || files < 200 {
		t.Fatalf("%d files read, %v", files, err)
	}
	// The control: each way is seen.
	source := `package x; func f() { _ = member.Things{a: b}; _ = member.Handle("m"); _ = member.Things{} }; func (l l) Reaches() {}`
	if got := makers(t, "x.go", source); len(got) != 3 {
		t.Errorf("control: %q", got)
	}
}
