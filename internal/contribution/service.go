package contribution

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/parts"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// longestList bounds what one list reads.
const longestList = 200

// Service is the contributions and what may be done with them. Safe for concurrent use.
type Service struct{ Parts }

// New creates the service. A missing part is an error that names it.
func New(p Parts) (*Service, error) { return &Service{p}, parts.Missing("contribution", p) }

// Saved is a contribution as its author is given it back.
type Saved struct {
	Contribution
	Findings []Finding
	Refused  []Refused
	Piece    *PieceState // nil before one was made of it
}

// Stage is what became of it, as its author is told.
type Stage string

// The stages; the first five are states.
const (
	InReview  Stage = "reviewing"
	Published Stage = "published"
)

// Stage joins the contribution's state with that of its piece.
func (s Saved) Stage() Stage {
	switch {
	case s.State == Withdrawn, s.Piece != nil && s.Piece.Withdrawn:
		return Stage(Withdrawn)
	case s.Piece == nil || s.State != Taken:
		return Stage(s.State)
	case s.Piece.Live:
		return Published
	case s.Piece.Review > 0 || s.Piece.Passed == 3:
		return InReview
	}
	return Stage(Taken)
}

// Expiring reports whether her list must say that the raw words go soon.
func (s Saved) Expiring(now time.Time) bool {
	return s.EraseAt != nil && now.After(s.EraseAt.Add(-NoticeBefore))
}

// Begin opens an empty contribution of hers under an id that her phone chose, so that a request whose answer was lost can be
// sent again; ErrTooMany.
func (s *Service) Begin(ctx context.Context, who staff.Principal, id string) (Saved, error) {
	if err := who.May(access.WriteContribution, access.Record{Relation: access.None}); err != nil {
		return Saved{}, err
	}
	if _, err := s.Store.Contribution(ctx, id); !errors.Is(err, ErrNotFound) {
		if err != nil {
			return Saved{}, err
		}
		return s.Read(ctx, who, id)
	}
	mine, err := s.Store.Of(ctx, who.Account, longestList)
	if err != nil {
		return Saved{}, err
	}
	open := 0
	for _, c := range mine {
		if c.editable() && c.ErasedAt == nil {
			open++
		}
	}
	if open >= MaxOpen {
		return Saved{}, ErrTooMany
	}
	now := s.now()
	erase := now.Add(RawLife)
	c := Contribution{
		ID: id, Author: who.Account, Region: home(who), State: Writing, CreatedAt: now, WrittenAt: now, EraseAt: &erase, Schema: schema,
	}
	if err := s.Store.Insert(ctx, c); err != nil {
		return Saved{}, err
	}
	return s.Read(ctx, who, id)
}

// home is the region that what she writes belongs to: the first she may write in.
func home(who staff.Principal) region.Code {
	scopes := who.Regions(access.WriteContribution)
	if len(scopes) == 0 {
		return ""
	}
	return scopes[0].From
}

// now is stored with the precision of documents.
func (s *Service) now() time.Time { return s.Now().UTC().Truncate(time.Millisecond) }

// owned loads one of hers; somebody else's is ErrNotFound for whoever may not read it.
func (s *Service) owned(ctx context.Context, who staff.Principal, id string) (Contribution, error) {
	c, err := s.Store.Contribution(ctx, id)
	if err == nil && c.Author != who.Account {
		err = ErrNotFound
	}
	if err == nil {
		err = who.May(access.WriteContribution, record(who, c))
	}
	if err != nil {
		return Contribution{}, hidden(err)
	}
	return c, nil
}

func record(who staff.Principal, c Contribution) access.Record {
	return access.Record{Relation: who.Relation(c.Author), Region: c.Region}
}

// hidden answers what she may not see as what is not there.
func hidden(err error) error {
	if errors.Is(err, staff.ErrNotFound) {
		return ErrNotFound.Because(err)
	}
	return err
}

// Mine lists hers: what waits for her first, then what others work on, latest first, each with what became of it.
func (s *Service) Mine(ctx context.Context, who staff.Principal) ([]Saved, error) {
	if err := who.May(access.WriteContribution, access.Record{Relation: access.None}); err != nil {
		return nil, err
	}
	mine, err := s.Store.Of(ctx, who.Account, longestList)
	if err != nil {
		return nil, err
	}
	all, err := s.with(ctx, mine)
	slices.SortStableFunc(all, func(a, b Saved) int { return waiting(b) - waiting(a) })
	return all, err
}

// waiting is 1 for what its author has to do something about.
func waiting(s Saved) int {
	if s.State == Returned {
		return 1
	}
	return 0
}

// with adds how far the pieces are.
func (s *Service) with(ctx context.Context, some []Contribution) ([]Saved, error) {
	ids := make([]string, 0, len(some))
	for _, c := range some {
		if c.Piece != "" {
			ids = append(ids, c.Piece)
		}
	}
	states := map[string]PieceState{}
	if len(ids) > 0 {
		var err error
		if states, err = s.Pieces.States(ctx, ids); err != nil {
			return nil, err
		}
	}
	out := make([]Saved, len(some))
	for i, c := range some {
		out[i] = Saved{Contribution: c}
		if state, made := states[c.Piece]; made {
			out[i].Piece = &state
		}
	}
	return out, nil
}

