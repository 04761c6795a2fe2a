package console

import (
	"fmt"
	"html"
	"strings"
)

// drawing makes a picture of the guide: "KIND:part|part|…". Shapes carry classes of console.css and no style, so that they
// follow day and night and pass the content policy.
func drawing(source, words string) (string, error) {
	kind, rest, _ := strings.Cut(source, ":")
	draw := drawings[kind]
	if draw == nil || rest == "" || words == "" {
		return "", fmt.Errorf("no picture %q with words %q", source, words)
	}
	body, height := draw(strings.Split(rest, "|"))
	return fmt.Sprintf(`<svg class="pic" viewBox="0 0 600 %d" role="img" aria-label="%s">%s</svg>`, height, html.EscapeString(words), body), nil
}

var drawings = map[string]func(parts []string) (body string, height int){
	"steps": drawSteps, "pair": drawPair, "sides": drawSides, "phone": drawPhone, "rows": drawRows, "code": drawCode,
}

// label is text in the middle of a place.
func label(x, y int, class, text string) string {
	return fmt.Sprintf(`<text x="%d" y="%d" class="%s" text-anchor="middle">%s</text>`, x, y, class, html.EscapeString(text))
}

func box(x, y, w, h int, class string) string {
	return fmt.Sprintf(`<rect x="%d" y="%d" width="%d" height="%d" rx="8" class="%s"/>`, x, y, w, h, class)
}

// lines stand for text.
func lines(x, y int, widths ...int) string {
	var out strings.Builder
	for i, w := range widths {
		fmt.Fprintf(&out, `<rect x="%d" y="%d" width="%d" height="8" rx="4" class="pl"/>`, x, y+i*20, w)
	}
	return out.String()
}

// drawSteps is a way: circles with words, the last one filled.
func drawSteps(parts []string) (string, int) {
	var out strings.Builder
	gap := 600 / len(parts)
	fmt.Fprintf(&out, `<path d="M%d 34H%d" class="pw"/>`, gap/2, 600-gap/2)
	for i, p := range parts {
		x, class, number := gap/2+i*gap, "pc", "pt"
		if i == len(parts)-1 {
			class, number = "pf", "pn"
		}
		fmt.Fprintf(&out, `<circle cx="%d" cy="34" r="17" class="%s"/>`, x, class)
		out.WriteString(label(x, 39, number, fmt.Sprint(i+1)) + label(x, 76, "pt", p))
	}
	return out.String(), 92
}

// drawPair is a place in a text and its card: what the card says, then its buttons.
func drawPair(parts []string) (string, int) {
	var out strings.Builder
	out.WriteString(box(1, 1, 598, 126, "pb") + lines(22, 24, 290) + lines(22, 44, 96) + lines(22, 72, 300, 220))
	out.WriteString(`<rect x="126" y="38" width="150" height="20" class="ps"/><path d="M126 58h150" class="pu"/><path d="M300 48h58" class="pd"/>`)
	out.WriteString(box(362, 18, 220, 84, "pg") + `<circle cx="289" cy="48" r="10" class="pq"/><circle cx="384" cy="40" r="10" class="pq"/>` + label(289, 53, "pi", "1") + label(384, 45, "pi", "1"))
	fmt.Fprintf(&out, `<text x="402" y="45" class="ph6">%s</text>`, html.EscapeString(parts[0]))
	x := 376
	for i, p := range parts[1:] {
		w := 22 + 13*len([]rune(p))
		class, text := "pb2", "pt2"
		if i == 0 {
			class, text = "pf", "pn2"
		}
		out.WriteString(box(x, 64, w, 26, class) + label(x+w/2, 82, text, p))
		x += w + 8
	}
	return out.String(), 128
}

// drawSides is two texts beside each other.
func drawSides(parts []string) (string, int) {
	var out strings.Builder
	for i, p := range parts[:min(2, len(parts))] {
		x := i * 306
		out.WriteString(box(x+1, 1, 292, 126, "pb"))
		fmt.Fprintf(&out, `<text x="%d" y="28" class="ph6">%s</text>`, x+20, html.EscapeString(p))
		out.WriteString(lines(x+20, 46, 240, 180-i*50, 220, 120))
	}
	return out.String(), 128
}

// drawPhone is a phone with boxes to fill in, and the last part as its button.
func drawPhone(parts []string) (string, int) {
	var out strings.Builder
	height := 30 + 46*len(parts)
	out.WriteString(`<rect x="180" y="1" width="240" height="` + fmt.Sprint(height-2) + `" rx="20" class="pb"/>`)
	for i, p := range parts {
		y := 18 + 46*i
		if i == len(parts)-1 {
			out.WriteString(box(200, y, 200, 36, "pf") + label(300, y+23, "pn", p))
			continue
		}
		out.WriteString(box(200, y, 200, 36, "pb2"))
		fmt.Fprintf(&out, `<text x="214" y="%d" class="pt2">%s</text>`, y+23, html.EscapeString(p))
	}
	return out.String(), height
}

// drawRows is a table of two columns, parts as "left=right"; the first row is the one that is worked on.
func drawRows(parts []string) (string, int) {
	var out strings.Builder
	height := 8 + 34*len(parts)
	out.WriteString(box(1, 1, 598, height-2, "pb"))
	for i, p := range parts {
		left, right, _ := strings.Cut(p, "=")
		y := 4 + 34*i
		if i == 0 {
			fmt.Fprintf(&out, `<rect x="2" y="%d" width="596" height="34" class="po"/>`, y)
		}
		fmt.Fprintf(&out, `<text x="20" y="%d" class="ph6">%s</text><text x="580" y="%d" class="pt2" text-anchor="end">%s</text>`, y+23, html.EscapeString(left), y+23, html.EscapeString(right))
		if i > 0 {
			fmt.Fprintf(&out, `<path d="M2 %dH598" class="pw1"/>`, y)
		}
	}
	return out.String(), height
}

// drawCode is a code on a screen and a phone that shows the same two digits.
func drawCode(parts []string) (string, int) {
	var out strings.Builder
	out.WriteString(box(90, 1, 210, 128, "pb") + box(112, 20, 72, 72, "pb2"))
	for i := range 5 {
		for j := range 5 {
			if (i*7+j*3+i*j)%3 != 1 {
				fmt.Fprintf(&out, `<rect x="%d" y="%d" width="9" height="9" rx="2" class="pk"/>`, 120+j*12, 28+i*12)
			}
		}
	}
	out.WriteString(label(240, 70, "pbig", parts[0]) + label(195, 116, "pt2", "电脑"))
	out.WriteString(`<path d="M312 64h66" class="pd"/><rect x="390" y="1" width="120" height="128" rx="16" class="pb"/>` + label(450, 56, "pbig", parts[0]))
	out.WriteString(box(410, 72, 80, 26, "pf") + label(450, 90, "pn2", "是我") + label(450, 118, "pt2", "手机"))
	return out.String(), 130
}
