package publish

import (
	"context"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

// NoteKind says what a note records.
type NoteKind string

// The kinds of notes.
const (
	NoteComment  NoteKind = "comment"
	NotePass     NoteKind = "pass"
	NoteReturn   NoteKind = "return"
	NoteRecall   NoteKind = "recall"   // the author took it back
	NoteRestart  NoteKind = "restart"  // its stored bytes changed
	NoteEscalate NoteKind = "escalate" // the region above is asked
	NoteLawyer   NoteKind = "lawyer"   // what an outside lawyer answered
)

// Note is something said of a version, or something that happened to it, for those who work on it. It never changes.
type Note struct {
	ID          string       `bson:"_id"`
	Publication string       `bson:"publication"`
	N           int          `bson:"n"`
	SHA256      string       `bson:"sha256"` // of the version at that time
	Kind        NoteKind     `bson:"kind"`
	Stage       State        `bson:"stage,omitempty"`
	By          audit.Actor  `bson:"by"`
	At          time.Time    `bson:"at"`
	Text        string       `bson:"text,omitempty"`
	Suggestions []Suggestion `bson:"suggestions,omitempty"`
	Reasons     []Reason     `bson:"reasons,omitempty"`
	Right       bool         `bson:"right,omitempty"` // of a lawyer's: 对
}

// Suggestion is a change that a reviewer asks the author to make; reviewers never change a letter themselves.
type Suggestion struct {
	Field   string `bson:"field,omitempty"`
	Start   int    `bson:"start,omitempty"` // bytes of the field
	End     int    `bson:"end,omitempty"`
	Instead string `bson:"instead"`
	Code    string `bson:"code,omitempty"` // of the finding it answers
}

// Reason says why a finding stays as it is; the next reviewer reads it.
type Reason struct {
	Finding int    `bson:"finding"` // its position in the version's Findings
	Code    string `bson:"code"`
	Text    string `bson:"text"`
}

// say adds a note to an edit.
func (e *edit) say(id string, n Note) {
	n.ID, n.Publication, n.By, n.At = sortKey(e.at, id), e.ID, e.by, e.at
	if o := e.numbered(n.N); o != nil {
		n.SHA256 = o.SHA256
	}
	n.Text = strings.TrimSpace(n.Text)
	e.notes = append(e.notes, n)
	e.changed = true
}

// Comment says something of an open version to those who work on it.
func (w *Workflow) Comment(ctx context.Context, who staff.Principal, at At, text string) error {
	if text = strings.TrimSpace(text); text == "" || len(text) > maxWords {
		return ErrWords
	}
	t, err := w.take(ctx, who, at, access.ReadText)
	if err != nil {
		return err
	}
	t.say(w.newID(), Note{Kind: NoteComment, N: at.N, Stage: t.open.State, Text: text})
	return w.apply(ctx, audit.PublishComment, map[string]string{"version": strconv.Itoa(at.N)}, t.edit)
}
