package booking

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/jobs"
	"pugongying/internal/member"
)

// RemindBefore is how long before an appointment its reminder is sent.
const RemindBefore = 24 * time.Hour

// NoticeState is how far a reminder has come.
type NoticeState string

// The states. A message whose outcome is not known was perhaps shown, and is not sent again.
const (
	NoticeWanted  NoticeState = "wanted"
	NoticeSending NoticeState = "sending"
	NoticeSent    NoticeState = "sent"
	NoticeRefused NoticeState = "refused"
	NoticeUnknown NoticeState = "unknown"
	NoticeDropped NoticeState = "dropped"
)

// Notice is the one reminder of one appointment, with her consent to exactly one message. It has the appointment's id.
type Notice struct {
	ID       string      `bson:"_id"`
	State    NoticeState `bson:"state"`
	Start    time.Time   `bson:"start"` // of the appointment it was last derived from
	Job      *jobs.Due   `bson:"job,omitempty"`
	RemoveAt *time.Time  `bson:"removeAt,omitempty"`
	Rev      int64       `bson:"rev"`
	Schema   int         `bson:"schema"`

	To Recipient `bson:"-"` // stored sealed
}

// Recipient is whom it goes to.
type Recipient struct {
	Member member.ID `bson:"member"`
}

// NoticeStore stores reminders. Its fault is ErrNotFound.
type NoticeStore interface {
	// InsertNotice adds one unless it is there.
	InsertNotice(ctx context.Context, n Notice) error
	Notice(ctx context.Context, id string) (Notice, error)
	UpdateNotice(ctx context.Context, id string, apply func(*Notice) error) error
	DeleteNotice(ctx context.Context, id string) error
	// Wanted lists the ids of those that were not sent yet.
	Wanted(ctx context.Context) ([]string, error)
}

// Faults of a sender; any other error leaves it unknown whether the message was shown.
var (
	ErrSendRefused = errors.New("booking: the message was refused and is not shown")
	ErrSendLater   = errors.New("booking: nothing was sent")
)

// Sender shows a member one message.
type Sender interface {
	// Ready reports whether anything can be sent at all; otherwise nobody is offered a reminder.
	Ready() bool
	// Remind sends the sentence once. ErrSendRefused, ErrSendLater.
	Remind(ctx context.Context, to member.ID, m Message) error
}

// Message is a reminder as it is shown: Sentence is what she agreed to, the rest its parts.
type Message struct {
	Sentence string
	At       time.Time
}

// Sentence is the exact reminder of an appointment, which she sees before she agrees; "" where none can be sent.
func (s *Service) Sentence(a Appointment) string {
	if !s.Sender.Ready() {
		return ""
	}
	return strings.ReplaceAll(s.Wording.Reminder, "{when}", When(a.Start))
}

// When is how a time is written wherever a resident reads it: 12 月 4 日 10:00.
func When(t time.Time) string {
	t = t.In(civil.Zone())
	return fmt.Sprintf("%d 月 %d 日 %d:%02d", int(t.Month()), t.Day(), t.Hour(), t.Minute())
}

// Consent is hers to one reminder, or false takes it back.
type Consent struct {
	ID, Code string    // of the appointment
	Member   member.ID // whom it goes to
	On       bool
}

// Remind keeps her consent to one reminder of an appointment. ErrNotFound, ErrNotWeChat, ErrState
// when it is too late for one.
func (s *Service) Remind(ctx context.Context, who Booker, c Consent) error {
	a, err := s.proven(ctx, who, c.ID, c.Code)
	if err != nil {
		return err
	}
	if !c.On {
		return s.Notices.DeleteNotice(ctx, c.ID)
	}
	now := s.now()
	switch {
	case c.Member == "":
		return ErrNotWeChat
	case !s.Sender.Ready():
		return ErrState
	case a.State != Confirmed || !now.Before(a.Start):
		return ErrState
	}
	return s.Notices.InsertNotice(ctx, Notice{
		ID: c.ID, State: NoticeWanted, Start: a.Start, Job: jobs.At(remindAt(a, now)), Schema: schema, To: Recipient{Member: c.Member},
	})
}

