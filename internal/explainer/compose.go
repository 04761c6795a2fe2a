package explainer

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// Renderer makes clean HTML of Markdown. It calls cite for every 〔citation〕 in the order of the text; an error of cite
// makes the whole rendering fail.
type Renderer interface {
	Render(src []byte, cite func(text string) (index int, label string, err error)) (string, error)
}

// Errors of citations, which editors read in the log.
var (
	errNotListed = errors.New("it is not in the list of citations")
	errNotUsed   = errors.New("the list names what the text does not cite")
	errTwice     = errors.New("the list names one provision twice")
)

// composer turns the parts of one explainer into its page.
type composer struct {
	laws   *law.Register
	cited  []law.Resolved
	used   []bool
	before string // slug of the law the text named last
}

// Compose makes the page of an explainer: its HTML, where every citation is a link to #cite-N (N is its place in the list
// of citations, counting from 0), and that list. A citation is written in full when its law was not the last one named in
// this part, else as the provision alone (第二十四条).
func Compose(e *Authored, laws *law.Register, render Renderer) (page string, cited []law.Resolved, err error) {
	pages, cited, err := ComposeParts(e, laws, render)
	return strings.TrimSpace(strings.Join(pages, "\n")), cited, err
}

// ComposeParts is Compose with each part's HTML by itself, for whoever puts pictures between them.
func ComposeParts(e *Authored, laws *law.Register, render Renderer) (pages []string, cited []law.Resolved, err error) {
	c := &composer{laws: laws, used: make([]bool, len(e.Cites))}
	for _, written := range e.Cites {
		if err := c.list(written); err != nil {
			return nil, nil, fmt.Errorf("explainer: citation %s: %w", written, err)
		}
	}
	for _, s := range e.Sections {
		c.before = ""
		part, err := render.Render([]byte("## "+s.Heading+"\n\n"+s.Body), c.cite)
		if err != nil {
			return nil, nil, err
		}
		pages = append(pages, part)
	}
	if i := slices.Index(c.used, false); i >= 0 {
		return nil, nil, fmt.Errorf("explainer: citation %s: %w", e.Cites[i], errNotUsed)
	}
	return pages, c.cited, nil
}

func (c *composer) list(written string) error {
	found, err := c.resolve(written)
	if err != nil {
		return err
	}
	if c.index(found.Citation) >= 0 {
		return errTwice
	}
	c.cited = append(c.cited, found)
	return nil
}

func (c *composer) resolve(written string) (law.Resolved, error) {
	citation, err := c.laws.Parse(written)
	if err != nil {
		return law.Resolved{}, err
	}
	return c.laws.Resolve(citation)
}

func (c *composer) index(citation law.Citation) int {
	return slices.IndexFunc(c.cited, func(r law.Resolved) bool { return r.Citation == citation })
}

func (c *composer) cite(written string) (int, string, error) {
	found, err := c.resolve(written)
	if err != nil {
		return 0, "", err
	}
	i := c.index(found.Citation)
	if i < 0 {
		return 0, "", errNotListed
	}
	c.used[i] = true
	label := found.Label
	if c.before == found.Law {
		label = found.Provision()
	}
	c.before = found.Law
	return i, label, nil
}
