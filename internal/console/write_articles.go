package console

import (
	"net/http"
	"strings"

	"pugongying/internal/desk"
	"pugongying/internal/fault"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// articles is the list of articles that a search found, inside the dialog.
func (w *writing) articles(r *Request) (pages.Answer, error) {
	v := ArticlesView{Asked: strings.TrimSpace(r.URL.Query().Get("q"))}
	if v.Asked != "" {
		found, err := w.desk.FindArticles(r.Context(), v.Asked)
		if err != nil && web.FailureOf(err).Status == http.StatusInternalServerError {
			return nil, err
		}
		v.Found = found
		switch {
		case err != nil:
			v.Said = fault.From(err).Text
		case len(found) == 0:
			v.Said = desk.ErrCite.Text
		}
	}
	return r.Part("write/articles", "found", v), nil
}

// article is one article with everything in it that can be cited.
func (w *writing) article(r *Request) (pages.Answer, error) {
	a, err := w.desk.Article(r.Context(), r.Param("law"), r.Param("number"))
	if err != nil {
		return r.Part("write/articles", "found", ArticlesView{Said: fault.From(err).Text}), nil
	}
	return r.Part("write/articles", "article", a), nil
}
