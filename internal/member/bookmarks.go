package member

import (
	"context"
	"errors"
	"slices"

	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/slug"
)

// Faults of bookmarks.
var (
	ErrNotSaved    = fault.New(fault.Conflict, "member.not_kept", "你还没有打开这一项的保留，所以没有记下。")
	ErrListUnknown = fault.New(fault.NotFound, "member.list_unknown", "没有这个列表。")
	ErrSlug        = fault.New(fault.Invalid, "member.slug_invalid", "这个编号不对。")
)

// List is one of the two lists of bookmarks.
type List string

// The lists.
const (
	Read       List = "read"
	Favourites List = "favourites"
)

// maxBookmarks is how many bookmarks a list may have; beyond it the oldest are dropped.
const maxBookmarks = 500

// Bookmark is one explainer on a list, with the civil day it was put there.
type Bookmark struct {
	Slug string `bson:"slug"`
	Day  string `bson:"day"`
}

// Bookmarks are the explainers she read and those she chose as favourites, the latest last.
type Bookmarks struct {
	Member     ID         `bson:"_id"`
	Read       []Bookmark `bson:"read"`
	Favourites []Bookmark `bson:"favourites"`
	Rev        int64      `bson:"rev"`
	Schema     int        `bson:"schema"`
}

func (s *Bookmarks) list(l List) *[]Bookmark {
	if l == Favourites {
		return &s.Favourites
	}
	return &s.Read
}

func (k HistorySettings) keeps(l List) bool {
	if l == Favourites {
		return k.Favourites
	}
	return k.Read
}

// addBookmarks adds the bookmarks that are not in the list yet, the earlier day winning, and limits the list to
// maxBookmarks.
func addBookmarks(list []Bookmark, added ...Bookmark) []Bookmark {
	for _, m := range added {
		if !slices.ContainsFunc(list, func(there Bookmark) bool { return there.Slug == m.Slug }) {
			list = append(list, m)
		}
	}
	return list[max(0, len(list)-maxBookmarks):]
}

// Bookmarks gives the stored lists as far as this code may see them: without the code of a lock, two empty lists.
func (s *Service) Bookmarks(ctx context.Context, who ID, code string) (read, favourites []Bookmark, err error) {
	k, open, err := s.history.unlock(ctx, who, code)
	if err != nil || !open {
		return nil, nil, err
	}
	bookmarks, err := s.stores.Bookmarks.Bookmarks(ctx, who)
	if err != nil {
		return nil, nil, err
	}
	if k.Read {
		read = bookmarks.Read
	}
	if k.Favourites {
		favourites = bookmarks.Favourites
	}
	return read, favourites, nil
}

// AddBookmark adds an explainer to a list, once. ErrNotSaved while that list is off in her history settings and, so that
// nobody can tell the difference, behind a lock without its code; ErrListUnknown, ErrSlug.
func (s *Service) AddBookmark(ctx context.Context, who ID, code string, at BookmarkPlace) error {
	if err := at.check(); err != nil {
		return err
	}
	k, open, err := s.history.unlock(ctx, who, code)
	if err != nil {
		return err
	}
	if !open || !k.keeps(at.List) {
		return ErrNotSaved
	}
	bookmark := Bookmark{Slug: at.Slug, Day: civil.DayOf(s.now())}
	return s.stores.Bookmarks.UpdateBookmarks(ctx, who, func(bookmarks *Bookmarks) error {
		list := bookmarks.list(at.List)
		*list = addBookmarks(*list, bookmark)
		return nil
	})
}

// RemoveBookmark removes an explainer from a list. A bookmark that is not there, or that is behind a lock without its
// code, is ignored without an error.
func (s *Service) RemoveBookmark(ctx context.Context, who ID, code string, at BookmarkPlace) error {
	if err := at.check(); err != nil {
		return err
	}
	_, open, err := s.history.unlock(ctx, who, code)
	if err != nil || !open {
		return err
	}
	err = s.stores.Bookmarks.UpdateBookmarks(ctx, who, func(bookmarks *Bookmarks) error {
		list := bookmarks.list(at.List)
		left := slices.DeleteFunc(*list, func(m Bookmark) bool { return m.Slug == at.Slug })
		if len(left) == len(*list) {
			return errUnchanged
		}
		*list = left
		return nil
	})
	if errors.Is(err, errUnchanged) {
		return nil
	}
	return err
}

var errUnchanged = errors.New("member: nothing to change")

// BookmarkPlace names one explainer on one list.
type BookmarkPlace struct {
	List List
	Slug string
}

func (p BookmarkPlace) check() error {
	if p.List != Read && p.List != Favourites {
		return ErrListUnknown
	}
	if !slug.Valid(p.Slug) {
		return ErrSlug
	}
	return nil
}

// clear empties the list that belongs to the history setting of this name.
func (s *Service) clear(ctx context.Context, who ID, name string) error {
	err := s.stores.Bookmarks.UpdateBookmarks(ctx, who, func(bookmarks *Bookmarks) error {
		list := &bookmarks.Read
		if name == partFavourites {
			list = &bookmarks.Favourites
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
