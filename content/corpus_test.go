package content_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"pugongying/content"
	"pugongying/internal/law"
	"pugongying/internal/testkit"
)

// corpusFolder has the official texts, if they are present next to the repository; they are not part of it.
const corpusFolder = "../../shared/law"

// corpusDay is the day on which these texts are in force.
const corpusDay = "2026-11-25"

type indexed struct {
	File, Title, Effective string
	Articles, Zhi          int
}

// corpus is the official texts and their index.
type corpus struct {
	*content.Texts
	index []indexed
}

// openCorpus reads the official texts; without them the test prints NOT RUN and is skipped.
func openCorpus(t *testing.T) corpus {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(corpusFolder, "corpus_index.json"))
	if errors.Is(err, os.ErrNotExist) {
		t.Skip("NOT RUN: no official texts beside the repository")
	}
	if err != nil {
		t.Fatal(err)
	}
	c := corpus{Texts: readTexts(t, os.DirFS(filepath.Join(corpusFolder, "corpus")), mustLaws(t), mustPins(t))}
	if err := json.Unmarshal(data, &c.index); err != nil {
		t.Fatal(err)
	}
	return c
}

func readTexts(t testing.TB, folder fs.FS, laws *law.Register, pins []law.Pin) *content.Texts {
	t.Helper()
	texts, err := content.ReadTexts(context.Background(), folder, laws, pins, corpusDay)
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

func mustPins(t testing.TB) []law.Pin {
	t.Helper()
	pins, err := content.Pins()
	if err != nil {
		t.Fatal(err)
	}
	return pins
}

func mustCites(t testing.TB) []content.Cite {
	t.Helper()
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	cites, err := content.Cited(items, mustLaws(t))
	if err != nil {
		t.Fatal(err)
	}
	return cites
}

// resolve parses a written citation and finds it in the official text.
func (c corpus) resolve(laws *law.Register, written string) error {
	citation, err := laws.Parse(written)
	if err != nil {
		return fmt.Errorf("%s: %w", written, err)
	}
	resolved, err := laws.Resolve(citation)
	if err != nil {
		return fmt.Errorf("%s: %w", written, err)
	}
	return errors.Join(c.Check(context.Background(), []content.Cite{{Resolved: resolved}})...)
}

func TestEveryShippedCitationStandsInTheOfficialText(t *testing.T) {
	cites := mustCites(t)
	took := testkit.Within(t, 2*time.Second, func() {
		for _, fault := range openCorpus(t).Check(context.Background(), cites) {
			t.Error(fault)
		}
	})
	t.Logf("%d different citations found in the official texts, each as it was pinned, in %v (2 s allowed)", len(cites), took.Round(time.Millisecond))
}

func TestEveryShippedCitationIsPinned(t *testing.T) {
	cites, pins := mustCites(t), mustPins(t)
	for _, fault := range content.Unpinned(cites, pins) {
		t.Error(fault)
	}
	if len(content.Unpinned(cites[1:], pins)) != 1 || len(content.Unpinned(cites, pins[1:])) != 1 {
		t.Error("negative control: a pin too many or too few is not seen")
	}
	read, err := content.ReadPins(fstest.MapFS{content.PinsFile: {Data: content.MakePins(pins)}})
	if err != nil || len(read) != len(pins) {
		t.Errorf("the pins read back as %d, %v", len(read), err)
	}
	for _, bad := range []string{"- {law: a, article: x, paragraph: 0, item: 0, sha256: ''}\n", "- {law: a, words: x}\n", "a: b\n"} {
		if _, err := content.ReadPins(fstest.MapFS{content.PinsFile: {Data: []byte(bad)}}); err == nil {
			t.Errorf("%s is taken for pins", bad)
		}
	}
}

// invented is a law in the layout of our corpus; repealed is the day of its repeal, or empty.
func invented(from, repealed string, articles ...string) fstest.MapFS {
	var b strings.Builder
	fmt.Fprintf(&b, "<!-- 风筝法 | 公布：2019-01-01 | 施行：%s | 废止：%s | 来源：invented | 状态：现行有效 -->\n\n", from, repealed)
	for i, text := range articles {
		fmt.Fprintf(&b, "**第%s条**　%s\n\n", law.Numeral(i+1), text)
	}
	return fstest.MapFS{"风筝法.md": {Data: []byte(b.String())}}
}

// The control on an invented law: the check finds every kind of failure, and nothing else.
func TestTheCheckFindsEveryKindOfFailure(t *testing.T) {
	register, err := law.NewRegister([]law.Law{{Slug: "fz", Title: "风筝法", Short: "风筝法", Issued: "2019-01-01", Effective: "2020-01-01", Articles: 3}})
	if err != nil {
		t.Fatal(err)
	}
	citation, err := register.Parse("风筝法第二条")
	if err != nil {
		t.Fatal(err)
	}
	resolved, err := register.Resolve(citation)
	if err != nil {
		t.Fatal(err)
	}
	cites := []content.Cite{{Resolved: resolved, Where: []string{"here"}}}
	ctx := context.Background()
	pins, err := readTexts(t, invented("2020-01-01", "", "一。", "二。", "三。"), register, nil).Pin(ctx, cites)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		folder fs.FS
		want   string
	}{
		"as it was":          {invented("2020-01-01", "", "一。", "二。", "三。"), ""},
		"only moved in time": {invented("2026-01-01", "", "一。", "二。", "另外的三。"), ""},
		"changed":            {invented("2020-01-01", "", "一。", "二，改了。", "三。"), "changed: 2020-01-01 起文字改了"},
		"renumbered":         {invented("2020-01-01", "", "一。", "插进来的。", "二。"), "renumbered: 2020-01-01 起改成了第三条"},
		"repealed":           {invented("2020-01-01", "2026-01-01", "一。", "二。", "三。"), "repealed: 这部法律已经废止"},
		"missing article":    {invented("2020-01-01", "", "一。"), "missing: 风筝法.md：只到第一条"},
		"missing law":        {fstest.MapFS{}, "missing: law.no_text"},
		"refused law":        {fstest.MapFS{"_outdated/风筝法.md": invented("2020-01-01", "", "一。", "二。")["风筝法.md"]}, "missing: _outdated/风筝法.md：自称不是现行文本"},
	} {
		faults := readTexts(t, c.folder, register, pins).Check(ctx, cites)
		said := fmt.Sprint(errors.Join(faults...))
		if (len(faults) == 0) != (c.want == "") || !strings.Contains(said, c.want) || len(faults) > 0 && !strings.Contains(said, "风筝法 第二条（here）") {
			t.Errorf("%s: %s, want %q", name, said, c.want)
		}
	}
	if _, err := readTexts(t, fstest.MapFS{}, register, nil).Pin(ctx, cites); err == nil {
		t.Error("what cannot be found is pinned")
	}
}

