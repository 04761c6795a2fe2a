package sheet

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

const (
	asText      = 49 // Excel's own number for the format “text”: typing = there makes no formula either
	headerColor = "E6F0EA"
)

// page writes one sheet.
func page(f *excelize.File, p Page) error {
	if err := dress(f, p); err != nil {
		return err
	}
	for r, row := range p.Rows {
		for c, text := range row {
			if text == "" {
				continue
			}
			cell, err := excelize.CoordinatesToCellName(c+1, r+1)
			if err != nil {
				return err
			}
			if err := put(f, p, place{cell, r, c}, text); err != nil {
				return fmt.Errorf("%s: %w", cell, err)
			}
		}
	}
	return nil
}

// place is where a cell stands.
type place struct {
	name        string
	row, column int
}

// put writes one cell: a date or a number in a column of those, and everything else as text.
func put(f *excelize.File, p Page, at place, text string) error {
	value, format := any(nil), ""
	if day, err := time.Parse(time.DateOnly, text); err == nil && at.row > 0 && slices.Contains(p.Dates, at.column) {
		value, format = day, "yyyy-mm-dd"
	} else if n, err := strconv.ParseInt(text, 10, 64); err == nil && at.row > 0 && slices.Contains(p.Numbers, at.column) {
		value, format = n, "#,##0"
	}
	if value == nil {
		return f.SetCellStr(p.Name, at.name, literal(text))
	}
	if err := f.SetCellValue(p.Name, at.name, value); err != nil {
		return err
	}
	// After the value: setting a time gives its cell a format of the library's, which shows the first of a month as “Jul-26”.
	style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &format, Alignment: &excelize.Alignment{Vertical: "top"}})
	if err != nil {
		return err
	}
	return f.SetCellStyle(p.Name, at.name, at.name, style)
}

// dress gives a sheet its widths, its formats, a header that stays in sight and its lists to choose from.
func dress(f *excelize.File, p Page) error {
	wrapped := &excelize.Alignment{WrapText: true, Vertical: "top"}
	body, err := f.NewStyle(&excelize.Style{NumFmt: asText, Alignment: wrapped})
	if err != nil {
		return err
	}
	header, err := f.NewStyle(&excelize.Style{
		NumFmt: asText, Alignment: wrapped, Font: &excelize.Font{Bold: true},
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{headerColor}},
	})
	if err != nil {
		return err
	}
	for i, width := range p.Widths {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		if err := f.SetColWidth(p.Name, column, column, width); err != nil {
			return err
		}
		if err := f.SetColStyle(p.Name, column, body); err != nil {
			return err
		}
		if err := choose(f, p.Name, column, p.Choices[i]); err != nil {
			return err
		}
	}
	if err := f.SetRowStyle(p.Name, 1, 1, header); err != nil {
		return err
	}
	return f.SetPanes(p.Name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"})
}

// choose offers a list in every cell of a column but its header.
func choose(f *excelize.File, name, column string, choices []string) error {
	if len(choices) == 0 {
		return nil
	}
	list := excelize.NewDataValidation(true)
	list.SetSqref(fmt.Sprintf("%s2:%s%d", column, column, MaxRows+1))
	if err := list.SetDropList(choices); err != nil {
		return err
	}
	return f.AddDataValidation(name, list)
}

var encoded = regexp.MustCompile(`^_x[0-9A-Fa-f]{4}_`)

// literal writes a text so that none of it is read as one of the format's own _x000D_ for a character.
func literal(s string) string {
	if !strings.Contains(s, "_x") {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		if encoded.MatchString(s[i:]) {
			b.WriteString("_x005F")
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
