package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// ErrEncoding refuses a text that is neither UTF-8 nor GB18030 (which includes GBK and GB2312).
var ErrEncoding = errors.New("文字的编码不对：请另存为 .xlsx，或者存成 UTF-8 的 .csv")

// ReadCSV reads a text of cells divided by commas, semicolons or tabs, in UTF-8 or GB18030, as Excel and WPS save it, as one
// table of this name.
func ReadCSV(name string, data []byte) (Table, error) {
	if len(data) > MaxFile {
		return Table{}, ErrTooLarge
	}
	text, err := decoded(data)
	if err != nil {
		return Table{}, err
	}
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = divider(text), -1, true
	t := Table{Name: name}
	for filled := 0; ; {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return Table{}, fmt.Errorf("%w（%w）", ErrUnreadable, err)
		}
		if strings.TrimSpace(strings.Join(cells, "")) != "" {
			filled++
		}
		line, _ := r.FieldPos(0)
		if filled > MaxRows || line > maxRow {
			return Table{}, ErrTooLarge
		}
		t.Rows = append(t.Rows, cells[:min(len(cells), maxColumn)])
	}
}

// decoded gives a text in UTF-8. What is no UTF-8 is tried as GB18030 with a strict eye: a guess from letter frequencies
// takes short tables for Korean.
func decoded(data []byte) (string, error) {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if utf8.Valid(data) {
		return string(data), nil
	}
	text, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
	if err != nil || bytes.ContainsRune(text, utf8.RuneError) {
		return "", ErrEncoding
	}
	return string(text), nil
}

// divider is what divides the cells of the first line.
func divider(text string) rune {
	first, _, _ := strings.Cut(text, "\n")
	best, most := ',', 0
	for _, sign := range ",\t;" {
		if n := strings.Count(first, string(sign)); n > most {
			best, most = sign, n
		}
	}
	return best
}
