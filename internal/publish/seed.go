package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"pugongying/internal/audit"
)

const (
	seedTries = 5  // another process seeding the same store finishes within one or two of these
	maxSeen   = 64 // digests remembered of one edition; only a developer's folder has more than one
)

// Shipped is one authored file, or one entry of one, as it is inside the binary.
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

// Manifest lists what may go live because it was shipped, each ID once. Its edition is increased whenever its entries
// change.
type Manifest struct {
	Edition int
	Entries []Entry
}

// Seeded counts what a seeding did.
type Seeded struct {
	Added     int  // new and live
	Replaced  int  // an unedited shipped text was replaced by the new one, or came back
	Drafted   int  // stored beside what is there, because staff edited it or the manifest does not name it
	Withdrawn int  // no longer in the manifest
	Same      int  // what is there already
	Older     bool // the store has a newer shipped set: nothing was done
}

// Seed imports the shipped content. It may run at every start: what was imported already costs one read. Only bodies whose
// sha256 the manifest names go live, nothing that staff edited, review or withdrew is overwritten, and what the manifest
// no longer names is withdrawn. Two processes may seed one store at once.
//
// Seeding only moves forward. The manifest's edition decides: a binary of a lower edition does nothing, so an older server
// started beside or after a newer one never makes old text live. Within one edition (two branches of one source tree) a
// set that was imported before and has since been replaced does nothing either.
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
	before, err := s.store.Seeding(ctx)
	if err != nil {
		return Seeded{}, err
	}
	switch {
	case before.Digest == digest && before.Edition == s.manifest.Edition && before.Schema == schema:
		return Seeded{Same: len(items)}, nil
	case before.supersedes(s.manifest.Edition, digest):
		return Seeded{Older: true}, nil
	}
	there := map[string]Publication{}
	err = s.store.All(ctx, func(p Publication) error {
		there[p.ID] = p
		return nil
	})
	if err != nil {
		return Seeded{}, err
	}
	plan := seeding{service: s, approved: map[string]string{}, now: s.now()}
	for _, e := range s.manifest.Entries {
		plan.approved[e.ID] = e.SHA256
	}
	for _, item := range items {
		if there[item.ID].Damage == nil { // what cannot be read is not written over either
			if err := plan.take(ctx, there, item); err != nil {
				return Seeded{}, err
			}
		}
		delete(there, item.ID)
	}
	for _, left := range there {
		if left.Damage != nil {
			continue
		}
		e, err := s.begin(ctx, left, audit.Shipped)
		if err != nil {
			return Seeded{}, err
		}
		plan.finish(e)
	}
	next := before.next(s.manifest.Edition, digest, plan.now)
	plan.change.Seeding = &next
	if plan.change.Entry, err = plan.entry(next.Edition); err != nil {
		return Seeded{}, err
	}
	if err := s.store.Apply(ctx, plan.change); err != nil {
		return Seeded{}, err
	}
	return plan.done, nil
}

// supersedes reports whether a set of this edition and digest is older than what was imported.
func (s Seeding) supersedes(edition int, digest string) bool {
	return edition < s.Edition || edition == s.Edition && slices.Contains(s.Seen, digest)
}

// next is the record of a seeding after this one.
func (s Seeding) next(edition int, digest string, at time.Time) Seeding {
	n := Seeding{Rev: s.Rev, Edition: edition, Digest: digest, At: at, Schema: schema}
	if edition == s.Edition && s.Digest != "" && s.Digest != digest {
		n.Seen = append(slices.Clone(s.Seen), s.Digest)
		n.Seen = n.Seen[max(0, len(n.Seen)-maxSeen):]
	}
	return n
}

// digest identifies exactly this set of bodies under exactly this manifest.
func (s *Service) digest(items []Shipped) (string, error) {
	seen, set := map[string]bool{}, []byte{}
	for _, e := range s.manifest.Entries {
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

// seeding collects the one change a seeding makes.
type seeding struct {
	service  *Service
	approved map[string]string
	now      time.Time
	change   Change
	done     Seeded
}

func (s *seeding) take(ctx context.Context, there map[string]Publication, item Shipped) error {
	sum := Sum(item.Body)
	old, known := there[item.ID]
	e := s.service.create(item.ID, item.Kind, audit.Shipped)
	if known {
		var err error
		if e, err = s.service.begin(ctx, old, audit.Shipped); err != nil {
			return err
		}
	}
	approved := s.approved[item.ID] == sum
	switch {
	case e.Live > 0 && e.LiveSHA == sum:
		s.done.Same++
	case approved && e.untouched():
		n := e.offer(item.Body, sum)
		e.show(n, clearance{sum})
		e.Slug, e.Sample, e.Shipped = item.Slug, true, sum
		if known {
			s.done.Replaced++
		} else {
			s.done.Added++
		}
	case e.ours(sum):
		s.done.Same++
	default:
		e.offer(item.Body, sum)
		if !known {
			e.Slug = item.Slug
		}
		e.Drafted, e.changed = sum, true
		s.done.Drafted++
	}
	if approved && e.ours(e.LiveSHA) {
		// A newer text is approved and staff are working on this one: what residents see goes on until that is decided.
		e.into(&s.change)
		return nil
	}
	s.finish(e)
	return nil
}

// offer makes sure that a shipped text is stored as a version, and returns its number: the newest or an open one with this
// text, else a new draft.
func (e *edit) offer(body []byte, sum string) int {
	if e.LastSHA == sum {
		return e.Last
	}
	if o := e.open(func(o Open) bool { return o.SHA256 == sum }); o != nil {
		return o.N
	}
	e.write(written{body: body, from: OriginShipped, region: e.Region})
	return e.Last
}

// finish withdraws a publication when its shipped text left the manifest, and records what happened to it.
func (s *seeding) finish(e *edit) {
	if e.Live > 0 && e.ours(e.LiveSHA) && s.approved[e.ID] != e.LiveSHA {
		e.hide(ByManifest)
		s.done.Withdrawn++
	}
	e.into(&s.change)
}

func (s *seeding) entry(edition int) (audit.Entry, error) {
	return audit.New(audit.Act{Actor: audit.Shipped, Action: audit.PublishSeed, Subject: "publications", At: s.now, Detail: map[string]string{
		"edition": strconv.Itoa(edition), "added": strconv.Itoa(s.done.Added), "replaced": strconv.Itoa(s.done.Replaced),
		"drafted": strconv.Itoa(s.done.Drafted), "withdrawn": strconv.Itoa(s.done.Withdrawn),
	}})
}

// ours reports whether a body with this hash came from seeding.
func (p *Publication) ours(sum string) bool {
	return sum != "" && (sum == p.Shipped || sum == p.Drafted)
}

// untouched reports whether staff neither edited what is live, nor work on another version, nor withdrew it.
func (e *edit) untouched() bool {
	return e.Withdrawn != ByStaff && (e.Live == 0 || e.ours(e.LiveSHA)) &&
		e.open(func(o Open) bool { return o.Origin != OriginShipped || o.State != StateDraft }) == nil
}
