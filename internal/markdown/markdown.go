// Package markdown turns what authors write into HTML that is safe to show, with goldmark and bluemonday.
//
// It promises that bold and emphasis work beside Chinese punctuation as beside words, and that no star is left to be seen;
// that the result holds nothing but h2, h3, p, ul, ol, li, strong, em, blockquote and links of our own to a
// citation (a.cite, to #cite-N), whatever was written; that Chinese lines broken for the editor join without a blank; and
// that a citation in 〔brackets〕 becomes such a link or the text is refused.
//
// It refuses raw HTML (the tags are dropped), pictures, code and every link an author writes: their words stay, the way
// out of the app does not.
package markdown

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"regexp"
	"strconv"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/util"
)

// stars begin and end what is bold.
const stars = "**"

// ErrStars refuses a text with stars that made nothing bold; readers would see them.
var ErrStars = errors.New("有没配对的 **")

// around is the words before and after a place of a page.
func around(page string, at int) string {
	before, after := []rune(tag.ReplaceAllString(page[:at], "")), []rune(tag.ReplaceAllString(page[at:], ""))
	return string(before[max(0, len(before)-8):]) + string(after[:min(len(after), 10)])
}

var tag = regexp.MustCompile(`<[^>]*>`)

// Renderer is safe for concurrent use.
type Renderer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

// New makes a renderer.
func New() *Renderer {
	// Nobody here writes code: an indented paragraph is a paragraph, and a fence is words.
	blocks := parser.NewParser(
		parser.WithBlockParsers(
			util.Prioritized(parser.NewListParser(), 300),
			util.Prioritized(parser.NewListItemParser(), 400),
			util.Prioritized(parser.NewCodeBlockParser(), 500),
			util.Prioritized(parser.NewATXHeadingParser(), 600),
			util.Prioritized(parser.NewBlockquoteParser(), 800),
			util.Prioritized(parser.NewHTMLBlockParser(), 900),
			util.Prioritized(parser.NewParagraphParser(), 1000),
		),
		parser.WithInlineParsers(
			util.Prioritized(parser.NewLinkParser(), 200),
			util.Prioritized(parser.NewAutoLinkParser(), 300),
			util.Prioritized(parser.NewRawHTMLParser(), 400),
			util.Prioritized(emphasis{}, 500),
		),
		parser.WithParagraphTransformers(util.Prioritized(parser.LinkReferenceParagraphTransformer, 100)),
	)
	return &Renderer{
		markdown: goldmark.New(
			goldmark.WithParser(blocks),
			goldmark.WithExtensions(extension.NewCJK(extension.WithEastAsianLineBreaks(extension.EastAsianLineBreaksCSS3Draft))),
			goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(plain{}, 100))),
		),
		policy: allowed(),
	}
}

func allowed() *bluemonday.Policy {
	p := bluemonday.NewPolicy()
	p.AllowElements("h2", "h3", "p", "ul", "ol", "li", "strong", "em", "blockquote")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^cite$`)).OnElements("a")
	p.AllowAttrs("href").Matching(regexp.MustCompile(`^#cite-(0|[1-9][0-9]{0,2})$`)).OnElements("a")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	return p
}

// Render gives the HTML of src. Every 〔citation〕 is handed to cite, in the order of the text, which says where in the
// list of citations it is (counting from 0) and what its link reads; an error of cite refuses the whole text. A year
// in such brackets, as in 法释〔2022〕17号, is no citation. Without cite the brackets stay as they are.
func (r *Renderer) Render(src []byte, cite func(text string) (index int, label string, err error)) (string, error) {
	var out bytes.Buffer
	// goldmark's line breaking between Chinese characters panics on broken UTF-8.
	if err := r.markdown.Convert(bytes.ToValidUTF8(src, []byte("\uFFFD")), &out); err != nil {
		return "", fmt.Errorf("markdown: %w", err)
	}
	page := joined(out.String())
	if at := strings.Index(page, stars); at >= 0 {
		return "", fmt.Errorf("%w：“%s”", ErrStars, around(page, at))
	}
	if cite != nil {
		var err error
		if page, err = link(page, cite); err != nil {
			return "", err
		}
	}
	return strings.TrimSpace(r.policy.Sanitize(page)), nil
}

// plain leaves the words of links and nothing of pictures, and knows two sizes of heading.
type plain struct{}

// RegisterFuncs takes the place of goldmark's own renderers.
func (plain) RegisterFuncs(on renderer.NodeRendererFuncRegisterer) {
	words := func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkContinue, nil }
	nothing := func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkSkipChildren, nil }
	on.Register(ast.KindLink, words)
	on.Register(ast.KindImage, nothing)
	on.Register(ast.KindAutoLink, nothing)
	on.Register(ast.KindRawHTML, nothing)
	on.Register(ast.KindHTMLBlock, nothing)
	on.Register(ast.KindHeading, heading)
	on.Register(ast.KindCodeBlock, indented)
}

func indented(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	var words strings.Builder
	for i := range node.Lines().Len() {
		line := node.Lines().At(i)
		words.Write(bytes.TrimSpace(line.Value(src)))
	}
	_, err := w.WriteString("<p>" + html.EscapeString(words.String()) + "</p>\n")
	return ast.WalkContinue, err
}

func heading(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	level := 2
	if h, ok := node.(*ast.Heading); ok && h.Level > 2 {
		level = 3
	}
	tag := "<h" + strconv.Itoa(level) + ">"
	if !entering {
		tag = "</h" + strconv.Itoa(level) + ">\n"
	}
	_, err := w.WriteString(tag)
	return ast.WalkContinue, err
}

const (
	opening = "〔"
	closing = "〕"
)

// link puts the links of citations into the words of page. goldmark escapes < and > in words, so what is between
// tags is words.
func link(page string, cite func(string) (int, string, error)) (string, error) {
	var out strings.Builder
	for page != "" {
		end := strings.IndexByte(page, '<')
		if end < 0 {
			end = len(page)
		}
		if err := linkWords(&out, page[:end], cite); err != nil {
			return "", err
		}
		page = page[end:]
		end = strings.IndexByte(page, '>') + 1
		if end == 0 {
			end = len(page)
		}
		out.WriteString(page[:end])
		page = page[end:]
	}
	return out.String(), nil
}

func linkWords(out *strings.Builder, words string, cite func(string) (int, string, error)) error {
	for {
		start := strings.Index(words, opening)
		if start < 0 {
			out.WriteString(words)
			return nil
		}
		width := bracket(words[start:])
		if width == 0 {
			return fmt.Errorf("markdown: a bracket never closes: %s", html.UnescapeString(words[start:]))
		}
		inner := html.UnescapeString(words[start+len(opening) : start+width-len(closing)])
		out.WriteString(words[:start])
		if isYear(inner) {
			out.WriteString(words[start : start+width])
		} else {
			index, label, err := cite(strings.Join(strings.Fields(inner), " "))
			if err != nil {
				return fmt.Errorf("markdown: citation %s: %w", inner, err)
			}
			fmt.Fprintf(out, `<a class="cite" href="#cite-%d">%s</a>`, index, html.EscapeString(label))
		}
		words = words[start+width:]
	}
}

// bracket is the length of the bracket that s begins with, brackets inside it counted in; 0 when it never closes.
func bracket(s string) int {
	depth := 0
	for i, r := range s {
		switch string(r) {
		case opening:
			depth++
		case closing:
			depth--
		}
		if depth == 0 {
			return i + len(closing)
		}
	}
	return 0
}

func isYear(s string) bool { return len(s) == 4 && strings.Trim(s, "0123456789") == "" }
