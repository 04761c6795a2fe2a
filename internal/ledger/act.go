package ledger

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Faults of offline acts.
var (
	ErrAct      = fault.New(fault.Invalid, "ledger.act_invalid", "有几处要改，改好再记。")
	ErrActState = fault.New(fault.Conflict, "ledger.act_counted", "这一笔已经计入了，要改就写一笔更正。")
	ErrNoProof  = fault.New(fault.Conflict, "ledger.act_unproved", "这一笔还没有证明，没有计入，不用更正。")
	ErrReason   = fault.New(fault.Invalid, "ledger.reason", "写一句为什么更正。").At(fault.Field{Location: "reason", Message: "写一句为什么更正"})
	ErrProofs   = fault.New(fault.Conflict, "ledger.proofs", "一笔最多放 6 张照片。")
)

// Bounds of an offline act.
const (
	maxWords  = 200
	maxNote   = 2000
	maxProofs = 6
	actSchema = 1
	// oldest is how many days back an act may be entered.
	oldest = 400
)

// Act is an offline act as an officer entered it: a lecture, leaflets, a visit. It is counted, by one ledger line with its id,
// from when it has a proof. A correction of one is an Act of its own.
type Act struct {
	ID           string      `bson:"_id"` // of its line
	Kind         Kind        `bson:"kind"`
	Region       region.Code `bson:"region"`
	Organisation string      `bson:"organisation"`
	Project      string      `bson:"project"`
	Day          string      `bson:"day"`
	Quantity     int64       `bson:"quantity"`
	By           string      `bson:"by"` // account
	At           time.Time   `bson:"at"`
	Of           string      `bson:"of,omitempty"` // the act that this corrects
	Proofs       []Proof     `bson:"proofs,omitempty"`
	Noted        bool        `bson:"noted,omitempty"` // there is a note for a proof
	Counted      bool        `bson:"counted"`
	Rev          int64       `bson:"rev"`
	Schema       int         `bson:"schema"`

	Words ActWords `bson:"-"` // stored sealed: it may name people
}

// ActWords are what is written about an act.
type ActWords struct {
	What   string `bson:"what,omitempty"`   // where, and what it was
	Note   string `bson:"note,omitempty"`   // the proof in words: who was there and saw it
	Reason string `bson:"reason,omitempty"` // of a correction
}

// Proof is a picture that proves an act; its bytes are stored sealed.
type Proof struct {
	ID   string `bson:"id"`
	Type string `bson:"type"`
	Size int64  `bson:"size"`
}

// proved says that an act has a proof.
func (a Act) proved() bool { return len(a.Proofs) > 0 || a.Noted }

// line is what is counted of an act.
func (a Act) line() Line {
	return Line{
		ID: a.ID, Kind: a.Kind, Region: a.Region, Organisation: a.Organisation, Project: a.Project, Day: a.Day, Source: offline,
		Quantity: a.Quantity, CorrectionOf: a.Of,
	}
}

// ActQuery selects acts that are not counted yet, newest day first.
type ActQuery struct {
	Regions []region.Scope
	Limit   int
}

// ActStore stores acts.
type ActStore interface {
	// Add stores an act with its pictures and, where it is counted, its line, with the entry, in one transaction. An act of
	// this id that is there already is left as it is, and false.
	Add(ctx context.Context, w ActWrite) (bool, error)
	// Prove changes an act that is not counted, as Add adds one. ErrUnknown, ErrActState.
	Prove(ctx context.Context, w ActWrite) error
	Find(ctx context.Context, id string) (Act, error) // ErrUnknown
	List(ctx context.Context, q ActQuery) ([]Act, error)
	// Proof is the bytes of one picture. ErrUnknown.
	Proof(ctx context.Context, act, id string) ([]byte, error)
}

// ActWrite is one write of an act.
type ActWrite struct {
	Act      Act
	Pictures [][]byte // of the act's last proofs
	Line     *Line
	Entry    audit.Entry
}

// Places looks up the organisation of a project.
type Places interface {
	Project(ctx context.Context, id string) (region.Project, error)
}

// Cleaner makes of an uploaded picture one that carries nothing but what is to be seen.
type Cleaner interface {
	// Redraw gives a JPEG without metadata. A fault says what is wrong with the file.
	Redraw(ctx context.Context, file []byte) ([]byte, error)
}

// Acts enters offline acts.
type Acts struct{ ActParts }

// ActParts is what Acts needs.
type ActParts struct {
	Ledger  *Service
	Store   ActStore
	Lines   OfflineLines
	Places  Places
	Cleaner Cleaner
	NewID   func() string
}

// OfflineLines gives the tallied lines that officers entered.
type OfflineLines interface {
	OfflineLines(ctx context.Context, q LineQuery) ([]Line, error)
}

