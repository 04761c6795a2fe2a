package desk

import (
	"strings"
	"unicode/utf8"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// Preview is a text as a resident gets it.
type Preview struct {
	Title      string
	Note       string // where the story comes from
	HTML       string // rendered and cleaned as on the phone
	Parts      []PreviewPart
	Minutes    int
	Characters int
	Citations  []law.Resolved
	Question   *quiz.Drafted // of a question instead
}

// PreviewPart is one part of a story: its HTML, and the pictures at its end.
type PreviewPart struct {
	HTML     string
	Pictures []publish.Picture
}

// Preview renders a text that may be unfinished; a citation that cannot be read stands there as words.
func (s *Service) Preview(kind publish.Kind, body []byte) (Preview, error) {
	if kind == publish.KindQuestion {
		d, err := quiz.Draft(body)
		return Preview{Title: d.Stem, Question: &d}, err
	}
	e, err := explainer.Draft(body)
	if err != nil {
		return Preview{}, err
	}
	shown := *e
	for i := range shown.Sections {
		shown.Sections[i].Body = Cited.ReplaceAllStringFunc(shown.Sections[i].Body, func(written string) string {
			inner := strings.Trim(written, "〔〕")
			if _, ok := resolve(s.Laws.AllVersions(), inner); ok {
				return written
			}
			return "（" + inner + "）"
		})
	}
	parts, cited, err := explainer.ComposeParts(&shown, s.Laws.AllVersions(), s.Render)
	p := Preview{Title: e.Title, Note: e.Provenance.Text(), HTML: strings.Join(parts, "\n"), Minutes: e.Minutes, Citations: cited}
	for i, page := range parts {
		part := PreviewPart{HTML: page}
		for _, shown := range e.Pictures {
			if shown.Part == i+1 {
				part.Pictures = append(part.Pictures, shown)
			}
		}
		p.Parts = append(p.Parts, part)
	}
	for _, part := range e.Sections {
		p.Characters += utf8.RuneCountInString(strings.TrimSpace(part.Body))
	}
	return p, err
}
