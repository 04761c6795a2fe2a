package app

import (
	"pugongying/internal/console"
	"pugongying/internal/markdown"
	"pugongying/internal/web"
)

// openConsole opens the pages of staff, one area of work after the other.
func (a *App) openConsole(engine *web.Engine) (err error) {
	parts := console.Parts{Sessions: a.Staff, Regions: a.regions.Tree(), Limits: a.limits(), Now: a.now}
	a.console, err = console.New(engine, parts,
		console.SigningIn(a.Staff),
		console.Welcome(a.Staff, a.regions.Tree()),
		console.Accounts(a.Staff, a.regions.Tree()),
		console.Applications(a.Staff, a.regions.Tree()),
		console.Self(a.Staff, a.regions.Tree()),
		console.Audit(a.Audit, a.Staff),
		console.Reviewing(a.Workflow, reviewWords{a.Staff, a.laws, markdown.New()}),
	)
	return err
}
