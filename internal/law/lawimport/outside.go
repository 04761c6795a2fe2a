package lawimport

import "strings"

// Delimiters of what is not part of the text.
const (
	fence        = "```"
	commentBegin = "<!--"
	commentEnd   = "-->"
)

// aside is the code block or comment that the reader is in.
type aside struct {
	until   string // the delimiter that ends it; "" outside
	began   int    // the line on which it began
	says    bool   // it has words after that line
	article int    // the line of the first article in it
}

// visible returns what is left of a line outside of front matter, code and comments; text before and after a comment is
// included.
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

// fenced reports whether a line belongs to a code block, its delimiters included. A closing delimiter followed by words
// does not end the block.
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

// uncommented removes from a line the comments that end, begin or are contained in it.
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

// comment handles the content of a comment: the header of our own layout, on one line or several, and the end of
// LawRefBook's header.
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

// within records the words and the first article that would be lost if the code block or comment never ended.
func (r *fileReader) within(number int, line string) {
	if line = strings.TrimFunc(line, blank); line == "" || number == r.aside.began {
		return
	}
	r.aside.says = true
	if r.aside.article == 0 && matchArticle(line) != nil {
		r.aside.article = number
	}
}

// unended refuses a law of which a part is in a code block or comment that never ends.
func (r *fileReader) unended() error {
	switch {
	case r.aside.until == "" || !r.aside.says:
		return nil
	case r.aside.article > 0:
		return &Refusal{File: r.file, Line: r.aside.article, Reason: "从这里起的条文写在没有结束的注释或代码里。"}
	}
	return &Refusal{File: r.file, Line: r.aside.began, Reason: "从这里开始的注释或代码没有结束，后面的文字会丢。"}
}
