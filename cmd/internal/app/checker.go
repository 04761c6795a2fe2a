package app

import (
	"context"
	"errors"

	"pugongying/internal/check"
	"pugongying/internal/directory"
	"pugongying/internal/explainer"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/wechat"
)

// checker is the machine's part of a review over what this server has.
func (a *App) checker() *check.Checker {
	return check.New(check.Parts{
		Laws: a.laws, Safety: textSafety{a.wechat}, Pictures: knownPictures{store.NewPictures(a.Documents)},
		Links: liveLinks{a.Questions, a.library, a.hotlines},
	})
}

// machine is the checker, put together when it is asked: the workflow is opened before WeChat and the hotlines are.
type machine struct{ app *App }

// Check finds everything in a body.
func (m machine) Check(ctx context.Context, kind publish.Kind, body []byte) ([]publish.Finding, error) {
	return m.app.checker().Check(ctx, kind, body)
}

// textSafety asks WeChat for whoever hands the text in on her phone. WeChat answers only about people who opened the
// mini-program within two hours: for a writer at a desk it is not asked, and a person looks.
type textSafety struct{ client *wechat.Client }

var errAtADesk = errors.New("wechat: nobody of the mini-program hands this in")

// Text has one piece checked.
func (s textSafety) Text(ctx context.Context, piece string) (check.Advice, error) {
	who := check.Writer(ctx)
	if who == "" || s.client == nil {
		return check.Review, errAtADesk
	}
	verdict, err := s.client.CheckText(ctx, who, wechat.SceneSocial, piece)
	if err != nil {
		return check.Review, err
	}
	switch verdict.Suggestion {
	case wechat.Pass:
		return check.Pass, nil
	case wechat.Risky:
		return check.Risky, nil
	}
	return check.Review, nil
}

// knownPictures reads what is known of pictures.
type knownPictures struct{ records *store.Pictures }

// Picture is the zero Picture where there is none.
func (k knownPictures) Picture(ctx context.Context, id string) (check.Picture, error) {
	if !media.GoodPictureID(id) {
		return check.Picture{}, nil
	}
	p, err := k.records.Picture(ctx, id)
	if errors.Is(err, media.ErrPictureUnknown) {
		return check.Picture{}, nil
	}
	if err != nil {
		return check.Picture{}, err
	}
	known := check.Picture{Known: p.State == media.Ready, Described: p.Description != ""}
	switch p.Safety.State {
	case media.SafetyPass:
		known.Safety = check.Pass
	case media.SafetyRisky:
		known.Safety = check.Risky
	case media.SafetyReview:
		known.Safety, known.Words = check.Review, p.Safety.Words()
	case media.SafetyUnknown:
		known.Words = p.Safety.Words()
	}
	return known, nil
}

// Risky implements publish.Pictures.
func (k knownPictures) Risky(ctx context.Context, ids []string) (risky []string, err error) {
	for _, id := range ids {
		known, err := k.Picture(ctx, id)
		if err != nil {
			return nil, err
		}
		if known.Safety == check.Risky {
			risky = append(risky, id)
		}
	}
	return risky, nil
}

// liveLinks knows what a text may point at.
type liveLinks struct {
	bank     *quiz.Bank
	library  *explainer.Library
	hotlines *directory.Hotlines
}

// Question reports whether a question is live.
func (l liveLinks) Question(id string) bool { return l.bank.Has(id) }

// Explainer reports whether a story is live.
func (l liveLinks) Explainer(slug string) bool {
	_, err := l.library.BySlug(slug)
	return err == nil
}

// Public reports whether a number is one of the directory's.
func (l liveLinks) Public(digits string) bool { return l.hotlines != nil && l.hotlines.Lists(digits) }
