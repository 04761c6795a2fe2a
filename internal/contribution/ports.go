package contribution

import (
	"context"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

// Parts are what a Service is put together from; all of them are required.
type Parts struct {
	Store    Store
	Voices   VoiceStore
	Pieces   Pieces
	Checker  Checker
	Safety   Safety
	Now      func() time.Time
	Believed func() (until time.Time, ok bool) // see package clock: nothing is destroyed by another time
	NewID    func() string
}

// Store stores contributions, their raw part sealed under a key of each. A contribution whose key is destroyed is there,
// with an empty raw part. Its fault is ErrNotFound.
type Store interface {
	// Insert adds one with a key of its own, unless it is there.
	Insert(ctx context.Context, c Contribution) error
	Contribution(ctx context.Context, id string) (Contribution, error)
	// Update changes one at its revision; apply may run more than once, and its error ends it without a change. With an act,
	// both are written or none.
	Update(ctx context.Context, id string, act *audit.Entry, apply func(*Contribution) error) error
	// Erase destroys the key of one with its recordings, then updates it: an interrupted one has lost its words already.
	Erase(ctx context.Context, id string, act *audit.Entry, apply func(*Contribution) error) error
	// Of lists an author's, latest written first, at most limit.
	Of(ctx context.Context, author string, limit int) ([]Contribution, error)
	// In lists those in a state, longest waiting first, at most limit.
	In(ctx context.Context, state State, limit int) ([]Contribution, error)
	// Unfinished lists ids of withdrawn ones whose piece may still be live, and of those whose raw words are due by until.
	Unfinished(ctx context.Context, until *time.Time, limit int) (pieces, words []string, err error)
}

// VoiceStore stores recordings sealed under the key of their contribution; the fault of one that is not there, or whose
// key is destroyed, is ErrNotFound.
type VoiceStore interface {
	PutVoice(ctx context.Context, contribution, id string, body []byte) error
	Voice(ctx context.Context, contribution, id string) ([]byte, error)
	DeleteVoice(ctx context.Context, contribution, id string) error
}

// Piece is the explainer that an editor begins with the words of a contribution.
type Piece struct {
	ID         string
	Authors    []string // accounts: whoever wrote any part of it
	Region     string
	Title      string
	Provenance Provenance
	Boxes      [Boxes]WrittenBox
}

// PieceState is how far the piece made from a contribution is.
type PieceState struct {
	Slug      string
	Title     string
	Live      bool
	Withdrawn bool
	Why       string     // it was withdrawn, for its authors
	Review    int        // the review it waits for, 1 to 3; 0 while its editor has it
	Passed    int        // of the three reviews
	Until     *time.Time // when that reviewer answers at the latest
	Comment   *Sentence  // of whoever sent it back last, while it is back
}

// Pieces is what publish does for this package.
type Pieces interface {
	// Begin makes the piece as a draft by an editor; one that is there already is left alone.
	Begin(ctx context.Context, by staff.Principal, p Piece) error
	// States says how far pieces are; what is not there is left out.
	States(ctx context.Context, ids []string) (map[string]PieceState, error)
	// Withdraw takes it away from residents and out of review; one that is not there, or withdrawn already, is no error.
	Withdraw(ctx context.Context, id string) error
}

// Finding is something the machine says of a place in what she wrote.
type Finding struct {
	Code     string
	Severity string // blocks, asks, notes
	Box      int    // from 0; -1 is the title
	Start    int    // bytes of the box's text
	End      int
	Text     string  // Chinese, what is the matter
	Mend     *string // what to put in the place of Start to End
}

// Safety asks WeChat about words that somebody hands in on her phone, without personal data.
type Safety interface {
	// Risky gives the place in texts of the first that WeChat holds risky, -1 for none. Of an error, as of a doubt, a person
	// has to look: an editor does that anyway.
	Risky(ctx context.Context, who staff.Principal, texts []string) (int, error)
}

// Checker looks for what would single a person out, and for whatever else the machine knows.
type Checker interface {
	Check(ctx context.Context, title string, texts [Boxes]string, real bool) []Finding
}
