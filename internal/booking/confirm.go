package booking

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/fault"
)

// Bounds of what she writes, in characters.
const (
	maxText   = 1000
	maxTopics = 6
	maxNames  = 5
	maxName   = 30
	maxAsText = 20
)

// ErrCode is a pick-up code that another has: it does not leave this package.
var ErrCode = errors.New("booking: the code is another's")

// Confirm makes a held time hers and gives its pick-up code, which the server tells once: the same confirmation sent again
// within ten minutes has the same answer. The hold is looked at again, and whether the plan still offers its time.
// ErrHoldExpired, ErrNotOffered, ErrNotFound and what is wrong with what she answered.
func (s *Service) Confirm(ctx context.Context, who Booker, id string, f Private) (Appointment, string, error) {
	if err := s.check(f); err != nil {
		return Appointment{}, "", err
	}
	stored, err := s.Store.Appointment(ctx, id)
	if err != nil {
		return Appointment{}, "", err
	}
	if !who.reaches(stored.Owner) {
		return Appointment{}, "", ErrNotFound
	}
	if stored.State == Confirmed && s.now().Sub(stored.confirmedAt()) < repeatFor {
		return stored, s.codeOf(id, stored.Salt), nil // its answer was lost, or the tap came twice
	}
	if err := stored.reserved(s.now()); err != nil {
		return Appointment{}, "", err
	}
	if _, err := s.Plans.Offered(ctx, stored.Counsellor, stored.Start); err != nil {
		return Appointment{}, "", err
	}
	a, err := s.confirm(ctx, id, f, Actor{Kind: ByResident})
	if errors.Is(err, errUnchanged) {
		err = nil
	}
	if err != nil {
		return Appointment{}, "", err
	}
	err = s.uncountHold(ctx, who, a.entry())
	if a.Offer != "" {
		err = errors.Join(err, s.served(ctx, a.Offer))
	}
	return a, s.codeOf(id, a.Salt), err
}

// confirm claims for good, with a code that nobody else has.
func (s *Service) confirm(ctx context.Context, id string, f Private, by Actor) (Appointment, error) {
	for salt := range codeSalts {
		a, err := s.change(ctx, id, func(a *Appointment, _ *taken) error {
			now := s.now()
			if a.State == Confirmed {
				return errUnchanged
			}
			if err := a.reserved(now); err != nil {
				return err
			}
			s.fill(a, f, salt)
			return a.step(Confirmed, by, now)
		})
		if !errors.Is(err, ErrCode) {
			return a, err
		}
	}
	return Appointment{}, ErrCode
}

// fill puts what she answered and her code into an appointment.
func (s *Service) fill(a *Appointment, f Private, salt int) {
	code := s.codeOf(a.ID, salt)
	a.Private, a.Salt, a.Code = f, salt, s.hashOf(code)
	a.Private.Digits = lastOf(code)
}

// check refuses what cannot be what she meant.
func (s *Service) check(f Private) error {
	for _, refuse := range []func(Private) error{s.checkWhom, s.checkSafety, checkWritten, s.checkContact} {
		if err := refuse(f); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) checkWhom(f Private) error {
	switch f.For {
	case ForSelf:
		if f.Age != "" {
			return ErrAge
		}
	case ForChild:
		if !slices.Contains(Ages, f.Age) {
			return ErrAge
		}
		if f.Age != Ages[len(Ages)-1] && !f.Consent && f.Waived == nil {
			return ErrConsent.At(fault.Field{Location: "body.consent", Message: ErrConsent.Text})
		}
	case ForOther:
		if f.Age != "" && !slices.Contains(Ages, f.Age) {
			return ErrAge
		}
	default:
		return ErrAnswer
	}
	if len(f.Topics) > maxTopics || slices.ContainsFunc(f.Topics, func(t string) bool { return !s.Wording.topic(t) }) {
		return ErrTopic
	}
	return nil
}

func (s *Service) checkSafety(f Private) error {
	for question, answer := range f.Safety {
		if !slices.Contains(Safety, answer) || !s.Wording.asked(f.For, question) {
			return ErrAnswer
		}
	}
	return nil
}

func checkWritten(f Private) error {
	long := func(n string) bool { return n == "" || utf8.RuneCountInString(n) > maxName }
	switch {
	case utf8.RuneCountInString(f.Text) > maxText, len(f.NotThese) > maxNames, slices.ContainsFunc(f.NotThese, long):
		return ErrWritten
	case f.Alone != "" && !slices.Contains(Alone, f.Alone), f.Before != "" && !slices.Contains(Before, f.Before):
		return ErrAnswer
	}
	return nil
}

// checkContact: no safe contact, no call; a call needs a number, when, and who we say we are.
func (s *Service) checkContact(f Private) error {
	c := f.Contact
	if !c.Call {
		if c.Number != "" || len(c.When) > 0 || c.As != "" || c.AsText != "" || c.Answered != "" || c.Message != "" && c.Message != "none" {
			return ErrContact
		}
		return nil
	}
	number := digits(c.Number)
	among := func(all []string, one string) bool { return slices.Contains(all, one) }
	switch {
	case len(number) < 7 || len(number) > 15 || strings.Trim(c.Number, "0123456789-+ ()") != "", len(c.When) == 0, !among(As, c.As):
		return ErrContact
	case slices.ContainsFunc(c.When, func(w string) bool { return !among(Whens, w) }),
		c.Answered != "" && !among(Answered, c.Answered), c.Message != "" && !among(Messages, c.Message):
		return ErrAnswer
	case (c.As == "own") != (c.AsText != ""), utf8.RuneCountInString(c.AsText) > maxAsText:
		return ErrContact
	case s.Lexicon.Find(c.AsText) != "":
		return ErrWording
	}
	return nil
}