func remindAt(a Appointment, now time.Time) time.Time {
	at := a.Start.Add(-RemindBefore)
	if at.Before(now) {
		return now
	}
	return at
}

// realign derives the due time of a reminder from its appointment again.
func (s *Service) realign(ctx context.Context, a Appointment) error {
	now := s.now()
	err := s.Notices.UpdateNotice(ctx, a.ID, func(n *Notice) error {
		if n.State != NoticeWanted || n.Start.Equal(a.Start) {
			return errUnchanged
		}
		n.Start, n.Job = a.Start, jobs.At(remindAt(a, now))
		return nil
	})
	if errors.Is(err, errUnchanged) || errors.Is(err, ErrNotFound) {
		return nil
	}
	return err
}

// Realign derives every due time again: after a move that was interrupted before its reminder followed.
func (s *Service) Realign(ctx context.Context) error {
	ids, err := s.Notices.Wanted(ctx)
	for _, id := range ids {
		a, failed := s.Store.Appointment(ctx, id)
		if errors.Is(failed, ErrNotFound) {
			err = errors.Join(err, s.Notices.DeleteNotice(ctx, id))
			continue
		}
		if failed == nil {
			failed = s.realign(ctx, a)
		}
		err = errors.Join(err, failed)
	}
	return err
}

// SendReminder is the handler of a reminder's job. It looks at the appointment again: one that was cancelled gets none, one
// that was moved gets it at its new time. It says that it is sending before it sends, so that a crash never shows the message
// twice; what is not known is left so.
func (s *Service) SendReminder(ctx context.Context, id string) error {
	a, err := s.Store.Appointment(ctx, id)
	if err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	now := s.now()
	var send bool
	var to member.ID
	err = s.Notices.UpdateNotice(ctx, id, func(n *Notice) error {
		send, to = false, n.To.Member
		switch {
		case n.State == NoticeSending:
			n.end(NoticeUnknown, a.Start, now) // it was being sent when the server died
		case n.State != NoticeWanted:
			return errUnchanged
		case a.State != Confirmed || !now.Before(a.Start):
			n.end(NoticeDropped, a.Start, now)
		case now.Before(a.Start.Add(-RemindBefore)):
			n.Start, n.Job = a.Start, jobs.At(a.Start.Add(-RemindBefore))
		default:
			n.State, n.Start, send = NoticeSending, a.Start, true
		}
		return nil
	})
	if errors.Is(err, errUnchanged) || errors.Is(err, ErrNotFound) || err == nil && !send {
		return nil
	}
	if err != nil {
		return err
	}
	return s.sent(ctx, id, s.Sender.Remind(ctx, to, Message{Sentence: s.Sentence(a), At: a.Start}))
}

// sent stores how a sending ended.
func (s *Service) sent(ctx context.Context, id string, outcome error) error {
	now := s.now()
	err := s.Notices.UpdateNotice(context.WithoutCancel(ctx), id, func(n *Notice) error {
		switch {
		case errors.Is(outcome, ErrSendLater):
			n.State = NoticeWanted
		case errors.Is(outcome, ErrSendRefused):
			n.end(NoticeRefused, n.Start, now)
		case outcome != nil:
			n.end(NoticeUnknown, n.Start, now)
		default:
			n.end(NoticeSent, n.Start, now)
		}
		return nil
	})
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil && errors.Is(outcome, ErrSendLater) {
		return outcome
	}
	return err
}

// end finishes a reminder, which no longer names anybody and goes once its appointment is over.
func (n *Notice) end(as NoticeState, start, now time.Time) {
	if start.Before(now) {
		start = now
	}
	over := start.Add(cancelledFor)
	n.State, n.Job, n.RemoveAt, n.To = as, nil, &over, Recipient{}
}
