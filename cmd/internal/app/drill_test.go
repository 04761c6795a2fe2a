package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"pugongying/content"
	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/operate"
)

// kites is an invented law in the layout of our corpus.
func kites(title, from string, articles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- %s | 公布：2015-12-27 | 施行：%s | 来源：invented | 状态：现行有效 -->\n\n", title, from)
	for i, text := range articles {
		fmt.Fprintf(&b, "**第%s条**　%s\n\n", law.Numeral(i+1), text)
	}
	return b.String()
}

// lawFolder writes files into a folder of its own.
func lawFolder(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// TestTheDrill imports a new version of a law with a changed and a renumbered article. What depends on it is named at
// once; on the day it comes into force the questions leave the draws, the stories carry a notice, and an attempt that was
// started before still shows its questions.
func TestTheDrill(t *testing.T) {
	was := make([]string, 38)
	for i := range was {
		was[i] = fmt.Sprintf("编出来的第%d句话，讲风筝。\n\n编出来的第%d句话的第二款。\n\n第三款，第%d句。", i, i, i)
	}
	is := append([]string{}, was[:19]...)
	is[12] = "第十三条改成了这样。\n\n第二款也改了。\n\n第三款也改了。" // changed
	is = append(is, "插进来的一条，后面的都往后挪一位。")        // the rest is renumbered
	is = append(is, was[19:]...)
	title := "中华人民共和国反家庭暴力法"
	d := newDrill(t, kites(title, "2016-03-01", was...))
	before := lawFolder(t, map[string]string{"law.md": kites(title, "2016-03-01", was...)})
	after := lawFolder(t, map[string]string{"law.md": kites(title, "2026-12-01", is...)})

	if lines := d.bring(before); len(lines) != 0 {
		t.Fatalf("negative control: the texts content was checked against change it: %v", lines)
	}
	all := len(d.app.Questions.Questions())
	story := d.story("/api/v1/explainers/wanfeng")
	attempt := d.post("/api/v1/explainers/wanfeng/attempts", "{}")
	if story.Notice != "" || len(d.app.Questions.Outdated()) != 0 || changedOf(story) != 0 {
		t.Fatalf("negative control: something changed before: %+v", story)
	}
	printed := strings.Join(d.bring(after), "\n")
	for _, part := range []string{"第十三条", "2026-12-01 起文字改了（现在还没有变）", "第二十三条第二款：2026-12-01 起改成了第二十四条第二款", "故事 wanfeng", "题目 "} {
		if !strings.Contains(printed, part) {
			t.Errorf("the dependants do not name %q:\n%s", part, printed)
		}
	}
	if len(d.app.Questions.Questions()) != all || d.story("/api/v1/explainers/wanfeng").Notice != "" {
		t.Error("withdrawn before the day")
	}

	d.on("2026-12-01")
	locked := d.app.Questions.Outdated()
	if len(locked) == 0 || len(locked)+len(d.app.Questions.Questions()) != all {
		t.Errorf("%d questions held, %d drawn, %d in all", len(locked), len(d.app.Questions.Questions()), all)
	}
	story = d.story("/api/v1/explainers/wanfeng")
	if !strings.Contains(story.Notice, "反家庭暴力法 第二十三条") || changedOf(story) == 0 {
		t.Errorf("the story says %q, %d citations changed", story.Notice, changedOf(story))
	}
	d.neverDraws(locked[0].ID)
	var again api.Attempt
	d.get("/api/v1/attempts/"+attempt.ID, &again)
	if len(again.Questions) != len(attempt.Questions) {
		t.Errorf("her sitting shows %d of %d questions", len(again.Questions), len(attempt.Questions))
	}
	var changes api.LawChanges
	d.get("/api/v1/laws/fjtblf/changes", &changes)
	kinds := map[string]int{}
	for _, item := range changes.Items {
		kinds[item.Kind]++
	}
	if kinds["changed"] != 1 || kinds["added"] != 1 || kinds["renumbered"] != 19 || changes.Same != 18 {
		t.Errorf("what she sees changed: %v, %d the same", kinds, changes.Same)
	}
	var article api.Article
	d.get("/api/v1/laws/fjtblf/articles/24", &article)
	if article.Changed == nil || article.Changed.Kind != "renumbered" || article.Changed.Number != "23" {
		t.Errorf("%+v", article.Changed)
	}
	if out := fmt.Sprint(d.dependants()); !strings.Contains(out, "题目（已停用）") || strings.Contains(out, "现在还没有变") {
		t.Errorf("the dependants on the day: %s", out)
	}
	t.Logf("drill: %d of %d questions left the draws, %d citations of live content depend on the new version", len(locked), all, len(d.dependants()))
}

// drill is a server whose content was checked against an invented text, on a day that can be moved.
type drill struct {
	t   *testing.T
	app *App
	day atomic.Value // a string; what runs beside requests reads it too
}

func newDrill(t *testing.T, text string) *drill {
	d := &drill{t: t}
	d.day.Store("2026-11-25")
	c := config.Default()
	c.Data = t.TempDir()
	d.app = New(c, NewLogger(c.Log, &lines{}))
	d.app.now = d.noon
	d.app.pins = func() ([]law.Pin, error) { return pinsOf(t.Context(), fstest.MapFS{"law.md": {Data: []byte(text)}}) }
	if _, err := d.app.open(t.Context(), d.app.serving()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.app.Close(context.Background()) })
	return d
}

