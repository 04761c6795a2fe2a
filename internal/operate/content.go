package operate

import (
	"slices"

	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// Readable reads a shipped item as the server would; an error says why the server would not show it.
func Readable(item publish.Shipped, laws *law.Register, render explainer.Renderer) error {
	switch item.Kind {
	case publish.KindExplainer:
		e, err := explainer.Parse(item.Body)
		if err != nil {
			return err
		}
		_, _, err = explainer.Compose(e, laws, render)
		return err
	case publish.KindQuestion:
		_, err := quiz.Parse(item.Body, laws)
		return err
	default:
		_, err := quiz.ParseTopic(item.Body)
		return err
	}
}

// Card is what staff's lists say of a text: its title, and the laws it cites as far as they can be read.
func Card(kind publish.Kind, body []byte, laws *law.Register, render explainer.Renderer) publish.Card {
	card := titled(kind, body, laws, render)
	card.Pictures = picturesOf(kind, body)
	return card
}

func titled(kind publish.Kind, body []byte, laws *law.Register, render explainer.Renderer) publish.Card {
	switch kind {
	case publish.KindExplainer:
		e, err := explainer.Parse(body)
		if err != nil {
			return publish.Card{}
		}
		_, cited, _ := explainer.Compose(e, laws, render)
		return publish.Card{Title: e.Title, Cites: lawsOf(cited)}
	case publish.KindQuestion:
		q, err := quiz.Parse(body, laws)
		if err != nil {
			return publish.Card{}
		}
		return publish.Card{Title: q.Stem, Cites: lawsOf(q.Citations)}
	}
	t, err := quiz.ParseTopic(body)
	if err != nil {
		return publish.Card{}
	}
	return publish.Card{Title: t.Title}
}

// picturesOf are the pictures that a text names, finished or not.
func picturesOf(kind publish.Kind, body []byte) (ids []string) {
	switch kind {
	case publish.KindExplainer:
		if e, err := explainer.Draft(body); err == nil {
			for _, p := range e.Pictures {
				ids = append(ids, p.ID)
			}
		}
	case publish.KindQuestion:
		if q, err := quiz.Draft(body); err == nil && q.Picture != nil {
			ids = append(ids, q.Picture.ID)
		}
	}
	return ids
}

// lawsOf names each law once.
func lawsOf(cited []law.Resolved) []string {
	var slugs []string
	for _, c := range cited {
		slugs = append(slugs, c.Law)
	}
	slices.Sort(slugs)
	return slices.Compact(slugs)
}
