package app

import (
	"context"
	"crypto/rand"

	"pugongying/internal/contribution"
	"pugongying/internal/operate"
	"pugongying/internal/store"
)

// openContributions opens what volunteers tell on their phones.
func (a *App) openContributions(context.Context) (err error) {
	stored := store.NewContributions(a.Documents, a.vault)
	a.Stories, err = contribution.New(contribution.Parts{
		Store: stored, Voices: stored, Checker: operate.TellingCheck{Machine: a.checker()}, Now: a.now, Believed: a.clock.Believed, NewID: rand.Text,
		Pieces: operate.NewPieces(operate.PieceParts{Workflow: a.Workflow, Publications: store.NewPublications(a.Documents), Names: a.Staff, Pictures: store.NewPictures(a.Documents)}),
	})
	return err
}
