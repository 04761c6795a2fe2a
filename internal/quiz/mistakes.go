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

// maxDismissals bounds how many dismissals are stored.
const maxDismissals = 500

// DismissalsSchema is the version of Dismissals' document.
const DismissalsSchema = 1

// Dismissals are the questions one member took out of her mistakes book by hand, the latest last.
type Dismissals struct {
	Owner  member.Handle `bson:"_id"`
	Items  []Dismissal   `bson:"items"`
	Rev    int64         `bson:"rev"`
	Schema int           `bson:"schema"`
}

// Dismissal takes a question out of the book until it is answered wrongly again.
type Dismissal struct {
	Question string    `bson:"q"`
	At       time.Time `bson:"at"`
}

// Add stores a dismissal in place of an earlier one of the same question; the oldest is dropped when there are too
// many.
func (d *Dismissals) Add(item Dismissal) {
	d.Items = append(slices.DeleteFunc(slices.Clone(d.Items), func(old Dismissal) bool {
		return old.Question == item.Question
	}), item)
	slices.SortStableFunc(d.Items, func(a, b Dismissal) int { return a.At.Compare(b.At) })
	d.Items = d.Items[max(0, len(d.Items)-maxDismissals):]
}

// Mistake is a question of the book: how often it was answered wrongly since it entered the book, and on which civil
// day last.
type Mistake struct {
	Lesson
	Times int
	Day   string
}

// slip is a question of the book before its text is looked up.
type slip struct {
	question string
	version  int // that she answered wrongly last
	times    int
	at       time.Time // of the last wrong answer
}

// book computes the mistakes book from saved attempts and dismissals, applied in order of time: a wrong answer adds a
// question or increases its count, a right answer or a dismissal removes it. The latest mistake comes first.
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
		// No attempt's id begins with "~", so a dismissal sorts after an attempt of the same millisecond.
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

// play applies one attempt to the book.
func (a *Attempt) play(in map[string]slip) {
	for _, d := range a.Drawn {
		if !slices.Contains(a.Wrong, d.Question) {
			delete(in, d.Question)
			continue
		}
		in[d.Question] = slip{question: d.Question, version: d.Version, times: in[d.Question].times + 1, at: a.SubmittedAt}
	}
}

// compare orders the latest mistake first.
func (s slip) compare(other slip) int {
	return cmp.Or(other.at.Compare(s.at), cmp.Compare(s.question, other.question))
}

// Mistakes gives one page of a layer's book, at most limit questions (at least 1), and the cursor of the next page, ""
// at the end. It is empty while its mistakes history is off. A question is shown in its live version, also while it
// leaves the draws because its law changed; a withdrawn one is left out. What became of its law since she answered is
// said with it. ErrCursor.
func (s *Service) Mistakes(ctx context.Context, in Layer, after string, limit int) ([]Mistake, string, error) {
	cursor, err := parseCursor(after)
	if err != nil {
		return nil, "", err
	}
	slips, err := s.book(ctx, in)
	if err != nil {
		return nil, "", err
	}
	page := []Mistake{}
	live := s.bank.current.Load()
	for i, slip := range slips {
		q := live.live(slip.question)
		if q == nil || after != "" && slip.compare(cursor) <= 0 {
			continue
		}
		mistake := Mistake{Lesson: q.lesson(q.ids()), Times: slip.times, Day: civil.DayOf(slip.at)}
		if q.Changes == nil {
			said, err := s.since(ctx, slip, q)
			if err != nil {
				return nil, "", err
			}
			mistake.Notice = cmp.Or(said, mistake.Notice)
		}
		page = append(page, mistake)
		if len(page) == limit && more(slips[i+1:], live) {
			return page, slip.cursor(), nil
		}
	}
	return page, "", nil
}

// more says whether any of the slips would be shown.
func more(slips []slip, live *snapshot) bool {
	return slices.ContainsFunc(slips, func(s slip) bool { return live.live(s.question) != nil })
}

// since says what became of the law of the version that she answered, where the live one was mended since.
func (s *Service) since(ctx context.Context, answered slip, live *Question) (string, error) {
	if answered.version == live.Version {
		return "", nil
	}
	q, err := s.bank.version(ctx, answered.question, answered.version)
	if err != nil {
		if kind := fault.From(err).Kind; kind == fault.NotFound || kind == fault.Invalid {
			return "", nil // a version that can no longer be read is not spoken of
		}
		return "", err
	}
	return q.notice("你做过以后", "下面是照新规定改好的。"), nil
}

func (s *Service) book(ctx context.Context, in Layer) ([]slip, error) {
	attempts, err := s.history(ctx, in)
	if err != nil || len(attempts) == 0 {
		return nil, err
	}
	dismissed, err := s.books.Dismissed(ctx, in.Handle())
	if err != nil {
		return nil, err
	}
	return book(attempts, dismissed.Items), nil
}

// Dismiss takes a question out of a layer's book until she answers it wrongly again. A question that is not in the
// book is ignored.
func (s *Service) Dismiss(ctx context.Context, in Layer, question string) error {
	slips, err := s.book(ctx, in)
	if err != nil || !slices.ContainsFunc(slips, func(s slip) bool { return s.question == question }) {
		return err
	}
	at := s.now()
	return s.books.Dismiss(ctx, in.Handle(), func(d *Dismissals) error {
		d.Add(Dismissal{Question: question, At: at})
		return nil
	})
}

// cursor encodes a position in the book as an opaque string.
func (s slip) cursor() string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.FormatInt(s.at.UnixMilli(), 10) + "." + s.question))
}

var errCursorForm = errors.New("quiz: no cursor of the mistakes book")

// parseCursor decodes what cursor encoded; anything else is ErrCursor. "" is the beginning.
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
