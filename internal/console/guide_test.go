package console

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"pugongying/internal/access"
)

// TestTheGuideIsWhole: every page has a head, one picture, and no stars that were meant to be bold; every link between
// pages resolves (readGuide refuses others).
func TestTheGuideIsWhole(t *testing.T) {
	chapters, err := readGuide()
	if err != nil {
		t.Fatal(err)
	}
	if len(chapters) < 20 || chapters[0].Name != "signin" {
		t.Errorf("%d pages, the first %s", len(chapters), chapters[0].Name)
	}
	for _, c := range chapters {
		body := string(c.Body)
		if strings.Contains(body, "**") || strings.Contains(body, "`") {
			t.Errorf("%s has marks that are no format", c.Name)
		}
		if n := strings.Count(body, `<svg class="pic"`); n < 1 || n > 2 {
			t.Errorf("%s has %d pictures", c.Name, n)
		}
		if strings.Contains(body, "style=") || strings.Contains(body, "<script") || c.Minutes < 1 || c.Changed == "" {
			t.Errorf("%s: style, script, no minutes or no day", c.Name)
		}
		if strings.Contains(c.words, "您") {
			t.Errorf("%s says 您", c.Name)
		}
	}
}

// TestABrokenPageOfTheGuideIsRefused is the control.
func TestABrokenPageOfTheGuideIsRefused(t *testing.T) {
	front := "---\ntitle: 甲\ngroup: 先看\nfor: 乙\nchanged: 2026-11-30\n---\n"
	known := map[string]bool{"home": true}
	if _, err := readChapter("x", []byte(front+"[去](guide:home)和[去](/texts)"), known); err != nil {
		t.Fatal(err)
	}
	for name, source := range map[string]string{
		"a page that is not there": front + "[去](guide:nowhere)",
		"another site":             front + "[去](https://example.org)",
		"a picture of no kind":     front + "![图](cat:x)",
		"a picture without words":  front + "![](<steps:a|b>)",
		"no head":                  "text",
		"an unknown group":         strings.Replace(front, "先看", "别的", 1),
	} {
		if _, err := readChapter("x", []byte(source), known); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

func TestTheGuideIsFoundByWords(t *testing.T) {
	r := open(t, sessions{"v": person("白音", access.Volunteer)})
	if got := r.get("v", "/guide/way").Body.String(); !strings.Contains(got, "一件东西怎么走到手机上") || !strings.Contains(got, `aria-current="page">一件东西怎么走到手机上`) {
		t.Error("the page is not there, or not the one in the contents")
	}
	got := r.get("v", "/guide?q=%E9%80%80%E5%9B%9E").Body.String()
	if n := len(regexp.MustCompile(`<tr data-row`).FindAllString(got, -1)); n < 3 {
		t.Errorf("退回 is found on %d pages", n)
	}
	if got := r.get("v", "/guide?q=%3Cb%3E"); strings.Contains(got.Body.String(), "<b>”") || !strings.Contains(got.Body.String(), "没有写到“&lt;b&gt;”") {
		t.Error("what was asked is not escaped, or the empty answer is missing")
	}
	if got := r.get("v", "/guide/nowhere"); got.Code != http.StatusNotFound {
		t.Errorf("%d", got.Code)
	}
}

// TestTheGuideLeadsNobodyToAShutPage: a link to what a reader may not open keeps its words alone.
func TestTheGuideLeadsNobodyToAShutPage(t *testing.T) {
	r := open(t, everyRole(), Audit(&record{}, called{}, open(t, everyRole()).Regions))
	if page := r.get("auditor", "/guide/audit").Body.String(); !strings.Contains(page, `在<a href="/console/audit">谁做了什么</a>里`) {
		t.Error("an auditor is not led to her page")
	}
	page := r.get("volunteer", "/guide/audit").Body.String()
	if strings.Contains(page, `href="/console/audit"`) || !strings.Contains(page, "在谁做了什么里") {
		t.Error("a volunteer is led to a page that is not there for her, or its words are gone")
	}
	if gaps := r.GuideGaps(); len(gaps) == 0 { // this console has no page of accounts
		t.Error("no gap is seen")
	}
}