// The control: what is not in the texts is not found.
func TestAWrongCitationIsNotFoundInTheOfficialText(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	for written, want := range map[string]string{
		"反家庭暴力法 第二十三条第三款":          "law.no_provision",
		"反家庭暴力法 第二十九条第（五）项":        "law.no_provision",
		"反家庭暴力法 第二十四条第一款":          "不写“第一款”",
		"民法典 第一千零七十九条第（二）项":        "law.no_provision",
		"民法典 第一千零七十九条第三款第（六）项":     "law.no_provision",
		"民法典 第一千零七十九条第一款第（一）项":     "law.no_provision",
		"刑法 第二百六十条之一第四款":           "law.no_provision",
		"反家庭暴力法 第三十九条":             "law.no_article",
		"反家庭暴力法 第二十三条第九款":          "law.no_provision",
		"诉讼费用交纳办法 第十三条第一款第（一）项第二款": "unreadable",
	} {
		if err := c.resolve(laws, written); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("resolve(%s) = %v, want %q", written, err, want)
		}
	}
	for _, written := range []string{
		"反家庭暴力法 第二十三条第二款", "反家庭暴力法 第二十九条第（四）项", "民法典 第一千零七十九条第三款第（二）项",
		"刑法 第二百六十条之一第一款", "诉讼费用交纳办法 第十三条第一款第（二）项", "民事诉讼法解释 第五百五十条",
	} {
		if err := c.resolve(laws, written); err != nil {
			t.Errorf("resolve(%s) = %v", written, err)
		}
	}
}