// NewActs enters acts into a ledger.
func NewActs(p ActParts) *Acts { return &Acts{p} }

// Entered is what an officer enters.
type Entered struct {
	Once     string // an idempotency key; "" for none
	Kind     Kind
	Region   region.Code
	Project  string
	Day      string
	Quantity int64
	What     string
	Note     string
	Pictures [][]byte
}

// Enter stores an act; with a proof it is counted, without one it waits for it. The same Once by the same person is the same
// act. ErrAct with its fields; faults of permission.
func (s *Acts) Enter(ctx context.Context, who staff.Principal, e Entered) (Act, error) {
	if err := who.May(access.EnterAct, access.Record{Relation: access.None, Region: e.Region}); err != nil {
		return Act{}, err
	}
	a := Act{
		ID: ActID("act", s.NewID()), Kind: e.Kind, Region: e.Region, Project: e.Project, Day: e.Day, Quantity: e.Quantity, By: who.Account,
		At: s.Ledger.now().UTC().Truncate(time.Millisecond), Noted: strings.TrimSpace(e.Note) != "", Rev: 1, Schema: actSchema,
		Words: ActWords{What: strings.TrimSpace(e.What), Note: strings.TrimSpace(e.Note)},
	}
	if e.Once != "" {
		a.ID = ActID("act", who.Account+"|"+e.Once)
	}
	if err := s.check(ctx, &a); err != nil {
		return Act{}, err
	}
	w, err := s.proving(ctx, a, e.Pictures)
	if err != nil {
		return Act{}, err
	}
	if w.Entry, err = s.entry(who, audit.ActEnter, w.Act, a.Quantity); err != nil {
		return Act{}, err
	}
	added, err := s.Store.Add(ctx, w)
	if err == nil && !added {
		return s.Store.Find(ctx, a.ID)
	}
	return w.Act, err
}

// check says what is wrong with each field, and fills in the organisation.
func (s *Acts) check(ctx context.Context, a *Act) error {
	today := civil.DayOf(s.Ledger.now())
	first, err := civil.AddDays(today, -oldest)
	if err != nil {
		return err
	}
	bad := ErrAct
	if !a.Kind.Offline() {
		bad = bad.At(fault.Field{Location: "kind", Message: "选一样"})
	}
	if !civil.IsDay(a.Day) || a.Day > today || a.Day < first {
		bad = bad.At(fault.Field{Location: "day", Message: "写哪一天，今天或者以前的"})
	}
	if a.Quantity < 1 || a.Quantity > maxQuantity {
		bad = bad.At(fault.Field{Location: "quantity", Message: "写一个数，1 到 " + strconv.Itoa(maxQuantity)})
	}
	if n := utf8.RuneCountInString(a.Words.What); n == 0 || n > maxWords {
		bad = bad.At(fault.Field{Location: "what", Message: "写一句在哪里、什么事，最多 200 字"})
	}
	if utf8.RuneCountInString(a.Words.Note) > maxNote {
		bad = bad.At(fault.Field{Location: "note", Message: "最多 2000 字"})
	}
	if _, err := s.Ledger.regions.Find(a.Region); err != nil {
		bad = bad.At(fault.Field{Location: "region", Message: "选一个地区"})
	}
	if a.Project != "" {
		p, err := s.Places.Project(ctx, a.Project)
		if errors.Is(err, region.ErrProjectUnknown) {
			bad = bad.At(fault.Field{Location: "project", Message: "没有这个项目"})
		} else if err != nil {
			return err
		}
		a.Organisation = p.Organisation
	}
	if len(bad.Fields) > 0 {
		return bad
	}
	return nil
}

// proving adds pictures to an act and, once it has a proof, its line.
func (s *Acts) proving(ctx context.Context, a Act, pictures [][]byte) (ActWrite, error) {
	if len(a.Proofs)+len(pictures) > maxProofs {
		return ActWrite{}, ErrProofs
	}
	w := ActWrite{}
	a.Proofs = slices.Clone(a.Proofs)
	for _, p := range pictures {
		clean, err := s.Cleaner.Redraw(ctx, p)
		if err != nil {
			return w, err
		}
		w.Pictures = append(w.Pictures, clean)
		a.Proofs = append(a.Proofs, Proof{ID: s.NewID(), Type: "image/jpeg", Size: int64(len(clean))})
	}
	if a.Counted = a.proved(); a.Counted {
		line, err := s.Ledger.complete(a.line())
		if err != nil {
			return w, err
		}
		w.Line = &line
	}
	w.Act = a
	return w, nil
}

