package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

func written(t testing.TB, pages ...Page) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, pages); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// made is a file as somebody else's program writes it.
func made(t testing.TB, change func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	change(f)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestReadGivesWhatAPersonSees(t *testing.T) {
	data := made(t, func(f *excelize.File) {
		for cell, v := range map[string]any{"A1": "题库", "A3": "题目", "B3": "答案", "A4": 24, "B4": true, "C4": 0.5, "A6": "甲\n乙", "B6": "  对 "} {
			f.SetCellValue("Sheet1", cell, v)
		}
		f.SetCellFormula("Sheet1", "D4", "1+1")
		f.NewSheet("空的")
		f.NewSheet("藏着")
		f.SetCellValue("藏着", "A1", "看不见")
		f.SetSheetVisible("藏着", false)
		f.NewSheet("第二张")
		f.SetCellValue("第二张", "B1", "在")
	})
	got, err := Read(data)
	want := []Table{
		{Name: "Sheet1", Rows: [][]string{{"题库"}, nil, {"题目", "答案"}, {"24", "TRUE", "0.5", ""}, nil, {"甲\n乙", "  对 "}}},
		{Name: "第二张", Rows: [][]string{{"", "在"}}},
	}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read = %+v, %v", got, err)
	}
}

func TestAMergedCellCountsForItsRows(t *testing.T) {
	data := made(t, func(f *excelize.File) {
		for cell, v := range map[string]string{"A1": "单选", "B1": "一", "B2": "二", "B3": "三", "B5": "五", "C1": "横"} {
			f.SetCellValue("Sheet1", cell, v)
		}
		f.MergeCell("Sheet1", "A1", "A5")
		f.MergeCell("Sheet1", "C1", "E1")
		f.MergeCell("Sheet1", "ZZ1", "ZZ3")
	})
	got, err := Read(data)
	want := []Table{{Name: "Sheet1", Rows: [][]string{{"单选", "一", "横"}, {"单选", "二"}, {"单选", "三"}, nil, {"单选", "五"}}}}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Read = %+v, %v", got, err)
	}
}

func TestNothingWrittenIsAFormula(t *testing.T) {
	danger := []string{"=1+1", "+1", "-1", "@x", "=HYPERLINK(\"http://x\")", "\t=1", "12338", "2026-11-25", "TRUE", "1e5"}
	data := written(t, Page{Table: Table{Name: "题", Rows: [][]string{danger}}, Widths: make([]float64, len(danger))})
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	for i, text := range danger {
		cell, _ := excelize.CoordinatesToCellName(i+1, 1)
		formula, _ := f.GetCellFormula("题", cell)
		kind, _ := f.GetCellType("题", cell)
		if v, err := f.GetCellValue("题", cell); v != text || err != nil || formula != "" || kind != excelize.CellTypeSharedString && kind != excelize.CellTypeInlineString {
			t.Errorf("%q became %q, formula %q, type %v, %v", text, v, formula, kind, err)
		}
	}
	f.SetCellFormula("题", "A1", "1+1")
	if formula, _ := f.GetCellFormula("题", "A1"); formula == "" {
		t.Error("negative control: no formula is seen")
	}
}

func TestWriteOffersLists(t *testing.T) {
	data := written(t,
		Page{Table: Table{Name: "题", Rows: [][]string{{"题型", "难度"}}}, Widths: []float64{8, 8}, Choices: map[int][]string{0: {"单选", "多选"}}},
		Page{Table: Table{Name: "说明", Rows: [][]string{{"怎么填"}}}, Widths: []float64{80}})
	f, err := excelize.OpenReader(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	lists, err := f.GetDataValidations("题")
	if err != nil || len(lists) != 1 || lists[0].Formula1 != `"单选,多选"` || !strings.HasPrefix(lists[0].Sqref, "A2:A") {
		t.Errorf("lists %+v, %v", lists, err)
	}
	if !slices.Equal(f.GetSheetList(), []string{"题", "说明"}) {
		t.Errorf("sheets %v", f.GetSheetList())
	}
	for name, p := range map[string]Page{
		"no name":          {Table: Table{Name: "a/b"}},
		"a list too long":  {Table: Table{Name: "题"}, Widths: []float64{8}, Choices: map[int][]string{0: {strings.Repeat("长", 300)}}},
		"a column too far": {Table: Table{Name: "题", Rows: [][]string{slices.Concat(make([]string, 16_384), []string{"x"})}}},
	} {
		if err := Write(io.Discard, []Page{p}); err == nil {
			t.Errorf("Write of %s = nil", name)
		}
	}
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	text := rapid.OneOf(
		rapid.SampledFrom([]string{"", "=a", "x\ny", " 前后 ", "_x000D_", "_x000D_x000A_x005F_", "<&>\"'", "\u3000", "１２", "007", "𠮷"}),
		rapid.StringMatching(`[\p{Han}a-z =+@\n<&_x0-9-]{1,20}`),
	)
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.SliceOfN(rapid.SliceOfN(text, 1, 5), 1, 6).Draw(t, "rows")
		var b bytes.Buffer
		if err := Write(&b, []Page{{Table: Table{Name: "题", Rows: rows}, Widths: make([]float64, 5)}}); err != nil {
			t.Fatal(err)
		}
		tables, err := Read(b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		got := [][]string{}
		if len(tables) == 1 {
			got = tables[0].Rows
		}
		if want := trimmed(rows); !reflect.DeepEqual(trimmed(got), want) {
			t.Fatalf("%q came back as %q", want, got)
		}
	})
}

