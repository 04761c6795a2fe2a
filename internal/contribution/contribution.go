// Package contribution is 来稿: what a volunteer tells in four boxes on her phone (发生了什么、她怎么做的、法律怎么说、找谁), with
// pictures and a recorded voice, until an editor makes an explainer of it.
//
// It promises that what she wrote is never overwritten by an older sending, a stale page or a second device: a save names
// the revision it was written on, and one that meets a newer text changes nothing and is given that text. Words, recordings,
// consent and an editor's sentence are sealed under a key of the contribution alone, are published by no path of this
// package, and are destroyed ninety days after she last wrote, on her request, and with a consent that was withdrawn. Whoever
// wrote any part is handed on as an author, so that she reviews nothing of it.
//
// It refuses to hand in a true story without a recorded consent, a text that is longer than its box (that box alone keeps
// what it had; the others are stored), recordings by any other sign than their bytes, and to destroy anything by a clock that
// is not believed. Where a consent was withdrawn, the piece made from the story is withdrawn with it, also when the server
// died in between (Reconcile).
package contribution

import (
	"time"

	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Bounds of one contribution.
const (
	Boxes          = 4
	MaxText        = 20_000 // characters of a box
	MaxTitle       = 40
	MaxSentence    = 1_000
	MaxPictures    = 9 // of a box
	MaxDescription = 200
	MaxRecordings  = 8 // of a contribution
	MaxOpen        = 50
	RawLife        = 90 * 24 * time.Hour // of raw text and voice, from when she last wrote
	NoticeBefore   = 14 * 24 * time.Hour // her list says so from then on
	schema         = 1
	maxNote        = 200
)

// Faults that answer a request about a contribution.
var (
	ErrNotFound  = fault.New(fault.NotFound, "contribution.not_found", "没有找到这一篇，可能已经删掉了。")
	ErrConflict  = fault.New(fault.Conflict, "contribution.conflict", "这一篇在别处改过。两边的字都在，请挑一份。")
	ErrState     = fault.New(fault.Conflict, "contribution.state", "这一篇已经交上去了，现在不能改。")
	ErrEmpty     = fault.New(fault.Invalid, "contribution.empty", "第一个框还空着：写一句，或者说一段，就能交。")
	ErrRisky     = fault.New(fault.Invalid, "contribution.risky", "微信认为有一段不合适，发不出去。请换个说法再交。")
	ErrUnsaid    = fault.New(fault.Invalid, "contribution.provenance", "先说一下：是编的，还是真事？")
	ErrConsent   = fault.New(fault.Conflict, "contribution.consent", "真事要先记下她本人同意了，才能交。")
	ErrWhy       = fault.New(fault.Invalid, "contribution.why", "请写一句话，告诉她要改哪里。")
	ErrTooMany   = fault.New(fault.Conflict, "contribution.many", "没交的已经有 50 篇了，先交几篇或者删几篇。")
	ErrVoiceMany = fault.New(fault.Conflict, "contribution.voices", "一篇最多放 8 段录音，先删一段。")
	ErrVoiceType = fault.New(fault.Invalid, "contribution.voice_type", "这不是录音，或者格式听不了。请重新录一段。")
	ErrVoiceLong = fault.New(fault.TooLarge, "contribution.voice_long", "这一段太长了，最多 5 分钟。请分成几段录。")
	ErrGone      = fault.New(fault.Gone, "contribution.gone", "原稿已经按约定删掉了，现在谁也看不到。")
	ErrTaken     = fault.New(fault.Conflict, "contribution.taken", "这一篇已经有编辑在整理。")
	ErrBox       = fault.New(fault.Invalid, "contribution.box", "只有四个框。")
	ErrRecord    = fault.New(fault.Invalid, "contribution.consent_incomplete", "同意要写清楚：哪一天、怎么说的、能用什么。")
)

// State is how far a contribution has come. Whether the piece made from it is published is the publication's to say
// (Pieces).
type State string

// The states.
const (
	Writing   State = "writing"
	Sent      State = "sent"
	Taken     State = "taken"    // 整理: an editor makes a piece of it
	Returned  State = "returned" // to its author, with a sentence
	Withdrawn State = "withdrawn"
)

// Provenance says whether it happened.
type Provenance string

// The provenances.
const (
	Unsaid   Provenance = ""
	Invented Provenance = "invented" // 编的
	Real     Provenance = "real"     // 真事
)

// Reason says why a contribution was withdrawn.
type Reason string

// The reasons.
const (
	ByConsent Reason = "consent" // whom it is about took her consent back
	ByAuthor  Reason = "author"
)

// Contribution is one story as its volunteer tells it. Raw is sealed where it is stored.
type Contribution struct {
	ID         string      `bson:"_id"`
	Author     string      `bson:"author"` // account
	Region     region.Code `bson:"region"`
	State      State       `bson:"state"`
	Provenance Provenance  `bson:"provenance,omitempty"`
	Text       int64       `bson:"text"`             // revision of what she wrote; a save names the one it was written on
	Editor     string      `bson:"editor,omitempty"` // account that took it
	Piece      string      `bson:"piece,omitempty"`  // publication made from it
	Reason     Reason      `bson:"reason,omitempty"`
	Open       bool        `bson:"open,omitempty"`     // its piece has still to be withdrawn
	Consented  bool        `bson:"consented"`          // a consent is recorded and holds
	EraseAt    *time.Time  `bson:"eraseAt,omitempty"`  // raw words go then; nil once they are gone
	ErasedAt   *time.Time  `bson:"erasedAt,omitempty"` // they went
	CreatedAt  time.Time   `bson:"createdAt"`
	WrittenAt  time.Time   `bson:"writtenAt"`
	SentAt     *time.Time  `bson:"sentAt,omitempty"`
	Rev        int64       `bson:"rev"`
	Schema     int         `bson:"schema"`

	Raw Raw `bson:"-"` // stored sealed
}

// Raw is what is sealed.
type Raw struct {
	Title    string     `bson:"title,omitempty"`
	Boxes    [Boxes]Box `bson:"boxes"`
	Consent  *Consent   `bson:"consent,omitempty"`
	Returned []Sentence `bson:"returned,omitempty"` // oldest first
}

// Box is one of the four.
type Box struct {
	Text       string      `bson:"text,omitempty"`
	Pictures   []Picture   `bson:"pictures,omitempty"`
	Recordings []Recording `bson:"recordings,omitempty"`
}

// Picture is a use of a picture of the library.
type Picture struct {
	ID          string `bson:"id"`
	Description string `bson:"description,omitempty"`
}

// Recording is a recorded voice; its bytes are stored beside, sealed under the same key.
type Recording struct {
	ID      string `bson:"id"`
	Type    string `bson:"type"`
	Bytes   int    `bson:"bytes"`
	Seconds int    `bson:"seconds"` // as the phone counted them
}

// Consent is the recorded consent of whom a true story is about.
type Consent struct {
	By        string     `bson:"by"`    // account that recorded it
	Day       string     `bson:"day"`   // civil day she said it
	Way       string     `bson:"way"`   // Ways
	Scope     string     `bson:"scope"` // Scopes
	Note      string     `bson:"note,omitempty"`
	Withdrawn *time.Time `bson:"withdrawn,omitempty"`
}

// Ways are how a consent may be given, Scopes what it may cover.
var (
	Ways   = []string{"written", "spoken", "message"}
	Scopes = []string{"words", "words_pictures"}
)

// Sentence is what an editor says when she returns a contribution.
type Sentence struct {
	By   string    `bson:"by"`   // account
	Name string    `bson:"name"` // as her colleagues read it
	At   time.Time `bson:"at"`
	Text string    `bson:"text"`
}

// Headings are what the boxes ask, in order.
var Headings = [Boxes]string{"发生了什么", "她怎么做的", "法律怎么说", "找谁"}
