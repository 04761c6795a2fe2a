package desk

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// Parts is how many parts a story has.
const Parts = 4

// Limits of a story at the desk, in characters. A part that is longer is not stored.
const (
	maxPart     = 8_000
	mostLine    = 200
	charsMinute = 300 // read to oneself, slowly
)

// Story is an explainer as a form has it.
type Story struct {
	ID, Slug   string
	Title      string
	Summary    string
	Share      string // the title of a share card; "" is Title
	Tags       string // with blanks or commas between them
	Region     string
	Provenance explainer.Provenance
	Questions  string // ids, with blanks between them
	Parts      [Parts]string
	Pictures   []publish.Picture // each at the end of its part; nil leaves those of the text before
}

// Names of a story's fields, as forms and findings say them.
var fields = []string{"title", "summary", "share", "tags", "questions"}

// PartName is the name of the n-th part's field.
func PartName(n int) string { return fmt.Sprintf("part%d", n+1) }

// OpenStory reads a story's body, finished or not.
func OpenStory(body []byte) (Story, error) {
	e, err := explainer.Draft(body)
	if err != nil {
		return Story{}, err
	}
	s := Story{
		ID: e.ID, Slug: e.Slug, Title: e.Title, Summary: e.Summary, Share: e.Share, Tags: strings.Join(e.Tags, " "),
		Region: e.Region, Provenance: e.Provenance, Questions: strings.Join(e.Questions, " "), Pictures: e.Pictures,
	}
	for i, part := range e.Sections {
		s.Parts[i] = strings.TrimSpace(part.Body)
	}
	return s, nil
}

// Writing is a story that is stored: its body, and what of the form was not taken, each at its place.
type Writing struct {
	Body   []byte
	Story  Story // as it is stored
	Faults []fault.Field
}

// WriteStory makes the body of a form. before is the body it was made from, nil for a new one: what the form does not have
// stays as it is, and so does a field that cannot be stored. today is the civil day on which its law was looked at.
func WriteStory(ctx context.Context, laws Laws, before []byte, s Story, today string) (Writing, error) {
	e := &explainer.Authored{Lang: "zh-CN", Provenance: explainer.Invented}
	var old []law.Pin
	if before != nil {
		was, err := explainer.Draft(before)
		if err != nil {
			return Writing{}, err
		}
		e, old = was, pinsOf(was, laws.AllVersions())
	}
	w := Writing{Story: s}
	w.take(e, s)
	if e.ID == "" {
		e.ID = s.ID
	}
	if e.Slug == "" {
		e.Slug = s.Slug
	}
	e.CheckedBy, e.CheckedAt = "三名编辑审过", today
	e.Minutes = minutes(e)
	if err := cite(ctx, laws, e, old); err != nil {
		return Writing{}, err
	}
	var err error
	w.Body, err = e.File()
	return w, err
}

// take puts the form's fields into the text, those that can be stored.
func (w *Writing) take(e *explainer.Authored, s Story) {
	for i, into := range []*string{&e.Title, &e.Summary, &e.Share} {
		value := []string{s.Title, s.Summary, s.Share}[i]
		if w.line(fields[i], value) {
			*into = value
		}
	}
	if e.Share == "" {
		e.Share = e.Title
	}
	if w.line("tags", s.Tags) {
		e.Tags = words(s.Tags)
	}
	if w.line("questions", s.Questions) {
		e.Questions = words(s.Questions)
	}
	if s.Provenance.Text() != "" {
		e.Provenance = s.Provenance
	}
	e.Region = s.Region
	if s.Pictures != nil {
		e.Pictures = s.Pictures
	}
	for len(e.Sections) < Parts {
		e.Sections = append(e.Sections, explainer.Section{Heading: explainer.Headings()[len(e.Sections)]})
	}
	for i, text := range s.Parts {
		if fault := partFault(text); fault != "" {
			w.Faults = append(w.Faults, faultAt(PartName(i), fault))
			continue
		}
		e.Sections[i].Body = "\n" + strings.TrimSpace(untable(text)) + "\n\n"
		if looksLikeTable(text) {
			w.Faults = append(w.Faults, faultAt(PartName(i), "这里有从表格里粘来的字，一格一格的在手机上会乱。字都存了，请改成一句一句的话。"))
		}
	}
}

