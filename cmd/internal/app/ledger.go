package app

import (
	"context"

	"pugongying/internal/ledger"
	"pugongying/internal/region"
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