// Read gives one of hers with its findings. ErrNotFound.
func (s *Service) Read(ctx context.Context, who staff.Principal, id string) (Saved, error) {
	c, err := s.owned(ctx, who, id)
	if err != nil {
		return Saved{}, err
	}
	return s.looked(ctx, c, nil)
}

func (s *Service) looked(ctx context.Context, c Contribution, refused []Refused) (Saved, error) {
	all, err := s.with(ctx, []Contribution{c})
	if err != nil {
		return Saved{}, err
	}
	out := all[0]
	out.Refused = refused
	if c.ErasedAt == nil {
		out.Findings = s.Checker.Check(ctx, c.Raw.Title, texts(c.Raw), c.Provenance == Real)
	}
	return out, nil
}

func texts(r Raw) (out [Boxes]string) {
	for i, b := range r.Boxes {
		out[i] = b.Text
	}
	return out
}

// Write stores what she wrote on this revision of the text. ErrConflict comes with the text that is stored, which it did not
// change; ErrState once it was handed in.
func (s *Service) Write(ctx context.Context, who staff.Principal, id string, on int64, w Written) (Saved, error) {
	if _, err := s.owned(ctx, who, id); err != nil {
		return Saved{}, err
	}
	var refused []Refused
	var stored Contribution
	err := s.Store.Update(ctx, id, nil, func(c *Contribution) (err error) {
		refused, err = c.write(w, on, s.now())
		stored = *c
		return err
	})
	if errors.Is(err, ErrConflict) {
		return Saved{Contribution: stored}, err
	}
	if err != nil {
		return Saved{}, err
	}
	return s.looked(ctx, stored, refused)
}

// MayRead reports whether somebody may read the raw words of one, and see its pictures.
func (s *Service) MayRead(ctx context.Context, who staff.Principal, id string) (bool, error) {
	c, err := s.Store.Contribution(ctx, id)
	if errors.Is(err, ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return (c.State != Writing || c.Author == who.Account) && who.May(access.ReadContribution, record(who, c)) == nil, nil
}

// Send hands one of hers to the editors, once WeChat was asked about its words. ErrEmpty, ErrUnsaid, ErrConsent, ErrState;
// ErrRisky names the box.
func (s *Service) Send(ctx context.Context, who staff.Principal, id string) (Saved, error) {
	c, err := s.owned(ctx, who, id)
	if err != nil {
		return Saved{}, err
	}
	if err := s.safe(ctx, who, c.Raw); err != nil {
		return Saved{}, err
	}
	return s.act(ctx, who, id, audit.ContributionSend, func(c *Contribution) error { return c.send(s.now()) })
}

// safe refuses words that WeChat holds risky. Where it gives no answer, they go on: an editor reads every one.
func (s *Service) safe(ctx context.Context, who staff.Principal, raw Raw) error {
	boxes := texts(raw)
	at, err := s.Safety.Risky(ctx, who, append([]string{raw.Title}, boxes[:]...))
	switch {
	case err != nil || at < 0:
		return nil
	case at == 0:
		return ErrRisky.At(fault.Field{Location: "title", Message: "题目换个说法。"})
	}
	return ErrRisky.At(fault.Field{Location: fmt.Sprintf("boxes.%d", at-1), Message: "第 " + strconv.Itoa(at) + " 个框里的话换个说法。"})
}

// Consent records that whom a true story is about agreed; By is who records it. ErrRecord, ErrState.
func (s *Service) Consent(ctx context.Context, who staff.Principal, id string, given Consent) (Saved, error) {
	given.By = who.Account
	return s.act(ctx, who, id, audit.ContributionConsent, func(c *Contribution) error { return c.consent(given, s.now()) })
}

// act changes one of hers, with its audit entry.
func (s *Service) act(
	ctx context.Context, who staff.Principal, id string, action audit.Action, apply func(*Contribution) error,
) (Saved, error) {
	if _, err := s.owned(ctx, who, id); err != nil {
		return Saved{}, err
	}
	c, err := s.change(ctx, who, id, action, apply)
	if err != nil {
		return Saved{}, err
	}
	return s.looked(ctx, c, nil)
}

func (s *Service) change(
	ctx context.Context, who staff.Principal, id string, action audit.Action, apply func(*Contribution) error,
) (Contribution, error) {
	entry, err := s.entry(who.Actor(), action, id)
	if err != nil {
		return Contribution{}, err
	}
	var after Contribution
	err = s.Store.Update(ctx, id, &entry, func(c *Contribution) error {
		err := apply(c)
		after = *c
		return err
	})
	return after, err
}

func (s *Service) entry(by audit.Actor, action audit.Action, id string) (audit.Entry, error) {
	return audit.New(audit.Act{Actor: by, Action: action, Subject: id, At: s.now()})
}

// sweeper acts where nobody does.
var sweeper = audit.Actor{Kind: audit.KindSystem, ID: "contribution"}

// reconcileBatch is how many one round takes of each.
const reconcileBatch = 100
