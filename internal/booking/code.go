package booking

import (
	"context"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/tries"
)

// The pick-up code reads like a telephone number and can reach nobody: eleven digits that begin with 10.
const (
	codePrefix = "10"
	codeDigits = 9
	codeLength = len(codePrefix) + codeDigits
	said       = 4 // digits said aloud at the door
	codeSalts  = 8
	wrongADay  = 20 // wrong codes with the same last digits
)

// codeOf is the code of an appointment or a wait: made from its id under the root key, so that a confirmation whose answer
// was lost gives the same one again and nothing stored tells it.
func (s *Service) codeOf(id string, salt int) string {
	sum, _ := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(s.Hasher.Lookup("booking.code", id+"|"+strconv.Itoa(salt)))
	n := binary.BigEndian.Uint64(sum[:8]) % 1_000_000_000
	return fmt.Sprintf("%s%0*d", codePrefix, codeDigits, n)
}

// Digits are those of an appointment's code by which staff name it.
func (s *Service) Digits(a Appointment) string { return lastOf(s.codeOf(a.ID, a.Salt)) }

// hashOf is the stored form of a code.
func (s *Service) hashOf(code string) string { return s.Hasher.Lookup("booking.pickup", code) }

// digits are those of a code that a person typed, spaces and hyphens left out.
func digits(typed string) string {
	var out []rune
	for _, r := range typed {
		if r >= '0' && r <= '9' {
			out = append(out, r)
		}
	}
	return string(out)
}

func lastOf(code string) string { return code[max(0, len(code)-said):] }

// Found is what a code leads to: one of the two.
type Found struct {
	Appointment *Appointment
	Wait        *Wait
}

// Find gives what a code leads to. A wrong one, none and that of something cancelled or expired answer alike, with ErrNotFound,
// after the same work. ErrWait.
func (s *Service) Find(ctx context.Context, who Booker, typed string) (Found, error) {
	code := digits(typed)
	counted, err := s.tryCode(ctx, who, code)
	if err != nil {
		return Found{}, err
	}
	hash := s.hashOf(code)
	a, noAppointment := s.Register.ByCode(ctx, hash)
	w, noWait := s.Waits.WaitByCode(ctx, hash)
	for _, err := range []error{noAppointment, noWait} {
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Found{}, err
		}
	}
	found := Found{}
	switch {
	case noAppointment == nil && slices.Contains([]State{Confirmed, Done, NoShow}, a.State):
		found.Appointment = &a
	case noWait == nil && w.State != WaitLeft && w.State != WaitServed:
		found.Wait = &w
	default:
		return Found{}, ErrNotFound
	}
	return found, s.giveBack(ctx, counted, code)
}

// tryCode counts a code before it is compared, by who tries it and by its last digits.
func (s *Service) tryCode(ctx context.Context, who Booker, code string) (counted []string, err error) {
	now := s.now()
	forget := now.Add(tries.Long + tries.Over)
	for _, by := range who.Tries {
		id := s.Hasher.Lookup("booking.tries", by)
		var wait time.Duration
		if err := s.Counters.CountTry(ctx, id, forget, func(c *tries.Counter) { wait = c.Take(now) }); err != nil {
			return counted, err
		}
		if wait > 0 {
			return counted, ErrWait.After(wait)
		}
		counted = append(counted, id)
	}
	if len(who.Tries) == 0 {
		return nil, nil // the limits are off
	}
	err = s.Counters.CountActs(ctx, s.lastID(code, now), forget, func(a *Acts) error {
		return a.add(Act{At: now}, wrongADay, ErrWait.After(tomorrow(now)))
	})
	return counted, err
}

// lastID names the counter of a code's last digits on one day.
func (s *Service) lastID(code string, now time.Time) string {
	return s.Hasher.Lookup("booking.digits", lastOf(code)+"|"+civil.DayOf(now))
}

// tomorrow is how long until the next civil day begins.
func tomorrow(now time.Time) time.Duration {
	y, m, d := now.In(civil.Zone()).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, civil.Zone()).Sub(now)
}

// giveBack takes the tries of a code that opened something back, its own and no other.
func (s *Service) giveBack(ctx context.Context, counted []string, code string) (err error) {
	now := s.now()
	forget := now.Add(tries.Long + tries.Over)
	for _, id := range counted {
		err = errors.Join(err, s.Counters.CountTry(ctx, id, forget, (*tries.Counter).GiveBack))
	}
	if len(counted) == 0 {
		return err
	}
	return errors.Join(err, s.Counters.CountActs(ctx, s.lastID(code, now), forget, func(a *Acts) error {
		a.Items = a.Items[:max(0, len(a.Items)-1)]
		return nil
	}))
}

// Acts are counted acts, the oldest first.
type Acts struct {
	Items []Act `bson:"items"`
}

// Act is one; ID may be "".
type Act struct {
	ID string    `bson:"id,omitempty"`
	At time.Time `bson:"at"`
}

// add counts one more unless there are so many, which is full.
func (a *Acts) add(act Act, most int, full error) error {
	if act.ID != "" && slices.ContainsFunc(a.Items, func(other Act) bool { return other.ID == act.ID }) {
		return nil
	}
	if len(a.Items) >= most {
		return full
	}
	a.Items = append(slices.Clone(a.Items), act)
	return nil
}

// entry is the name an appointment's hold is counted under.
func (a *Appointment) entry() string {
	if a.Once != nil {
		return a.Once.ID
	}
	return a.ID
}

// countHold counts an unconfirmed hold. ErrManyHolds.
func (s *Service) countHold(ctx context.Context, who Booker, entry string) error {
	if who.Holds == "" {
		return nil
	}
	now := s.now()
	return s.Counters.CountActs(ctx, s.Hasher.Lookup("booking.holds", who.Holds), now.Add(HoldsWithin), func(a *Acts) error {
		a.Items = slices.DeleteFunc(slices.Clone(a.Items), func(act Act) bool { return now.Sub(act.At) >= HoldsWithin })
		full := error(nil)
		if len(a.Items) > 0 {
			full = ErrManyHolds.After(HoldsWithin - now.Sub(a.Items[0].At))
		}
		return a.add(Act{ID: entry, At: now}, HoldsPer, full)
	})
}

// uncountHold takes one off again: nothing was held, or it was confirmed.
func (s *Service) uncountHold(ctx context.Context, who Booker, entry string) error {
	if who.Holds == "" {
		return nil
	}
	return s.Counters.CountActs(ctx, s.Hasher.Lookup("booking.holds", who.Holds), s.now().Add(HoldsWithin), func(a *Acts) error {
		a.Items = slices.DeleteFunc(slices.Clone(a.Items), func(act Act) bool { return act.ID == entry })
		return nil
	})
}
