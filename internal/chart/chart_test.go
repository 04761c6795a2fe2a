package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
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
		if errors.Is(err, io.EOF) {
			return all, rectangles
		}
		if err != nil {
			t.Fatal(err)
		}
		switch at := token.(type) {
		case xml.StartElement:
			inside = at.Name.Local == "text"
			if at.Name.Local == "rect" {
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
	svg := Bars(bars())
	if path := os.Getenv("PGY_CHART"); path != "" { // to be looked at
		if err := os.WriteFile(path, svg, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	said, rectangles := texts(t, svg)
	for _, want := range []string{"阿鲁科尔沁旗", "412", "红山区", "96", "敖汉旗", "不足 10", "<script>&", "0"} {
		found := false
		for _, s := range said {
			found = found || s == want
		}
		if !found {
			t.Errorf("%q is not in %q", want, said)
		}
	}
	if len(svg) > 3_000 || rectangles != 2 {
		t.Errorf("%d bytes, %d bars of two", len(svg), rectangles)
	}
	if empty, _ := texts(t, Bars(nil)); len(empty) != 0 {
		t.Errorf("no bars say %q", empty)
	}
}

// A hidden value leaves no trace: the drawing is the same whatever it is.
func TestAHiddenValueLeavesNoTrace(t *testing.T) {
	draw := func(value float64, hidden bool) string {
		b := bars()
		b[2].Value, b[2].Hidden = value, hidden
		return string(Bars(b))
	}
	if draw(1, true) != draw(9, true) || draw(1, true) != draw(5000, true) {
		t.Error("a hidden value shows")
	}
	if draw(1, false) == draw(200, false) {
		t.Error("negative control: a value that is shown does not")
	}
}

// The longest label has room before the bars, whatever its letters, and the words after the longest bar end inside.
func TestLabelsHaveRoom(t *testing.T) {
	for _, label := range []string{"红山区", "阿鲁科尔沁旗", "Alxa Left Banner", "呼和诺尔苏木哈拉图嘎查"} {
		drawing := string(Bars([]Bar{{label, 5, "12,071", false}, {"本级", 12071, "12,071", false}}))
		var x, from, wide, high int
		if _, err := fmt.Sscanf(drawing[strings.Index(drawing, "viewBox="):], `viewBox="0 0 %d %d"`, &wide, &high); err != nil {
			t.Fatal(err, drawing)
		}
		if _, err := fmt.Sscanf(drawing[strings.Index(drawing, "<text x="):], `<text x="%d"`, &x); err != nil {
			t.Fatal(err)
		}
		last := drawing[strings.LastIndex(drawing, "<text x="):]
		if _, err := fmt.Sscanf(last, `<text x="%d"`, &from); err != nil || x < measure(label) || from+measure("12,071") > wide {
			t.Errorf("%s: ends at %d of %d, the last number begins at %d of %d, %v", label, x, measure(label), from, wide, err)
		}
	}
}
