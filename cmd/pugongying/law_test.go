package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"testing/fstest"
	"time"

	"pugongying/content"
	"pugongying/internal/api"
	"pugongying/internal/config"
	"pugongying/internal/law"
	"pugongying/internal/testkit"
)

// kites is an invented law as our corpus lays texts out.
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

func TestLawCommandsWithAndWithoutAServer(t *testing.T) {
	data := t.TempDir()
	first := lawFolder(t, map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。", "二。"), "b/README.md": "# 说明\n", "c.md": strings.Replace(kites("线轴法", "2020-01-01", "一。", "二。"), "第二条", "第三条", 1)})
	second := lawFolder(t, map[string]string{"a.md": kites("风筝法", "2026-01-01", "一。", "新的二。"), "_partial/x.md": kites("云法", "2020-01-01", "一。")})
	step := func(what string, fails bool, args []string, parts ...string) {
		t.Helper()
		out, err := call(t, append(args, "--data", data)...)
		if (err != nil) != fails {
			t.Errorf("%s: %v %s", what, err, out)
		}
		for _, part := range parts {
			if !strings.Contains(out, part) {
				t.Errorf("%s does not say %q: %s", what, part, out)
			}
		}
	}
	step("first", true, []string{"law", "import", first}, "没有服务在用 ", "新收：风筝法 2020-01-01.", "没收：c.md 第 5 行：第三条前面少了条文", "新收 1 部，新版本 0 个，已有 0 部，不是法律的文件 1 个，没收 1 个")
	step("list", false, []string{"law", "list"}, "现行有效", "风筝法", "反家庭暴力法")
	s := start(t, data)
	step("again, beside a server", true, []string{"law", "import", first}, "新收 0 部，新版本 0 个，已有 1 部，不是法律的文件 1 个，没收 1 个")
	if status, _ := s.get("/api/v1/laws/风筝法/changes"); status != 404 {
		t.Errorf("negative control: one version is compared: %d", status)
	}
	step("second", true, []string{"law", "import", second}, "新版本：风筝法 2026-01-01.", "--accept partial")
	if status, body := s.get("/api/v1/laws/风筝法/changes"); status != 200 || !strings.Contains(body, "新的二。") {
		t.Errorf("not shown at once: %d %s", status, body)
	}
	step("accepted", false, []string{"law", "import", second, "--accept", "partial,outdated", "--effective", "2026-02-01"}, "新收：云法 2026-02-01.")
	step("list beside a server", false, []string{"law", "list"}, "云法", "2 个版本")
	step("dependants", false, []string{"law", "dependants"}, "没有这样的内容")
	step("dependants of one law", false, []string{"law", "dependants", "反家暴法"}, "题目", "引用 反家庭暴力法 第二十三条第二款：没有变")
	step("dependants of none", true, []string{"law", "dependants", "nichts"})
	if err := os.WriteFile(filepath.Join(first, "\xb7\xe7.md"), []byte("x"), 0o600); err == nil {
		step("a name that is no UTF-8", true, []string{"law", "import", first}, "名字不是 UTF-8", "已有 1 部，不是法律的文件 1 个，没收 2 个")
	}
	step("no such folder", true, []string{"law", "import", filepath.Join(data, "none")})
	step("a bad day", true, []string{"law", "import", first, "--effective", "morgen"})
	for _, words := range [][]string{{"law"}, {"law", "import"}, {"law", "burn"}, {"law", "list", "a", "b"}, {"law", "import", first, "--accept", "all"}} {
		step(fmt.Sprint(words), true, words)
	}
}

// TestALawNoDocumentHolds: the folder's other laws come in, and the exit status tells.
func TestALawNoDocumentHolds(t *testing.T) {
	files := map[string]string{"a.md": kites("风筝法", "2020-01-01", "一。"), "d/README.md": "# 线轴典\n\n2020年5月28日通过\n"}
	for i := range 4 {
		files[fmt.Sprintf("d/%d.md", i)] = fmt.Sprintf("# 第%s编　线\n\n第%s条　%s。\n", law.Numeral(i+1), law.Numeral(i+1), strings.Repeat("线", law.MaxFile/3-50))
	}
	data := t.TempDir()
	out, err := call(t, "law", "import", lawFolder(t, files), "--data", data)
	if err == nil || !strings.Contains(out, "新收：风筝法") || !strings.Contains(out, "没收：d/3.md 第 3 行：到第四条，整部法律已经超过 15 MB") || !strings.Contains(out, "没收 1 个") {
		t.Errorf("%v %s", err, out)
	}
	delete(files, "d/3.md")
	if out, err := call(t, "law", "import", lawFolder(t, files), "--data", data); err != nil || !strings.Contains(out, "新收：线轴典") {
		t.Errorf("negative control: what fits does not come in: %v %s", err, out)
	}
}

// TestTheDrill: a new version of a law with a changed and a renumbered article. What depends on it is named at once; on its
// day the questions leave the draws, the stories carry a notice, and who sits a question goes on seeing it.
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
	all := len(d.app.quiz.Bank.Questions())
	story := d.story("/api/v1/explainers/wanfeng")
	sitting := d.post("/api/v1/explainers/wanfeng/attempts", "{}")
	if story.Notice != "" || len(d.app.quiz.Bank.Held()) != 0 || changedOf(story) != 0 {
		t.Fatalf("negative control: something changed before: %+v", story)
	}
	told := strings.Join(d.bring(after), "\n")
	for _, part := range []string{"第十三条", "2026-12-01 起文字改了（现在还没有变）", "第二十三条第二款：2026-12-01 起改成了第二十四条第二款", "故事 wanfeng", "题目 "} {
		if !strings.Contains(told, part) {
			t.Errorf("the dependants do not name %q:\n%s", part, told)
		}
	}
	if len(d.app.quiz.Bank.Questions()) != all || d.story("/api/v1/explainers/wanfeng").Notice != "" {
		t.Error("withdrawn before the day")
	}

	d.on("2026-12-01")
	held := d.app.quiz.Bank.Held()
	if len(held) == 0 || len(held)+len(d.app.quiz.Bank.Questions()) != all {
		t.Errorf("%d questions held, %d drawn, %d in all", len(held), len(d.app.quiz.Bank.Questions()), all)
	}
	story = d.story("/api/v1/explainers/wanfeng")
	if !strings.Contains(story.Notice, "反家庭暴力法 第二十三条") || changedOf(story) == 0 {
		t.Errorf("the story says %q, %d citations changed", story.Notice, changedOf(story))
	}
	d.neverDraws(held[0].ID)
	var again api.Attempt
	d.get("/api/v1/attempts/"+sitting.ID, &again)
	if len(again.Questions) != len(sitting.Questions) {
		t.Errorf("her sitting shows %d of %d questions", len(again.Questions), len(sitting.Questions))
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
	if out := fmt.Sprint(d.app.dependants("")); !strings.Contains(out, "题目（已停用）") || strings.Contains(out, "现在还没有变") {
		t.Errorf("the dependants on the day: %s", out)
	}
	t.Logf("drill: %d of %d questions left the draws, %d citations of live content depend on the new version", len(held), all, len(d.app.dependants("")))
}

// drill is a server whose content was checked against an invented text, on a day that can be moved.
type drill struct {
	t   *testing.T
	app *app
	day string
}

func newDrill(t *testing.T, text string) *drill {
	d := &drill{t: t, day: "2026-11-25"}
	c := config.Default()
	c.Data = t.TempDir()
	d.app = newApp(c, newLogger(c.Log, &lines{}))
	d.app.now = d.noon
	d.app.pins = func() ([]law.Pin, error) { return pinsOf(t.Context(), fstest.MapFS{"law.md": {Data: []byte(text)}}) }
	if err := d.app.open(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.app.close(context.Background()) })
	return d
}

