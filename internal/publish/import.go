package publish

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// importTries is how often an import starts again because somebody else changed one of its publications meanwhile.
const importTries = 5

// ErrTaken refuses an imported text under an id that belongs to something of another kind.
var ErrTaken = fault.New(fault.Conflict, "publish.id_taken", "这个编号已经是别的内容的了。")

// Draft is a text that came from outside. It waits for staff, whatever its text claims.
type Draft struct {
	ID     string
	Kind   Kind
	Body   []byte
	Region region.Code // of a new publication; "" is the whole deployment
}

// Imported counts what an import did.
type Imported struct {
	Added   int // new ids
	Changed int // a newer draft was added beside what is stored
	Same    int // the newest version already has this text
}

// Import imports texts as drafts, all of them in one change or none. What residents see does not change, and neither does
// the live generation: a live version stays live beside its newer draft, and an imported text goes live only through
// review. ErrTaken, and ErrTransition where a version is being reviewed, name the ids they concern.
func (s *Service) Import(ctx context.Context, by audit.Actor, drafts []Draft) (Imported, error) {
	for try := 1; ; try++ {
		done, err := s.importOnce(ctx, by, drafts)
		if errors.Is(err, ErrStale) && try < importTries {
			continue
		}
		return done, err
	}
}

func (s *Service) importOnce(ctx context.Context, by audit.Actor, drafts []Draft) (Imported, error) {
	plan := importing{seen: map[string]bool{}}
	now := s.now()
	var authors []string
	if by.Kind == audit.KindStaff {
		authors = []string{by.ID}
	}
	for _, d := range drafts {
		if d.ID == "" || plan.seen[d.ID] {
			return Imported{}, fmt.Errorf("publish: the imported id %q is empty or used twice", d.ID)
		}
		plan.seen[d.ID] = true
		old, err := s.store.Publication(ctx, d.ID)
		switch {
		case errors.Is(err, ErrNotFound):
			e := s.create(d.ID, d.Kind, by)
			e.Region, e.CreatedAt = d.Region, now // one instant for all: what came in together is told by it
			plan.take(e, d, authors)
		case err != nil:
			return Imported{}, err
		default:
			e, err := s.begin(ctx, old, by)
			if err != nil {
				return Imported{}, err
			}
			plan.take(e, d, authors)
		}
	}
	if err := plan.refusal(); err != nil {
		return Imported{}, err
	}
	if plan.done.Added+plan.done.Changed == 0 {
		return plan.done, nil
	}
	entry, err := audit.New(audit.Act{Actor: by, Action: audit.PublishImport, Subject: "publications", At: now, Detail: map[string]string{
		"added": strconv.Itoa(plan.done.Added), "changed": strconv.Itoa(plan.done.Changed), "same": strconv.Itoa(plan.done.Same),
	}})
	if err != nil {
		return Imported{}, err
	}
	plan.change.Entry = entry
	if err := s.store.Apply(ctx, plan.change); err != nil {
		return Imported{}, err
	}
	return plan.done, nil
}

// importing collects the one change an import makes, and the conflicts that prevent it.
type importing struct {
	seen        map[string]bool
	change      Change
	done        Imported
	taken, busy []fault.Field
}

// take plans one draft.
func (i *importing) take(e *edit, d Draft, authors []string) {
	switch {
	case e.Kind != d.Kind:
		i.taken = append(i.taken, fault.Field{Location: d.ID, Message: ErrTaken.Text})
		return
	case e.LastSHA == Sum(d.Body):
		i.done.Same++
		return
	case e.reviewed() != nil:
		i.busy = append(i.busy, fault.Field{Location: d.ID, Message: "这个内容正在审核，审完了再导入。"})
		return
	case e.isNew:
		i.done.Added++
	default:
		i.done.Changed++
	}
	e.write(written{body: d.Body, from: OriginImported, region: e.Region, authors: authors})
	e.into(&i.change)
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
