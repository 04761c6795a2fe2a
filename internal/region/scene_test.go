package region

import (
	"errors"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pugongying/internal/wechat/scene"
)

func TestScenes(t *testing.T) {
	for text, want := range map[string]Scene{
		"150424":                      {Region: "150424000000"},
		"15":                          {Region: "150000000000"},
		"150424~pgy1":                 {Region: "150424000000", Project: "pgy1"},
		"~pgy-1":                      {Project: "pgy-1"},
		"~pgy1~2":                     {Project: "pgy1", Page: PageQuiz},
		"150424100200~abcdefghijkl~3": {Region: "150424100200", Project: "abcdefghijkl", Page: PageHelp},
		"1504~~1":                     {Region: "150400000000", Page: PageLearn},
	} {
		got, err := DecodeScene(text)
		if err != nil || got != want {
			t.Errorf("DecodeScene(%q) = %+v, %v", text, got, err)
		}
		if again, err := want.Encode(); err != nil || again != text {
			t.Errorf("Encode(%+v) = %q, %v", want, again, err)
		}
	}
}

func TestDecodeSceneRefusesWhatEncodeNeverMade(t *testing.T) {
	for _, text := range []string{
		"", "~", "~~", "~~1", "150424~", "150424~pgy1~", "150424~pgy1~0", "150424~pgy1~01", "150424~pgy1~1~",
		"150424000000", "150424000", "1", "150", "0", "00", "000000000000", "1504001", "ab", "15~PGY", "15~项目",
		"15~-a", "15~abcdefghijklm", "15~a~9", "15~a~-1", "15~a~+1", "15~a~zzzzzz", "15~a b", "15%7Ea", "a=1&b=2",
		"150424100200~abcdefghijkl~1234567890", strings.Repeat("1", 33), "\x00", "15\n", "1５",
	} {
		if got, err := DecodeScene(text); !errors.Is(err, ErrSceneUnknown) {
			t.Errorf("DecodeScene(%q) = %+v, %v", text, got, err)
		}
	}
}

func TestEncodeRefusesWhatLeadsNowhere(t *testing.T) {
	for _, s := range []Scene{
		{}, {Page: PageQuiz}, {Region: "1504"}, {Region: "150400100000"}, {Project: "A"}, {Project: "a~b"},
		{Project: "abcdefghijklm"}, {Region: "150400000000", Page: -1}, {Region: "150400000000", Page: Page(len(pagePaths))},
	} {
		if text, err := s.Encode(); err == nil {
			t.Errorf("Encode(%+v) = %q", s, text)
		}
	}
}

func TestEverySceneFitsWeChatAndComesBack(t *testing.T) {
	tree := loaded(t)
	rapid.Check(t, func(t *rapid.T) {
		s := Scene{
			Project: rapid.StringMatching(`([a-z0-9][a-z0-9-]{0,11})?`).Draw(t, "project"),
			Page:    Page(rapid.IntRange(0, len(pagePaths)-1).Draw(t, "page")),
		}
		if s.Project == "" || rapid.Bool().Draw(t, "with region") {
			s.Region = tree.entries[rapid.IntRange(0, tree.Len()-1).Draw(t, "region")].code
		}
		text, err := s.Encode()
		if err != nil || !scene.OK(text) {
			t.Fatalf("Encode(%+v) = %q, %v", s, text, err)
		}
		if back, err := DecodeScene(text); err != nil || back != s {
			t.Fatalf("DecodeScene(%q) = %+v, %v; want %+v", text, back, err, s)
		}
	})
}

func FuzzDecodeScene(f *testing.F) {
	for _, seed := range []string{"150424~pgy1~2", "~a", "15", "", "~~~", "150424100200~abcdefghijkl~3", "１５"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := DecodeScene(text)
		if err != nil {
			if !errors.Is(err, ErrSceneUnknown) {
				t.Fatalf("DecodeScene(%q) = %v", text, err)
			}
			return
		}
		if again, err := s.Encode(); err != nil || again != text {
			t.Fatalf("%q decodes to %+v, which encodes to %q, %v", text, s, again, err)
		}
		if s.Page.Path() == "" || s.Region != "" && s.Region.Level() == 0 {
			t.Fatalf("%q decodes to %+v", text, s)
		}
	})
}

func TestEveryPageOfASceneIsAPageOfTheApp(t *testing.T) {
	data, err := os.ReadFile("../../miniprogram/src/pages.json")
	if err != nil {
		t.Fatal(err)
	}
	for p := range Page(len(pagePaths)) {
		if want := `"` + strings.TrimPrefix(p.Path(), "/") + `"`; !strings.Contains(string(data), want) {
			t.Errorf("page %d opens %s, which the app does not have", p, p.Path())
		}
	}
	if Page(-1).Path() != "" || Page(len(pagePaths)).Path() != "" {
		t.Error("a page that was never given out has a path")
	}
}
