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
	top     int             // the first row of headers
	section string          // the kind named by a line above the rows
	count   int             // questions so far
	inPart  int             // questions since the last such line
	missing map[string]bool // required fields without a column
	hidden  []string        // places of questions in hidden rows
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
	s.lacking()
	for i := at; i < len(s.table.Rows); i++ {
		s.row(i)
	}
	if len(s.hidden) > 0 {
		s.file.notes = append(s.file.notes, fmt.Sprintf("有 %d 道题在隐藏的（或者筛掉的）行里，也读了：%s。不要的话，请先删掉那几行。", len(s.hidden), strings.Join(s.hidden, "、")))
	}
}

// required are the fields that every question needs a column for.
var required = []struct {
	field field
	name  string
}{{fieldExplanation, "explanation"}, {fieldConcept, "concept"}, {fieldDifficulty, "difficulty"}, {fieldCitations, "citations"}}

// lacking names each required column that is not there once, instead of with every row.
func (s *page) lacking() {
	before := s.missing
	s.missing = map[string]bool{}
	for _, need := range required {
		if slices.ContainsFunc(s.columns, func(c column) bool { return c.field == need.field }) {
			continue
		}
		if s.missing[need.name] = true; !before[need.name] {
			s.file.faults = append(s.file.faults, Fault{
				Place: "表“" + s.table.Name + "”", Text: "没有“" + columns[need.name] + "”这一列。请加上：每道题都要写。",
			})
		}
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
	if columns, found := headers(row); found {
		s.turn(i, columns)
		return
	}
	if s.part(filled) {
		return
	}
	e := s.entry(row)
	if e.blank() {
		return
	}
	if e.id == "" {
		s.brokenCells(i)
	}
	e.place, e.missing = s.place(i), s.missing
	if slices.Contains(s.table.Hidden, i) {
		s.hidden = append(s.hidden, e.place)
	}
	s.count, s.inPart = s.count+1, s.inPart+1
	if e.id == "" {
		e.stem = s.unnumbered(e.stem, e.number)
	}
	if clean(e.kind) == "" && e.id == "" {
		e.kind = s.section
	}
	s.file.entries = append(s.file.entries, e)
}

// turn takes a header row below the first one: the rows below it are read by it.
func (s *page) turn(i int, columns []column) {
	now := again(s.columns, columns)
	if !slices.Equal(now, s.columns) {
		s.file.notes = append(s.file.notes, s.place(i)+"又是一行表头，下面的行按它读。")
	}
	s.columns = now
	s.lacking()
}

var (
	ordinal = regexp.MustCompile(`^(?:第?[一二三四五六七八九十0-9]{1,3}(?:大题|部分)?|\([一二三四五六七八九十0-9]{1,3}\))\s*[、.:)]?\s*`)
	ofAKind = regexp.MustCompile(`^[^()]{1,12}题$`)
)

// longestHeading is how many characters the words of a section's heading have at most, brackets left out.
const longestHeading = 40

// part reads a line that names the kind of the rows below it, in one cell or beside its number: 二、多项选择题（每题 2 分）.
// A heading that names no kind read here ends the kind before it too.
func (s *page) part(filled []string) bool {
	words := line(narrow(strings.Join(filled, " ")))
	if len(filled) > 2 || len(filled) == 2 && ordinal.ReplaceAllString(line(narrow(filled[0])), "") != "" {
		return false
	}
	heading, _, _ := strings.Cut(words, "(")
	heading = strings.TrimSpace(heading)
	if len([]rune(heading)) > longestHeading || !strings.Contains(heading, "题") {
		return false
	}
	numbered := ordinal.MatchString(heading)
	bare := strings.TrimSpace(ordinal.ReplaceAllString(heading, ""))
	w, known := kindOf(heading)
	if (!known || w == (kindWord{})) && !(numbered && ofAKind.MatchString(bare)) && (refusedKind(bare) == "" || !ofAKind.MatchString(bare)) {
		return false
	}
	s.section, s.inPart = bare, 0
	return true
}

func (s *page) entry(row []string) entry {
	var e entry
	single := map[field]*string{
		fieldID: &e.id, fieldKind: &e.kind, fieldSituation: &e.situation, fieldStem: &e.stem, fieldAnswer: &e.answer,
		fieldExplanation: &e.explanation, fieldConcept: &e.concept, fieldDifficulty: &e.difficulty,
		fieldCitations: &e.citations, fieldExplainer: &e.explainer, fieldOptionIDs: &e.optionIDs, fieldNumber: &e.number,
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
		options, guessed := s.together(row, together)
		if e.options = options; guessed {
			e.doubts = append(e.doubts, columns["options"]+"：都写在一格里，读成："+listed(e.options)+"。")
		}
	}
	return e
}

// together reads options under one header: from one cell, or from the following columns without a header. It says whether
// it had to guess.
func (s *page) together(row []string, at int) (options []string, guessed bool) {
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
	return cells, false
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

var numbered = regexp.MustCompile(`^(?:([0-9]{1,4})\s*(?:[、．)）]|\.\s*)|[(（]\s*([0-9]{1,4})\s*[)）]|第\s*([0-9]{1,4})\s*题\s*[、．.:：]?)\s*`)

// unnumbered removes a number from a stem when it is the question's own: its place in the sheet, in its section, or what
// the row says.
func (s *page) unnumbered(stem, own string) string {
	stem = clean(stem)
	m := numbered.FindStringSubmatch(stem)
	if m == nil {
		return stem
	}
	written := m[1] + m[2] + m[3]
	if n, err := strconv.Atoi(written); err != nil || n != s.count && n != s.inPart && written != line(narrow(own)) {
		return stem
	}
	rest := stem[len(m[0]):]
	if rest == "" || rest[0] >= '0' && rest[0] <= '9' {
		return stem // 3.8 is a decimal number
	}
	return rest
}
