package markdown

import (
	"errors"
	"strings"
	"testing"
)

func TestOwnPages(t *testing.T) {
	o := Own{
		Link: func(to string) (string, error) {
			if to != "review" {
				return "", errors.New("no page " + to)
			}
			return "/guide/review", nil
		},
		Picture: func(source, words string) (string, error) { return "<svg>" + source + words + "</svg>", nil },
	}
	page, sections, err := o.Render([]byte("### 看差别\n\n**先看**。再[审一件](review)。<script>x</script>\n换行\n\n![六步](<steps:写|审>)\n\n<b>raw</b>\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<h3 id="s1">看差别</h3>`, `<a href="/guide/review">审一件</a>`, "<svg>steps:写|审六步</svg>", "<strong>先看</strong>。再"} {
		if !strings.Contains(page, want) {
			t.Errorf("without %s: %s", want, page)
		}
	}
	if strings.Contains(page, "<script") || strings.Contains(page, "<b>") || len(sections) != 1 || sections[0] != (Section{"s1", "看差别"}) {
		t.Errorf("%s %v", page, sections)
	}
	if _, _, err := o.Render([]byte("[去](nowhere)")); err == nil {
		t.Error("a link to nowhere is taken")
	}
}
