package lawimport

import "strings"

// The marks around what is no text.
const (
	fence        = "```"
	commentBegin = "<!--"
	commentEnd   = "-->"
)

// aside is the code or the comment a file's reader is in.
type aside struct {
	until   string // what ends it; "" outside
	began   int    // the line it began on
	says    bool   // words stand in it behind that line
	article int    // the line of the first article in it
}

// visible is what a line says outside of front matter, code and comments: what stands before and behind a comment is text.
func (r *fileReader) visible(number int, line string) string {
	switch {
	case r.front:
		r.front = line != "---"
		r.hidden = r.hidden || strings.HasPrefix(line, "bookHidden: true")
		return ""
	case number == 1 && line == "---":
		r.front = true
		return ""
	case r.aside.until == "" && !strings.Contains(line, commentBegin) && !strings.HasPrefix(line, fence):
		return line
	case r.fenced(number, line):
		return ""
	}
	if line = strings.TrimFunc(r.uncommented(number, line), blank); r.aside.until == "" && r.fenced(number, line) {
		return ""
	}
	return line
}

// fenced takes a line of code, the first and the last among them; words behind the last mark do not end it.
func (r *fileReader) fenced(number int, line string) bool {
	switch {
	case r.aside.until == fence && strings.HasPrefix(line, fence) && strings.Trim(line, "`") == "":
		r.aside = aside{}
	case r.aside.until == fence:
		r.within(number, line)
	case r.aside.until == "" && strings.HasPrefix(line, fence):
		r.aside = aside{until: fence, began: number}
	default:
		return false
	}
	return true
}

// uncommented is a line without the comments that end, begin or stand in it.
func (r *fileReader) uncommented(number int, line string) string {
	var stored strings.Builder
	for {
		if r.aside.until == commentEnd {
			inside, behind, ends := strings.Cut(line, commentEnd)
			r.comment(number, inside, ends)
			if !ends {
				return stored.String()
			}
			r.aside, line = aside{}, behind
		}
		before, inside, begins := strings.Cut(line, commentBegin)
		stored.WriteString(before)
		if !begins {
			return stored.String()
		}
		r.aside, line = aside{until: commentEnd, began: number}, inside
	}
}

// comment reads what a comment may tell: our own head, on one line or several, and where LawRefBook's ends.
func (r *fileReader) comment(number int, inside string, ends bool) {
	switch {
	case strings.Contains(inside, "INFO END"):
		r.info, r.begun = true, true
	case r.aside.began == 1 && !r.header && strings.ContainsRune(r.top+inside, '|'):
		if r.top += inside + " "; ends {
			r.readHeader(r.top)
		}
		r.within(number, inside)
	default:
		r.within(number, inside)
	}
}

// within keeps in mind what would be lost were code or a comment never to end.
func (r *fileReader) within(number int, line string) {
	if line = strings.TrimFunc(line, blank); line == "" || number == r.aside.began {
		return
	}
	r.aside.says = true
	if r.aside.article == 0 && matchArticle(line) != nil {
		r.aside.article = number
	}
}

// unended refuses a law of which a part stands in code or a comment that never ends.
func (r *fileReader) unended() error {
	switch {
	case r.aside.until == "" || !r.aside.says:
		return nil
	case r.aside.article > 0:
		return &Refusal{File: r.file, Line: r.aside.article, Reason: "从这里起的条文写在没有结束的注释或代码里。"}
	}
	return &Refusal{File: r.file, Line: r.aside.began, Reason: "从这里开始的注释或代码没有结束，后面的文字会丢。"}
}
