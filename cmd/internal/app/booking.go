package app

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"time"

	"pugongying/content"
	"pugongying/internal/booking"
	"pugongying/internal/civil"
	"pugongying/internal/clock"
	"pugongying/internal/jobs"
	"pugongying/internal/member"
	"pugongying/internal/notify"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/wechat"
)

// openBookings wires appointments with plans, reminders and the clock that holds go by.
func (a *App) openBookings(context.Context) error {
	wording, err := bookingWording()
	if err != nil {
		return err
	}
	documents := store.NewBookings(a.Documents, a.vault)
	a.Bookings, err = booking.New(booking.Parts{
		Store: documents, Register: documents, Waits: documents, Notices: documents, Counters: documents, Plans: planned{a}, Desks: planned{a}, Diary: documents, Fresh: a.Staff.Fresh, Wording: wording,
		Lexicon: notify.ForOnlookers(), Hasher: a.vault, Sender: reminders{a}, Now: a.agreed, NewID: rand.Text, Random: quiz.Random,
	})
	return err
}

// bookingWording is what people read and may choose from.
func bookingWording() (booking.Wording, error) {
	data, err := fs.ReadFile(content.Files(), "booking.yaml")
	if err != nil {
		return booking.Wording{}, err
	}
	return booking.ParseWording(data)
}

// agreed is the time that holds go by: that of the database where it contradicts this machine's, else the believed one.
// So two servers of one database agree on when a hold ends, however far apart their clocks are.
func (a *App) agreed() time.Time {
	switch state := a.clock.State(); state.Doubt {
	case clock.Disputed:
		return a.now().Add(-state.Off)
	case clock.None, clock.Unchecked:
		return a.now()
	}
	return a.clock.Steady()
}

// bookingJobs are the due work of appointments and their reminders.
func (a *App) bookingJobs() []jobs.Kind {
	documents := store.NewBookings(a.Documents, a.vault)
	return []jobs.Kind{
		{Name: "appointments", Store: documents.Jobs(), Do: a.Bookings.Tick, Ahead: booking.JobsAhead},
		{Name: "reminders", Store: documents.NoticeJobs(), Do: a.Bookings.SendReminder, Ahead: booking.JobsAhead},
	}
}

// nightHour is when a day's work on the whole of the documents begins, in Beijing.
const nightHour = 3

// nightly does something once each night; asked every hour, it does it at the first asking after nightHour.
func (a *App) nightly(work func(context.Context) error) func(context.Context) error {
	var done string
	return func(ctx context.Context) error {
		now := a.now().In(civil.Zone())
		if day := civil.DayOf(now); day != done && now.Hour() >= nightHour {
			done = day
			return work(ctx)
		}
		return nil
	}
}

// lookAtAppointments proves from the documents that nobody is in two places, and prints what it found.
func (a *App) lookAtAppointments(ctx context.Context) error {
	found, err := a.Bookings.Audit(ctx)
	if err != nil {
		return err
	}
	log := a.log.Info
	if !found.Well() {
		log = a.log.Error
	}
	log("appointments looked at", "count", found.Looked, "overlaps", len(found.Overlaps), "orphans", len(found.Orphans), "unlike", len(found.Unlike))
	return nil
}

// reminders sends by WeChat, where the deployment has a template: thing1 says what, time2 when.
type reminders struct{ *App }

// Ready reports whether there is a template.
func (r reminders) Ready() bool { return r.config.WeChat.Reminder != "" }

// reminderThing is what the message is about, for everybody who sees it.
const reminderThing = "活动中心有一项安排"

// Remind sends one message. What WeChat refused was not shown; what it did not answer may have been.
func (r reminders) Remind(ctx context.Context, to member.ID, m booking.Message) error {
	_, openID, err := r.Members.Recipient(ctx, to)
	if errors.Is(err, member.ErrUnknown) {
		return booking.ErrSendRefused
	}
	if err != nil {
		return errors.Join(booking.ErrSendLater, err)
	}
	_, err = r.wechat.Send(ctx, wechat.Message{
		To: openID, Template: r.config.WeChat.Reminder,
		Values: map[string]string{"thing1": reminderThing, "time2": m.At.In(civil.Zone()).Format("2006年1月2日 15:04")},
	})
	switch {
	case err == nil, errors.Is(err, wechat.ErrUnavailable):
		return err
	case errors.Is(err, wechat.ErrTooMany):
		return errors.Join(booking.ErrSendLater, err)
	}
	return errors.Join(booking.ErrSendRefused, err)
}
