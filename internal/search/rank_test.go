package search

import (
	"cmp"
	"context"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rigOf is an index of these stories alone, by their slugs.
func rigOf(t *testing.T, all ...Document) *rig {
	t.Helper()
	r := newRig(t)
	r.source.change(all...)
	if _, err := r.Follow(context.Background()); err != nil {
		t.Fatal(err)
	}
	return r
}

func story(slug, title, text string) Document {
	return Document{Kind: Explainer, Slug: slug, Title: title, Text: text}
}

func TestWhatRaisesADocument(t *testing.T) {
	grass := strings.Repeat("草绿了，", 30)
	for why, c := range map[string]struct {
		ask  string
		all  []Document
		want []string
	}{
		"a title more than a text":          {"月光", []Document{story("a", "草", "月光照着"+grass), story("b", "月光", "草绿了"+grass)}, []string{"b", "a"}},
		"a short text more than a long one": {"月光", []Document{story("a", "草", "月光。"+grass+grass), story("b", "草", "月光。草绿了。")}, []string{"b", "a"}},
		"often more than once":              {"月光", []Document{story("a", "草", "月光，草绿了，草绿了"), story("b", "草", "月光，月光，草绿")}, []string{"b", "a"}},
		"a rare word more than a common one": {"月光石头", []Document{
			story("a", "草", "月光。"), story("b", "草", "石头。"), story("c", "草", "月光。"), story("d", "草", "月光。"),
		}, []string{"b"}},
		"more of the question more than less": {"月光石头", []Document{story("a", "草", "月光月光月光月光"), story("b", "草", "石头上的月光")}, []string{"b"}},
		"a story more than a question":        {"月光", []Document{{Kind: Question, Title: "草", Text: "月光。"}, story("b", "草", "月光。")}, []string{"b", ""}},
		"an article more than its law": {"月光", []Document{
			{Kind: Law, Law: "fz", Title: "草", Text: "月光。"}, {Kind: Article, Law: "fz", Number: "3", Title: "草", Text: "月光。"},
		}, []string{"fz 3", "fz"}},
		"equals in the order they came": {"月光", []Document{story("c", "草", "月光。"), story("a", "草", "月光。"), story("b", "草", "月光。")}, []string{"c", "a", "b"}},
	} {
		r := rigOf(t, c.all...)
		got := r.found(c.ask, "")
		if len(got) < len(c.want) || !slices.Equal(got[:len(c.want)], c.want) {
			t.Errorf("%s: %s finds %v, want %v", why, c.ask, got, c.want)
		}
		slices.Reverse(c.all)
		again := rigOf(t, c.all...).found(c.ask, "")
		if why == "equals in the order they came" {
			slices.Reverse(again)
		}
		if len(again) < len(c.want) || !slices.Equal(again[:len(c.want)], c.want) {
			t.Errorf("%s, the other way round: %v, want %v", why, again, c.want)
		}
	}
}

// Two characters that nobody wrote beside each other do not count against what has the others; what has too little of
// what was written somewhere is not found.
func TestHowMuchOfAQuestionIsEnough(t *testing.T) {
	r := rigOf(t, story("a", "一", "月光照在石头上，河水流过"), story("b", "二", "月光"), story("c", "三", "马群"))
	for ask, want := range map[string][]string{
		"月光马鞭":        {"b", "a"},      // no document has 光马 or 马鞭
		"月光 石头 河水 流过": {"a"},           // a quarter is too little
		"月光 马群":       {"c", "b", "a"}, // half is enough
		"鞍子":          nil,             // nobody wrote of it
	} {
		if got := r.found(ask, ""); !slices.Equal(got, want) {
			t.Errorf("%s finds %v, want %v", ask, got, want)
		}
	}
}

// A word of several characters is there when all of it is, in one document.
func TestAWordIsThereWhenAllOfItIs(t *testing.T) {
	r := rigOf(t, story("a", "一", "落在他人房顶上的风筝"), story("b", "二", "落在他人怀里，房顶上没有"), story("c", "三", "他人房顶"))
	if got := r.found("掉房顶", ""); !slices.Equal(got, []string{"a"}) {
		t.Errorf("found %v", got)
	}
	if got := r.found("他人房顶", ""); !slices.Contains(got, "c") {
		t.Errorf("negative control: %v", got)
	}
}

func TestWhatAWordLeadsToBesideTheRest(t *testing.T) {
	lone := asked{whole: true, units: make([]unit, 1)}
	both := asked{whole: true, units: make([]unit, 2)}
	more := asked{units: make([]unit, 3)}
	for i := range 9 {
		if lone.leading(i, 0) < lone.leading(i+1, 0) || both.leading(i, 1) < both.leading(i+1, 1) || more.leading(i, 1) < more.leading(i+1, 1) {
			t.Errorf("the %dth says less than the next", i)
		}
	}
	if lone.leading(0, 0) <= both.leading(0, 1) || both.leading(0, 1) <= more.leading(0, 1) {
		t.Error("a word says as much in a longer question as alone")
	}
	if more.leading(0, 1) <= more.leading(0, 0.5) || more.leading(0, 0.5) != more.leading(0, 0) {
		t.Error("what has the rest of the question is not led to more, or what has nothing of it not at all")
	}
}

func TestATallyAddsUp(t *testing.T) {
	of := newTally(4).withCover()
	of.add(1, 0, 2) // two documents have the first term
	of.add(3, 0, 5)
	of.add(1, 0, 1) // in another field too
	of.add(1, 1, 4) // one of them the second
	of.add(2, 1, 9) // and one that lacks the first
	if of.value[1] != 7 || of.seen[1] != 2 || of.value[3] != 5 || of.seen[3] != 1 || of.value[2] != 0 || !slices.Equal(of.docs, []int{1, 3}) {
		t.Errorf("%+v", of)
	}
	of.put(3)
	of.put(0)
	if !slices.Equal(of.docs, []int{1, 3, 0}) {
		t.Errorf("on the board: %v", of.docs)
	}
	of.clear()
	for doc := range 4 {
		if of.value[doc] != 0 || of.seen[doc] != 0 || of.cover[doc] != 0 {
			t.Errorf("document %d keeps %v of the question before", doc, of.value[doc])
		}
	}
	if len(of.docs) != 0 {
		t.Errorf("it still has %v", of.docs)
	}
}

// The pages in memory are few; what was dropped is read again as it was.
func TestPagesAreReadAgain(t *testing.T) {
	r := newRig(t)
	r.parts.Sources = []Source{many(maxPages + 100)}
	r.dir = filepath.Join(t.TempDir(), "search")
	r.open()
	t.Cleanup(func() { _ = r.Index.Close() })
	titles := func(of int) (got []string) {
		t.Helper()
		for n := range of {
			p, err := r.current.page(n)
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, p.Number+p.Document.Text)
		}
		return got
	}
	first := titles(maxPages + 100)
	if cached := len(r.current.pages); cached > maxPages {
		t.Errorf("%d pages are cached", cached)
	}
	if again := titles(maxPages + 100); !slices.Equal(first, again) {
		t.Error("a page read again is another")
	}
}

// The first few of many are those that sorting all of them would give.
func TestTopKeepsTheFirst(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	order := func(x, y ranked) int { return cmp.Or(cmp.Compare(y.score, x.score), x.doc-y.doc) }
	for _, n := range []int{0, 1, 4, 5, 9, 10, 11, 500} {
		var all []ranked
		best := topOf(5, order)
		for doc := range n {
			all = append(all, ranked{doc, float64(random.IntN(9))})
			best.add(all[doc])
		}
		slices.SortFunc(all, order)
		if got := best.sorted(); !slices.Equal(got, all[:min(5, n)]) {
			t.Errorf("of %d: %v, want %v", n, got, all[:min(5, n)])
		}
	}
}
