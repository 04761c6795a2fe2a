package app

import (
	"context"
	"crypto/rand"

	"pugongying/internal/jobs"
	"pugongying/internal/markdown"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
)

// openWorkflow makes what members of staff do with texts.
func (a *App) openWorkflow() {
	documents, render := store.NewPublications(a.Documents), markdown.New()
	a.publish.Describe(func(kind publish.Kind, body []byte) publish.Card {
		return operate.Card(kind, body, a.laws.AllVersions(), render)
	})
	a.Workflow = publish.NewWorkflow(publish.Parts{
		Publications: a.publish, Lists: documents, Sets: documents, Reports: documents, Links: documents, Checker: machine{a}, Pictures: knownPictures{store.NewPictures(a.Documents)}, People: colleagues{a},
		League: region.Code(a.config.League), Believed: a.clock.Believed, NewID: rand.Text, Log: a.log,
	})
}

// colleagues are the accounts of this server; a command without them asks the region above nobody.
type colleagues struct{ app *App }

func (p colleagues) Reviewers(ctx context.Context) ([]staff.Principal, error) {
	if p.app.Staff == nil {
		return nil, nil
	}
	return p.app.Staff.Reviewers(ctx)
}

// publishing does what is due of texts: the machine's check, a minute that came, a review that waited too long.
func (a *App) publishing() jobs.Kind {
	return jobs.Kind{Name: "publications", Store: store.NewPublications(a.Documents).Jobs(), Do: a.Workflow.Do, Ahead: publish.JobsAhead}
}
