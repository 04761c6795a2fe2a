package app

import (
	"context"
	"crypto/rand"

	"pugongying/internal/check"
	"pugongying/internal/contribution"
	"pugongying/internal/operate"
	"pugongying/internal/staff"
	"pugongying/internal/store"
)

// openContributions opens what volunteers tell on their phones.
func (a *App) openContributions(context.Context) (err error) {
	stored := store.NewContributions(a.Documents, a.vault)
	a.Stories, err = contribution.New(contribution.Parts{
		Store: stored, Voices: stored, Checker: operate.TellingCheck{Machine: a.checker()}, Safety: handedIn{a}, Now: a.now, Believed: a.clock.Believed, NewID: rand.Text,
		Pieces: operate.NewPieces(operate.PieceParts{Workflow: a.Workflow, Publications: store.NewPublications(a.Documents), Names: a.Staff, Pictures: store.NewPictures(a.Documents)}),
	})
	return err
}

// handedIn asks WeChat about what staff hand in on their phones, as the person whose mini-program is open.
type handedIn struct{ *App }

// Risky asks about one text after the other.
func (h handedIn) Risky(ctx context.Context, who staff.Principal, texts []string) (int, error) {
	openID, err := h.phoneOf(ctx, who.Session)
	if err != nil {
		return -1, err
	}
	machine := h.checker()
	for i, text := range texts {
		advice, err := machine.Advice(check.By(ctx, openID), text)
		if err != nil {
			return -1, err
		}
		if advice == check.Risky {
			return i, nil
		}
	}
	return -1, nil
}
