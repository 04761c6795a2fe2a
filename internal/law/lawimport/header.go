package lawimport

import (
	"regexp"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// readHeader parses the header of our own layout, the first line: title | 公布 | 施行 | 来源 | 状态.
func (r *fileReader) readHeader(line string) {
	r.header = true
	fields := strings.Split(line, "|")
	r.text.Title = clean(fields[0])
	for _, field := range fields[1:] {
		key, value, named := strings.Cut(strings.TrimSpace(field), "：")
		if !named {
			key, value = "公布", field
		}
		switch found := days(value); {
		case strings.HasPrefix(key, "公布"):
			r.issued(found)
			r.number(value)
		case key == "施行" && len(found) > 0:
			r.text.Effective, r.text.Stated = found[0], true
		case key == "废止" && len(found) > 0:
			r.text.Repealed = found[0]
		case key == "来源":
			r.text.Source = strings.TrimSpace(value)
		case key == "状态":
			r.text.Standing = standing(value)
		}
	}
}

func (r *fileReader) issued(found []string) {
	if len(found) == 0 {
		return
	}
	if r.text.Issued == "" {
		r.text.Issued = found[0]
	}
	if last := slices.Max(found); last > r.text.Issued {
		r.text.Revised = max(last, r.text.Revised)
	}
}

func (r *fileReader) number(line string) {
	if r.text.Number == "" {
		r.text.Number = squeeze(documentForm.FindString(line))
	}
}

var (
	partialWords  = regexp.MustCompile(`节录|要点|摘录|摘自|转载|不完整|非全文|未取得全文`)
	outdatedWords = regexp.MustCompile(`仅供参考|失效|废止|已被修改|已修改|旧版|旧文本`)
)

// standing parses the status field of a header. A status that begins with 现行有效 means the whole law as it is, whatever
// remarks follow.
func standing(status string) law.Standing {
	switch status = strings.TrimSpace(status); {
	case strings.HasPrefix(status, "现行有效"):
		return law.Whole
	case partialWords.MatchString(status):
		return law.Partial
	case outdatedWords.MatchString(status):
		return law.Outdated
	}
	return law.Whole
}
