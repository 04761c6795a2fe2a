package search

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Follow brings the index up to date and says whether it changed. The first call opens the index on disk, which answers
// even when it is stale, while what changed since is built. When building fails, or panics, the index before it stays.
func (i *Index) Follow(ctx context.Context) (changed bool, err error) {
	i.updating.Lock()
	defer i.updating.Unlock()
	defer func() { i.note(err) }()
	defer recovered(&err)()
	if i.closed { // only Close changes it, and holds updating too
		return false, ErrClosed
	}
	if err := i.openStored(ctx); err != nil {
		return false, err
	}
	if i.damaged.Load() || i.changedOnDisk() {
		if err := i.discard(); err != nil {
			return false, err
		}
	}
	generations := generationsOf(i.sources)
	if i.current != nil && i.current.generations == generations {
		return false, nil
	}
	if err := i.update(ctx, generations); err != nil {
		return false, errors.Join(err, i.sweep()) // remove what was begun: the disk may be full
	}
	return true, i.sweep()
}

// note remembers how a Follow ended, for Trouble.
func (i *Index) note(err error) {
	if err == nil {
		i.failure.Store(nil)
		return
	}
	i.failure.Store(&err)
}

// Trouble is why the index could not be opened, built or updated the last time; nil when it could.
func (i *Index) Trouble() error {
	if err := i.failure.Load(); err != nil {
		return *err
	}
	return nil
}

// changedOnDisk compares the files with their sums after a search failed, once.
func (i *Index) changedOnDisk() bool {
	if i.suspect.Load() != failed {
		return false
	}
	m, err := readManifest(i.dir)
	if err != nil || m.verify(i.dir) != nil {
		return true
	}
	i.suspect.Store(intact)
	return false
}

// openStored opens the index that an earlier process left, once. An index that cannot be opened is built again.
func (i *Index) openStored(ctx context.Context) error {
	if i.opened {
		return nil
	}
	if err := os.MkdirAll(i.dir, 0o700); err != nil {
		return fmt.Errorf("search: %w", err)
	}
	i.opened = true
	m, err := readManifest(i.dir)
	if err != nil || m.verify(i.dir) != nil {
		return nil
	}
	stored, err := i.openSnapshot(ctx, m, nil)
	if err != nil {
		return nil
	}
	i.install(stored)
	return i.sweep()
}

// openSnapshot opens an index; a panic on the way is an error.
func (i *Index) openSnapshot(ctx context.Context, m manifest, before *snapshot) (s *snapshot, err error) {
	defer recovered(&err)()
	return openSnapshot(ctx, i.dir, m, before)
}

// discard drops an index that failed a search, and its manifest, so that everything is built again.
func (i *Index) discard() error {
	if err := os.Remove(manifestPath(i.dir)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("search: %w", err)
	}
	i.mu.Lock()
	damaged := i.current
	i.current = nil
	i.mu.Unlock()
	i.damaged.Store(false)
	i.suspect.Store(unsuspected)
	if damaged != nil {
		_ = damaged.close(nil) // whatever it says, its files are removed
	}
	return nil
}

// install makes an index the current one and closes the parts of the one before that it does not share.
func (i *Index) install(next *snapshot) {
	i.mu.Lock()
	before := i.current
	i.current = next
	i.mu.Unlock()
	if before != nil {
		_ = before.close(next) // nobody reads it any more, and its files stay valid until they are swept
	}
}

// update builds what changed and installs the index that has it.
func (i *Index) update(ctx context.Context, generations string) error {
	plan, err := i.plan()
	if err != nil {
		return err
	}
	m, err := plan.carryOut(ctx, i.dir)
	if err != nil {
		return err
	}
	m.Generations = generations
	next, err := openSnapshot(ctx, i.dir, m, i.current)
	if err != nil {
		return err
	}
	if err := m.write(i.dir); err != nil {
		return errors.Join(err, next.close(i.current))
	}
	if plan.everything {
		i.retryAt.Store(i.now().Add(rebuildPause).Unix())
	}
	i.install(next)
	return nil
}

