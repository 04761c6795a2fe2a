// Package sheet reads and writes spreadsheets (.xlsx), the one package that knows the library for it.
//
// It promises that every cell comes as the text that a person in China sees in it, dates included; that what it wrote it
// reads back the same; that a cell merged downwards counts for each of its rows; that rows which are hidden or filtered out
// are named; and that no cell it writes is ever taken for a formula, whatever it begins with.
//
// It refuses what would cost too much before it is unpacked (bytes, rows, merged cells), files with a password and the
// old .xls; hidden sheets it leaves alone. It computes nothing: of a formula it takes the value that was saved with it.
package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Bounds of what is read.
const (
	MaxFile   = 8 << 20  // bytes of the file on disk
	maxInside = 48 << 20 // bytes unpacked
	maxParts  = 500      // files inside the file
	maxSheets = 50
	MaxRows   = 10_000 // rows with something in them, over all sheets
	maxColumn = 64     // further columns are not looked at
	maxRow    = 1 << 20
	maxMerged = 4_000 // places where merged cells are written down
)

// What is wrong with a file, for the person who sent it.
var (
	ErrUnreadable = errors.New("这个文件打不开：要用 Excel 或 WPS 存成 .xlsx（旧的 .xls 请另存为 .xlsx，有密码的请先去掉密码）")
	ErrTooLarge   = fmt.Errorf("这个文件太大了：最多 %d 行、%d MB，请分成几个文件", MaxRows, MaxFile>>20)
)

// Table is one sheet: Rows[0] is its first row, blank rows among them.
type Table struct {
	Name   string
	Rows   [][]string
	Hidden []int // rows with something in them that a person does not see, counting from 0
}

// Read reads every visible sheet that has anything in it.
func Read(data []byte) (tables []Table, err error) {
	if err := admit(data); err != nil {
		return nil, err
	}
	// The library is given files from strangers: where it falls, the file is unreadable.
	defer func() {
		if fell := recover(); fell != nil {
			tables, err = nil, fmt.Errorf("%w（%v）", ErrUnreadable, fell)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), asSeen)
	if err != nil {
		return nil, fmt.Errorf("%w（%w）", ErrUnreadable, err)
	}
	defer f.Close()
	merged, err := merges(f)
	if err != nil {
		return nil, err
	}
	styles, names := mendedStyles(f), f.GetSheetList()
	if len(names) > maxSheets {
		return nil, ErrTooLarge
	}
	rows := 0
	for _, name := range names {
		t, n, err := table(f, styles, name, MaxRows-rows)
		if err != nil {
			return nil, err
		}
		if rows += n; n == 0 {
			continue
		}
		if merged {
			if err := fillDown(f, &t); err != nil {
				return nil, err
			}
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// ole is how files with a password and the old .xls begin.
var ole = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

// admit looks at a file from outside before anything is unpacked.
func admit(data []byte) error {
	if len(data) > MaxFile {
		return ErrTooLarge
	}
	if bytes.Contains(data, ole) {
		return ErrUnreadable
	}
	archive, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return ErrUnreadable
	}
	inside := uint64(0)
	for _, part := range archive.File {
		if part.UncompressedSize64 > maxInside {
			return ErrTooLarge
		}
		inside += part.UncompressedSize64
	}
	if inside > maxInside || len(archive.File) > maxParts {
		return ErrTooLarge
	}
	return nil
}

// merges says whether any cells are merged; too many of them would take the library for ever.
func merges(f *excelize.File) (bool, error) {
	n := 0
	f.Pkg.Range(func(name, part any) bool {
		if text, ok := part.([]byte); ok && strings.HasPrefix(strings.ToLower(name.(string)), "xl/worksheets/") {
			n += bytes.Count(text, []byte("mergeCell"))
		}
		return true
	})
	if n > maxMerged {
		return false, ErrTooLarge
	}
	return n > 0, nil
}

// table reads one sheet of at most most rows with something in them, and says how many there were.
func table(f *excelize.File, styles mended, name string, most int) (Table, int, error) {
	t := Table{Name: name}
	if visible, err := f.GetSheetVisible(name); err != nil || !visible {
		return t, 0, nil
	}
	rows, err := f.Rows(name)
	if err != nil {
		return t, 0, nil // a chart has no rows
	}
	defer rows.Close()
	n := 0
	for at := 0; rows.Next(); at++ {
		cells, err := rows.Columns()
		if err != nil {
			return t, 0, fmt.Errorf("%w（%s：%w）", ErrUnreadable, name, err)
		}
		if at >= maxRow {
			return t, 0, ErrTooLarge
		}
		if strings.TrimSpace(strings.Join(cells, "")) == "" {
			continue
		}
		if n++; n > most {
			return t, 0, ErrTooLarge
		}
		// Only now are the blank rows before it worth keeping.
		t.Rows = append(t.Rows, make([][]string, at-len(t.Rows))...)
		t.Rows = append(t.Rows, append([]string(nil), cells[:min(len(cells), maxColumn)]...))
		if rows.GetRowOpts().Hidden {
			t.Hidden = append(t.Hidden, at)
		}
		styles.apply(f, name, at+1, t.Rows[at])
	}
	return t, n, nil
}

// fillDown gives every row of a merged cell its text, in the cell's first column.
func fillDown(f *excelize.File, t *Table) error {
	merged, err := f.GetMergeCells(t.Name)
	if err != nil {
		return fmt.Errorf("%w（%s：%w）", ErrUnreadable, t.Name, err)
	}
	for _, m := range merged {
		column, top, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		_, bottom, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil || err2 != nil || column > maxColumn || top > len(t.Rows) || column > len(t.Rows[top-1]) {
			continue
		}
		for row := top; row < min(bottom, len(t.Rows)); row++ {
			if len(t.Rows[row]) == 0 {
				continue // nothing else belongs here
			}
			for len(t.Rows[row]) < column {
				t.Rows[row] = append(t.Rows[row], "")
			}
			t.Rows[row][column-1] = t.Rows[top-1][column-1]
		}
	}
	return nil
}

// Page is a sheet to be written: the first row is its head.
type Page struct {
	Table
	Widths  []float64        // of the columns, in characters
	Choices map[int][]string // column, counting from 0, to what may be chosen in it
	Dates   []int            // columns whose days ("2026-11-01") become dates of the spreadsheet
	Numbers []int            // columns whose whole numbers become numbers
}

// Write writes a file of these pages. Every cell is text, but for days and numbers in columns of those.
func Write(w io.Writer, pages []Page) error {
	f := excelize.NewFile()
	defer f.Close()
	for i, p := range pages {
		if i == 0 {
			if err := f.SetSheetName(f.GetSheetName(0), p.Name); err != nil {
				return fmt.Errorf("sheet: name: %w", err)
			}
		} else if _, err := f.NewSheet(p.Name); err != nil {
			return fmt.Errorf("sheet: new sheet: %w", err)
		}
		if err := page(f, p); err != nil {
			return fmt.Errorf("sheet: write %s: %w", p.Name, err)
		}
	}
	if err := f.Write(w); err != nil {
		return fmt.Errorf("sheet: write: %w", err)
	}
	return nil
}
