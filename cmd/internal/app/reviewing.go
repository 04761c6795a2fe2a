package app

import (
	"context"
	"html/template"
	"strings"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/staff"
)

// reviewWords says what the pages of reviewing know by ids alone.
type reviewWords struct {
	staff  *staff.Service
	laws   *law.Library
	render *markdown.Renderer
}

// Name is how colleagues call an account; whoever has left is 一位同事.
func (w reviewWords) Name(ctx context.Context, account string) string {
	names, err := w.staff.Names(ctx, account)
	if err != nil || names[account] == "" {
		return "一位同事"
	}
	return names[account]
}

// Phone is a text as a resident gets it.
func (w reviewWords) Phone(kind publish.Kind, body []byte) (title string, page template.HTML) {
	switch kind {
	case publish.KindExplainer:
		e, err := explainer.Parse(body)
		if err != nil {
			return "", ""
		}
		text, _, err := explainer.Compose(e, w.laws.AllVersions(), w.render)
		if err != nil {
			return e.Title, ""
		}
		return e.Title, template.HTML("<p>"+template.HTMLEscapeString(e.Provenance.Text())+"</p>") + template.HTML(text) //nolint:gosec // cleaned by markdown
	case publish.KindQuestion:
		q, err := quiz.Draft(body)
		if err != nil {
			return "", ""
		}
		var out strings.Builder
		for _, words := range []string{q.Situation, q.Stem} {
			if words != "" {
				out.WriteString("<p>" + template.HTMLEscapeString(words) + "</p>")
			}
		}
		out.WriteString("<ul>")
		for _, o := range q.Options {
			out.WriteString("<li>" + template.HTMLEscapeString(o.Text) + "</li>")
		}
		out.WriteString("</ul><p>" + template.HTMLEscapeString(q.Explanation) + "</p>")
		return q.Stem, template.HTML(out.String()) //nolint:gosec // every part is escaped
	}
	return "", ""
}