// plan compares what there is with what the current index contains.
func (i *Index) plan() (updatePlan, error) {
	var p updatePlan
	for n, source := range i.sources {
		groups, err := source.Groups()
		if err != nil {
			return p, err
		}
		for _, g := range groups {
			p.groups = append(p.groups, planned{Group: g, source: n})
		}
	}
	var before manifest
	if i.current != nil {
		before, _ = readManifest(i.dir) // without it everything is built
	}
	p.reuse(before)
	return p, nil
}

// planned is a group with the part of the current index that contains it.
type planned struct {
	Group
	source int
	stored *groupEntry // nil when it must be built
}

// updatePlan says which groups are built into a new part and which parts are reused.
type updatePlan struct {
	groups     []planned
	parts      []partEntry // of the index before
	everything bool        // no part is reused
}

// growth is how many times larger than the new part an old part must be to be left alone. Parts therefore grow
// geometrically, so that their number grows with the logarithm of the documents, and a document is built again a bounded
// number of times.
const growth = 4

// guessed is how many documents a group that was never built is taken to have.
const guessed = 20

// reuse finds the groups that are unchanged in the index before, then merges small or mostly outdated parts into the new
// one by building their groups again.
func (p *updatePlan) reuse(before manifest) {
	stored := make(map[string]*groupEntry, len(before.Groups))
	for n := range before.Groups {
		g := &before.Groups[n]
		stored[g.id()] = g
	}
	p.parts = before.Parts
	live, fresh := make([]int, len(before.Parts)), 0
	for n := range p.groups {
		g := &p.groups[n]
		known := stored[groupID(g.source, g.Key)]
		switch {
		case known == nil:
			fresh += guessed
		case known.Generation != g.Generation:
			fresh += known.Count
		default:
			g.stored = known
			live[known.Part] += known.Count
		}
	}
	merge := p.merged(live, fresh)
	p.everything = true
	for n := range p.groups {
		g := &p.groups[n]
		if g.stored != nil && merge[g.stored.Part] {
			g.stored = nil
		}
		p.everything = p.everything && g.stored == nil
	}
}

// merged says which parts of the index before are built again into the new one.
func (p *updatePlan) merged(live []int, fresh int) []bool {
	merge, order := make([]bool, len(live)), make([]int, len(live))
	for n := range order {
		order[n] = n
	}
	slices.SortFunc(order, func(a, b int) int { return live[a] - live[b] })
	for _, n := range order {
		outdated := p.parts[n].Documents - live[n]
		if live[n] <= growth*fresh || outdated > live[n] {
			merge[n] = true
			fresh += live[n]
		}
	}
	return merge
}

// carryOut builds the new part and describes the index that has it.
func (p *updatePlan) carryOut(ctx context.Context, dir string) (manifest, error) {
	m := manifest{Schema: schema}
	place := map[int]int{} // of a reused part, by its number in the index before
	built, err := buildPart(ctx, dir, func(b *builder) error {
		for _, g := range p.groups {
			entry := groupEntry{Source: g.source, Key: g.Key, Generation: g.Generation, Part: newPart}
			if g.stored != nil {
				entry = *g.stored
				at, ok := place[entry.Part]
				if !ok {
					at = len(m.Parts)
					place[entry.Part] = at
					m.Parts = append(m.Parts, p.parts[entry.Part])
				}
				entry.Part = at
			} else if err := b.group(ctx, g.Group, &entry); err != nil {
				return err
			}
			m.Groups = append(m.Groups, entry)
		}
		return nil
	})
	if err != nil {
		return m, err
	}
	if built.Documents > 0 {
		m.Parts = append(m.Parts, built)
	}
	for n := range m.Groups {
		if m.Groups[n].Part == newPart {
			m.Groups[n].Part = max(len(m.Parts)-1, 0)
		}
	}
	return m, nil
}

// newPart is the number of the part that is being built, until its place is known.
const newPart = -1

func generationsOf(sources []Source) string {
	var all strings.Builder
	for _, s := range sources {
		all.WriteString(s.Generation() + "\n")
	}
	return all.String()
}