func TestTheRegisterAgreesWithTheOfficialTexts(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	known := 0
	for _, entry := range c.index {
		if strings.HasPrefix(entry.File, "_") {
			if _, err := laws.Named(entry.Title); err == nil {
				t.Errorf("%s is outdated and must not be cited", entry.Title)
			}
			continue
		}
		known++
		l, err := laws.Named(entry.Title)
		if err != nil {
			t.Errorf("%s is not in the register", entry.Title)
			continue
		}
		if l.Title != entry.Title || l.Articles != entry.Articles || len(l.Inserted) != entry.Zhi || !strings.HasPrefix(entry.Effective, l.Effective) {
			t.Errorf("the register says %+v, the texts say %+v", l, entry)
		}
		v, err := c.Version(context.Background(), l.Slug, "")
		if err != nil || len(v.Articles) != l.Articles+len(l.Inserted) || fmt.Sprint(v.Fact.Inserted) != fmt.Sprint(l.Inserted) {
			t.Errorf("%s: %v, the text has %d articles, the register %d", l.Title, err, len(v.Articles), l.Articles+len(l.Inserted))
		}
	}
	if known != len(laws.Laws()) {
		t.Errorf("the register has %d laws, the texts are %d", len(laws.Laws()), known)
	}
}

// The citations of the collected facts are written as lawyers write them; the parser must parse every one.
func TestTheParserReadsTheCollectedFacts(t *testing.T) {
	c, laws := openCorpus(t), mustLaws(t)
	data, err := os.ReadFile(filepath.Join(corpusFolder, "quiz_points.json"))
	if err != nil {
		t.Fatal(err)
	}
	var points []struct{ Cites []string }
	if err := json.Unmarshal(data, &points); err != nil {
		t.Fatal(err)
	}
	read := 0
	for _, p := range points {
		for _, written := range p.Cites {
			if err := c.resolve(laws, written); err != nil {
				t.Error(err)
			}
			read++
		}
	}
	if read < 60 {
		t.Errorf("only %d citations were there", read)
	}
}

func mustLaws(t testing.TB) *law.Register {
	t.Helper()
	laws, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	return laws
}

// A folder that has only a version of a law that is not in force confirms no citation, although the articles are found
// there.
func TestATextThatIsNotInForceBearsNothingOut(t *testing.T) {
	cites := []content.Cite{{Resolved: law.Resolved{Citation: law.Citation{Law: "fjtblf", Article: 1}, Label: "反家庭暴力法 第一条", Short: "反家庭暴力法"}, Where: []string{"x"}}}
	for day, want := range map[string]string{"2016-03-01": "", "2014-01-01": "law.not_in_force", "2027-01-01": "law.not_in_force"} {
		text := fmt.Sprintf("<!-- 中华人民共和国反家庭暴力法 | 公布：%s | 施行：%s | 状态：现行有效 -->\n\n**第一条**　编出来的一句。\n", day, day)
		texts := readTexts(t, fstest.MapFS{"a.md": {Data: []byte(text)}}, mustLaws(t), nil)
		if got := fmt.Sprint(errors.Join(texts.Check(context.Background(), cites)...)); (got == "<nil>") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("since %s: %s", day, got)
		}
		if _, err := texts.Pin(context.Background(), cites); (err == nil) != (want == "") {
			t.Errorf("since %s it is pinned: %v", day, err)
		}
	}
}
