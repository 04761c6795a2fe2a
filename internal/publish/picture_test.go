package publish

import (
	"strings"
	"testing"
)

func TestAPictureInATextNeedsItsWordsAndItsSize(t *testing.T) {
	good := Picture{ID: strings.Repeat("AB2", 8) + "AB", Description: "桌上一碗奶茶，冒着“热气”；旁边（左）有一把钥匙。", Width: 1280, Height: 960}
	if found := good.Faults(); found != nil {
		t.Errorf("refused: %q", found)
	}
	for name, change := range map[string]func(*Picture){
		"another's id":   func(p *Picture) { p.ID = "../../etc" },
		"a short id":     func(p *Picture) { p.ID = "ABC" },
		"no words":       func(p *Picture) { p.Description = "" },
		"one character":  func(p *Picture) { p.Description = "碗" },
		"blanks":         func(p *Picture) { p.Description = "  碗 茶 " },
		"two lines":      func(p *Picture) { p.Description = "碗\n茶" },
		"markup":         func(p *Picture) { p.Description = "<b>碗</b>" },
		"too many words": func(p *Picture) { p.Description = strings.Repeat("茶", 201) },
		"no width":       func(p *Picture) { p.Width = 0 },
		"too high":       func(p *Picture) { p.Height = 1281 },
	} {
		p := good
		change(&p)
		if len(p.Faults()) != 1 {
			t.Errorf("%s: %q", name, p.Faults())
		}
	}
}