// noon is the middle of the drill's day.
func (d *drill) noon() time.Time {
	at, err := time.Parse(time.RFC3339, d.day.Load().(string)+"T12:00:00+08:00")
	if err != nil {
		panic(err)
	}
	return at
}

// pinsOf pins what shipped content cites and the folder has.
func pinsOf(ctx context.Context, folder fs.FS) ([]law.Pin, error) {
	register, err := content.Laws()
	if err != nil {
		return nil, err
	}
	items, err := content.Shipped()
	if err != nil {
		return nil, err
	}
	cites, err := content.Cited(items, register)
	if err != nil {
		return nil, err
	}
	texts, err := content.ReadTexts(ctx, folder, register, nil, "2026-11-25")
	if err != nil {
		return nil, err
	}
	var pins []law.Pin
	for _, cite := range cites {
		if found, err := texts.Pin(ctx, []content.Cite{cite}); err == nil {
			pins = append(pins, found...)
		}
	}
	return pins, nil
}

// bring imports a folder and gives what it says of dependants.
func (d *drill) bring(folder string) []string {
	d.t.Helper()
	var changes []string
	files := func(each func(string, []byte) error) error {
		return lawimport.Walk(os.DirFS(folder), each, func(o lawimport.Outcome) { d.t.Error(o) })
	}
	found, err := d.app.Laws.Import(d.t.Context(), files, lawimport.Options{}, func(lawimport.Outcome) {})
	for _, f := range found {
		changes = append(changes, fmt.Sprintf("%s %s %s：%s", f.Kind, f.ID, f.Citation, f.Change))
	}
	if err != nil {
		d.t.Fatal(err)
	}
	return changes
}

func (d *drill) on(day string) {
	d.t.Helper()
	d.day.Store(day)
	if err := d.app.Follow(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *drill) get(path string, into any) {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.app.Handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
	if err := json.Unmarshal(w.Body.Bytes(), into); err != nil || w.Code != 200 {
		d.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
}

func (d *drill) story(path string) (story api.Explainer) {
	d.t.Helper()
	d.get(path, &story)
	return story
}

func (d *drill) post(path, body string) (a api.Attempt) {
	d.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	d.app.Handler.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != 201 {
		d.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return a
}

// neverDraws draws every paper there is and looks for a question.
func (d *drill) neverDraws(question string) {
	d.t.Helper()
	var topics api.Topics
	d.get("/api/v1/quizzes", &topics)
	for range 20 {
		papers := []api.Attempt{d.post("/api/v1/me/daily", "{}")}
		for _, topic := range topics.Items {
			papers = append(papers, d.post("/api/v1/quizzes/"+topic.Slug+"/attempts", "{}"))
		}
		for _, paper := range papers {
			for _, q := range paper.Questions {
				if q.ID == question {
					d.t.Fatalf("%s was drawn in %s", question, paper.Title)
				}
			}
		}
	}
}

func changedOf(story api.Explainer) int {
	n := 0
	for _, c := range story.Citations {
		if c.Changed {
			n++
		}
	}
	return n
}

// A law that another one repeals is not itself imported again; what depends on it is named all the same, and once.
func TestWhatDependsOnALawThatAnotherRepeals(t *testing.T) {
	title, articles := "中华人民共和国反家庭暴力法", make([]string, 38)
	for i := range articles {
		articles[i] = fmt.Sprintf("编出来的第%d句话。\n\n第二款，第%d句。\n\n第三款，第%d句。", i, i, i)
	}
	d := newDrill(t, kites(title, "2016-03-01", articles...))
	d.bring(lawFolder(t, map[string]string{"a.md": kites(title, "2016-03-01", articles...)}))
	folder := lawFolder(t, map[string]string{"b.md": kites("天空典", "2026-11-01", "一。", "本典自2026年11月1日起施行。《反家庭暴力法》同时废止。")})
	if printed := strings.Join(d.bring(folder), "\n"); !strings.Contains(printed, "故事 wanfeng 反家庭暴力法 第二十三条第二款：这部法律已经废止") {
		t.Errorf("told: %s", printed)
	}
	if printed := d.bring(folder); len(printed) != 0 {
		t.Errorf("an import that changes nothing names %v", printed)
	}
}

// dependants are those whose provision changed.
func (d *drill) dependants() []operate.Dependant {
	d.t.Helper()
	found, err := d.app.Laws.Dependants(d.t.Context(), "")
	if err != nil {
		d.t.Fatal(err)
	}
	return found
}
