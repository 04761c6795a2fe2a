package testkit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// root is the repository, seen from this package's folder.
const root = "../.."

// codeOwners are the folders where a scene is WeChat's: the code somebody scanned. Elsewhere it would be a second meaning.
var codeOwners = []string{"cmd", "internal/access", "internal/api", "internal/explainer", "internal/operate", "internal/region", "internal/wechat"}

// TestRetiredWordsStayRetired walks every identifier that our Go declares and refuses the last table of GLOSSARY.md.
func TestRetiredWordsStayRetired(t *testing.T) {
	retired := retiredWords(t)
	files := 0
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || path != root && strings.HasPrefix(entry.Name(), ".")) {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") {
			return nil
		}
		files++
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		for _, name := range declared(file) {
			if word := refused(name.Name, path, retired); word != "" {
				t.Errorf("%s: %s says %q", set.Position(name.Pos()), name.Name, word)
			}
		}
		return nil
	})
	if err != nil || files < 100 {
		t.Fatalf("%d files, %v", files, err)
	}
}

// TestRetiredWordsAreSeen is the control: each way of declaring a name is looked at, and each form of a word.
func TestRetiredWordsAreSeen(t *testing.T) {
	const source = `package p
import shelf "fmt"
type Shelf struct{ keptAt int; Mark func(head int) (told error) }
type T[held any] interface{ Settle() }
const foldBatch = 1
var readingID, fine = 1, 2
func (heads *T) lookHead(scene string) { marked := 1; for kept, v := range []int{} { _ = v }; settled: for { break settled } }
func aheadOf(header, threshold, bookmark int) {}
`
	file, err := parser.ParseFile(token.NewFileSet(), "p.go", source, 0)
	if err != nil {
		t.Fatal(err)
	}
	retired := retiredWords(t)
	var found []string
	for _, name := range declared(file) {
		if refused(name.Name, "internal/search/p.go", retired) != "" {
			found = append(found, name.Name)
		}
	}
	want := []string{"Mark", "Settle", "Shelf", "foldBatch", "head", "heads", "held", "kept", "keptAt", "lookHead", "marked", "readingID", "scene", "settled", "shelf", "told"}
	slices.Sort(found)
	if !slices.Equal(found, want) {
		t.Errorf("%v, want %v", found, want)
	}
	if word := refused("sceneOf", filepath.Join(root, "internal/region/scene.go"), retired); word != "" {
		t.Error("region may speak of scenes")
	}
}

// retiredWords reads the last table of the glossary.
func retiredWords(t *testing.T) map[string]bool {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "GLOSSARY.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(text), "| retired | say |\n|---|---|\n")
	words := map[string]bool{"scene": true, "scenes": true}
	for row := range strings.Lines(table) {
		first, _, _ := strings.Cut(strings.Trim(row, "| \n"), "|")
		for word := range strings.SplitSeq(first, ",") {
			words[strings.TrimSpace(word)] = true
		}
	}
	if !words["shelf"] || len(words) < 20 {
		t.Fatalf("GLOSSARY.md has no table of retired words: %v", words)
	}
	return words
}

// refused is the retired word in a name, "" when there is none.
func refused(name, path string, retired map[string]bool) string {
	for _, word := range wordsOf(name) {
		if !retired[word] {
			continue
		}
		if strings.HasPrefix(word, "scene") && slices.ContainsFunc(codeOwners, func(dir string) bool { return strings.HasPrefix(path, filepath.Join(root, dir)) }) {
			continue
		}
		return word
	}
	return ""
}

// wordsOf splits a name at its capitals and underscores: readHTTPHead is read, http, head.
func wordsOf(name string) []string {
	var words []string
	runes := []rune(name)
	start := 0
	for i := 1; i <= len(runes); i++ {
		boundary := i == len(runes) || runes[i] == '_' || unicode.IsUpper(runes[i]) &&
			(!unicode.IsUpper(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if boundary {
			words = append(words, strings.ToLower(strings.Trim(string(runes[start:i]), "_")))
			start = i
		}
	}
	return words
}

// declared lists the names a file gives: packages' own names and library identifiers that it only uses are not among them.
func declared(file *ast.File) []*ast.Ident {
	var names []*ast.Ident
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			names = append(names, n.Name)
		case *ast.TypeSpec:
			names = append(names, n.Name)
		case *ast.ValueSpec:
			names = append(names, n.Names...)
		case *ast.FuncDecl:
			names = append(names, n.Name)
		case *ast.Field:
			names = append(names, n.Names...)
		case *ast.LabeledStmt:
			names = append(names, n.Label)
		case *ast.AssignStmt:
			if n.Tok == token.DEFINE {
				names = append(names, idents(n.Lhs)...)
			}
		case *ast.RangeStmt:
			if n.Tok == token.DEFINE {
				names = append(names, idents([]ast.Expr{n.Key, n.Value})...)
			}
		}
		return true
	})
	return slices.DeleteFunc(names, func(id *ast.Ident) bool { return id == nil })
}

func idents(expressions []ast.Expr) []*ast.Ident {
	var names []*ast.Ident
	for _, e := range expressions {
		if id, ok := e.(*ast.Ident); ok {
			names = append(names, id)
		}
	}
	return names
}
