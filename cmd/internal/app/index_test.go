package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/api"
	"pugongying/internal/audit"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/operate"
	"pugongying/internal/quiz"
	"pugongying/internal/search"
	"pugongying/internal/testkit"
)

// The official texts, where present, are beside the repository; they are no part of it.
const officialTexts = "../../../../shared/law/corpus"

func shippedIndex(t testing.TB, folder string) *search.Index {
	t.Helper()
	index, _, err := OpenShippedIndex(context.Background(), t.TempDir(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	return index
}

func BenchmarkSearch(b *testing.B) {
	if _, err := os.Stat(officialTexts); err != nil {
		b.Skip("NOT RUN: no official texts beside the repository")
	}
	index := shippedIndex(b, officialTexts)
	data, err := os.ReadFile("../../../content/searches.yaml")
	if err != nil {
		b.Fatal(err)
	}
	asks, err := operate.ReadPhrasings(data)
	if err != nil {
		b.Fatal(err)
	}
	n := 0
	for b.Loop() {
		n++
		if _, err := index.Search(context.Background(), search.Query{Text: asks[n%len(asks)].Ask, Limit: 20}); err != nil {
			b.Fatal(err)
		}
	}
}

// TestAsksNobodyTunedOn asks the half that is only reported, and every ask of the shipped list.
func TestAsksNobodyTunedOn(t *testing.T) {
	if _, err := os.Stat(officialTexts); err != nil {
		t.Skip("NOT RUN: no official texts beside the repository")
	}
	index, texts, err := OpenShippedIndex(context.Background(), t.TempDir(), officialTexts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = index.Close() })
	share := func(path, half string) operate.SearchReport {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		list, err := operate.ReadPhrasings(data)
		if err != nil {
			t.Fatal(err)
		}
		if half != "" {
			list = operate.Half(list, half)
		}
		report, err := operate.CheckSearches(context.Background(), index, texts, list, func(operate.SearchOutcome) {})
		if err != nil {
			t.Fatal(err)
		}
		return report
	}
	const asks = "../../../internal/operate/testdata/asks/heldout.yaml"
	tuned, reported, shipped := share(asks, operate.HalfTuned), share(asks, operate.HalfReported), share("../../../content/searches.yaml", "")
	t.Logf("tuned on %.1f %%, only reported %.1f %%, shipped list %.1f %%", tuned.Share(), reported.Share(), shipped.Share())
	if shipped.Right != shipped.Asked {
		t.Errorf("%d of %d of the shipped list lead where they should", shipped.Right, shipped.Asked)
	}
	testkit.Score(t, "search: the half of 300 asks that nobody tuned on, answered in the first three", fmt.Sprintf("%.1f %% of %d", reported.Share(), reported.Asked),
		reported.Share() >= 80, "52.0 % before sayings, pinyin and former names; the tuned half now "+fmt.Sprintf("%.1f %%", tuned.Share()))
}

// A question's answers and its explanation are neither searchable nor shown.
func TestQuestionsGiveNothingAway(t *testing.T) {
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	register, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	bank := quiz.NewBank(shippedSource(items), law.Fixed(register))
	if err := bank.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	shown, secrets := map[string]bool{}, 0
	groups, err := questionDocuments{bank}.Groups()
	if err != nil {
		t.Fatal(err)
	}
	for _, g := range groups {
		err := g.Documents(context.Background(), func(d search.Document) error {
			if d.Kind != search.Question || d.Slug != "" || d.Names != "" || d.Cites != nil {
				t.Errorf("a question says more than it asks: %+v", d)
			}
			shown[d.Title+"|"+d.Text] = true
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, q := range bank.Live() {
		if !shown[q.Asked()+"|"+q.Situation] {
			t.Errorf("%s is not found", q.ID)
		}
		for _, o := range q.Options {
			for text := range shown {
				if len([]rune(o.Text)) > 12 && strings.Contains(text, o.Text) {
					t.Errorf("%s: an option is shown: %s", q.ID, o.Text)
				}
			}
			secrets++
		}
	}
	if len(shown) < 60 || secrets < 200 {
		t.Errorf("%d questions with %d options show nothing of this", len(shown), secrets)
	}
}

func TestStoriesAreReadWithoutMarkup(t *testing.T) {
	for written, want := range map[string]string{
		"他**停**了。〔反家庭暴力法 第二条〕": "他停了。", "1. 打 110\n2. 去[窗口](/x)": "打 110\n去窗口", "> 她说": "她说", "## 一": "一",
		"7 月 2 日，她去了。\n30 天里": "7 月 2 日，她去了。\n30 天里", "- 8 点": "8 点",
	} {
		if got := spoken(written); got != want {
			t.Errorf("spoken(%q) = %q, want %q", written, got, want)
		}
	}
	d := storyDocument(&explainer.Explainer{Authored: explainer.Authored{Slug: "a", Title: "b", Summary: "c", Tags: []string{"d", "e"}, Sections: []explainer.Section{{Body: "- f"}}}})
	if d.Slug != "a" || d.Title != "b" || d.Text != "c f" || d.Names != "d e" {
		t.Errorf("%+v", d)
	}
}

// Every story that a word leads to is there.
func TestWordsLeadToStoriesThatShip(t *testing.T) {
	register, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile("../../../content/synonyms.yaml")
	if err != nil {
		t.Fatal(err)
	}
	synonyms, err := search.ParseSynonyms(data, register)
	if err != nil {
		t.Fatal(err)
	}
	for _, slug := range synonyms.Stories() {
		if _, err := os.Stat("../../../content/explainers/" + slug + ".md"); err != nil {
			t.Errorf("a word leads to %s: %v", slug, err)
		}
	}
}

// What is imported and what is withdrawn is followed without a restart.
func TestTheSearchFollows(t *testing.T) {
	text := kites("风筝法", "2020-01-01", "放风筝要用线。", "风筝落在别人家房顶上的，主人应当归还。")
	d := newDrill(t, text)
	find := func(ask string) api.SearchPage {
		var page api.SearchPage
		d.get("/api/v1/search?q="+url.QueryEscape(ask), &page)
		return page
	}
	follow := func() {
		t.Helper()
		if err := errors.Join(d.app.Follow(t.Context()), d.app.followSearch(t.Context())); err != nil {
			t.Fatal(err)
		}
	}
	w := httptest.NewRecorder()
	d.app.Handler.ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/search?q=a", nil))
	if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), "正在整理，过一会儿再搜。") {
		t.Errorf("before there is an index: %d %v %s", w.Code, w.Header(), w.Body)
	}
	follow()
	if page := find("风筝法2"); page.Kinds.Article != 0 {
		t.Fatalf("negative control: %+v", page)
	}
	d.bring(lawFolder(t, map[string]string{"kites.md": text}))
	follow()
	if page := find("风筝法2"); len(page.Items) == 0 || page.Items[0].Kind != "article" || page.Items[0].Number != "2" {
		t.Errorf("what was imported is not found: %+v", page.Items)
	}
	d.bring(lawFolder(t, map[string]string{"kites.md": kites("风筝法", "2022-01-01", "放风筝要用线。", "风筝挂在树上的，可以搭梯子。")}))
	d.bring(lawFolder(t, map[string]string{"kites.md": kites("风筝法", "2030-01-01", "放风筝要用线。", "风筝随风去了的，不必追。")}))
	follow()
	for ask, want := range map[string]int{"风筝挂在树上": 1, "搭梯子": 1, "房顶上的主人应当归还": 0, "随风去了的不必追": 0} {
		said := 0
		for _, hit := range find("风筝法2 " + ask).Items {
			for _, s := range hit.Excerpt {
				if hit.Law != "" && hit.Kind == "article" && s.Hit && strings.Contains(ask, s.Text) && len([]rune(s.Text)) > 2 {
					said = 1
				}
			}
		}
		if said != want {
			t.Errorf("%s is said %d times, want %d", ask, said, want)
		}
	}
	story, err := d.app.library.BySlug("chuangtai")
	if err != nil {
		t.Fatal(err)
	}
	if page := find("告诫"); page.Items[0].Slug != "chuangtai" {
		t.Fatalf("negative control: %+v", page.Items)
	}
	if err := d.app.publish.Withdraw(t.Context(), audit.Operator, story.ID); err != nil {
		t.Fatal(err)
	}
	follow()
	for _, hit := range find("告诫").Items {
		if hit.Slug == "chuangtai" {
			t.Error("a withdrawn story is found")
		}
	}
}
