package privacy

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// plain is a text as the recognisers read it: compatibility forms (NFKC) in lower case, without characters that nobody
// sees. It knows where in the original each of its bytes came from.
type plain struct {
	text string
	from []int // original byte offset of each byte of text, and of its end
	to   []int // original offset after the character each byte came from
	runs []run // sequences of digits
}

// normalise reads a text once. Bytes that are no UTF-8 become U+FFFD, each in its own place.
func normalise(original string) *plain {
	f := &plain{from: make([]int, 0, len(original)+1), to: make([]int, 0, len(original))}
	var out strings.Builder
	out.Grow(len(original))
	for i := 0; i < len(original); {
		r, width := utf8.DecodeRuneInString(original[i:])
		before := out.Len()
		write(&out, r)
		for range out.Len() - before {
			f.from, f.to = append(f.from, i), append(f.to, i+width)
		}
		i += width
	}
	f.text, f.from = out.String(), append(f.from, len(original))
	f.runs = digits(f.text)
	return f
}

// write appends the normalised form of one character.
func write(out *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf:
		out.WriteRune(unicode.ToLower(r))
	case r >= 0x4e00 && r <= 0x9fff:
		out.WriteRune(r)
	case unseen(r):
	default:
		for _, n := range norm.NFKC.String(string(r)) {
			out.WriteRune(unicode.ToLower(n))
		}
	}
}

// unseen says whether a character leaves no mark: direction marks, zero-width spaces and joiners, variation selectors.
func unseen(r rune) bool {
	return unicode.Is(unicode.Cf, r) || unicode.Is(unicode.Variation_Selector, r) || r == 0x034f || r == 0x3164
}

// found is a range of the normalised text as a range of the original.
func (f *plain) found(kind Kind, start, end int) Found {
	if start >= end {
		return Found{Kind: kind, Start: f.from[start], End: f.from[start], start: start, end: end}
	}
	return Found{Kind: kind, Start: f.from[start], End: f.to[end-1], start: start, end: end}
}

// before gives up to n characters that stand before a byte of the normalised text.
func (f *plain) before(at, n int) string {
	start := at
	for ; n > 0 && start > 0; n-- {
		_, width := utf8.DecodeLastRuneInString(f.text[:start])
		start -= width
	}
	return f.text[start:at]
}

// after gives up to n characters that stand from a byte of the normalised text on.
func (f *plain) after(at, n int) string {
	end := at
	for ; n > 0 && end < len(f.text); n-- {
		_, width := utf8.DecodeRuneInString(f.text[end:])
		end += width
	}
	return f.text[at:end]
}