// line reports whether a field of one line can be stored.
func (w *Writing) line(field, value string) bool {
	switch n := utf8.RuneCountInString(value); {
	case n > mostLine:
		w.Faults = append(w.Faults, faultAt(field, fmt.Sprintf("太长了，这一格没有存：现在 %d 个字，最多 %d 个。", n, mostLine)))
	case strings.ContainsAny(value, "\n\r\t") || !utf8.ValidString(value):
		w.Faults = append(w.Faults, faultAt(field, "这一格写在一行里，没有存上。"))
	default:
		return true
	}
	return false
}

func faultAt(field, message string) fault.Field {
	return fault.Field{Location: field, Message: message}
}

// partFault says why a part cannot be stored; "" when it can.
func partFault(text string) string {
	if n := utf8.RuneCountInString(text); n > maxPart {
		return fmt.Sprintf("太长了，这一格没有存：现在 %d 个字，最多 %d 个。字还在这一页，请分成几篇，或者删短。", n, maxPart)
	}
	if !utf8.ValidString(text) {
		return "里面有读不出来的字，这一格没有存。请重新打一遍。"
	}
	return ""
}

// looksLikeTable reports whether a text was copied out of a table: several lines with cells between tabs.
func looksLikeTable(text string) bool {
	rows := 0
	for line := range strings.Lines(text) {
		if strings.Count(line, "\t") >= 1 {
			rows++
		}
	}
	return rows >= 2
}

// untable writes cells with a blank between them: a tab at the beginning of a line would be code in Markdown.
func untable(text string) string {
	return strings.ReplaceAll(text, "\t", "　")
}

func words(text string) []string {
	found := strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" 　,，、;；\n", r) })
	return slices.Compact(found)
}

// minutes is how long a text takes to read, at least one.
func minutes(e *explainer.Authored) int {
	n := 0
	for _, part := range e.Sections {
		n += utf8.RuneCountInString(part.Body)
	}
	return max(1, (n+charsMinute/2)/charsMinute)
}

// Cited matches one citation in a text: 〔反家庭暴力法 第二十三条〕.
var Cited = regexp.MustCompile(`〔([^〔〕\n]{1,120})〕`)

// cite makes the list of citations from the text, in the order of their first use and in their proper form, each with what
// it means. One that cannot be read stays as it is and is not in the list.
func cite(ctx context.Context, laws Laws, e *explainer.Authored, before []law.Pin) error {
	var cited []law.Citation
	e.Cites = []string{}
	for i := range e.Sections {
		e.Sections[i].Body = Cited.ReplaceAllStringFunc(e.Sections[i].Body, func(written string) string {
			r, ok := resolve(laws.AllVersions(), strings.Trim(written, "〔〕"))
			if !ok {
				return written
			}
			if !slices.Contains(cited, r.Citation) {
				cited, e.Cites = append(cited, r.Citation), append(e.Cites, r.Label)
			}
			return "〔" + r.Label + "〕"
		})
	}
	pins, err := laws.Stamped(ctx, before, cited)
	if err == nil {
		e.Provisions = law.ProvisionsOf(pins, func(i int) string { return e.Cites[i] })
	}
	return err
}

func resolve(laws *law.Register, written string) (law.Resolved, bool) {
	c, err := laws.Parse(written)
	if err != nil {
		return law.Resolved{}, false
	}
	r, err := laws.Resolve(c)
	return r, err == nil
}

// pinsOf are the citations of a text with what they meant.
func pinsOf(e *explainer.Authored, laws *law.Register) []law.Pin {
	var pins []law.Pin
	for _, written := range e.Cites {
		if r, ok := resolve(laws, written); ok {
			pins = append(pins, law.Pin{Citation: r.Citation, SHA256: e.Provisions[written]})
		}
	}
	return pins
}
