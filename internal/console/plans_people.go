package console

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strconv"

	"pugongying/internal/access"
	"pugongying/internal/counselling"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// PlanPeople is what the page of counsellors and rooms does.
type PlanPeople interface {
	Counsellors(ctx context.Context, who staff.Principal) ([]counselling.World, error)
	Add(ctx context.Context, who staff.Principal, account string, home region.Code, p counselling.Profile) (counselling.Counsellor, error)
	RoomsOf(ctx context.Context, who staff.Principal) ([]counselling.Room, error)
	AddRoom(ctx context.Context, who staff.Principal, r counselling.Room) (counselling.Room, error)
	PreviewRoom(ctx context.Context, who staff.Principal, r counselling.Room) (counselling.Room, []counselling.Affected, error)
	SaveRoom(ctx context.Context, who staff.Principal, r counselling.Room, seen []string) error
}

// PeopleParts is what the area needs. Topics are what a counsellor may be asked about.
type PeopleParts struct {
	Plans   PlanPeople
	People  PlanColleagues
	Regions Regions
	Topics  []counselling.Topic
}

type planPeople struct {
	PeopleParts
	shared *planPages
}

// PlanPeopleArea is who counsels in a region and in which rooms.
func PlanPeopleArea(p PeopleParts) Area {
	a := &planPeople{p, &planPages{PlanParts{Regions: p.Regions}}}
	return Area{
		Name: "rooms", Guide: "plans",
		Routes: []Route{
			{Method: GET, Path: "/overview/people", Action: access.ManageCounsellor, Handle: a.show},
			{Method: POST, Path: "/overview/people", Action: access.ManageCounsellor, Handle: a.add},
			{Method: POST, Path: "/overview/rooms", Action: access.ManageRooms, Handle: a.addRoom},
			{Method: POST, Path: "/overview/rooms/closed", Action: access.ManageRooms, Handle: a.closeRoom},
		},
	}
}

// PeopleView is who is there, and what may be added.
type PeopleView struct {
	Counsellors []counselling.World
	Rooms       []counselling.Room
	Accounts    []Option
	Regions     []Option
	Topics      []Option
}

func (a *planPeople) show(r *Request) (pages.Answer, error) {
	page, err := a.page(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (a *planPeople) page(r *Request) (pages.Page, error) {
	view := PeopleView{}
	var err error
	if view.Counsellors, err = a.Plans.Counsellors(r.Context(), r.Who); err != nil {
		return pages.Page{}, err
	}
	if view.Rooms, err = a.Plans.RoomsOf(r.Context(), r.Who); err != nil {
		return pages.Page{}, err
	}
	people, err := a.People.Reviewers(r.Context())
	if err != nil {
		return pages.Page{}, err
	}
	for _, p := range people {
		there := slices.ContainsFunc(view.Counsellors, func(w counselling.World) bool { return w.Counsellor.Account == p.Account })
		if counsels := slices.ContainsFunc(p.Grants, func(g access.Grant) bool { return g.Role == access.Counsellor }); counsels && !there {
			view.Accounts = append(view.Accounts, Option{Value: p.Account, Words: p.Name})
		}
	}
	for _, scope := range r.Who.Regions(access.ManageCounsellor) {
		view.Regions = append(view.Regions, Option{Value: string(scope.From), Words: a.shared.regionName(scope.From)})
	}
	for _, t := range a.Topics {
		view.Topics = append(view.Topics, Option{Value: t.ID, Words: t.Name})
	}
	return r.Page("plans/people", "老师和房间", view), nil
}

// refused shows the page again around what was sent.
func (a *planPeople) refused(r *Request, err error) (pages.Answer, error) {
	page, failed := a.page(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

func (a *planPeople) add(r *Request) (pages.Answer, error) {
	in := region.Code(r.Text("region"))
	c, err := a.Plans.Add(r.Context(), r.Who, r.Text("account"), in, counselling.Profile{
		Name: r.Text("name"), Introduction: r.Text("introduction"), Topics: r.PostForm["topic"], Regions: []region.Code{in},
	})
	if err != nil {
		return a.refused(r, err)
	}
	return r.Done("/week/plan?who="+url.QueryEscape(c.ID), "加上了。现在写她平时哪天来。"), nil
}

func (a *planPeople) addRoom(r *Request) (pages.Answer, error) {
	if _, err := a.Plans.AddRoom(r.Context(), r.Who, counselling.Room{Region: region.Code(r.Text("region")), Name: r.Text("room")}); err != nil {
		return a.refused(r, err)
	}
	return r.Done("/overview/people", "加上了。"), nil
}

// closeRoom adds days on which a room is shut, once whoever does it has seen whom that hurts.
func (a *planPeople) closeRoom(r *Request) (pages.Answer, error) {
	rooms, err := a.Plans.RoomsOf(r.Context(), r.Who)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(rooms, func(room counselling.Room) bool { return room.ID == r.Text("id") })
	if at < 0 {
		return nil, counselling.ErrNotFound
	}
	room := rooms[at]
	if room.Rev, err = strconv.ParseInt(r.Text("rev"), 10, 64); err != nil {
		return nil, counselling.ErrMoved
	}
	room.Closed = append(slices.Clone(room.Closed), counselling.Days{From: r.Text("first"), To: r.Text("last")})
	err = a.Plans.SaveRoom(r.Context(), r.Who, room, r.PostForm["seen"])
	switch {
	case err == nil:
		return r.Done("/overview/people", "记下了，那几天不当面。"), nil
	case errors.Is(err, counselling.ErrAffected):
		_, hurt, err := a.Plans.PreviewRoom(r.Context(), r.Who, room)
		return a.shared.hurtPage(r, counselling.Counsellor{Name: room.Name}, hurt), err
	}
	return a.refused(r, err)
}
