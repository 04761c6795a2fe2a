package app

import (
	"context"
	"crypto/rand"

	"pugongying/content"
	"pugongying/internal/civil"
	"pugongying/internal/console"
	"pugongying/internal/desk"
	"pugongying/internal/markdown"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/quiz"
	"pugongying/internal/web"
	"pugongying/miniprogram"
)

// openConsole opens the pages of staff, one area of work after the other.
func (a *App) openConsole(engine *web.Engine) (err error) {
	d := a.desk()
	parts := console.Parts{Sessions: a.Staff, Regions: a.regions.Tree(), Limits: a.limits(), Look: miniprogram.Look(), Now: a.now}
	a.console, err = console.New(engine, parts,
		console.SigningIn(a.Staff),
		console.PublishedTexts(console.TextParts{Lists: a.Workflow, Acts: a.Workflow, Many: a.Workflow, Names: a.Staff, Laws: a.lawNames, Regions: a.regions.Tree(), Now: a.now}),
		console.Contributions(a.Stories, a.Staff, a.regions.Tree()),
		console.ReportedTexts(a.Workflow, a.regions.Tree()),
		console.Welcome(a.Staff, a.regions.Tree()),
		console.Accounts(a.Staff, a.regions.Tree()),
		console.Applications(a.Staff, a.regions.Tree()),
		console.Self(a.Staff, a.regions.Tree()),
		console.Audit(a.Audit, a.Staff, a.regions.Tree()),
		console.Reviewing(a.Workflow, d, a.Staff, a.pictures),
		console.Sets(a.Workflow, a.now),
		console.Lawyers(a.Workflow, d, pictureLoans{a}, a.now),
		console.WritingDesk(d, a.Workflow, a.pictures),
		console.Questions(questionFiles{a}, d, a.Workflow, func(r *console.Request, drafts []publish.Draft) (publish.Imported, error) {
			return a.Workflow.ImportDrafts(r.Context(), r.Who, drafts)
		}),
		console.LawChangesArea(d),
		console.Pictures(a.pictures, a.pictures, pictureWords{a}, a.pictures),
		console.Quarter(a.quarterParts()),
		console.PlansArea(console.PlanParts{Plans: a.Counselling, Duties: a.Counselling, People: a.Staff, Regions: a.regions.Tree(), Topics: a.Counselling.Topics, Booked: bookedAhead{a}.Ahead, Now: a.now}),
		console.Visiting(console.VisitParts{Desk: a.Bookings, Wording: a.Bookings.Wording, Confirm: a.Staff, Now: a.now}),
		console.CalendarArea(console.CalendarParts{Plans: a.Counselling, Calendars: a.Counselling, Now: a.now}),
		console.PlanTablesArea(a.Counselling, a.Counselling),
		console.PlanPeopleArea(console.PeopleParts{Plans: a.Counselling, People: a.Staff, Regions: a.regions.Tree(), Topics: a.Counselling.Topics}),
	)
	return err
}

// desk makes what the writing pages work with.
func (a *App) desk() *desk.Service {
	return desk.NewService(desk.Needs{
		Workflow: a.Workflow, Laws: a.laws, Render: markdown.New(), Finder: a.search, Changes: desk.NewChanges(a.laws, a.library, a.Questions), Checker: machine{a}, Pictures: a.pictures, Now: a.now, NewID: rand.Text,
		Random: quiz.Random, Day: func() string { return civil.DayOf(a.now()) },
	})
}

// questionFiles reads files of questions for the console.
type questionFiles struct{ app *App }

// ImportWith reads a file and has its questions stored.
func (q questionFiles) ImportWith(ctx context.Context, upload operate.BankUpload, store questionio.Storing) (questionio.Report, error) {
	return q.app.Bank.ImportWith(ctx, upload, store)
}

// Template is the table that staff fill in.
func (questionFiles) Template() ([]byte, error) {
	items, err := content.Shipped()
	if err != nil {
		return nil, err
	}
	laws, err := content.Laws()
	if err != nil {
		return nil, err
	}
	return operate.BankTemplate(items, laws, Spreadsheets{})
}

// lawNames are the laws that the list of texts can be cut down to.
func (a *App) lawNames() []console.Option {
	var all []console.Option
	for _, l := range a.laws.Laws() {
		all = append(all, console.Option{Value: l.Slug, Words: l.Short})
	}
	return all
}
