package app

import (
	"io"

	"pugongying/internal/questionio"
	"pugongying/internal/sheet"
)

// Spreadsheets lets questions come from Excel and go there.
type Spreadsheets struct{}

// Read reads every visible sheet.
func (Spreadsheets) Read(data []byte) ([]questionio.Table, error) {
	tables, err := sheet.Read(data)
	read := make([]questionio.Table, len(tables))
	for i, t := range tables {
		read[i] = questionio.Table(t)
	}
	return read, err
}

// ReadCSV reads a text of cells.
func (Spreadsheets) ReadCSV(name string, data []byte) (questionio.Table, error) {
	table, err := sheet.ReadCSV(name, data)
	return questionio.Table(table), err
}

// Write writes tables; the first contains questions, another one text.
func (Spreadsheets) Write(w io.Writer, tables []questionio.Table) error {
	pages := make([]sheet.Page, len(tables))
	for i, t := range tables {
		pages[i] = sheet.Page{Table: sheet.Table(t), Widths: []float64{100}}
		if i == 0 {
			pages[i].Widths, pages[i].Choices = questionio.Widths(), questionio.Choices()
		}
	}
	return sheet.Write(w, pages)
}
