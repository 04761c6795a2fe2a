package check_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/check"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// laws is the shipped register with what a test says became of its provisions.
type laws struct {
	*law.Library
	since, ahead map[law.Citation]law.Change
	missing      []law.Citation // 款 or 项 that are not there
	broken       error
}

func newLaws(t testing.TB) *laws {
	t.Helper()
	register, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	return &laws{Library: law.Fixed(register), since: map[law.Citation]law.Change{}, ahead: map[law.Citation]law.Change{}}
}

func (l *laws) Since(_ context.Context, pins []law.Pin) (map[law.Pin]law.Change, error) {
	return pick(pins, l.since), l.broken
}

func (l *laws) Ahead(_ context.Context, pins []law.Pin) (map[law.Pin]law.Change, error) {
	return pick(pins, l.ahead), l.broken
}

func pick(pins []law.Pin, from map[law.Citation]law.Change) map[law.Pin]law.Change {
	found := map[law.Pin]law.Change{}
	for _, p := range pins {
		if change, ok := from[p.Citation]; ok {
			found[p] = change
		}
	}
	return found
}

func (l *laws) Provision(_ context.Context, c law.Citation) (law.Quote, error) {
	if slices.Contains(l.missing, c) {
		return law.Quote{}, law.ErrNoProvision
	}
	return law.Quote{}, nil
}

// wechat passes what does not say 坏话, sends what says 看看 to a person, and remembers what it was asked.
type wechat struct {
	asked []string
	down  bool
}

func (w *wechat) Text(_ context.Context, piece string) (check.Advice, error) {
	w.asked = append(w.asked, piece)
	switch {
	case w.down:
		return check.Pass, errors.New("61010")
	case strings.Contains(piece, "坏话"):
		return check.Risky, nil
	case strings.Contains(piece, "看看"):
		return check.Review, nil
	}
	return check.Pass, nil
}

type library map[string]check.Picture

func (l library) Picture(_ context.Context, id string) (check.Picture, error) { return l[id], nil }

type links struct{}

func (links) Question(id string) bool    { return id == "XYIMKR36LVHKVEA25IL3ONILHM" }
func (links) Explainer(slug string) bool { return slug == "chahu" }
func (links) Public(digits string) bool  { return digits == "04818220031" }

// story is an explainer that nothing is wrong with, with its parts replaced.
type story struct {
	pictures, title, summary, share, provenance, minutes, cites, happened, did, says, tomorrow string
}

func (s story) body() []byte {
	or := func(value, otherwise string) string {
		if value == "" {
			return otherwise
		}
		return value
	}
	cites := ""
	for _, c := range strings.Split(or(s.cites, "反家庭暴力法 第十六条第一款"), "|") {
		cites += "\n  - " + c
	}
	return []byte("---\nid: RS2UJ6UJQFCC5RZCWYWSCDRQUJ\nslug: luhuo\ntitle: " + or(s.title, "冬天的炉火") + "\nsummary: " + or(s.summary, "一锅豆腐的事。") +
		"\nlang: zh-CN" + s.pictures + "\ntags: [家里]\norder: 1\nminutes: " + or(s.minutes, "1") + "\nprovenance: " + or(s.provenance, "generalised") +
		"\ncheckedBy: 编辑\ncheckedAt: 2026-11-25\nshare: " + or(s.share, "冬天的炉火") + "\nquestions: [XYIMKR36LVHKVEA25IL3ONILHM]\ncitations:" + cites +
		"\n---\n## 发生了什么\n\n" + or(s.happened, "入冬前，她在镇上出摊。") + "\n\n## 她怎么做的\n\n" + or(s.did, "第二天她去了苏木妇联。") +
		"\n\n## 法律怎么说\n\n" + or(s.says, "派出所批评教育，或者出一张告诫书。〔反家庭暴力法 第十六条第一款〕") + "\n\n## 明天可以做什么\n\n" + or(s.tomorrow, "眼下有危险，先打 110。") + "\n")
}

// bench is a checker with everything a test may change.
type bench struct {
	laws     *laws
	wechat   *wechat
	pictures library
}

func newBench(t testing.TB) *bench {
	return &bench{laws: newLaws(t), wechat: &wechat{}, pictures: library{
		"NAICHA": {Known: true, Described: true, Safety: check.Pass}, "SILENT": {Known: true, Safety: check.Pass},
		picture(1): {Known: true, Described: true, Safety: check.Pass}, picture(2): {Known: true, Described: true, Safety: check.Risky}, picture(3): {Known: true, Described: true},
		"RISKY": {Known: true, Described: true, Safety: check.Risky}, "WAITING": {Known: true, Described: true},
	}}
}

func (b *bench) check(t testing.TB, kind publish.Kind, body []byte) []publish.Finding {
	t.Helper()
	found, err := check.New(check.Parts{Laws: b.laws, Safety: b.wechat, Pictures: b.pictures, Links: links{}}).Check(context.Background(), kind, body)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// of gives the first finding of a code.
func of(found []publish.Finding, code string) (publish.Finding, bool) {
	i := slices.IndexFunc(found, func(f publish.Finding) bool { return f.Code == code })
	if i < 0 {
		return publish.Finding{}, false
	}
	return found[i], true
}

// picture is the id of the n-th picture of the tests' library; beyond the third there is none.
func picture(n int) string { return strings.Repeat("A", 25) + string(rune('A'+n)) }

// withPicture is the front matter of a story that shows the n-th.
func withPicture(n int, words string) string {
	return "\npictures: [{id: " + picture(n) + ", part: 1, description: \"" + words + "\", width: 1280, height: 960}]"
}
