package questionio

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Table is one sheet: Rows[0] is its first row.
type Table struct {
	Name   string
	Rows   [][]string
	Hidden []int // rows that a person does not see, counting from 0
}

// headerRows is how many of a sheet's first rows are searched for the headers.
const headerRows = 20

// NotesSheet is the template's sheet of instructions; it is not read.
const NotesSheet = "说明"

// FromTables finds the questions in sheets: in each it looks for the header row and reads a question from every row
// below.
func FromTables(tables []Table) File {
	var f File
	for _, t := range tables {
		if strings.TrimSpace(t.Name) == NotesSheet {
			continue
		}
		s := page{table: t, file: &f}
		s.read()
	}
	return f
}

// page is the state of reading one table.
type page struct {
	table   Table
	file    *File
	columns []column
	top     int    // the first row of headers
	section string // the kind named by a line above the rows
	count   int    // questions so far
	inPart  int    // questions since the last such line
}

func (s *page) place(row int) string {
	return fmt.Sprintf("表“%s”第 %d 行", s.table.Name, row+1)
}

func (s *page) read() {
	at := s.findHeaders()
	if at < 0 {
		s.file.notes = append(s.file.notes, "表“"+s.table.Name+"”里没有找到表头（至少要有“题目”和“答案”），没有读。")
		return
	}
	if w, ok := kindOf(s.table.Name); ok && w != (kindWord{}) {
		s.section = s.table.Name
	}
	s.unused(at)
	for i := at; i < len(s.table.Rows); i++ {
		s.row(i)
	}
}

// findHeaders gives the index of the row after the headers, -1 when there are none.
func (s *page) findHeaders() int {
	for i, row := range s.table.Rows[:min(headerRows, len(s.table.Rows))] {
		columns, found := headers(row)
		if !found {
			continue
		}
		s.columns, s.top, i = columns, i, i+1
		if i < len(s.table.Rows) {
			if both, more := under(columns, s.table.Rows[i]); more {
				s.columns, i = both, i+1
			}
		}
		return i
	}
	return -1
}

// unused notes the columns with an unknown header.
func (s *page) unused(at int) {
	var names []string
	for i, c := range s.columns {
		for _, row := range s.table.Rows[s.top:at] {
			if c.field == unknown && i < len(row) && clean(row[i]) != "" && !slices.Contains(names, line(row[i])) {
				names = append(names, line(row[i]))
			}
		}
	}
	if len(names) > 0 {
		s.file.notes = append(s.file.notes, "表“"+s.table.Name+"”里没有用到的列："+strings.Join(names, "、")+"。")
	}
}

func (s *page) row(i int) {
	row := s.table.Rows[i]
	filled := slices.DeleteFunc(slices.Clone(row), func(c string) bool { return clean(c) == "" })
	if len(filled) == 0 {
		return
	}
	if _, again := headers(row); again {
		return
	}
	if len(filled) == 1 && s.part(filled[0]) {
		return
	}
	e := s.entry(row)
	if e.blank() {
		return
	}
	e.place = s.place(i)
	s.count, s.inPart = s.count+1, s.inPart+1
	if e.id == "" {
		e.stem = s.unnumbered(e.stem)
	}
	if clean(e.kind) == "" && e.id == "" {
		e.kind = s.section
	}
	s.file.entries = append(s.file.entries, e)
}

// part reads a line that names the kind of the rows below it, as 二、多项选择题（每题 2 分）.
func (s *page) part(cell string) bool {
	w, ok := kindOf(cell)
	if !ok || w == (kindWord{}) || len([]rune(cell)) > 40 || !strings.Contains(cell, "题") {
		return false
	}
	s.section, s.inPart = inBrackets.ReplaceAllString(narrow(cell), ""), 0
	return true
}

func (s *page) entry(row []string) entry {
	var e entry
	single := map[field]*string{
		fieldID: &e.id, fieldKind: &e.kind, fieldSituation: &e.situation, fieldStem: &e.stem, fieldAnswer: &e.answer,
		fieldExplanation: &e.explanation, fieldConcept: &e.concept, fieldDifficulty: &e.difficulty,
		fieldCitations: &e.citations, fieldExplainer: &e.explainer, fieldOptionIDs: &e.optionIDs,
	}
	together := -1
	for i, cell := range row {
		if i >= len(s.columns) {
			break
		}
		c := s.columns[i]
		switch into := single[c.field]; {
		case into != nil:
			*into = cell
		case c.field == fieldOption && clean(cell) != "":
			for len(e.options) <= c.option {
				e.options = append(e.options, "")
			}
			e.options[c.option] = cell
		case c.field == fieldOptions:
			together = i
		}
	}
	e.id = clean(e.id)
	if together >= 0 && len(e.options) == 0 {
		e.options = s.together(row, together)
	}
	return e
}

// together reads options under one header: from one cell, or from the following columns without a header.
func (s *page) together(row []string, at int) []string {
	cells := []string{row[at]}
	for i := at + 1; i < len(row) && (i >= len(s.columns) || s.columns[i].field == fieldOptions || s.bare(i)); i++ {
		cells = append(cells, row[i])
	}
	for len(cells) > 0 && clean(cells[len(cells)-1]) == "" {
		cells = cells[:len(cells)-1]
	}
	if len(cells) == 1 {
		return apart(cells[0])
	}
	return cells
}

// bare says whether a column has no header.
func (s *page) bare(i int) bool {
	if s.columns[i].field != unknown {
		return false
	}
	over := s.table.Rows[s.top]
	return i >= len(over) || clean(over[i]) == ""
}

func (e *entry) blank() bool {
	return clean(e.stem+e.situation+e.answer+e.explanation+strings.Join(e.options, "")) == ""
}

var numbered = regexp.MustCompile(`^([0-9]{1,4})\s*(?:[、．)）]|\.\s*)`)

// unnumbered removes a number from a stem when it is the question's own number.
func (s *page) unnumbered(stem string) string {
	stem = clean(stem)
	m := numbered.FindStringSubmatch(stem)
	if m == nil {
		return stem
	}
	if n, err := strconv.Atoi(m[1]); err != nil || n != s.count && n != s.inPart {
		return stem
	}
	rest := stem[len(m[0]):]
	if rest == "" || rest[0] >= '0' && rest[0] <= '9' {
		return stem // 3.8 is a decimal number
	}
	return rest
}
