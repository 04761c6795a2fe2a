package sheet

import (
	"fmt"
	"regexp"
	"strings"

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
			if err := f.SetCellStr(p.Name, cell, literal(text)); err != nil {
				return fmt.Errorf("%s: %w", cell, err)
			}
		}
	}
	return nil
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
