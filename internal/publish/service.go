package publish

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"pugongying/internal/audit"
)

// Service is the publications as the program itself uses them: what residents see, what is shipped, what an operator
// imports and takes down. What members of staff do is Workflow. Safe for concurrent use.
type Service struct {
	store    Store
	manifest Manifest
	now      func() time.Time
	card     func(Kind, []byte) Card
	clear    func(*Publication, *Open, *Version) (clearance, error) // cleared; a test shows what happens without it
}

// New creates the service. The manifest is the one inside the binary: what it names may go live without staff.
func New(store Store, manifest Manifest, now func() time.Time) *Service {
	return &Service{store: store, manifest: manifest, now: now, clear: cleared}
}

// Describe sets how a body's title and laws are read for the lists; call it before the service is used.
func (s *Service) Describe(card func(Kind, []byte) Card) { s.card = card }

// Live calls each with every publication of that kind residents may see, in order of ID. An error of each ends the
// iteration.
func (s *Service) Live(ctx context.Context, kind Kind, each func(Item) error) error {
	return s.live(ctx, kind, 0, each)
}

// Changed calls each with every publication of that kind that changed for residents after a live generation, in order of
// ID; its N is 0 where they see no version of it any more. An error of each ends the iteration.
func (s *Service) Changed(ctx context.Context, kind Kind, since int64, each func(Item) error) error {
	return s.live(ctx, kind, since, each)
}

func (s *Service) live(ctx context.Context, kind Kind, since int64, each func(Item) error) error {
	return s.store.Live(ctx, kind, since, func(p Publication, v Version) error {
		damage := cmp.Or(p.Damage, v.Damage)
		switch {
		case damage != nil:
			return each(Item{ID: p.ID, Kind: p.Kind, Slug: p.Slug, N: p.Live, Damage: damage})
		case p.Live == 0:
			return each(Item{ID: p.ID, Kind: p.Kind, Slug: p.Slug})
		case Sum(v.Body) != v.SHA256 || v.SHA256 != p.LiveSHA:
			return each(Item{ID: p.ID, Kind: p.Kind, Slug: p.Slug, N: p.Live, Damage: errors.New("publish: it is not what was published")})
		}
		return each(Item{ID: p.ID, Kind: p.Kind, Slug: p.Slug, N: v.N, SHA256: v.SHA256, Body: v.Body, Sample: p.Sample, At: v.At, Rechecking: p.Rechecking})
	})
}

// Version is the n-th version of a publication, live or not; ErrNotFound when it was never written.
func (s *Service) Version(ctx context.Context, id string, n int) (Version, error) {
	return s.store.Version(ctx, id, n)
}

// Generation changes with every change of what is live; a reader that loaded at this generation is up to date.
func (s *Service) Generation(ctx context.Context) (int64, error) {
	generations, err := s.store.Generations(ctx)
	return generations.Live, err
}

// DraftGeneration changes with every change, including those of drafts.
func (s *Service) DraftGeneration(ctx context.Context) (int64, error) {
	generations, err := s.store.Generations(ctx)
	return generations.Drafts, err
}

// Newest calls each with every publication of that kind and its newest version, live or not, in order of ID. An error of
// each ends the walk.
func (s *Service) Newest(ctx context.Context, kind Kind, each func(Publication, Version) error) error {
	var found []Publication
	err := s.store.All(ctx, func(p Publication) error {
		if p.Kind == kind {
			found = append(found, p)
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, p := range found {
		if p.Damage != nil {
			return fmt.Errorf("publish: publication %s: %w", p.ID, p.Damage)
		}
		v, err := s.store.Version(ctx, p.ID, p.Last)
		if err != nil {
			return fmt.Errorf("publish: version %s: %w", VersionID(p.ID, p.Last), err)
		}
		v.State = p.State
		if err := each(p, v); err != nil {
			return err
		}
	}
	return nil
}

// Withdraw withdraws a publication and every open version of it, so that nothing scheduled or under review brings it back;
// seeding does not bring it back either. It is the operator's way; staff have TakeDown. ErrNotFound, ErrTransition when it
// is withdrawn already, ErrStale when somebody else changed it at the same time.
func (s *Service) Withdraw(ctx context.Context, by audit.Actor, id string) error {
	e, err := s.edit(ctx, by, id)
	if err != nil {
		return err
	}
	was := e.Live
	if err := e.withdraw(); err != nil {
		return err
	}
	return s.apply(ctx, audit.PublishWithdraw, map[string]string{"version": strconv.Itoa(was)}, e)
}

// withdraw takes down what residents see and every open version; ErrTransition when there is neither.
func (e *edit) withdraw() error {
	if e.Live == 0 && len(e.Open) == 0 {
		return ErrTransition
	}
	for len(e.Open) > 0 {
		e.set(e.Open[0].N, StateWithdrawn)
	}
	e.hide(ByStaff)
	return nil
}

func (s *Service) edit(ctx context.Context, by audit.Actor, id string) (*edit, error) {
	p, err := s.store.Publication(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.begin(ctx, p, by)
}

// apply writes one edit and its audit entry.
func (s *Service) apply(ctx context.Context, action audit.Action, detail map[string]string, e *edit) error {
	entry, err := audit.New(audit.Act{Actor: e.by, Action: action, Subject: e.ID, At: e.at, Detail: detail})
	if err != nil {
		return err
	}
	change := Change{Entry: entry}
	e.into(&change)
	return s.store.Apply(ctx, change)
}

// step moves one open version by an act of the table and returns the states for the record. A second version under review
// is ErrTransition.
func (e *edit) step(o *Open, act Act) (map[string]string, error) {
	from, n := o.State, o.N
	to, err := Next(from, act)
	if err != nil {
		return nil, err
	}
	if other := e.reviewed(); to.underReview() && other != nil && other.N != n {
		return nil, ErrTransition
	}
	e.set(n, to)
	return map[string]string{"version": strconv.Itoa(n), "act": string(act), "from": string(from), "to": string(to)}, nil
}