// entry records an act with what it counts as from now on.
func (s *Acts) entry(who staff.Principal, action audit.Action, a Act, counts int64) (audit.Entry, error) {
	detail := map[string]string{"kind": string(a.Kind), "region": string(a.Region), "quantity": strconv.FormatInt(counts, 10), "proofs": strconv.Itoa(len(a.Proofs))}
	if a.Of != "" {
		detail["of"] = a.Of
	}
	return audit.New(audit.Act{Actor: who.Actor(), Action: action, Subject: a.ID, At: s.Ledger.now(), Detail: detail})
}

// find is an act that somebody may do this to.
func (s *Acts) find(ctx context.Context, who staff.Principal, action access.Action, id string) (Act, error) {
	a, err := s.Store.Find(ctx, id)
	if err != nil {
		return Act{}, err
	}
	if err := who.May(action, access.Record{Relation: access.Other, Region: a.Region}); err != nil {
		return Act{}, err
	}
	return a, nil
}

// Act is one act, for whoever may change it.
func (s *Acts) Act(ctx context.Context, who staff.Principal, id string) (Act, error) {
	return s.find(ctx, who, access.EnterAct, id)
}

// Prove adds a proof to an act that waits for one, and so counts it.
func (s *Acts) Prove(ctx context.Context, who staff.Principal, id, note string, pictures [][]byte) (Act, error) {
	a, err := s.find(ctx, who, access.EnterAct, id)
	if err != nil {
		return Act{}, err
	}
	note = strings.TrimSpace(note)
	switch {
	case a.Counted:
		return Act{}, ErrActState
	case note == "" && len(pictures) == 0:
		return Act{}, ErrAct.At(fault.Field{Location: "note", Message: "放一张照片，或者写一句谁在场"})
	case utf8.RuneCountInString(note) > maxNote:
		return Act{}, ErrAct.At(fault.Field{Location: "note", Message: "最多 2000 字"})
	}
	if note != "" {
		a.Words.Note, a.Noted = note, true
	}
	w, err := s.proving(ctx, a, pictures)
	if err != nil {
		return Act{}, err
	}
	if w.Entry, err = s.entry(who, audit.ActProve, w.Act, a.Quantity); err != nil {
		return Act{}, err
	}
	return w.Act, s.Store.Prove(ctx, w)
}

// Correct makes an act count as quantity, 0 when it never happened, by a line that takes away or adds. The line stands on the
// act's own day, or in the open quarter when the act's is closed. It gives the correction. ErrReason, ErrNoProof, ErrCorrected.
func (s *Acts) Correct(ctx context.Context, who staff.Principal, id string, quantity int64, reason string) (Act, error) {
	a, err := s.find(ctx, who, access.EnterAct, id)
	if err != nil {
		return Act{}, err
	}
	reason = strings.TrimSpace(reason)
	switch n := utf8.RuneCountInString(reason); {
	case !a.Counted:
		return Act{}, ErrNoProof
	case n == 0 || n > maxWords:
		return Act{}, ErrReason
	case quantity < 0 || quantity > maxQuantity:
		return Act{}, ErrAct.At(fault.Field{Location: "quantity", Message: "写改成多少，没有这回事就写 0"})
	}
	line, err := s.Ledger.correction(ctx, id, quantity)
	if err != nil || line.Quantity == 0 {
		return Act{}, err
	}
	c := Act{
		ID: line.ID, Kind: line.Kind, Region: line.Region, Organisation: line.Organisation, Project: line.Project, Day: line.Day, Quantity: line.Quantity,
		By: who.Account, At: s.Ledger.now().UTC().Truncate(time.Millisecond), Of: id, Counted: true, Rev: 1, Schema: actSchema, Words: ActWords{What: a.Words.What, Reason: reason},
	}
	w := ActWrite{Act: c, Line: &line}
	if w.Entry, err = s.entry(who, audit.ActCorrect, c, quantity); err != nil {
		return Act{}, err
	}
	added, err := s.Store.Add(ctx, w)
	if err == nil && !added {
		err = ErrCorrected
	}
	return c, err
}

// Waiting are the acts in her regions that have no proof yet.
func (s *Acts) Waiting(ctx context.Context, who staff.Principal) ([]Act, error) {
	return s.Store.List(ctx, ActQuery{Regions: who.Regions(access.EnterAct), Limit: 200})
}

// Proof is a picture of an act.
func (s *Acts) Proof(ctx context.Context, who staff.Principal, act, id string) ([]byte, error) {
	a, err := s.find(ctx, who, access.EnterAct, act)
	if err != nil {
		return nil, err
	}
	if !slices.ContainsFunc(a.Proofs, func(p Proof) bool { return p.ID == id }) {
		return nil, ErrUnknown
	}
	return s.Store.Proof(ctx, act, id)
}
