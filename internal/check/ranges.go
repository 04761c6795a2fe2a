package check

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// span is a range of bytes.
type span struct{ start, end int }

// paragraphs are the ranges of text between empty lines. A line of a list is a paragraph too.
func paragraphs(text string) []span {
	var all []span
	start, at := -1, 0
	for line := range strings.Lines(text) {
		empty := strings.TrimSpace(line) == ""
		item := strings.HasPrefix(strings.TrimLeft(line, " "), "- ") || strings.HasPrefix(line, "#")
		if (empty || item) && start >= 0 {
			all, start = append(all, span{start, at}), -1
		}
		if !empty && start < 0 {
			start = at
		}
		at += len(line)
	}
	if start >= 0 {
		all = append(all, span{start, at})
	}
	return all
}

// sentences are the ranges within a paragraph, with the mark, the quote and the citations that end them and without blanks around them.
func sentences(text string, in span) []span {
	var all []span
	start, ended := in.start, false
	add := func(end int) {
		words := strings.TrimRightFunc(text[start:end], unicode.IsSpace)
		lead := len(words) - len(strings.TrimLeftFunc(words, unicode.IsSpace))
		if lead < len(words) {
			all = append(all, span{start + lead, start + len(words)})
		}
		start = end
	}
	for i := in.start; i < in.end; {
		r, width := utf8.DecodeRuneInString(text[i:])
		switch {
		case strings.ContainsRune("。！？；!?;", r):
			ended = true
		case ended && strings.ContainsRune("”’）)」』\" ", r):
		case ended && r == '〔': // a citation behind the mark belongs to the sentence before it
			if close := strings.Index(text[i:in.end], "〕"); close > 0 {
				i, width = i+close, len("〕")
			}
		case ended:
			add(i)
			ended = false
		}
		i += width
	}
	add(in.end)
	return all
}

// letters counts what is read of a text: Chinese characters, letters and digits, without citations.
func letters(text string) int {
	n := 0
	for _, r := range bracketed.ReplaceAllString(text, "") {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			n++
		}
	}
	return n
}
