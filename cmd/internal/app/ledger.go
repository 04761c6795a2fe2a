package app

import (
	"context"
	"crypto/rand"

	"pugongying/internal/console"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
)

// openLedger opens the ledger of the region tree, and puts the lines of an older version into months.
func (a *App) openLedger(ctx context.Context) error {
	lines := store.NewLedger(a.Documents)
	a.ledger = ledger.New(lines, a.regions.Tree(), region.Code(a.config.League), a.now)
	days, err := lines.Upgrade(ctx)
	if days > 0 {
		a.log.Info("ledger lines of an older version put into months", "count", days)
	}
	return err
}

// LedgerReport is what a verification of the ledger found.
type LedgerReport struct {
	ledger.Report
	Quarters []ledger.Frozen
}

// verifyLedger compares the totals with their lines, and closed quarters with their hashes.
func (a *App) verifyLedger(ctx context.Context) (r LedgerReport, err error) {
	if r.Report, err = a.ledger.Verify(ctx); err != nil {
		return r, err
	}
	r.Quarters, err = ledger.NewQuarters(store.NewLedger(a.Documents), a.ledger, nil).Verify(ctx)
	return r, err
}

// openActs opens what officers enter of offline acts.
func (a *App) openActs() {
	a.acts = ledger.NewActs(ledger.ActParts{
		Ledger: a.ledger, Store: store.NewLedgerActs(a.Documents, a.vault), Lines: store.NewLedger(a.Documents), Places: a.regions, Cleaner: a.pictures, NewID: rand.Text,
	})
}

// quarterParts is what the quarter's pages work on.
func (a *App) quarterParts() console.QuarterParts {
	return console.QuarterParts{
		Figures: a.ledger, Acts: a.acts, Closing: ledger.NewQuarters(store.NewLedger(a.Documents), a.ledger, a.Staff), Confirm: a.Staff,
		Places: quarterPlaces{a.regions.Tree(), a.regions, a.Staff}, Now: a.now,
	}
}

// quarterPlaces looks up what the report names.
type quarterPlaces struct {
	*region.Tree
	service *region.Service
	staff   *staff.Service
}

// Projects lists the projects.
func (p quarterPlaces) Projects(ctx context.Context) ([]region.Project, error) {
	return p.service.Projects(ctx)
}

// Name is how colleagues call an account; the account itself where it is gone or cannot be read now.
func (p quarterPlaces) Name(ctx context.Context, account string) string {
	if names, err := p.staff.Names(ctx, account); err == nil && names[account] != "" {
		return names[account]
	}
	return account
}
