package explainer

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	before, err := Parse([]byte(file))
	if err != nil {
		t.Fatal(err)
	}
	written, err := before.File()
	if err != nil {
		t.Fatal(err)
	}
	after, err := Parse(written)
	if err != nil || !reflect.DeepEqual(after, before) {
		t.Errorf("Parse of\n%s= %+v, %v", written, after, err)
	}
	again, err := after.File()
	if err != nil || string(again) != string(written) {
		t.Errorf("written twice: %s, %v", again, err)
	}
}

// A draft may be empty, and whatever somebody writes into a field or a part stays there.
func TestADraftOfAnyTextIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("风 #-\n〔〕:\"'\\|>&*!%@`中文abc0"))) // what YAML and Markdown give a meaning
		e := &Authored{ID: "A", Title: text.Draw(t, "title"), Summary: text.Draw(t, "summary"), Tags: []string{text.Draw(t, "tag")}}
		for _, heading := range Headings() {
			e.Sections = append(e.Sections, Section{Heading: heading, Body: text.Draw(t, "body")})
		}
		written, err := e.File()
		if err != nil {
			t.Fatal(err)
		}
		got, err := Draft(written)
		if err != nil {
			t.Fatalf("Draft of\n%s= %v", written, err)
		}
		if got.Title != e.Title || got.Summary != e.Summary || !reflect.DeepEqual(got.Tags, e.Tags) {
			t.Fatalf("Draft of\n%s= %+v", written, got)
		}
		for i, s := range got.Sections {
			if s.Heading != e.Sections[i].Heading || s.Body != asText(e.Sections[i].Body) {
				t.Fatalf("part %d of\n%s= %q, want %q", i, written, s.Body, e.Sections[i].Body)
			}
		}
		twice, err := got.File()
		if err != nil || string(twice) != string(written) {
			t.Fatalf("written twice:\n%s\n%s", written, twice)
		}
	})
}

func TestADraftLacksWhatItMayAndNoMore(t *testing.T) {
	e, err := Draft([]byte("---\nid: A\n---\n## 法律怎么说\n还没有写完\n"))
	if err != nil || e.ID != "A" || len(e.Sections) != 4 || e.Sections[2].Body != "还没有写完\n" || e.Sections[0].Body != "" {
		t.Errorf("Draft = %+v, %v", e, err)
	}
	if _, err := Parse([]byte("---\nid: A\n---\n## 法律怎么说\n还没有写完\n")); !errors.Is(err, ErrInvalid) {
		t.Errorf("negative control: Parse of a draft = %v", err)
	}
	for _, text := range []string{"", "## 发生了什么\n", "---\nid: [\n---\n"} {
		if _, err := Draft([]byte(text)); !errors.Is(err, ErrInvalid) {
			t.Errorf("Draft(%q) = %v", text, err)
		}
	}
	if full, err := Draft([]byte(file)); err != nil || !strings.Contains(full.Sections[3].Body, "110") {
		t.Errorf("Draft of a whole file = %+v, %v", full, err)
	}
}
