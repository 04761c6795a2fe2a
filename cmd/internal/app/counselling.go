package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"

	"pugongying/content"
	"pugongying/internal/civil"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/store"
)

// openCounselling opens who counsels when. Holidays are the years that ship, and files holidays/YEAR.txt in the data folder
// before these, so that a notice of the State Council needs no new binary.
func (a *App) openCounselling(context.Context) error {
	years, err := content.Holidays()
	if err != nil {
		return err
	}
	own, err := content.ReadHolidays(os.DirFS(a.config.Data))
	if err != nil {
		return fmt.Errorf("%s: %w", a.config.Data, err)
	}
	wording, err := bookingWording()
	if err != nil {
		return err
	}
	var topics []counselling.Topic
	for _, t := range wording.Topics {
		topics = append(topics, counselling.Topic{ID: t.ID, Name: t.Name})
	}
	documents := store.NewCounselling(a.Documents)
	known := func(c region.Code) bool {
		_, err := a.regions.Tree().Find(c)
		return err == nil
	}
	a.Counselling, err = counselling.New(counselling.Parts{
		Store: documents, Rooms: documents, Affected: documents, Duties: documents, Bookings: bookedAhead{a}, Calendar: civil.NewCalendar(append(years, own...)...),
		Known: known, Now: a.now, NewID: rand.Text, Demo: demoStaff(a.config), Topics: topics,
		Calendars: documents, Working: a.works,
	})
	return err
}

// works reports whether an account of staff may work now.
func (a *App) works(ctx context.Context, account string) (bool, error) {
	working, err := a.Staff.Reviewers(ctx)
	return slices.ContainsFunc(working, func(p staff.Principal) bool { return p.Account == account }), err
}

// seedCounsellors makes the 演示 counsellors of the 演示 accounts, so that a newcomer can book at once.
func (a *App) seedCounsellors(ctx context.Context) error {
	if !demoStaff(a.config) {
		return nil
	}
	accounts, people := map[string]string{}, store.NewStaff(a.Documents, a.vault)
	logins, _ := staff.DemoLogins()
	for _, login := range logins {
		account, err := people.Account(ctx, staff.ByLogin, login)
		if err != nil {
			return err
		}
		if account.Demo {
			accounts[login] = account.ID
		}
	}
	at := counselling.DemoPlaces{League: region.Code(a.config.League)}
	at.Banner = demoBanner(a.regions.Tree(), at.League)
	at.Sumu = demoBanner(a.regions.Tree(), at.Banner)
	if err := a.Counselling.SeedDemo(ctx, accounts, at); err != nil {
		return fmt.Errorf("seed the demonstration's counsellors: %w", err)
	}
	return nil
}

// surveyPlans finds appointments that the plans as they are would break.
func (a *App) surveyPlans(ctx context.Context) error {
	open, err := a.Counselling.Survey(ctx)
	if open > 0 {
		a.log.Warn("appointments that a change hurts wait for somebody", "count", open)
	}
	return err
}