// noon is the middle of the drill's day.
func (d *drill) noon() time.Time {
	at, err := time.Parse(time.RFC3339, d.day+"T12:00:00+08:00")
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
	var told []string
	files := func(each func(string, []byte) error) error {
		return law.Walk(os.DirFS(folder), each, func(o law.Outcome) { d.t.Error(o) })
	}
	err := d.app.importLaws(d.t.Context(), files, law.Options{}, func(l lawLine) {
		for _, found := range l.Dependants {
			told = append(told, fmt.Sprintf("%s %s %s：%s", found.Kind, found.ID, found.Citation, found.Change))
		}
	})
	if err != nil {
		d.t.Fatal(err)
	}
	return told
}

func (d *drill) on(day string) {
	d.t.Helper()
	d.day = day
	if err := d.app.follow(d.t.Context()); err != nil {
		d.t.Fatal(err)
	}
}

func (d *drill) get(path string, into any) {
	d.t.Helper()
	w := httptest.NewRecorder()
	d.app.handler.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
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
	d.app.handler.ServeHTTP(w, r)
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil || w.Code != 201 {
		d.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return a
}

// neverDraws sits every paper there is and looks for a question.
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

func TestContentWords(t *testing.T) {
	for _, args := range [][]string{{}, {"check", "x"}, {"check", "--laws"}, {"pin"}, {"burn"}, {"manifest", "x"}} {
		if _, _, err := contentWords(args); !errors.Is(err, errContentWords) {
			t.Errorf("content %v: %v", args, err)
		}
	}
	t.Chdir(t.TempDir())
	if out, err := call(t, "content", "check"); err != nil || !strings.Contains(out, "处引用都钉住了原文") {
		t.Errorf("content check: %s %v", out, err)
	}
	if _, err := call(t, "content", "pin", "."); err == nil {
		t.Error("content pin outside of a source tree")
	}
	empty := lawFolder(t, nil)
	if _, err := call(t, "content", "check", "--laws", empty); err == nil || !strings.Contains(err.Error(), "missing: law.no_text") {
		t.Errorf("content check against nothing: %.200v", err)
	}
	if _, err := call(t, "content", "check", "--laws="+empty); err == nil {
		t.Error("content check against nothing")
	}
}

// TestAWholeRepositoryComesIn imports a folder of thousands of files in a process of its own and looks at its memory:
// PGY_LAW_SNAPSHOT names a public law repository as it is; without it the files are invented.
func TestAWholeRepositoryComesIn(t *testing.T) {
	folder := os.Getenv("PGY_LAW_SNAPSHOT")
	if folder == "" {
		t.Log("NOT RUN on a public repository: PGY_LAW_SNAPSHOT names none; on invented laws instead")
		files := map[string]string{"README.md": "# 说明\n", "bad.md": strings.Replace(kites("坏法", "2020-01-01", "一。", "二。"), "第二条", "第三条", 1)}
		articles := make([]string, 60)
		for i := range articles {
			articles[i] = fmt.Sprintf("第%d句。%s", i, strings.Repeat("风筝应当有一根结实的线。", 8))
		}
		for i := range 1000 {
			files[fmt.Sprintf("%d/%d.md", i%20, i)] = kites(fmt.Sprintf("第%d号风筝条例", i), "2020-01-01", articles...)
		}
		folder = lawFolder(t, files)
	}
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(path, "law", "import", folder, "--data", t.TempDir())
	out, _ := command.CombinedOutput()
	said := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := said[len(said)-1]; !strings.HasPrefix(last, "新收 ") {
		t.Fatalf("it ended with %q", last)
	}
	peak := "unknown"
	if usage, ok := command.ProcessState.SysUsage().(*syscall.Rusage); ok && runtime.GOOS == "linux" {
		if peak = fmt.Sprintf("%d MB", usage.Maxrss>>10); usage.Maxrss>>10 > 300 && !testkit.Racing {
			t.Errorf("%s of memory", peak)
		}
	}
	t.Logf("%s; peak memory %s (300 MB allowed); %v", said[len(said)-1], peak, command.ProcessState.UserTime())
}

// A law that another one repeals did not come in itself; what depends on it is named all the same, and once.
func TestWhatDependsOnALawThatAnotherRepeals(t *testing.T) {
	title, articles := "中华人民共和国反家庭暴力法", make([]string, 38)
	for i := range articles {
		articles[i] = fmt.Sprintf("编出来的第%d句话。\n\n第二款，第%d句。\n\n第三款，第%d句。", i, i, i)
	}
	d := newDrill(t, kites(title, "2016-03-01", articles...))
	d.bring(lawFolder(t, map[string]string{"a.md": kites(title, "2016-03-01", articles...)}))
	folder := lawFolder(t, map[string]string{"b.md": kites("天空典", "2026-11-01", "一。", "本典自2026年11月1日起施行。《反家庭暴力法》同时废止。")})
	if told := strings.Join(d.bring(folder), "\n"); !strings.Contains(told, "故事 wanfeng 反家庭暴力法 第二十三条第二款：这部法律已经废止") {
		t.Errorf("told: %s", told)
	}
	if told := d.bring(folder); len(told) != 0 {
		t.Errorf("an import that changes nothing names %v", told)
	}
}