// trimmed leaves out what a sheet cannot tell from nothing: empty cells and blank rows behind the last.
func trimmed(rows [][]string) [][]string {
	out := [][]string{}
	for _, row := range rows {
		row = slices.Clone(row)
		if strings.TrimSpace(strings.Join(row, "")) == "" {
			row = nil
		}
		for len(row) > 0 && row[len(row)-1] == "" {
			row = row[:len(row)-1]
		}
		out = append(out, row)
	}
	for len(out) > 0 && len(out[len(out)-1]) == 0 {
		out = out[:len(out)-1]
	}
	for i := range out {
		if len(out[i]) == 0 {
			out[i] = nil
		}
	}
	return out
}

// repacked changes the parts of a file.
func repacked(t testing.TB, data []byte, change func(name string, part []byte) []byte) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	out := zip.NewWriter(&b)
	for _, part := range in.File {
		r, err := part.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		w, err := out.Create(part.Name)
		if err != nil {
			t.Fatal(err)
		}
		w.Write(change(part.Name, text))
	}
	out.Close()
	return b.Bytes()
}

func TestHostileFilesAreRefused(t *testing.T) {
	plain := written(t, Page{Table: Table{Name: "题", Rows: [][]string{{"题目", "答案"}, {"一", "A"}}}})
	inSheet := func(old, new string) []byte {
		return repacked(t, plain, func(name string, part []byte) []byte {
			if strings.HasPrefix(name, "xl/worksheets/") {
				return bytes.Replace(part, []byte(old), []byte(new), 1)
			}
			return part
		})
	}
	many := strings.Repeat(`<row><c t="inlineStr"><is><t>x</t></is></c></row>`, MaxRows+1)
	for name, c := range map[string]struct {
		data []byte
		want error
	}{
		"nothing":             {nil, ErrUnreadable},
		"text":                {[]byte("题目,答案"), ErrUnreadable},
		"an old file":         {append(slices.Clone(ole), plain...), ErrUnreadable},
		"half a file":         {plain[:len(plain)/2], ErrUnreadable},
		"another archive":     {repacked(t, plain, func(string, []byte) []byte { return []byte("x") }), ErrUnreadable},
		"a bomb":              {inSheet("</sheetData>", "</sheetData>"+strings.Repeat(" ", maxInside)), ErrTooLarge},
		"a large file":        {make([]byte, MaxFile+1), ErrTooLarge},
		"many rows":           {inSheet("</sheetData>", many+"</sheetData>"), ErrTooLarge},
		"a row far away":      {inSheet("</sheetData>", `<row r="2000000000"><c t="inlineStr"><is><t>x</t></is></c></row></sheetData>`), ErrTooLarge},
		"many merged":         {inSheet("</sheetData>", "</sheetData><mergeCells>"+strings.Repeat(`<mergeCell ref="A1:B2"/>`, maxMerged)+"</mergeCells>"), ErrTooLarge},
		"a merge of nonsense": {inSheet("</sheetData>", `</sheetData><mergeCells><mergeCell ref="nonsense"/></mergeCells>`), ErrUnreadable},
		"a cell of nonsense":  {inSheet(`r="A1"`, `r="nonsense"`), ErrUnreadable},
	} {
		if tables, err := Read(c.data); !errors.Is(err, c.want) {
			t.Errorf("%s: %d tables, %v, want %v", name, len(tables), err, c.want)
		}
	}
	if tables, err := Read(inSheet("</sheetData>", `<row r="1048576"><c t="inlineStr"><is><t>x</t></is></c></row></sheetData>`)); err != nil || len(tables[0].Rows) != 1<<20 {
		t.Errorf("the last row of all: %v", err)
	}
}

// TestABombCostsLittle reads a file that unpacks to hundreds of times its size.
func TestABombCostsLittle(t *testing.T) {
	plain := written(t, Page{Table: Table{Name: "题", Rows: [][]string{{"题目"}}}})
	bomb := repacked(t, plain, func(name string, part []byte) []byte {
		if name == "xl/worksheets/sheet1.xml" {
			return bytes.Repeat([]byte("<row/>"), 64<<20/6)
		}
		return part
	})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := Read(bomb)
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; !errors.Is(err, ErrTooLarge) || grown > 1<<20 {
		t.Errorf("a file of %d kB: %v, %d kB taken", len(bomb)>>10, err, grown>>10)
	}
}

