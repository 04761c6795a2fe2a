package api

import (
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/contribution"
)

// Draft is a volunteer's story as her phone shows it.
type Draft struct {
	DraftBrief
	Provenance string          `json:"provenance,omitempty" enum:"invented,real" doc:"absent before she said"`
	Boxes      []DraftBox      `json:"boxes" doc:"the four boxes, in order"`
	Revision   int64           `json:"revision" doc:"what If-Match names"`
	Consent    *DraftConsent   `json:"consent,omitempty"`
	Findings   []DraftFinding  `json:"findings"`
	Returned   []DraftSentence `json:"returned" doc:"what editors said, latest first"`
}

// DraftBrief is one in her list.
type DraftBrief struct {
	ID        string         `json:"id"`
	Title     string         `json:"title" doc:"empty before she gave one"`
	Begins    string         `json:"begins" doc:"the first words, where there is no title"`
	Stage     string         `json:"stage" enum:"writing,sent,taken,returned,reviewing,published,withdrawn"`
	WrittenAt time.Time      `json:"writtenAt"`
	SentDay   string         `json:"sentDay,omitempty"`
	Sentence  *DraftSentence `json:"sentence,omitempty" doc:"of whoever sent it back, whole"`
	Passed    int            `json:"passed" doc:"of the three reviews"`
	Review    int            `json:"review" doc:"the review it waits for, 1 to 3; 0 for none"`
	UntilDay  string         `json:"untilDay,omitempty" doc:"when that reviewer answers at the latest"`
	Slug      string         `json:"slug,omitempty" doc:"of the published story"`
	Why       string         `json:"why,omitempty" doc:"why it was withdrawn"`
	GoneDay   string         `json:"goneDay,omitempty" doc:"day the raw words are destroyed"`
	Expiring  bool           `json:"expiring" doc:"that day is near"`
	Erased    bool           `json:"erased" doc:"the raw words are destroyed"`
	Recorded  bool           `json:"recorded" doc:"a consent is recorded and holds"`
}

// DraftBox is one of the four.
type DraftBox struct {
	Heading  string         `json:"heading"`
	Text     string         `json:"text"`
	Pictures []DraftPicture `json:"pictures"`
	Voices   []DraftVoice   `json:"voices"`
}

// DraftPicture is a picture of the library, used here.
type DraftPicture struct {
	ID          string `json:"id" maxLength:"64"`
	Description string `json:"description,omitempty" maxLength:"2000"`
}

// DraftVoice is a recording.
type DraftVoice struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Seconds int    `json:"seconds"`
}

// DraftConsent is the recorded consent of whom a true story is about.
type DraftConsent struct {
	Day   string `json:"day" maxLength:"10" doc:"day she said it, 2026-11-23"`
	Way   string `json:"way" enum:"written,spoken,message"`
	Scope string `json:"scope" enum:"words,words_pictures"`
	Note  string `json:"note,omitempty" maxLength:"800"`
}

// DraftSentence is what an editor said.
type DraftSentence struct {
	Name string `json:"name" doc:"编辑 with a surname"`
	Day  string `json:"day"`
	Text string `json:"text"`
}

// DraftFinding is what the machine says of a place. Start and End count UTF-16 units, as a phone does.
type DraftFinding struct {
	Code     string  `json:"code"`
	Severity string  `json:"severity" enum:"blocks,asks,notes"`
	Box      int     `json:"box" doc:"from 0; -1 is the title"`
	Start    int     `json:"start"`
	End      int     `json:"end"`
	Text     string  `json:"text" doc:"what is the matter, in Chinese"`
	Mend     *string `json:"mend,omitempty" doc:"what to put there"`
}

// RefusedBox is a box that stays as it was.
type RefusedBox struct {
	Box  int    `json:"box" doc:"from 0; -1 is the title"`
	Text string `json:"text" doc:"why, in Chinese"`
}

// SavedDraft answers a save: what is stored now, or, with status 409, what is stored instead.
type SavedDraft struct {
	Revision int64          `json:"revision"`
	At       time.Time      `json:"at"`
	Findings []DraftFinding `json:"findings"`
	Refused  []RefusedBox   `json:"refused" doc:"boxes that were left as they are stored"`
	Code     string         `json:"code,omitempty" doc:"with 409: contribution.conflict"`
	Detail   string         `json:"detail,omitempty" doc:"with 409: a Chinese sentence"`
	Stored   *Draft         `json:"stored,omitempty" doc:"with 409: the text that is stored and was not changed"`
}

