package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

func parse(t *testing.T, args ...string) (*commandLine, error) {
	t.Helper()
	c := &commandLine{}
	parser, err := kong.New(c, kong.NoDefaultHelp())
	if err != nil {
		t.Fatal(err)
	}
	args, _ = normalise(parser.Model, args)
	_, err = parser.Parse(args)
	return c, err
}

var (
	written = regexp.MustCompile("(?:^|[\\s`/])pugongying ((?:serve|doctor|config|content|law|project|search|audio|bank|ledger|key|backup|restore|clock|openapi|version)\\b[^`\\n；，。：）|&#>]*)")
	ending  = regexp.MustCompile(`\s{2,}.*$`)
)

// TestEveryDocumentedCommandLineIsUnderstood reads what the manuals, the units and the scripts tell people to type.
func TestEveryDocumentedCommandLineIsUnderstood(t *testing.T) {
	files, err := filepath.Glob("../../configs/*")
	if err != nil {
		t.Fatal(err)
	}
	scripts, err := filepath.Glob("../../.ci/*")
	if err != nil {
		t.Fatal(err)
	}
	files = append(append(files, scripts...), "../../README.md", "../../README.zh-CN.md", "../../content/README.md", "../../Makefile")
	var lines []string
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range written.FindAllStringSubmatch(strings.ReplaceAll(string(text), "\\\n", " "), -1) {
			line := ending.ReplaceAllString(strings.NewReplacer("[", "", "]", "", `"`, "", "'", "").Replace(m[1]), "")
			if line = strings.TrimSpace(line); !slices.Contains(lines, line) {
				lines = append(lines, line)
			}
		}
	}
	for _, line := range lines {
		if line == "law import" || line == "audio add" {
			continue // the command is mentioned by its name
		}
		if _, err := parse(t, strings.Fields(line)...); err != nil {
			t.Errorf("%q: %v", line, err)
		}
	}
	for _, part := range []string{"law import", "bank export", "key create", "ledger verify", "doctor --config", "content pin", "project code"} {
		if !slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, part) }) {
			t.Errorf("no manual says %q any more: %q", part, lines)
		}
	}
	t.Logf("%d command lines are documented", len(lines))
}

// TestFlagsMayStandAnywhere writes the same command in every order.
func TestFlagsMayStandAnywhere(t *testing.T) {
	for _, args := range [][]string{
		{"bank", "export", "all.gift", "--topic", "maicao", "--data", "d"},
		{"bank", "export", "--topic", "maicao", "all.gift", "--data=d"},
		{"bank", "export", "--topic=maicao", "--data", "d", "all.gift"},
		{"--data", "d", "bank", "export", "all.gift", "-topic", "maicao"},
		{"bank", "--data", "d", "export", "all.gift", "--topic", "maicao"},
	} {
		c, err := parse(t, args...)
		if err != nil || c.Data == nil || *c.Data != "d" || c.Bank.Export.File != "all.gift" || c.Bank.Export.Topic != "maicao" {
			t.Errorf("%v: %v %+v", args, err, c.Bank.Export)
		}
	}
	c, err := parse(t, "law", "import", "--accept", "partial,outdated", "f", "--set", "a.b=1,2", "--set", "c=d", "--effective", "2026-01-01")
	if err != nil || !slices.Equal(c.Law.Import.Accept, []string{"partial", "outdated"}) || !slices.Equal(c.Set, []string{"a.b=1,2", "c=d"}) || c.Law.Import.Folder != "f" {
		t.Errorf("%v %+v %v", err, c.Law.Import, c.Set)
	}
}

// TestWhatIsWrittenWronglyIsAnsweredInChinese: kong's own sentences are English.
func TestWhatIsWrittenWronglyIsAnsweredInChinese(t *testing.T) {
	english := regexp.MustCompile(`(?i)\b(unexpected|unknown|expected|missing|did you mean|error|argument|flag)\b`)
	for line, says := range map[string]string{
		"sreve": `不认识 "sreve"`, "serve now": `serve 不认识 "now"`, "serve --nothing": "serve 没有 --nothing 这个选项", "serve --lisen x": "没有 --lisen 这个选项",
		"law": "写 law import", "law burn": "写 law import", "law import": "law 后面还少东西", "law list a b": `不认识 "a"`, "bank export": "bank template",
		"key create": "写 key create", "serve --listen": "--listen 后面要写一个值", "content check x": "写 content check", "search ask": "写 search check", "config x y": `不认识 "x"`,
		"bench": `不认识 "bench"`,
	} {
		out, err := call(t, strings.Fields(line)...)
		if !errors.Is(err, errReported) || !strings.Contains(out, says) || english.MatchString(out) {
			t.Errorf("%s: %v %s", line, err, out)
		}
	}
	for _, command := range []string{"bank", "law", "serve"} {
		if out, err := call(t, command, ""); !errors.Is(err, errReported) || !strings.Contains(out, "空的参数") || english.MatchString(out) {
			t.Errorf("%s with nothing: %v %s", command, err, out)
		}
	}
	if !english.MatchString("unexpected argument now") {
		t.Error("negative control: English is not noticed")
	}
}

// TestWhatIsNotThereIsSaidInChinese with its name, and no English cause behind it.
func TestWhatIsNotThereIsSaidInChinese(t *testing.T) {
	laws, data := t.TempDir(), t.TempDir()
	if err := os.WriteFile(filepath.Join(laws, "a.md"), []byte("# 云法\n\n第一条 一。\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	english := regexp.MustCompile(`[a-z]+ [a-z]+ [a-z]+`)
	gone := filepath.Join(t.TempDir(), "gone")
	for _, line := range [][]string{
		{"law", "import", laws, "--effective", "2026-13-45", "--data", data}, {"law", "import", gone, "--data", data}, {"search", "check", "--laws", gone},
		{"search", "check", "--asks", gone}, {"content", "check", "--laws", gone}, {"bank", "import", gone, "--data", data}, {"bank", "import", laws, "--data", data}, {"audio", "add", gone},
	} {
		_, err := call(t, line...)
		if err == nil || english.MatchString(err.Error()) || !strings.Contains(err.Error(), gone) && !strings.Contains(err.Error(), "2026-13-45") && !strings.Contains(err.Error(), laws) {
			t.Errorf("%v: %v", line, err)
		}
	}
	if !english.MatchString("open x: no such file or directory") {
		t.Error("negative control: English is not noticed")
	}
}

// TestHelpIsListed looks at help of every kind: exit status 0 and nothing run.
func TestHelpIsListed(t *testing.T) {
	for line, says := range map[string]string{"": "用法：pugongying 命令", "help": "openapi", "--help": "--set", "serve --help": "--listen", "law import --help": "--accept", "bank -h": "bank template"} {
		if out, err := call(t, strings.Fields(line)...); err != nil || !strings.Contains(out, says) {
			t.Errorf("%q: %v %s", line, err, out)
		}
	}
}