// FuzzRead looks for a sheet that makes the reader fall or give more than it promises.
func FuzzRead(f *testing.F) {
	plain := written(f, Page{Table: Table{Name: "题", Rows: [][]string{{"题目", "答案"}}}})
	for _, part := range []string{
		`<worksheet><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>题</t></is></c><c r="B1"><f>1+1</f><v>2</v></c></row></sheetData><mergeCells><mergeCell ref="A1:B3"/></mergeCells></worksheet>`,
		`<worksheet><sheetData><row r="3"><c t="s"><v>0</v></c><c t="b"><v>1</v></c><c t="e"><v>#REF!</v></c></row></sheetData></worksheet>`, "",
	} {
		f.Add(part)
	}
	f.Fuzz(func(t *testing.T, part string) {
		tables, err := Read(repacked(t, plain, func(name string, old []byte) []byte {
			if name == "xl/worksheets/sheet1.xml" {
				return []byte(part)
			}
			return old
		}))
		rows := 0
		for _, table := range tables {
			for _, row := range table.Rows {
				if len(row) > maxColumn {
					t.Fatalf("%d columns", len(row))
				}
				if len(row) > 0 {
					rows++
				}
			}
		}
		if rows > MaxRows || err != nil && tables != nil {
			t.Fatalf("%d rows, %v", rows, err)
		}
	})
}

// 2016-03-01, 2015-12-27 and 2026-10-20 08:05 in the formats that Excel and WPS use in China.
func TestDatesReadAsTheyAreSeen(t *testing.T) {
	custom := func(code string) excelize.Style { return excelize.Style{CustomNumFmt: &code} }
	cases := []struct {
		style excelize.Style
		want  [3]string
	}{
		{excelize.Style{NumFmt: 14}, [3]string{"2016/3/1", "2015/12/27", "2026/10/20"}},
		{excelize.Style{NumFmt: 22}, [3]string{"2016/3/1 0:00", "2015/12/27 0:00", "2026/10/20 8:05"}},
		{excelize.Style{NumFmt: 27}, [3]string{"2016年3月", "2015年12月", "2026年10月"}},
		{excelize.Style{NumFmt: 28}, [3]string{"3月1日", "12月27日", "10月20日"}},
		{excelize.Style{NumFmt: 31}, [3]string{"2016年3月1日", "2015年12月27日", "2026年10月20日"}},
		{excelize.Style{NumFmt: 32}, [3]string{"0时00分", "0时00分", "8时05分"}},
		{excelize.Style{NumFmt: 33}, [3]string{"0时00分00秒", "0时00分00秒", "8时05分00秒"}},
		{excelize.Style{NumFmt: 57}, [3]string{"2016年3月", "2015年12月", "2026年10月"}},
		{excelize.Style{NumFmt: 58}, [3]string{"3月1日", "12月27日", "10月20日"}},
		{custom(`yyyy"年"m"月"d"日"`), [3]string{"2016年3月1日", "2015年12月27日", "2026年10月20日"}},
		{custom(`[DBNum1][$-804]yyyy"年"m"月"d"日"`), [3]string{"二〇一六年三月一日", "二〇一五年十二月二十七日", "二〇二六年十月二十日"}},
		{custom(`[DBNum1][$-804]m"月"d"日"`), [3]string{"三月一日", "十二月二十七日", "十月二十日"}},
	}
	data := made(t, func(f *excelize.File) {
		for row, c := range cases {
			id, err := f.NewStyle(&c.style)
			if err != nil {
				t.Fatal(err)
			}
			for column, serial := range []float64{42430, 42365, 46315.0 + (8*60+5)/1440.0} {
				cell, _ := excelize.CoordinatesToCellName(column+1, row+1)
				f.SetCellValue("Sheet1", cell, serial)
				f.SetCellStyle("Sheet1", cell, cell, id)
			}
		}
		f.SetCellValue("Sheet1", "A13", "一二月二七日")
	})
	got, err := Read(data)
	if err != nil {
		t.Fatal(err)
	}
	for row, c := range cases {
		for column, want := range c.want {
			if seen := strings.ReplaceAll(got[0].Rows[row][column], "○", "〇"); seen != want {
				t.Errorf("%d: %q, want %q", row+1, seen, want)
			}
		}
	}
	if got[0].Rows[12][0] != "一二月二七日" {
		t.Errorf("what a person typed became %q", got[0].Rows[12][0])
	}
}

func TestHiddenRowsAreNamed(t *testing.T) {
	got, err := Read(made(t, func(f *excelize.File) {
		f.SetSheetRow("Sheet1", "A1", &[]string{"题目"})
		f.SetSheetRow("Sheet1", "A3", &[]string{"藏着"})
		f.SetRowVisible("Sheet1", 2, false)
		f.SetRowVisible("Sheet1", 3, false)
	}))
	if err != nil || !slices.Equal(got[0].Hidden, []int{2}) || got[0].Rows[2][0] != "藏着" {
		t.Errorf("%+v, %v", got, err)
	}
}