func (d *door) draftOf(s contribution.Saved) Draft {
	out := Draft{
		DraftBrief: d.draftBrief(s), Provenance: string(s.Provenance), Revision: s.Text, Boxes: []DraftBox{},
		Findings: findingsOf(s), Returned: []DraftSentence{},
	}
	for i, b := range s.Raw.Boxes {
		box := DraftBox{Heading: contribution.Headings[i], Text: b.Text, Pictures: []DraftPicture{}, Voices: []DraftVoice{}}
		for _, p := range b.Pictures {
			box.Pictures = append(box.Pictures, DraftPicture(p))
		}
		for _, r := range b.Recordings {
			box.Voices = append(box.Voices, DraftVoice{ID: r.ID, Type: r.Type, Seconds: r.Seconds})
		}
		out.Boxes = append(out.Boxes, box)
	}
	if c := s.Raw.Consent; c != nil && c.Withdrawn == nil {
		out.Consent = &DraftConsent{Day: c.Day, Way: c.Way, Scope: c.Scope, Note: c.Note}
	}
	for i := len(s.Raw.Returned) - 1; i >= 0; i-- {
		out.Returned = append(out.Returned, sentenceOf(s.Raw.Returned[i]))
	}
	return out
}

// firstWords is how much of a story stands in a list that has no title.
const firstWords = 16

func (d *door) draftBrief(s contribution.Saved) DraftBrief {
	out := DraftBrief{
		ID: s.ID, Title: s.Raw.Title, Stage: string(s.Stage()), WrittenAt: s.WrittenAt, Expiring: s.Expiring(d.Now()),
		Erased: s.ErasedAt != nil, Recorded: s.Consented,
	}
	if begin := []rune(s.Raw.Boxes[0].Text); len(begin) > 0 {
		out.Begins = string(begin[:min(len(begin), firstWords)])
	}
	if s.SentAt != nil {
		out.SentDay = civil.DayOf(*s.SentAt)
	}
	if s.EraseAt != nil {
		out.GoneDay = civil.DayOf(*s.EraseAt)
	}
	if n := len(s.Raw.Returned); n > 0 && s.State == contribution.Returned {
		said := sentenceOf(s.Raw.Returned[n-1])
		out.Sentence = &said
	}
	if s.State == contribution.Withdrawn {
		out.Why = withdrawnBecause[s.Reason]
	}
	return withPiece(out, s.Piece)
}

var withdrawnBecause = map[contribution.Reason]string{
	contribution.ByConsent: "故事里的人收回了同意，稿子和原话都已删掉。",
	contribution.ByAuthor:  "你自己撤下的，原话已删掉。",
}

func withPiece(out DraftBrief, p *contribution.PieceState) DraftBrief {
	if p == nil {
		return out
	}
	if out.Title == "" {
		out.Title = p.Title
	}
	out.Passed, out.Review = p.Passed, p.Review
	if p.Until != nil {
		out.UntilDay = civil.DayOf(*p.Until)
	}
	if p.Live {
		out.Slug = p.Slug
	}
	if p.Withdrawn && out.Why == "" {
		out.Why = p.Why
	}
	if p.Comment != nil && out.Sentence == nil {
		said := sentenceOf(*p.Comment)
		out.Sentence = &said
	}
	return out
}

func sentenceOf(s contribution.Sentence) DraftSentence {
	return DraftSentence{Name: s.Name, Day: civil.DayOf(s.At), Text: s.Text}
}

func findingsOf(s contribution.Saved) []DraftFinding {
	out := []DraftFinding{}
	for _, f := range s.Findings {
		text := s.Raw.Title
		if f.Box >= 0 {
			text = s.Raw.Boxes[f.Box].Text
		}
		out = append(out, DraftFinding{
			Code: f.Code, Severity: f.Severity, Box: f.Box, Start: units(text, f.Start), End: units(text, f.End), Text: f.Text, Mend: f.Mend,
		})
	}
	return out
}

// units counts UTF-16 units before a byte offset.
func units(text string, offset int) int {
	n := 0
	for i, r := range text {
		if i >= offset {
			return n
		}
		n++
		if r >= 0x10000 {
			n++
		}
	}
	return n
}

func savedOf(s contribution.Saved) SavedDraft {
	out := SavedDraft{Revision: s.Text, At: s.WrittenAt, Findings: findingsOf(s), Refused: []RefusedBox{}}
	for _, r := range s.Refused {
		out.Refused = append(out.Refused, RefusedBox(r))
	}
	return out
}
