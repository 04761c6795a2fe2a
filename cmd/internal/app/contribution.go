package app

import (
	"context"
	"crypto/rand"

	"pugongying/internal/contribution"
	"pugongying/internal/media"
	"pugongying/internal/operate"
	"pugongying/internal/store"
)

// openContributions opens what volunteers tell on their phones.
func (a *App) openContributions(context.Context) (err error) {
	stored := store.NewContributions(a.Documents, a.vault)
	a.Stories, err = contribution.New(contribution.Parts{
		Store: stored, Voices: stored, Checker: operate.TellingCheck{Machine: a.checker()}, Now: a.now, Believed: a.clock.Believed, NewID: rand.Text,
		Pieces:   operate.NewPieces(operate.PieceParts{Workflow: a.Workflow, Publications: store.NewPublications(a.Documents), Names: a.Staff, Pictures: store.NewPictures(a.Documents)}),
		Pictures: storyPictures{store.NewPictures(a.Documents)},
	})
	return err
}

// storyPictures records what stories use of the library.
type storyPictures struct{ records *store.Pictures }

// Use records the pictures of one story.
func (p storyPictures) Use(ctx context.Context, contribution string, ids []string) (gone []string, err error) {
	return p.records.Use(ctx, media.Source{Kind: media.SourceContribution, ID: contribution}, ids)
}
