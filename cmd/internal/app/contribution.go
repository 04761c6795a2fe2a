package app

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"

	"pugongying/internal/audit"
	"pugongying/internal/contribution"
	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
)

// openContributions opens what volunteers tell on their phones.
func (a *App) openContributions(context.Context) (err error) {
	stored := store.NewContributions(a.Documents, a.vault)
	a.Contributions, err = contribution.New(contribution.Parts{
		Store: stored, Voices: stored, Pieces: pieces{a.Workflow}, Checker: personal{}, Now: a.now, Believed: a.clock.Believed, NewID: rand.Text,
	})
	return err
}
