package api

import (
	"context"
	"net/http"

	"pugongying/internal/member"
)

type keepWish struct {
	BehindCode
	Body struct {
		Mistakes   bool    `json:"mistakes"`
		Read       bool    `json:"reading"`
		Favourites bool    `json:"favourites"`
		NewCode    *string `json:"newCode,omitempty" maxLength:"8" doc:"4 to 8 digits set a code, empty removes it"`
		Adopt      string  `json:"adopt,omitempty" maxLength:"64" doc:"a finished attempt, mine or nobody's, to put into the book"`
	}
}

type mistakesPage struct {
	BehindCode
	Paging
}

type ofQuestion struct {
	BehindCode
	Question string `path:"question" maxLength:"64"`
}

type bookmarkInput struct {
	BehindCode
	List string `path:"list" maxLength:"16"`
	Slug string `path:"slug" maxLength:"64"`
}

func (p bookmarkInput) place() member.BookmarkPlace {
	return member.BookmarkPlace{List: member.List(p.List), Slug: p.Slug}
}

func (d *door) addKeeping() {
	add(d, spec{route: "GET /api/v1/me/keeping", summary: "what is kept of me", rate: rateWrite}, func(ctx context.Context, who member.Principal, in *BehindCode) (*body[Keeping], error) {
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		return answer(keepingOf(mine.View())), err
	})
	add(d, spec{route: "PUT /api/v1/me/keeping", summary: "say what may be kept of me", status: http.StatusNoContent, rate: rateWrite}, d.keep)
	add(d, spec{route: "DELETE /api/v1/me/keeping", summary: "throw away all that is kept, and the code", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who member.Principal, _ *struct{}) (*empty, error) {
		return nil, d.Members.ThrowAway(ctx, who.ID)
	})
	add(d, spec{route: "GET /api/v1/me/mistakes", summary: "my mistakes book", rate: rateWrite}, d.mistakes)
	add(d, spec{route: "DELETE /api/v1/me/mistakes/{question}", summary: "take a question out of my book", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who member.Principal, in *ofQuestion) (*empty, error) {
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		if err != nil {
			return nil, err
		}
		return nil, d.Quiz.Dismiss(ctx, mine, in.Question)
	})
	add(d, spec{route: "GET /api/v1/me/shelf", summary: "what I read and marked", rate: rateWrite}, func(ctx context.Context, who member.Principal, in *BehindCode) (*body[Bookmarks], error) {
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		if err != nil {
			return nil, err
		}
		read, favourites, err := d.Members.Bookmarks(ctx, mine)
		return answer(d.bookmarksOf(read, favourites)), err
	})
	add(d, spec{route: "PUT /api/v1/me/shelf/{list}/{slug}", summary: "put a story on a list of mine", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who member.Principal, in *bookmarkInput) (*empty, error) {
		if _, err := d.Explainers.BySlug(in.Slug); err != nil {
			return nil, err
		}
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		if err != nil {
			return nil, err
		}
		return nil, d.Members.AddBookmark(ctx, mine, in.place())
	})
	add(d, spec{route: "DELETE /api/v1/me/shelf/{list}/{slug}", summary: "take a story off a list of mine", status: http.StatusNoContent, rate: rateWrite}, func(ctx context.Context, who member.Principal, in *bookmarkInput) (*empty, error) {
		mine, err := d.Members.Things(ctx, who.ID, in.Code)
		if err != nil {
			return nil, err
		}
		return nil, d.Members.RemoveBookmark(ctx, mine, in.place())
	})
}

// keep changes the layer that the code opened, which is the open one when it opened none.
func (d *door) keep(ctx context.Context, who member.Principal, in *keepWish) (*empty, error) {
	wish := member.HistoryChange{Mistakes: in.Body.Mistakes, Read: in.Body.Read, Favourites: in.Body.Favourites, NewCode: in.Body.NewCode}
	mine, err := d.Members.Things(ctx, who.ID, in.Code)
	if err == nil {
		mine, err = d.Members.ChangeHistory(ctx, mine, wish)
	}
	if err != nil || in.Body.Adopt == "" || !wish.Mistakes {
		return nil, err
	}
	return nil, d.Quiz.SaveToBook(ctx, mine, in.Body.Adopt)
}

func (d *door) mistakes(ctx context.Context, who member.Principal, in *mistakesPage) (*body[Page[Mistake]], error) {
	page := Page[Mistake]{Items: []Mistake{}}
	mine, err := d.Members.Things(ctx, who.ID, in.Code)
	if err != nil {
		return nil, err
	}
	items, next, err := d.Quiz.Mistakes(ctx, mine, in.After, in.Limit)
	if err != nil {
		return nil, err
	}
	page.Next = next
	for _, m := range items {
		page.Items = append(page.Items, Mistake{Lesson: d.lessonOf(m.Lesson), Times: m.Times, Day: m.Day})
	}
	return answer(page), nil
}

func keepingOf(k member.HistoryView) Keeping {
	out := Keeping{Mistakes: k.Mistakes, Read: k.Read, Favourites: k.Favourites, Locked: k.Locked}
	if k.Tried.Count > 0 {
		out.Tried = &Tried{Count: k.Tried.Count, Day: k.Tried.Day}
	}
	return out
}

// bookmarksOf lists the bookmarked stories, latest first; a story that is no longer live is left out.
func (d *door) bookmarksOf(read, favourites []member.Bookmark) Bookmarks {
	s := Bookmarks{Read: []ReadBookmark{}, Favourites: []Link{}}
	for i := len(read) - 1; i >= 0; i-- {
		if story, err := d.Explainers.BySlug(read[i].Slug); err == nil {
			s.Read = append(s.Read, ReadBookmark{Link: Link{Slug: story.Slug, Title: story.Title}, Day: read[i].Day})
		}
	}
	for i := len(favourites) - 1; i >= 0; i-- {
		if story, err := d.Explainers.BySlug(favourites[i].Slug); err == nil {
			s.Favourites = append(s.Favourites, Link{Slug: story.Slug, Title: story.Title})
		}
	}
	return s
}
