package quiz

import (
	"cmp"
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/member"
)

// maxDismissals bounds how many dismissals are remembered.
const maxDismissals = 500

// DismissalsSchema is the version of Dismissals' document.
const DismissalsSchema = 1

// Dismissals is what one member took out of her mistakes book by hand, the latest last.
type Dismissals struct {
	Owner  member.ID   `bson:"_id"`
	Items  []Dismissal `bson:"items"`
	Rev    int64       `bson:"rev"`
	Schema int         `bson:"schema"`
}

// Dismissal takes a question out of the book until it is answered wrongly again.
type Dismissal struct {
	Question string    `bson:"q"`
	At       time.Time `bson:"at"`
}

// Add remembers a dismissal in place of an earlier one of the same question; the oldest goes when there are too many.
func (d *Dismissals) Add(item Dismissal) {
	d.Items = append(slices.DeleteFunc(slices.Clone(d.Items), func(old Dismissal) bool {
		return old.Question == item.Question
	}), item)
	slices.SortStableFunc(d.Items, func(a, b Dismissal) int { return a.At.Compare(b.At) })
	d.Items = d.Items[max(0, len(d.Items)-maxDismissals):]
}

// Mistake is a question of the book: how often it was answered wrongly since it came in, and on which civil day last.
type Mistake struct {
	Lesson
	Times int
	Day   string
}

// slip is a question of the book before its text is looked up.
type slip struct {
	question string
	times    int
	at       time.Time // of the last wrong answer
}

// book folds kept sittings and dismissals, each at its time, into what is still to learn: a wrong answer brings a
// question in or counts it again, a right one or a dismissal takes it out. The latest mistake comes first.
func book(attempts []Attempt, dismissed []Dismissal) []slip {
	type event struct {
		at   time.Time
		id   string
		play func(map[string]slip)
	}
	events := make([]event, 0, len(attempts)+len(dismissed))
	for i := range attempts {
		events = append(events, event{attempts[i].SubmittedAt, attempts[i].ID, attempts[i].play})
	}
	for _, d := range dismissed {
		// The id of no attempt begins so: a dismissal in the same millisecond as a sitting comes after it.
		events = append(events, event{d.At, "~" + d.Question, func(in map[string]slip) { delete(in, d.Question) }})
	}
	slices.SortFunc(events, func(a, b event) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.id, b.id)) })
	in := map[string]slip{}
	for _, e := range events {
		e.play(in)
	}
	slips := make([]slip, 0, len(in))
	for _, s := range in {
		slips = append(slips, s)
	}
	slices.SortFunc(slips, func(a, b slip) int { return a.compare(b) })
	return slips
}

// play is what one sitting does to the book.
func (a *Attempt) play(in map[string]slip) {
	for _, d := range a.Drawn {
		if !slices.Contains(a.Wrong, d.Question) {
			delete(in, d.Question)
			continue
		}
		in[d.Question] = slip{question: d.Question, times: in[d.Question].times + 1, at: a.SubmittedAt}
	}
}

// compare puts the latest mistake first.
func (s slip) compare(other slip) int {
	return cmp.Or(other.at.Compare(s.at), cmp.Compare(s.question, other.question))
}

// Mistakes is one page of a member's book, at most limit (at least 1), and the mark of the next page, "" at the end. It is
// empty while her keeping is off. A question is shown as it is live now; one that was withdrawn is left out. ErrCursor.
func (s *Service) Mistakes(ctx context.Context, who member.ID, after string, limit int) ([]Mistake, string, error) {
	cursor, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	slips, err := s.book(ctx, who)
	if err != nil {
		return nil, "", err
	}
	page := []Mistake{}
	live := s.bank.current.Load().questions
	for i, slip := range slips {
		q := live[slip.question]
		if q == nil || after != "" && slip.compare(cursor) <= 0 {
			continue
		}
		page = append(page, Mistake{Lesson: q.lesson(q.ids()), Times: slip.times, Day: civil.DayOf(slip.at)})
		if len(page) == limit && more(slips[i+1:], live) {
			return page, slip.cursor(), nil
		}
	}
	return page, "", nil
}

// more says whether any of the slips would be shown.
func more(slips []slip, live map[string]*Question) bool {
	return slices.ContainsFunc(slips, func(s slip) bool { return live[s.question] != nil })
}

func (s *Service) book(ctx context.Context, who member.ID) ([]slip, error) {
	attempts, err := s.history(ctx, who)
	if err != nil || len(attempts) == 0 {
		return nil, err
	}
	dismissed, err := s.books.Dismissed(ctx, who)
	if err != nil {
		return nil, err
	}
	return book(attempts, dismissed.Items), nil
}

// Dismiss takes a question out of a member's book until she answers it wrongly again. What is not in it stays out.
func (s *Service) Dismiss(ctx context.Context, who member.ID, question string) error {
	slips, err := s.book(ctx, who)
	if err != nil || !slices.ContainsFunc(slips, func(s slip) bool { return s.question == question }) {
		return err
	}
	at := s.now()
	return s.books.Dismiss(ctx, who, func(d *Dismissals) error {
		d.Add(Dismissal{Question: question, At: at})
		return nil
	})
}

// cursor is the opaque form of a place in the book.
func (s slip) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(s.at.UnixMilli(), 10) + "." + s.question))
}

var errCursorForm = errors.New("quiz: no cursor of the mistakes book")

// parseCursor reads what cursor gave; anything else is ErrCursor. "" is the beginning.
func parseCursor(text string) (slip, error) {
	if text == "" {
		return slip{}, nil
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(text)
	if err != nil {
		return slip{}, fault.ErrCursor.Because(err)
	}
	ms, question, _ := strings.Cut(string(raw), ".")
	at, err := strconv.ParseInt(ms, 10, 64)
	if err != nil || !isName(question) {
		return slip{}, fault.ErrCursor.Because(errCursorForm)
	}
	return slip{question: question, at: time.UnixMilli(at).UTC()}, nil
}
