package member

import (
	"context"
	"errors"
	"slices"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/slug"
)

// Faults of the shelf.
var (
	ErrNotKept     = fault.New(fault.Conflict, "member.not_kept", "你还没有打开这一项的保留，所以没有记下。")
	ErrListUnknown = fault.New(fault.NotFound, "member.list_unknown", "没有这个列表。")
	ErrSlug        = fault.New(fault.Invalid, "member.slug_invalid", "这个编号不对。")
)

// List is one of the two lists of a shelf.
type List string

// The lists.
const (
	Read       List = "read"
	Favourites List = "favourites"
)

// shelfRoom is how many marks a list holds; the oldest make room.
const shelfRoom = 500

// Mark is one explainer on a shelf, with the civil day it was put there.
type Mark struct {
	Slug string `bson:"slug"`
	Day  string `bson:"day"`
}

// Shelf is what she read and what she marked, the latest last.
type Shelf struct {
	Member     ID     `bson:"_id"`
	Read       []Mark `bson:"read"`
	Favourites []Mark `bson:"favourites"`
	Rev        int64  `bson:"rev"`
	Schema     int    `bson:"schema"`
}

func (s *Shelf) list(l List) *[]Mark {
	if l == Favourites {
		return &s.Favourites
	}
	return &s.Read
}

func (k Keeping) keeps(l List) bool {
	if l == Favourites {
		return k.Favourites
	}
	return k.Reading
}

// put adds marks that are not there yet, the earlier day winning, and keeps the list within its room.
func put(list []Mark, marks ...Mark) []Mark {
	for _, m := range marks {
		if !slices.ContainsFunc(list, func(there Mark) bool { return there.Slug == m.Slug }) {
			list = append(list, m)
		}
	}
	return list[max(0, len(list)-shelfRoom):]
}

// Shelf gives the lists that are kept, as the holder of this code may see them: without the code of a lock, two empty
// ones.
func (s *Service) Shelf(ctx context.Context, who ID, code string) (read, favourites []Mark, err error) {
	k, open, err := s.unlock(ctx, who, code)
	if err != nil || !open {
		return nil, nil, err
	}
	shelf, err := s.Shelves.Shelf(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	if k.Reading {
		read = shelf.Read
	}
	if k.Favourites {
		favourites = shelf.Favourites
	}
	return read, favourites, nil
}

// Put puts an explainer on a list, once. ErrNotKept while she does not keep it, and, alike, behind a lock without its
// code; ErrListUnknown, ErrSlug.
func (s *Service) Put(ctx context.Context, who ID, code string, at ShelfPlace) error {
	if err := at.check(); err != nil {
		return err
	}
	k, open, err := s.unlock(ctx, who, code)
	if err != nil {
		return err
	}
	if !open || !k.keeps(at.List) {
		return ErrNotKept
	}
	mark := Mark{Slug: at.Slug, Day: civil.DayOf(s.now())}
	return s.Shelves.UpdateShelf(ctx, who, func(shelf *Shelf) error {
		list := shelf.list(at.List)
		*list = put(*list, mark)
		return nil
	})
}

// Take takes an explainer off a list. What is not there, and what lies behind a lock without its code, is left alone
// without a word.
func (s *Service) Take(ctx context.Context, who ID, code string, at ShelfPlace) error {
	if err := at.check(); err != nil {
		return err
	}
	_, open, err := s.unlock(ctx, who, code)
	if err != nil || !open {
		return err
	}
	err = s.Shelves.UpdateShelf(ctx, who, func(shelf *Shelf) error {
		list := shelf.list(at.List)
		kept := slices.DeleteFunc(*list, func(m Mark) bool { return m.Slug == at.Slug })
		if len(kept) == len(*list) {
			return errUnchanged
		}
		*list = kept
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

var errUnchanged = errors.New("member: nothing to change")

// ShelfPlace is one explainer's place on one list.
type ShelfPlace struct {
	List List
	Slug string
}

func (p ShelfPlace) check() error {
	if p.List != Read && p.List != Favourites {
		return ErrListUnknown
	}
	if !slug.Valid(p.Slug) {
		return ErrSlug
	}
	return nil
}

// clear empties the list that a keeping of this name fills.
func (s *Service) clear(ctx context.Context, who ID, name string) error {
	err := s.Shelves.UpdateShelf(ctx, who, func(shelf *Shelf) error {
		list := &shelf.Read
		if name == keptFavourites {
			list = &shelf.Favourites
		}
		if len(*list) == 0 {
			return errUnchanged
		}
		*list = nil
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}
