package publish

import (
	"context"
	"errors"
	"fmt"

	"pugongying/internal/fault"
)

// importTries is how often an import begins again because something else was published meanwhile.
const importTries = 5

// ErrTaken refuses an imported text under an id that belongs to something of another kind.
var ErrTaken = fault.New(fault.Conflict, "publish.id_taken", "这个编号已经是别的内容的了。")

// Draft is a text that came from outside. It waits for staff, whatever it says of itself.
type Draft struct {
	ID   string
	Kind Kind
	Body []byte
}

// Imported counts what an import did.
type Imported struct {
	Added   int // ids that were not there
	Changed int // a newer draft beside what is there
	Same    int // the newest version says exactly this
}

// Import takes texts in as drafts, all of them in one change or none. What residents see stays as it is: a live version
// stays live beside its newer draft, and nothing imported goes live but by review. ErrTaken, and ErrTransition where the
// newest version is being reviewed, name the ids they mean.
func (s *Service) Import(ctx context.Context, drafts []Draft) (Imported, error) {
	for try := 1; ; try++ {
		done, err := s.importOnce(ctx, drafts)
		if errors.Is(err, ErrStale) && try < importTries {
			continue
		}
		return done, err
	}
}

func (s *Service) importOnce(ctx context.Context, drafts []Draft) (Imported, error) {
	head, err := s.store.Head(ctx)
	if err != nil {
		return Imported{}, err
	}
	plan := importing{seen: map[string]bool{}, change: Change{Head: head}}
	plan.change.Head.At = s.now()
	for _, d := range drafts {
		old, err := s.store.Publication(ctx, d.ID)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Imported{}, err
		}
		if err := plan.take(old, d); err != nil {
			return Imported{}, err
		}
	}
	if err := plan.refusal(); err != nil {
		return Imported{}, err
	}
	if plan.done.Added+plan.done.Changed == 0 {
		return plan.done, nil
	}
	if err := s.store.Apply(ctx, plan.change); err != nil {
		return Imported{}, err
	}
	return plan.done, nil
}

// importing gathers the one change an import makes, and what speaks against it.
type importing struct {
	seen        map[string]bool
	change      Change
	done        Imported
	taken, busy []fault.Field
}

// take plans one draft; old is the zero Publication where its id is new.
func (i *importing) take(old Publication, d Draft) error {
	if d.ID == "" || i.seen[d.ID] {
		return fmt.Errorf("publish: the imported id %q is empty or used twice", d.ID)
	}
	i.seen[d.ID] = true
	now := i.change.Head.At
	p := old
	if old.ID == "" {
		p = Publication{ID: d.ID, Kind: d.Kind, State: StateDraft, Schema: schema, CreatedAt: now}
	}
	switch state, err := Next(p.State, ActRevise); {
	case p.Kind != d.Kind:
		i.taken = append(i.taken, fault.Field{Location: d.ID, Message: ErrTaken.Text})
		return nil
	case p.LastSHA == Sum(d.Body):
		i.done.Same++
		return nil
	case err != nil:
		i.busy = append(i.busy, fault.Field{Location: d.ID, Message: "这个内容正在审核，审完了再导入。"})
		return nil
	default:
		p.State = state
	}
	i.change.Versions = append(i.change.Versions, p.append(d.Body, OriginImported, now))
	p.ChangedAt = now
	if old.ID == "" {
		i.change.Added = append(i.change.Added, p)
		i.done.Added++
	} else {
		i.change.Replaced = append(i.change.Replaced, p)
		i.done.Changed++
	}
	return nil
}

func (i *importing) refusal() error {
	switch {
	case len(i.taken) > 0:
		return ErrTaken.At(i.taken...)
	case len(i.busy) > 0:
		return ErrTransition.At(i.busy...)
	}
	return nil
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
		v, err := s.store.Version(ctx, p.ID, p.Last)
		if err != nil {
			return fmt.Errorf("publish: version %s: %w", VersionID(p.ID, p.Last), err)
		}
		if err := each(p, v); err != nil {
			return err
		}
	}
	return nil
}
