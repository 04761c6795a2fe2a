package media

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// How long something may be without its other half before a sweep looks at it: longer than any upload takes.
const (
	arriveWithin = time.Hour      // a record whose files are still being stored
	orphanAfter  = 24 * time.Hour // a file without a record
)

// Swept is what a sweep did.
type Swept struct {
	Abandoned int // records whose upload was given up
	Orphans   int // files without a record
	Missing   int // records whose files are gone: they are marked, and a person has to look
}

// Sweep removes what uploads left half-way, and marks pictures whose files are gone. It does nothing while time is not
// believed: a clock that jumped ahead would make everything look old. It may be interrupted anywhere and run twice at once.
func (l *Library) Sweep(ctx context.Context) (Swept, error) {
	now, believed := l.parts.Believed()
	if !believed {
		return Swept{}, nil
	}
	var s Swept
	err := l.sweepRecords(ctx, now, &s)
	return s, errors.Join(err, l.sweepFiles(ctx, now, &s))
}

func (l *Library) sweepRecords(ctx context.Context, now time.Time, s *Swept) error {
	q := PictureQuery{State: Arriving, Before: now.Add(-arriveWithin), Limit: 100}
	for {
		some, next, err := l.parts.Records.List(ctx, q)
		if err != nil {
			return fmt.Errorf("media: sweep: %w", err)
		}
		for _, p := range some {
			if err := l.drop(ctx, p, nil); err != nil && !errors.Is(err, ErrPictureUnknown) {
				return fmt.Errorf("media: sweep: %w", err)
			}
			s.Abandoned++
		}
		if next == "" {
			return nil
		}
		q.After = next
	}
}

// sweepFiles walks over all files of pictures, which lie in the order of their ids, and over all records.
func (l *Library) sweepFiles(ctx context.Context, now time.Time, s *Swept) error {
	there := map[string]int{} // id → sizes that are there
	for info, err := range l.parts.Files.List(ctx, string(PictureKind)+"/") {
		if err != nil {
			return fmt.Errorf("media: sweep: %w", err)
		}
		id, _, ok := ParsePictureName(string(info.Key)[len(PictureKind)+1:])
		if !ok {
			continue // not ours
		}
		there[id]++
		if info.Modified.Before(now.Add(-orphanAfter)) && there[id] == 1 {
			if _, err := l.parts.Records.Picture(ctx, id); errors.Is(err, ErrPictureUnknown) {
				there[id] = -len(sides)
			} else if err != nil {
				return fmt.Errorf("media: sweep: %w", err)
			}
		}
		if there[id] < 0 {
			if err := l.parts.Files.Delete(ctx, info.Key); err != nil {
				return fmt.Errorf("media: sweep: %w", err)
			}
			s.Orphans++
		}
	}
	return l.flagMissing(ctx, there, s)
}

// flagMissing compares every record that is ready with the files; one whose files came back is whole again.
func (l *Library) flagMissing(ctx context.Context, there map[string]int, s *Swept) error {
	q := PictureQuery{State: Ready, Limit: 500}
	for {
		some, next, err := l.parts.Records.List(ctx, q)
		if err != nil {
			return fmt.Errorf("media: sweep: %w", err)
		}
		for _, p := range some {
			missing := there[p.ID] < len(sides) && !l.whole(ctx, p)
			if missing {
				s.Missing++
			}
			if missing == p.Missing {
				continue
			}
			_, err := l.parts.Records.Change(ctx, p.ID, nil, func(p *Picture) error { p.Missing = missing; return nil })
			if err != nil && !errors.Is(err, ErrPictureUnknown) {
				return fmt.Errorf("media: sweep: %w", err)
			}
		}
		if next == "" {
			return nil
		}
		q.After = next
	}
}

// whole asks for each file of one picture: one that came while the files were listed is no loss. A store that does not
// answer has lost nothing.
func (l *Library) whole(ctx context.Context, p Picture) bool {
	for _, side := range sides {
		if _, err := l.parts.Files.Stat(ctx, p.Key(side)); errors.Is(err, ErrNotFound) {
			return false
		}
	}
	return true
}
