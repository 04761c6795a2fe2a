package contribution

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
)

// Written is what one save brings: the words and pictures of every box. Recordings come and go by calls of their own.
type Written struct {
	Title      string
	Provenance Provenance
	Boxes      [Boxes]WrittenBox
}

// WrittenBox is a box as the phone sends it.
type WrittenBox struct {
	Text     string
	Pictures []Picture
}

// Refused is a box that was left as it was, with the reason; Box counts from 0, -1 is the title.
type Refused struct {
	Box  int
	Text string
}

const titleBox = -1

// editable reports whether its author may write on it.
func (c *Contribution) editable() bool { return c.State == Writing || c.State == Returned }

// check is what every act on the raw words asks first.
func (c *Contribution) readable() error {
	if c.ErasedAt != nil {
		return ErrGone
	}
	return nil
}

// write stores what fits and returns what did not; a save that changes nothing is none.
func (c *Contribution) write(w Written, on int64, now time.Time) ([]Refused, error) {
	if err := c.readable(); err != nil {
		return nil, err
	}
	if !c.editable() {
		return nil, ErrState
	}
	next, refused := c.fitting(w)
	if c.Provenance == w.Provenance && same(next, c.Raw) {
		return refused, nil // an answer that was lost is asked for again
	}
	if c.Text != on {
		return nil, ErrConflict
	}
	switch w.Provenance {
	case Unsaid, Invented, Real:
	default:
		return nil, ErrUnsaid
	}
	c.Raw, c.Provenance = next, w.Provenance
	c.touched(now)
	return refused, nil
}

// touched counts a change of what she wrote.
func (c *Contribution) touched(now time.Time) {
	erase := now.Add(RawLife)
	c.Text, c.WrittenAt, c.EraseAt = c.Text+1, now, &erase
}

// fitting is the raw words after a save, every part that is out of bounds left as it was.
func (c *Contribution) fitting(w Written) (Raw, []Refused) {
	next, refused := c.Raw, []Refused(nil)
	if n := utf8.RuneCountInString(w.Title); n > MaxTitle {
		refused = append(refused, Refused{titleBox, fmt.Sprintf("题目太长了：%d 个字，最多 %d 个。", n, MaxTitle)})
	} else {
		next.Title = strings.TrimSpace(w.Title)
	}
	for i, b := range w.Boxes {
		if why := b.fault(); why != "" {
			refused = append(refused, Refused{i, why})
			continue
		}
		next.Boxes[i].Text, next.Boxes[i].Pictures = lines(b.Text), b.Pictures
	}
	return next, refused
}

// fault says in a sentence what is out of bounds in a box.
func (b WrittenBox) fault() string {
	if n := utf8.RuneCountInString(b.Text); n > MaxText {
		return fmt.Sprintf("这一框太长了：%d 个字，最多 %d 个。别的框已经存好，这一框请分成几篇。", n, MaxText)
	}
	if len(b.Pictures) > MaxPictures {
		return fmt.Sprintf("一个框最多放 %d 张图片。", MaxPictures)
	}
	for _, p := range b.Pictures {
		if p.ID == "" || len(p.ID) > 64 || utf8.RuneCountInString(p.Description) > MaxDescription {
			return fmt.Sprintf("图片的说明最多 %d 个字。", MaxDescription)
		}
	}
	return ""
}

// lines brings the ends of lines to one form.
func lines(text string) string {
	return strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
}

// same compares what a save brings.
func same(a, b Raw) bool {
	equal := a.Title == b.Title
	for i := range a.Boxes {
		equal = equal && a.Boxes[i].Text == b.Boxes[i].Text && slices.Equal(a.Boxes[i].Pictures, b.Boxes[i].Pictures)
	}
	return equal
}

// send hands it to the editors.
func (c *Contribution) send(now time.Time) error {
	first := c.Raw.Boxes[0]
	switch {
	case c.readable() != nil:
		return ErrGone
	case c.State == Sent:
		return nil // an answer that was lost is asked for again
	case !c.editable():
		return ErrState
	case strings.TrimSpace(first.Text) == "" && len(first.Recordings) == 0:
		return ErrEmpty.At(fault.Field{Location: "boxes.0", Message: ErrEmpty.Text})
	case c.Provenance == Unsaid:
		return ErrUnsaid.At(fault.Field{Location: "provenance", Message: ErrUnsaid.Text})
	case c.Provenance == Real && !c.Consented:
		return ErrConsent.At(fault.Field{Location: "consent", Message: ErrConsent.Text})
	}
	c.State, c.SentAt = Sent, &now
	return nil
}

// take gives it to one editor, for the piece of this id; the same editor may take it again and gets the piece she has.
func (c *Contribution) take(editor, piece string) error {
	switch {
	case c.readable() != nil:
		return ErrGone
	case c.State == Taken && c.Editor == editor:
		return nil
	case c.State == Taken:
		return ErrTaken
	case c.State != Sent:
		return ErrState
	}
	c.State, c.Editor = Taken, editor
	if c.Piece == "" {
		c.Piece = piece
	}
	return nil
}

// giveBack returns it to its author; once it was taken, its editor alone can. What was made from it stays, and is gone on
// with when it is handed in again.
func (c *Contribution) giveBack(s Sentence) error {
	s.Text = strings.TrimSpace(s.Text)
	switch n := utf8.RuneCountInString(s.Text); {
	case c.readable() != nil:
		return ErrGone
	case c.State == Taken && c.Editor != s.By:
		return ErrTaken
	case c.State != Sent && c.State != Taken:
		return ErrState
	case n == 0 || n > MaxSentence:
		return ErrWhy
	}
	c.State, c.Raw.Returned = Returned, append(c.Raw.Returned, s)
	return nil
}

// consent records that whom it is about agreed; a newer record replaces one before it.
func (c *Contribution) consent(given Consent, now time.Time) error {
	switch {
	case c.readable() != nil:
		return ErrGone
	case !c.editable():
		return ErrState
	case !civil.IsDay(given.Day) || given.Day > civil.DayOf(now), !slices.Contains(Ways, given.Way), !slices.Contains(Scopes, given.Scope),
		utf8.RuneCountInString(given.Note) > maxNote:
		return ErrRecord
	}
	given.Withdrawn = nil
	c.Raw.Consent, c.Consented = &given, true
	return nil
}

// withdraw takes it back for ever. Its piece is withdrawn and its raw words are destroyed by whoever finishes it.
func (c *Contribution) withdraw(why Reason, now time.Time) {
	if c.State == Withdrawn {
		return
	}
	c.State, c.Reason, c.Consented, c.Open = Withdrawn, why, false, true
	if c.Raw.Consent != nil {
		c.Raw.Consent.Withdrawn = &now
	}
}

// erase forgets the raw words; whoever stores it has destroyed their key.
func (c *Contribution) erase(now time.Time) {
	if c.ErasedAt == nil {
		c.Raw, c.EraseAt, c.ErasedAt, c.Consented = Raw{}, nil, &now, c.Consented && c.State != Withdrawn
	}
}

// recordings counts those of all boxes.
func (c *Contribution) recordings() int {
	n := 0
	for _, b := range c.Raw.Boxes {
		n += len(b.Recordings)
	}
	return n
}

// Recording finds one by its id.
func (c *Contribution) Recording(id string) (Recording, bool) {
	for _, b := range c.Raw.Boxes {
		for _, r := range b.Recordings {
			if r.ID == id {
				return r, true
			}
		}
	}
	return Recording{}, false
}
