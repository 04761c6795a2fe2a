package markdown

import (
	"bytes"
	"fmt"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Own renders pages that come with the binary (the guide of staff), where links and pictures are ours. Raw HTML is dropped
// there too. Safe for concurrent use when its functions are.
type Own struct {
	Link    func(to string) (href string, err error)            // where a link leads; an error refuses the page
	Picture func(source, words string) (html string, err error) // the HTML of a picture
}

// Section is a heading of a page that can be jumped to.
type Section struct{ ID, Words string }

// Render gives the HTML of a page and its sections (### in the source).
func (o Own) Render(src []byte) (page string, sections []Section, err error) {
	pictures := &picturing{own: o}
	md := goldmark.New(
		goldmark.WithExtensions(extension.NewCJK(extension.WithEastAsianLineBreaks(extension.EastAsianLineBreaksCSS3Draft), extension.WithEscapedSpace())),
		goldmark.WithRendererOptions(renderer.WithNodeRenderers(util.Prioritized(pictures, 100))),
		goldmark.WithParserOptions(parser.WithAttribute()),
	)
	tree := md.Parser().Parse(text.NewReader(src))
	err = ast.Walk(tree, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Link:
			href, err := o.Link(string(n.Destination))
			if err != nil {
				return ast.WalkStop, err
			}
			n.Destination = []byte(href)
		case *ast.Heading:
			s := Section{ID: fmt.Sprintf("s%d", len(sections)+1), Words: words(n, src)}
			n.SetAttributeString("id", []byte(s.ID))
			sections = append(sections, s)
		}
		return ast.WalkContinue, nil
	})
	if err != nil {
		return "", nil, fmt.Errorf("markdown: %w", err)
	}
	var out bytes.Buffer
	if err := md.Renderer().Render(&out, src, tree); err != nil {
		return "", nil, fmt.Errorf("markdown: %w", err)
	}
	return out.String(), sections, nil
}

// words is the text of a heading.
func words(n ast.Node, src []byte) string {
	var out bytes.Buffer
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		if t, ok := c.(*ast.Text); ok {
			out.Write(t.Segment.Value(src))
		}
	}
	return out.String()
}

// picturing hands pictures to their owner and leaves raw HTML out.
type picturing struct{ own Own }

// RegisterFuncs takes the place of goldmark's own renderers.
func (p *picturing) RegisterFuncs(on renderer.NodeRendererFuncRegisterer) {
	nothing := func(util.BufWriter, []byte, ast.Node, bool) (ast.WalkStatus, error) { return ast.WalkSkipChildren, nil }
	on.Register(ast.KindRawHTML, nothing)
	on.Register(ast.KindHTMLBlock, nothing)
	on.Register(ast.KindImage, p.picture)
}

func (p *picturing) picture(w util.BufWriter, src []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
	if !entering {
		return ast.WalkContinue, nil
	}
	image := node.(*ast.Image)
	html, err := p.own.Picture(string(image.Destination), words(image, src))
	if err != nil {
		return ast.WalkStop, err
	}
	_, err = w.WriteString(html)
	return ast.WalkSkipChildren, err
}
