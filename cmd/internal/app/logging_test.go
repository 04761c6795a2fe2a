package app

import (
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pugongying/internal/config"
)

func TestALogLineCarriesListedKeysAlone(t *testing.T) {
	for _, format := range []string{"text", "json"} {
		var out lines
		log := NewLogger(config.Log{Level: "info", Format: format}, &out)
		log.Info("x", "openid", "canary", "route", "/a", "cause", errors.New("why"))
		log.With("token", "canary").WithGroup("person").Info("y", "route", "canary")
		if got := out.String(); strings.Contains(got, "canary") || !strings.Contains(got, "why") || !strings.Contains(got, "‹…›") {
			t.Errorf("%s: %s", format, got)
		}
	}
}

// TestWhatTheServerItselfLogsNamesNobody: net/http prints the peer's address and the value of a panic.
func TestWhatTheServerItselfLogsNamesNobody(t *testing.T) {
	var out lines
	a := New(config.Default(), NewLogger(config.Log{Level: "info", Format: "text"}, &out))
	s := httptest.NewUnstartedServer(nil)
	s.Config = a.newServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("canary") }))
	s.Start()
	defer s.Close()
	if answer, err := http.Get(s.URL); err == nil {
		_ = answer.Body.Close()
		t.Error("the handler did not panic")
	}
	_, _ = s.Config.ErrorLog.Writer().Write([]byte("http: Accept error: accept tcp 127.0.0.1:1: too many open files; retrying in 5ms\n"))
	if got := out.String(); strings.Contains(got, "canary") || strings.Count(got, "127.0.0.1") != 1 || !strings.Contains(got, "reason=panic") || !strings.Contains(got, "too many open files") {
		t.Errorf("%s", got)
	}
}

var logMethod = regexp.MustCompile(`^(Debug|Info|Warn|Error)(Context)?$`)

// TestEveryKeyThatIsLoggedIsListed reads the source: a key that is not listed would lose its value when it is needed.
func TestEveryKeyThatIsLoggedIsListed(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir("../../..", func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() && (entry.Name() == "node_modules" || entry.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			for _, key := range keysOf(n) {
				if seen[key] = true; !logged[key] {
					t.Errorf("%s logs %q, which is not listed: its value would be lost", path, key)
				}
			}
			return true
		})
		return nil
	})
	if err != nil || len(seen) < 10 {
		t.Errorf("%d keys found: %v", len(seen), err)
	}
}

// keysOf returns the literal keys of a call on something called log or Log.
func keysOf(n ast.Node) []string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return nil
	}
	method, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !logMethod.MatchString(method.Sel.Name) {
		return nil
	}
	var on string
	switch x := method.X.(type) {
	case *ast.Ident:
		on = x.Name
	case *ast.SelectorExpr:
		on = x.Sel.Name
	}
	if !strings.EqualFold(on, "log") {
		return nil
	}
	first := 1
	if strings.HasSuffix(method.Sel.Name, "Context") {
		first = 2
	}
	var keys []string
	for i := first; i < len(call.Args); i += 2 {
		if literal, ok := call.Args[i].(*ast.BasicLit); ok {
			key, _ := strconv.Unquote(literal.Value)
			keys = append(keys, key)
		}
	}
	return keys
}
