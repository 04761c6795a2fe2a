package sheet

import (
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// asSeen is how Excel and WPS show dates in China (Office Open XML, 18.8.30, the formats of zh-CN). A pattern for long
// times would replace 时 and 分, so there is none.
var asSeen = excelize.Options{
	UnzipSizeLimit: maxInside, UnzipXMLSizeLimit: maxInside,
	CultureInfo: excelize.CultureNameZhCN, ShortDatePattern: "yyyy/m/d", LongDatePattern: `yyyy"年"m"月"d"日"`,
}

// dateAndTime is the number of the format that shows a short date with hours and minutes.
const dateAndTime = 22

var (
	hourOfOne = regexp.MustCompile(` 0([0-9]:)`)
	spelled   = regexp.MustCompile(`([一二三四五])([〇○一二三四五六七八九])([月日时分秒])`)
	dateParts = regexp.MustCompile(`(?i)[ymdh]`)
)

// mended are the styles whose cells the library shows otherwise than Excel does, and what makes them right.
type mended map[int]func(string) string

// mendedStyles finds such styles in a file; most files have none.
func mendedStyles(f *excelize.File) mended {
	found := mended{}
	for id := 0; ; id++ {
		style, err := f.GetStyle(id)
		if err != nil || style == nil {
			return found
		}
		switch custom := style.CustomNumFmt; {
		case style.NumFmt == dateAndTime:
			found[id] = func(s string) string { return hourOfOne.ReplaceAllString(s, " $1") }
		case custom != nil && strings.Contains(*custom, "[DBNum1]") && dateParts.MatchString(strings.ReplaceAll(*custom, "[DBNum1]", "")):
			found[id] = func(s string) string { return spelled.ReplaceAllStringFunc(s, inTens) }
		}
	}
}

// inTens spells a number below sixty as it is said: 一二月 is 十二月, 二〇日 is 二十日.
func inTens(s string) string {
	m := spelled.FindStringSubmatch(s)
	return strings.TrimPrefix(m[1], "一") + "十" + strings.Trim(m[2], "〇○") + m[3]
}

// apply mends the cells of one row; row counts from 1.
func (m mended) apply(f *excelize.File, sheet string, row int, cells []string) {
	if len(m) == 0 {
		return
	}
	for i, text := range cells {
		name, err := excelize.CoordinatesToCellName(i+1, row)
		if err != nil || text == "" {
			continue
		}
		if style, err := f.GetCellStyle(sheet, name); err == nil && m[style] != nil {
			cells[i] = m[style](text)
		}
	}
}
