package operate

import (
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
