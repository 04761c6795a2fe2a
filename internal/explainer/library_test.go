package explainer

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/idempotency"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
)

func register(t testing.TB) *law.Register {
	t.Helper()
	r, err := law.NewRegister([]law.Law{
		{Slug: "fjtblf", Title: "中华人民共和国反家庭暴力法", Short: "反家庭暴力法", Issued: "2015-12-27", Effective: "2016-03-01", Articles: 38},
		{Slug: "mfd", Title: "中华人民共和国民法典", Short: "民法典", Issued: "2020-05-28", Effective: "2021-01-01", Articles: 1260},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestComposeLinksEveryCitation(t *testing.T) {
	e, err := Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	page, cited, err := Compose(e, register(t), markdown.New())
	want := `<h2>发生了什么</h2>
<p>她叫萨仁。</p>
<h2>她怎么做的</h2>
<p>她打了电话。<a class="cite" href="#cite-1">反家庭暴力法 第二十四条</a></p>
<h2>法律怎么说</h2>
<p>可以<strong>代为申请</strong>。<a class="cite" href="#cite-0">反家庭暴力法 第二十三条第二款</a></p>
<p>也可以口头说。<a class="cite" href="#cite-1">第二十四条</a>禁止家庭暴力。<a class="cite" href="#cite-2">民法典 第一千零四十二条第三款</a>还是那一条。<a class="cite" href="#cite-1">反家庭暴力法 第二十四条</a></p>
<h2>明天可以做什么</h2>
<ul>
<li>先打 110。</li>
</ul>`
	if err != nil || page != want {
		t.Errorf("Compose = %s\n%v, want\n%s", page, err, want)
	}
	if len(cited) != 3 || cited[2].Label != "民法典 第一千零四十二条第三款" || cited[0].Effective != "2016-03-01" {
		t.Errorf("Compose cites %+v", cited)
	}
}

func TestComposeRefusesLawThatIsNotExact(t *testing.T) {
	for name, c := range map[string]struct {
		old, with string
		want      error
	}{
		"an unknown law":      {"〔反家庭暴力法 第二十四条〕", "〔婚姻法 第二十四条〕", law.ErrUnknown},
		"no such article":     {"  - 反家庭暴力法 第二十四条", "  - 反家庭暴力法 第九十四条", law.ErrNoArticle},
		"unreadable":          {"〔反家庭暴力法 第二十四条〕", "〔见上〕", law.ErrUnreadable},
		"not listed":          {"〔反家庭暴力法 第二十四条〕", "〔反家庭暴力法 第二十五条〕", errNotListed},
		"not used":            {"〔民法典1042条第3款〕", "", errNotUsed},
		"one provision twice": {"  - 民法典 第一千零四十二条第三款", "  - 民法典 第一千零四十二条第三款\n  - 民法典1042条第3款", errTwice},
	} {
		e, err := Parse([]byte(strings.Replace(file, c.old, c.with, 1)))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, _, err := Compose(e, register(t), markdown.New()); !errors.Is(err, c.want) {
			t.Errorf("%s: Compose = %v, want %v", name, err, c.want)
		}
	}
}

// source is what is live, and can fail.
type source struct {
	mu         sync.Mutex
	generation int64
	items      []publish.Item
	changed    []publish.Item // since the generation before
	err        error
	loads      int
}

func (s *source) Generation(context.Context) (int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.generation, s.err
}

func (s *source) Live(_ context.Context, kind publish.Kind, each func(publish.Item) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.loads++
	for _, item := range s.items {
		if item.Kind != kind {
			continue
		}
		if err := each(item); err != nil {
			return err
		}
	}
	return nil
}

func (s *source) Changed(_ context.Context, _ publish.Kind, _ int64, each func(publish.Item) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range s.changed {
		if err := each(item); err != nil {
			return err
		}
	}
	return nil
}

// item is a live explainer with its own slug and order.
func item(id, slug, order string) publish.Item {
	text := strings.NewReplacer("slug: wanfeng", "slug: "+slug, "order: 2", "order: "+order).Replace(file)
	return publish.Item{
		ID: id, Kind: publish.KindExplainer, Slug: slug, N: 3, SHA256: publish.Sum([]byte(text)), Body: []byte(text), Sample: true,
		At: time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC),
	}
}

func library(t *testing.T, from *source) (*Library, *bytes.Buffer) {
	t.Helper()
	var log bytes.Buffer
	l := NewLibrary(from, law.Fixed(register(t)), markdown.New(), slog.New(slog.NewTextHandler(&log, nil)))
	if err := l.Reload(context.Background()); err != nil {
		t.Fatalf("Reload = %v", err)
	}
	return l, &log
}

func TestLibraryGivesWhatIsLive(t *testing.T) {
	l, log := library(t, &source{generation: 7, items: []publish.Item{item("ID1", "chunfeng", "2"), item("ID2", "axing", "2"), item("ID3", "zhonglou", "1"), {Kind: publish.KindTopic}}})
	if l.Count() != 3 || l.Generation() != 7 || log.Len() > 0 {
		t.Errorf("the library has %d at %d, log %s", l.Count(), l.Generation(), log)
	}
	s, err := l.BySlug("axing")
	if err != nil || s.ID != "ID2" || s.Version != 3 || !s.Sample || len(s.Citations) != 3 || !strings.Contains(s.HTML, `href="#cite-2"`) || s.SHA256 == "" || s.PublishedAt.IsZero() {
		t.Errorf("BySlug = %+v, %v", s, err)
	}
	if byID, err := l.ByID("ID2"); err != nil || byID != s {
		t.Errorf("ByID = %v, %v", byID, err)
	}
	if b := s.Brief(); b.Slug != "axing" || b.Citations != 3 || b.Minutes != 6 || !b.Sample || len(b.Tags) != 2 || b.ID != "ID2" {
		t.Errorf("Brief = %+v", b)
	}
	if _, err := l.BySlug("nichts"); !errors.Is(err, ErrUnknown) {
		t.Errorf("BySlug(nichts) = %v", err)
	}
	if _, err := l.ByID("CQW3Y46HY6NUEK6YE37CM7GF67"); !errors.Is(err, ErrUnknown) {
		t.Errorf("ByID of the id the text claims = %v; the publication's id is the one", err)
	}
}

func TestLibraryPagesItsList(t *testing.T) {
	from := &source{generation: 1, items: []publish.Item{item("ID1", "chunfeng", "2"), item("ID2", "axing", "2"), item("ID3", "zhonglou", "1"), item("ID4", "eryue", "-1")}}
	l, _ := library(t, from)
	var seen []string
	cursor := ""
	for range 9 {
		page, next, err := l.List(Page{After: cursor, Limit: 1, Tag: "谁能帮忙"})
		if err != nil || len(page) != 1 {
			t.Fatalf("List after %q = %d, %v", cursor, len(page), err)
		}
		seen, cursor = append(seen, page[0].Slug), next
		if cursor == "" {
			break
		}
	}
	if got := strings.Join(seen, " "); got != "eryue zhonglou axing chunfeng" {
		t.Errorf("the list reads %s", got)
	}
	page, next, _ := l.List(Page{Limit: 2})
	from.mu.Lock()
	from.generation, from.changed = 2, []publish.Item{{ID: "ID3"}, {ID: "ID4"}} // the explainer the cursor names goes
	from.mu.Unlock()
	if err := l.Reload(context.Background()); err != nil {
		t.Fatal(err)
	}
	rest, end, err := l.List(Page{After: next, Limit: 5})
	if len(page) != 2 || err != nil || len(rest) != 2 || end != "" {
		t.Errorf("List after an explainer went = %d items, %q, %v", len(rest), end, err)
	}
	if none, _, err := l.List(Page{Limit: 5, Tag: "没有"}); err != nil || none == nil || len(none) != 0 {
		t.Errorf("List of an unknown tag = %v, %v, want an empty list", none, err)
	}
	for _, cursor := range []string{"x", "!!", "YSBi", "MSBB", "MQ", strings.Repeat("A", 5000)} {
		if _, _, err := l.List(Page{After: cursor, Limit: 1}); !errors.Is(err, fault.ErrCursor) {
			t.Errorf("List after %q = %v, want fault.ErrCursor", cursor, err)
		}
	}
}

func TestReloadDoesNothingUntilTheGenerationMoves(t *testing.T) {
	from := &source{generation: 1, items: []publish.Item{item("ID1", "chunfeng", "2")}}
	l, _ := library(t, from)
	from.items = nil
	if err := l.Reload(context.Background()); err != nil || from.loads != 1 || l.Count() != 1 {
		t.Errorf("Reload at the same generation = %v, %d loads", err, from.loads)
	}
	from.generation, from.changed = 2, []publish.Item{{ID: "ID1", Kind: publish.KindExplainer}}
	if err := l.Reload(context.Background()); err != nil || from.loads != 1 || l.Count() != 0 {
		t.Errorf("Reload at another generation = %v, %d loads, %d explainers", err, from.loads, l.Count())
	}
}

func TestReloadKeepsWhatItHasWhenTheSourceFails(t *testing.T) {
	from := &source{generation: 1, items: []publish.Item{item("ID1", "chunfeng", "2")}}
	l, _ := library(t, from)
	from.err = errors.New("away")
	if err := l.Reload(context.Background()); !errors.Is(err, from.err) || l.Count() != 1 {
		t.Errorf("Reload = %v, %d explainers", err, l.Count())
	}
}

func TestReloadLeavesOutAndNamesWhatIsWrong(t *testing.T) {
	wrongLaw, noFrontMatter, sameSlug := item("BAD1", "tianye", "1"), item("BAD2", "hebian", "1"), item("ZBAD3", "chunfeng", "1")
	wrongLaw.Body = bytes.ReplaceAll(wrongLaw.Body, []byte("第二十四条"), []byte("第九十四条"))
	noFrontMatter.Body = []byte("## 发生了什么")
	l, log := library(t, &source{generation: 1, items: []publish.Item{wrongLaw, item("GOOD", "chunfeng", "2"), noFrontMatter, sameSlug}})
	if l.Count() != 1 {
		t.Errorf("%d explainers are shown, want 1", l.Count())
	}
	for _, want := range []string{"BAD1", "第九十四条", "BAD2", "ZBAD3"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not name %s: %s", want, log)
		}
	}
	if _, err := l.BySlug("tianye"); !errors.Is(err, ErrUnknown) {
		t.Errorf("an explainer with law that does not exist is shown: %v", err)
	}
	if s, err := l.BySlug("chunfeng"); err != nil || s.ID != "GOOD" {
		t.Errorf("BySlug(chunfeng) = %+v, %v", s, err)
	}
}

func TestLibraryIsReadWhileItReloads(t *testing.T) {
	from := &source{generation: 1, items: []publish.Item{item("ID1", "chunfeng", "2")}}
	l, _ := library(t, from)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 50 {
				from.mu.Lock()
				from.generation++
				from.mu.Unlock()
				if err := l.Reload(context.Background()); err != nil {
					t.Error(err)
				}
				if _, err := l.BySlug("chunfeng"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
}

type counter struct {
	got []Completion
	err error
}

func (c *counter) CountCompletion(_ context.Context, r Completion) error {
	c.got = append(c.got, r)
	return c.err
}

func TestFinishCountsWithoutAPerson(t *testing.T) {
	l, _ := library(t, &source{generation: 1, items: []publish.Item{item("ID1", "chunfeng", "2")}})
	count := &counter{}
	r, key := NewCompletions(l, count), idempotency.New("", "readings", "k", nil)
	if err := r.Finish(context.Background(), "chunfeng", "p=demo1", key); err != nil {
		t.Fatalf("Finish = %v", err)
	}
	if want := (Completion{Explainer: "ID1", Version: 3, Scene: "p=demo1", Key: key}); len(count.got) != 1 || count.got[0] != want {
		t.Errorf("Finish counted %+v", count.got)
	}
	if err := r.Finish(context.Background(), "nichts", "", nil); !errors.Is(err, ErrUnknown) || len(count.got) != 1 {
		t.Errorf("Finish of nothing = %v, %d counted", err, len(count.got))
	}
	count.err = errors.New("full")
	if err := r.Finish(context.Background(), "chunfeng", "", nil); !errors.Is(err, count.err) {
		t.Errorf("Finish = %v", err)
	}
}
