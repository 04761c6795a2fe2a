package search

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

// faithful says where what is shown of a hit is not its text: a character cut in two, a word that is not there.
func faithful(h Hit) error {
	join := func(segments []Segment) (whole string) {
		for _, s := range segments {
			if s.Text == "" || !utf8.ValidString(s.Text) {
				whole += "(nothing, or half a character)"
			}
			whole += s.Text
		}
		return whole
	}
	if title := join(h.Title); title != h.Document.Title {
		return fmt.Errorf("shows %q of %q", title, h.Document.Title)
	}
	excerpt := join(h.Excerpt)
	if utf8.RuneCountInString(excerpt) > excerptRunes+2 || !strings.Contains(h.Text, strings.TrimSuffix(strings.TrimPrefix(excerpt, "…"), "…")) {
		return fmt.Errorf("shows %q of %q", excerpt, h.Text)
	}
	return nil
}

// Whatever somebody types, the answer is a result or a request to write something; asking again gives the same.
func TestOddQuestions(t *testing.T) {
	r := newRig(t)
	r.source.change(append(some(),
		Document{Kind: Explainer, Slug: "emoji", Title: "👩‍👧 和 𠮷 字", Text: strings.Repeat("👩‍👧风筝é𠮷，", 60)},
		Document{Kind: Explainer, Slug: "empty", Title: "空", Text: ""},
	)...)
	if _, err := r.Follow(context.Background()); err != nil {
		t.Fatal(err)
	}
	for text, finds := range map[string]bool{
		"👩‍👧": false, "👩‍👧风筝": true, "𠮷": true, "é": true, "\x00\x01风筝\x7f": true, "风\u200b筝": true, "ＦＺ　风筝": true, "风筝ａＢ１２３": true, "之一": true,
		"第条": false, "第二十三条之": true, "第二十三条之一": true, "第九千九百九十九条": false, "条条条条": false, "《》": false, "《风筝法》": true, "\xff\xfe": false, "风筝\xff": true,
		"(((((": false, "~!@#$%": false, "*": false, "风筝*": true, "+风筝 -线": true, "\"风筝\"": true, "field:风筝": true, "23": false, "二十三": false, "0条": false, "-1条": false,
		"99999999999999999999条": false, strings.Repeat("风筝", 30): true, strings.Repeat("𠮷", 60): false, strings.Repeat("第", 60): false, strings.Repeat("一", 60): false,
		strings.Repeat("怎么办", 20): false, strings.Repeat("二十三条", 15): false,
	} {
		first, err := r.Search(context.Background(), Query{Text: text, Limit: MaxHits})
		if err != nil && !errors.Is(err, ErrEmpty) {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if finds && first.Total == 0 {
			t.Errorf("%q finds nothing", text)
		}
		for _, h := range first.Hits {
			if err := faithful(h); err != nil {
				t.Errorf("%q: %v", text, err)
			}
		}
		for range 3 {
			if again, _ := r.Search(context.Background(), Query{Text: text, Limit: MaxHits}); !reflect.DeepEqual(again, first) {
				t.Errorf("%q finds something else the second time", text)
			}
		}
	}
	if faithful(Hit{Document: Document{Title: "风筝"}, Title: []Segment{{Text: "\xe9"}}}) == nil {
		t.Error("negative control: half a character is faithful")
	}
}

// FuzzSearch: whatever is asked, it is answered or refused, and what is highlighted is the text itself.
func FuzzSearch(f *testing.F) {
	r := newRig(f)
	for _, seed := range []string{"风筝法23", "第二十三条至第二十六条", "纸鸢怎么办", "告诫", "\xff", "灯 笼", "(((", "72小时", strings.Repeat("风筝", 30), "々〆ヶ가"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		result, err := r.Search(context.Background(), Query{Text: text, Limit: 50})
		if err != nil {
			return
		}
		for _, h := range result.Hits {
			if err := faithful(h); err != nil {
				t.Fatalf("Search(%q): %v", text, err)
			}
		}
		if len(result.Hits) > result.Total {
			t.Fatalf("Search(%q) shows %d of %d", text, len(result.Hits), result.Total)
		}
	})
}
