package markdown

import (
	"regexp"
	"unicode"
	"unicode/utf8"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
)

// emphasis parses * and _ as CommonMark does, with one difference: between a Chinese character and punctuation a star may
// open and close too, because Chinese puts no blank there. Under CommonMark's own rule **“冷暴力”**也 keeps its stars.
type emphasis struct{}

// Trigger is called for these characters.
func (emphasis) Trigger() []byte { return []byte{'*', '_'} }

// Parse reads one run of stars or underscores.
func (emphasis) Parse(_ ast.Node, block text.Reader, pc parser.Context) ast.Node {
	before := block.PrecendingCharacter()
	line, segment := block.PeekLine()
	run := parser.ScanDelimiter(line, before, 1, emphasised{})
	if run == nil {
		return nil
	}
	if run.Char == '*' {
		after, _ := utf8.DecodeRune(line[run.OriginalLength:])
		run.CanOpen = run.CanOpen || chinese(before) && after != utf8.RuneError && !unicode.IsSpace(after)
		run.CanClose = run.CanClose || chinese(after) && !unicode.IsSpace(before)
	}
	run.Segment = segment.WithStop(segment.Start + run.OriginalLength)
	block.Advance(run.OriginalLength)
	pc.PushDelimiter(run)
	return run
}

// emphasised makes the node of two runs that match.
type emphasised struct{}

// IsDelimiter says which characters are meant.
func (emphasised) IsDelimiter(b byte) bool { return b == '*' || b == '_' }

// CanOpenCloser says whether two runs are of the same character.
func (emphasised) CanOpenCloser(opener, closer *parser.Delimiter) bool {
	return opener.Char == closer.Char
}

// OnMatch is called with one or two characters.
func (emphasised) OnMatch(consumes int) ast.Node { return ast.NewEmphasis(consumes) }

// chinese says whether a character is written without blanks around it.
func chinese(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo) || r >= 0x3000 && r <= 0x303f || r >= 0xff00 && r <= 0xffef
}

// broken is a line of the source that ends between Chinese characters or their punctuation, with any emphasis around it.
// goldmark joins such lines only where plain words stand on both sides, and not after all punctuation.
var broken = regexp.MustCompile(`([\p{Han}\x{3000}-\x{303f}\x{ff00}-\x{ffef}“”‘’—…·](?:</?(?:strong|em)>)*)\n((?:</?(?:strong|em)>)*[\p{Han}\x{3000}-\x{303f}\x{ff00}-\x{ffef}“”‘’—…·])`)

// joined joins lines that were broken for the editor's sake.
func joined(page string) string {
	for {
		next := broken.ReplaceAllString(page, "$1$2")
		if next == page {
			return page
		}
		page = next // a line of one character is the end of one match and the beginning of the next
	}
}
