package publish

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	schema    = 1
	seedTries = 5 // another process seeding the same store finishes within one or two of these
)

// Shipped is one authored file, or one entry of one, as it lies inside the binary.
type Shipped struct {
	ID   string
	Kind Kind
	Slug string
	Body []byte
}

// Entry approves one body of one publication.
type Entry struct {
	Kind   Kind
	ID     string
	SHA256 string
}

// Manifest is what may go live because it was shipped, an ID once.
type Manifest []Entry

// Seeded counts what a seeding did.
type Seeded struct {
	Added     int // new and live
	Replaced  int // an unedited shipped text gave way to the new one, or came back
	Drafted   int // kept beside what is there, because staff edited it or the manifest does not name it
	Withdrawn int // no longer in the manifest
	Same      int
}

// Seed takes in the shipped content. It may run at every start: what was taken in already costs one read. Nothing goes
// live but bodies whose sha256 the manifest names, nothing that staff edited or withdrew is overwritten, and what the
// manifest no longer names is withdrawn. Two processes may seed one store at once.
func (s *Service) Seed(ctx context.Context, items []Shipped) (Seeded, error) {
	digest, err := s.digest(items)
	if err != nil {
		return Seeded{}, err
	}
	for try := 1; ; try++ {
		done, err := s.seed(ctx, items, digest)
		if errors.Is(err, ErrStale) && try < seedTries {
			continue
		}
		return done, err
	}
}

func (s *Service) seed(ctx context.Context, items []Shipped, digest string) (Seeded, error) {
	head, err := s.store.Head(ctx)
	if err != nil {
		return Seeded{}, err
	}
	if head.Seeded == digest {
		return Seeded{Same: len(items)}, nil
	}
	there := map[string]Publication{}
	err = s.store.All(ctx, func(p Publication) error {
		there[p.ID] = p
		return nil
	})
	if err != nil {
		return Seeded{}, err
	}
	plan := seeding{approved: map[string]string{}, now: s.now()}
	for _, e := range s.manifest {
		plan.approved[e.ID] = e.SHA256
	}
	for _, item := range items {
		plan.take(there, item)
		delete(there, item.ID)
	}
	for _, left := range there {
		plan.keep(left, left)
	}
	head.Seeded, head.At = digest, plan.now
	plan.change.Head = head
	if err := s.store.Apply(ctx, plan.change); err != nil {
		return Seeded{}, err
	}
	return plan.done, nil
}

// digest names this very set of bodies under this very manifest.
func (s *Service) digest(items []Shipped) (string, error) {
	seen, set := map[string]bool{}, []byte{}
	for _, e := range s.manifest {
		set = fmt.Appendf(set, "%s %q %s\n", e.Kind, e.ID, e.SHA256)
	}
	for _, item := range items {
		if item.ID == "" || seen[item.ID] {
			return "", fmt.Errorf("publish: the shipped id %q is empty or used twice", item.ID)
		}
		seen[item.ID] = true
		set = fmt.Appendf(set, "%s %q %q %s\n", item.Kind, item.ID, item.Slug, Sum(item.Body))
	}
	return Sum(set), nil
}

// seeding gathers the one change a seeding makes.
type seeding struct {
	approved map[string]string
	now      time.Time
	change   Change
	done     Seeded
}

func (s *seeding) take(there map[string]Publication, item Shipped) {
	sum := Sum(item.Body)
	old, known := there[item.ID]
	if !known {
		s.add(item, sum)
		return
	}
	p, approved := old, s.approved[item.ID] == sum
	switch {
	case p.Live > 0 && p.LiveSHA == sum:
		s.done.Same++
	case approved && p.untouched():
		s.write(&p, item, sum)
		p.goLive(item.Slug)
		s.done.Replaced++
	case p.ours(sum):
		s.done.Same++
	default:
		s.write(&p, item, sum)
		p.State, p.Drafted = StateDraft, sum
		s.done.Drafted++
	}
	s.keep(old, p)
}

func (s *seeding) add(item Shipped, sum string) {
	p := Publication{ID: item.ID, Kind: item.Kind, Slug: item.Slug, Schema: schema, CreatedAt: s.now, ChangedAt: s.now}
	s.write(&p, item, sum)
	if s.approved[item.ID] == sum {
		p.goLive(item.Slug)
		s.done.Added++
	} else {
		p.State, p.Drafted = StateDraft, sum
		s.done.Drafted++
	}
	s.change.Added = append(s.change.Added, p)
}

// write adds the body as the newest version, unless it is that already.
func (s *seeding) write(p *Publication, item Shipped, sum string) {
	if p.LastSHA == sum {
		return
	}
	s.change.Versions = append(s.change.Versions, p.append(item.Body, OriginShipped, s.now))
}

// append makes a body the newest version.
func (p *Publication) append(body []byte, from Origin, at time.Time) Version {
	p.Last, p.LastSHA = p.Last+1, Sum(body)
	return Version{
		ID: VersionID(p.ID, p.Last), Publication: p.ID, Kind: p.Kind, N: p.Last,
		SHA256: p.LastSHA, Body: body, At: at, Origin: from, Schema: schema,
	}
}

// keep records what became of a publication, and withdraws it when its shipped text left the manifest.
func (s *seeding) keep(old, p Publication) {
	if p.Live > 0 && p.ours(p.LiveSHA) && s.approved[p.ID] != p.LiveSHA {
		if p.Last == p.Live {
			p.State = StateWithdrawn
		}
		p.Live, p.LiveSHA, p.Sample, p.Withdrawn = 0, "", false, ByManifest
		s.done.Withdrawn++
	}
	if p == old {
		return
	}
	p.ChangedAt = s.now
	s.change.Replaced = append(s.change.Replaced, p)
}

func (p *Publication) goLive(slug string) {
	p.State, p.Slug, p.Sample, p.Withdrawn = StateLive, slug, true, ""
	p.Live, p.LiveSHA, p.Shipped = p.Last, p.LastSHA, p.LastSHA
}

// ours says whether a body with this hash came by seeding.
func (p *Publication) ours(sum string) bool {
	return sum != "" && (sum == p.Shipped || sum == p.Drafted)
}

// untouched says that staff neither edited what is live, nor began a newer version, nor took it down.
func (p *Publication) untouched() bool {
	return p.Withdrawn != ByStaff && p.ours(p.LastSHA) && (p.Live == 0 || p.ours(p.LiveSHA))
}
