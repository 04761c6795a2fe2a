// Package chart draws bars as SVG, for pages and for paper. The text in a drawing is text: the browser chooses the letters,
// Chinese ones too, and none are in the file.
//
// It promises that a value that is not to be shown leaves no trace in the drawing but the words that stand for it: no bar, no
// length of an axis. It draws no axis with numbers: each bar says its own.
package chart

import (
	"bytes"
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgsvg"
)

// Bar is one bar: its label, its length, and what is written at its end.
type Bar struct {
	Label  string
	Value  float64
	Words  string
	Hidden bool // no bar: only the words are shown, whatever the value
}

// Measures, in points.
const (
	width  = 460
	row    = 25
	letter = 11
	thick  = 13
)

var (
	leaf = color.RGBA{R: 0x2d, G: 0x68, B: 0x4c, A: 0xff}
	ink  = color.RGBA{R: 0x22, G: 0x2b, B: 0x26, A: 0xff}
	calm = color.RGBA{R: 0x5c, G: 0x64, B: 0x5e, A: 0xff}
)

// Bars draws bars that lie below each other, the first on top. Nothing to draw is an empty drawing.
func Bars(bars []Bar) ([]byte, error) {
	p := plot.New()
	p.BackgroundColor = color.White
	p.TextHandler = handler{text.Plain{Fonts: font.DefaultCache}}
	p.X.Tick.Marker, p.Y.Tick.Length, p.Y.Tick.LineStyle.Width, p.Y.LineStyle.Width = plot.ConstantTicks(nil), 0, 0, 0
	p.X.LineStyle.Width, p.Y.Padding, p.X.Padding = 0, 6, 0
	style := text.Style{Color: ink, Font: font.From(plot.DefaultFont, letter), Handler: p.TextHandler, YAlign: draw.YCenter}
	p.Y.Tick.Label = style
	p.Y.Tick.Label.XAlign = draw.XRight
	lengths, most := make(plotter.Values, len(bars)), 1.0
	names := make([]string, len(bars))
	words := plotter.XYLabels{XYs: make(plotter.XYs, len(bars)), Labels: make([]string, len(bars))}
	styles := make([]text.Style, len(bars))
	for i, b := range bars {
		at := len(bars) - 1 - i // the axis grows upwards
		if !b.Hidden {
			lengths[at] = max(b.Value, 0)
		}
		most = max(most, lengths[at])
		names[at], words.Labels[at], words.XYs[at] = b.Label, b.Words, plotter.XY{X: lengths[at], Y: float64(at)}
		styles[at] = style
		if b.Hidden {
			styles[at].Color = calm
		}
	}
	if len(bars) > 0 {
		drawn, err := plotter.NewBarChart(lengths, thick)
		if err != nil {
			return nil, fmt.Errorf("chart: %w", err)
		}
		drawn.Horizontal, drawn.Color, drawn.LineStyle.Width = true, leaf, 0
		labels, err := plotter.NewLabels(words)
		if err != nil {
			return nil, fmt.Errorf("chart: %w", err)
		}
		labels.TextStyle, labels.Offset = styles, vg.Point{X: 6}
		p.Add(drawn, labels)
		p.NominalY(names...)
	}
	p.X.Min, p.X.Max = 0, most*1.25 // room for the words at the longest bar
	p.Y.Min, p.Y.Max = -0.6, float64(len(bars))-0.4
	canvas := vgsvg.New(width, vg.Length(len(bars))*row+8)
	p.Draw(draw.New(canvas))
	var out bytes.Buffer
	if _, err := canvas.WriteTo(&out); err != nil {
		return nil, fmt.Errorf("chart: %w", err)
	}
	return anyLetters(out.Bytes()), nil
}

// anyLetters lets the browser take its own sans-serif, which has Chinese letters.
func anyLetters(svg []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(svg, []byte("font-family:Liberation Serif"), family), []byte("font-family:Liberation Sans"), family)
}

var family = []byte("font-family:'Noto Sans CJK SC','PingFang SC','Microsoft YaHei',sans-serif")

// handler measures text as browsers set it: a Chinese letter is as wide as high. The library's fonts have none, and would
// leave each the width of a missing one, so that what ends at a place would not.
type handler struct{ text.Plain }

// Box is the size of one line.
func (h handler) Box(line string, f font.Font) (w, height, depth vg.Length) {
	_, height, depth = h.Plain.Box(line, f)
	return h.width(line, f), height, depth
}

func (h handler) width(line string, f font.Font) (w vg.Length) {
	face := h.Fonts.Lookup(f, f.Size)
	for _, r := range line {
		if r > 0x2e7f {
			w += f.Size
		} else {
			w += face.Width(string(r))
		}
	}
	return w
}

// Draw sets one line that is not turned.
func (h handler) Draw(c vg.Canvas, line string, style text.Style, at vg.Point) {
	if line == "" {
		return
	}
	face := h.Fonts.Lookup(style.Font, style.Font.Size)
	c.SetColor(style.Color)
	_, height, depth := h.Box(line, style.Font)
	at.X += vg.Length(style.XAlign) * h.width(line, style.Font)
	at.Y += (height+depth)*vg.Length(style.YAlign) + depth
	c.FillString(face, at, line)
}
