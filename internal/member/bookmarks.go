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
	Owner      Handle     `bson:"_id"`
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

func (k Layer) keeps(l List) bool {
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

// Bookmarks gives the lists of a layer that are on.
func (s *Service) Bookmarks(ctx context.Context, t Things) (read, favourites []Bookmark, err error) {
	if t.who == "" {
		return nil, nil, nil
	}
	bookmarks, err := s.stores.Bookmarks.Bookmarks(ctx, t.Handle())
	if err != nil {
		return nil, nil, err
	}
	if t.layer.Read {
		read = bookmarks.Read
	}
	if t.layer.Favourites {
		favourites = bookmarks.Favourites
	}
	return read, favourites, nil
}

// AddBookmark adds an explainer to a list of a layer, once. ErrNotSaved while that list is off; ErrListUnknown, ErrSlug.
func (s *Service) AddBookmark(ctx context.Context, t Things, at BookmarkPlace) error {
	if err := at.check(); err != nil {
		return err
	}
	if !t.layer.keeps(at.List) {
		return ErrNotSaved
	}
	bookmark := Bookmark{Slug: at.Slug, Day: civil.DayOf(s.now())}
	err := s.stores.Bookmarks.UpdateBookmarks(ctx, t.Handle(), func(bookmarks *Bookmarks) error {
		list := bookmarks.list(at.List)
		*list = addBookmarks(*list, bookmark)
		return nil
	})
	if err != nil {
		return err
	}
	// The list may have been turned off and emptied between the check and the write.
	layer, err := t.now(ctx)
	if err != nil || layer.keeps(at.List) {
		return err
	}
	return s.RemoveBookmark(ctx, t, at)
}

// RemoveBookmark removes an explainer from a list of a layer. A bookmark that is not there is ignored.
func (s *Service) RemoveBookmark(ctx context.Context, t Things, at BookmarkPlace) error {
	if err := at.check(); err != nil || t.who == "" {
		return err
	}
	return s.shorten(ctx, t.Handle(), at.List, func(m Bookmark) bool { return m.Slug == at.Slug })
}

// shorten removes bookmarks from a list.
func (s *Service) shorten(ctx context.Context, of Handle, from List, gone func(Bookmark) bool) error {
	err := s.stores.Bookmarks.UpdateBookmarks(ctx, of, func(bookmarks *Bookmarks) error {
		list := bookmarks.list(from)
		left := slices.DeleteFunc(slices.Clone(*list), gone)
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
func (s *Service) clear(ctx context.Context, of Handle, name string) error {
	list := Read
	if name == partFavourites {
		list = Favourites
	}
	return s.shorten(ctx, of, list, func(Bookmark) bool { return true })
}
