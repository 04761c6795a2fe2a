package chart

import (
	"encoding/xml"
	"io"
	"os"
	"strings"
	"testing"
)

func bars() []Bar {
	return []Bar{{"阿鲁科尔沁旗", 412, "412", false}, {"红山区", 96, "96", false}, {"敖汉旗", 7, "不足 10", true}, {"<script>&", 0, "0", false}}
}

// texts are what is written in a drawing; the drawing must be well formed.
func texts(t *testing.T, svg []byte) (all []string, rectangles int) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(string(svg)))
	for inside := false; ; {
		token, err := d.Token()
		if err == io.EOF {
			return all, rectangles
		}
		if err != nil {
			t.Fatal(err)
		}
		switch at := token.(type) {
		case xml.StartElement:
			inside = at.Name.Local == "text"
			if at.Name.Local == "path" {
				rectangles++
			}
			if at.Name.Local == "script" || at.Name.Local == "image" || at.Name.Local == "style" {
				t.Errorf("the drawing has a %s", at.Name.Local)
			}
		case xml.EndElement:
			inside = false
		case xml.CharData:
			if inside {
				all = append(all, string(at))
			}
		}
	}
}

func TestBarsSayTheirLabelsAndNumbers(t *testing.T) {
	svg, err := Bars(bars())
	if err != nil {
		t.Fatal(err)
	}
	if path := os.Getenv("PGY_CHART"); path != "" { // to be looked at
		if err := os.WriteFile(path, svg, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, _ := texts(t, svg)
	for _, want := range []string{"阿鲁科尔沁旗", "412", "红山区", "96", "敖汉旗", "不足 10", "<script>&", "0"} {
		found := false
		for _, s := range said {
			found = found || s == want
		}
		if !found {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	if len(svg) > 8_000 || strings.Contains(string(svg), "Liberation") {
		t.Errorf("%d bytes; the letters are the library's", len(svg))
	}
	if empty, err := Bars(nil); err != nil || len(empty) == 0 {
		t.Errorf("no bars: %v", err)
	}
}

// A hidden value leaves no trace: the drawing is the same whatever it is.
func TestAHiddenValueLeavesNoTrace(t *testing.T) {
	draw := func(value float64, hidden bool) string {
		b := bars()
		b[2].Value, b[2].Hidden = value, hidden
		svg, err := Bars(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(svg)
	}
	if draw(1, true) != draw(9, true) || draw(1, true) != draw(5000, true) {
		t.Error("a hidden value shows")
	}
	if draw(1, false) == draw(9, false) {
		t.Error("negative control: a value that is shown does not")
	}
}

// A Chinese letter is measured as wide as high, where the library's fonts would give it another width.
func TestChineseLabelsEndWhereTheyShould(t *testing.T) {
	at := func(label string) string {
		svg, err := Bars([]Bar{{label, 5, "5", false}, {"阿鲁科尔沁旗", 5, "5", false}})
		if err != nil {
			t.Fatal(err)
		}
		before, _, _ := strings.Cut(string(svg), ">"+label+"<")
		x, _, _ := strings.Cut(before[strings.LastIndex(before, "<text x=\"")+len("<text x=\""):], "\"")
		return x
	}
	if long, short := at("阿鲁科尔沁旗"), at("红山区"); long == short {
		t.Errorf("labels of six and three letters both begin at %s", long)
	}
}
