package search

import (
	"context"
	"strings"
	"testing"
)

const kiteFormer = `
names:
  风筝法: [纸鸢法, 风筝]
ended:
  - {law: 旧风筝法, now: 风筝法, since: 2001年1月1日, articles: {7: 23}}
renumbered:
  - {law: 灯笼条例, since: 2002年1月1日, articles: {5: 12}}
`

func TestFormerNamesAreReplaced(t *testing.T) {
	f, err := ParseFormer([]byte(kiteFormer), kites(t))
	if err != nil {
		t.Fatal(err)
	}
	for ask, want := range map[string]meant{
		"纸鸢法第三条":     {text: "风筝法第三条"},
		"风筝23":       {text: "风筝法23"},
		"风筝法第三条":     {text: "风筝法第三条"}, // a wrong name inside the right one
		"《旧风筝法》第七条":  {text: "《风筝法第23条", note: "《旧风筝法》2001年1月1日起废止，原来的第七条现在看《风筝法》第二十三条。"},
		"旧风筝法7条线断了":  {text: "风筝法第23条线断了", note: "《旧风筝法》2001年1月1日起废止，原来的第七条现在看《风筝法》第二十三条。"},
		"旧风筝法第八条":    {text: "风筝法", note: "《旧风筝法》2001年1月1日起废止，这方面的规定现在看《风筝法》。"},
		"灯笼条例第五条":    {text: "灯笼条例第五条", note: "《灯笼条例》2002年1月1日起用新的文本：原来的第五条，现在是第十二条。", moved: "灯笼条例第12条"},
		"灯笼条例第六条":    {text: "灯笼条例第六条"},
		"放":          {text: "放"},
		"":           {},
		"灯笼条例5条怎么说的": {text: "灯笼条例5条怎么说的", note: "《灯笼条例》2002年1月1日起用新的文本：原来的第五条，现在是第十二条。", moved: "灯笼条例第12条"},
	} {
		if got := f.read(ask); got != want {
			t.Errorf("%s is read as %+v, want %+v", ask, got, want)
		}
	}
	if got := (*Former)(nil).read("旧风筝法"); got.text != "旧风筝法" {
		t.Errorf("without a list: %+v", got)
	}
}

func TestFormerNamesAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"names: {没有的法: [x]}":                                       "没有的法",
		"names: {风筝法: [灯笼条例]}":                                     "own name",
		"ended: [{law: 旧, now: 风筝法, since: x, articles: {1: 99}}]": "旧",
		"other: x": "formerly.yaml",
	} {
		if _, err := ParseFormer([]byte(text), kites(t)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A question that names a law by what it was called finds the article that took its place, with a sentence.
func TestWhatTookThePlaceIsFoundAndSaid(t *testing.T) {
	former, err := ParseFormer([]byte(kiteFormer), kites(t))
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.former = former
	found, err := r.Search(context.Background(), Query{Text: "旧风筝法第七条", Limit: 5})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Hits) == 0 || found.Hits[0].target() != ofArticle("fz", "23") || !strings.Contains(found.Note, "第二十三条") {
		t.Errorf("%+v", found)
	}
	if found, err = r.Search(context.Background(), Query{Text: "风筝法第二十三条", Limit: 5}); err != nil || found.Note != "" {
		t.Errorf("a law in force gets the note %q", found.Note)
	}
}
