package console

import (
	"net/http"
	"time"

	"pugongying/internal/web/pages"
)

// Conflict is what is shown to somebody who saved a text that was meanwhile saved elsewhere: both texts side by side, hers
// still to be changed. Nothing is overwritten before she chose.
type Conflict struct {
	Title  string // of what is worked on
	By     string // who saved it; herself, on another device, where it is ""
	At     time.Time
	Action string   // where the form is sent, below Prefix
	Open   string   // the page that opens the other text and drops hers, below Prefix
	Hidden []Hidden // what the form sends along unseen: the other text's revision, above all
	Fields []Sides
}

// Hidden is one unseen field of a form.
type Hidden struct{ Name, Value string }

// Sides are the two texts of one field.
type Sides struct {
	Name, Label  string
	Mine, Theirs string
	Short        bool              // one line
	Words        map[string]string // of values that say nothing to people: one of the two is chosen by them
}

// Same reports whether both texts are one.
func (s Sides) Same() bool { return s.Mine == s.Theirs }

// Rows is how high the text is drawn.
func (s Sides) Rows() int { return min(18, 3+len([]rune(s.Mine))/28) }

// Before, Changed and Behind are the other text in three parts: what both begin with, what differs, what both end with.
func (s Sides) Before() string { before, _, _ := s.parts(); return before }

// Changed is what differs in the other text.
func (s Sides) Changed() string { _, changed, _ := s.parts(); return changed }

// Behind is what both texts end with.
func (s Sides) Behind() string { _, _, behind := s.parts(); return behind }

func (s Sides) parts() (before, changed, behind string) {
	mine, theirs := []rune(s.Mine), []rune(s.Theirs)
	start, end := 0, 0
	for start < min(len(mine), len(theirs)) && mine[start] == theirs[start] {
		start++
	}
	for end < min(len(mine), len(theirs))-start && mine[len(mine)-1-end] == theirs[len(theirs)-1-end] {
		end++
	}
	return string(theirs[:start]), string(theirs[start : len(theirs)-end]), string(theirs[len(theirs)-end:])
}

// Differing counts the fields whose texts differ.
func (c Conflict) Differing() int {
	n := 0
	for _, f := range c.Fields {
		if !f.Same() {
			n++
		}
	}
	return n
}

// Conflict answers 409 with both texts.
func (r *Request) Conflict(c Conflict) pages.Page {
	page := r.Page("conflict/conflict", c.Title, c)
	page.Status = http.StatusConflict
	return page
}
