package console

import (
	"context"
	"errors"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Applicants are residents who would like to become volunteers.
type Applicants interface {
	Applications(ctx context.Context, p staff.Principal) ([]staff.ApplicationView, error)
	Vet(ctx context.Context, p staff.Principal, id string, yes bool, reason string) error
}

type applicationPages struct {
	applicants Applicants
	regions    Regions
}

// Applications is the area where two people look at each who would like to come.
func Applications(applicants Applicants, regions Regions) Area {
	a := &applicationPages{applicants, regions}
	return Area{
		Name: "applications",
		Rail: []Item{{Group: People, Title: "报名", Path: "/applications", Icon: "users", Action: access.VetApplication}},
		Routes: []Route{
			{Method: GET, Path: "/applications", Action: access.VetApplication, Handle: a.list},
			{Method: GET, Path: "/applications/:id", Action: access.VetApplication, Handle: a.one},
			{Method: POST, Path: "/applications/:id", Action: access.VetApplication, Handle: a.vet},
		},
		Tasks: a,
	}
}

// answerWithin is how long an applicant waits at most before staff are late.
const answerWithin = 3 * 24 * time.Hour

func (a *applicationPages) list(r *Request) (pages.Answer, error) {
	return r.List("报名", List{
		Name: "报名", Unit: "份", None: "现在没有人报名。居民在学堂“我的 › 来当志愿者”里报名。",
		Columns: []Column{{Key: "name", Title: "名字"}, {Key: "region", Title: "地区"}, {Key: "seen", Title: "看过的人"}, {Key: "at", Title: "什么时候报的"}},
		Find: func(ctx context.Context, who staff.Principal, q Query) (Found, error) {
			all, err := a.applicants.Applications(ctx, who)
			found := Found{Total: len(all)}
			for _, one := range all[min(q.From(), len(all)):min(q.From()+q.Limit, len(all))] {
				found.Rows = append(found.Rows, Row{Path: "/applications/" + one.ID, Cells: []Cell{
					{Text: one.Name}, {Text: a.place(one)}, a.seen(one), {At: one.At},
				}})
			}
			return found, err
		},
	})
}

func (a *applicationPages) place(one staff.ApplicationView) string {
	return placeOf(a.regions, staff.Grant{Region: one.Region})
}

func (a *applicationPages) seen(one staff.ApplicationView) Cell {
	switch {
	case one.Mine:
		return Cell{Text: "你看过了，等另一位", Tag: "plain"}
	case len(one.Vets) > 0:
		return Cell{Text: "一位同意了，等你", Tag: "warn"}
	}
	return Cell{Text: "还没有人看"}
}

// ApplicationPage is one application.
type ApplicationPage struct {
	staff.ApplicationView
	Place string
}

func (a *applicationPages) find(r *Request) (ApplicationPage, error) {
	all, err := a.applicants.Applications(r.Context(), r.Who)
	if err != nil {
		return ApplicationPage{}, err
	}
	i := slices.IndexFunc(all, func(one staff.ApplicationView) bool { return one.ID == r.Param("id") })
	if i < 0 {
		return ApplicationPage{}, staff.ErrNotFound
	}
	return ApplicationPage{all[i], a.place(all[i])}, nil
}

func (a *applicationPages) one(r *Request) (pages.Answer, error) {
	v, err := a.find(r)
	return r.Page("applications/one", "报名："+v.Name, v), err
}

func (a *applicationPages) vet(r *Request) (pages.Answer, error) {
	yes := r.Text("verdict") == "yes"
	err := a.applicants.Vet(r.Context(), r.Who, r.Param("id"), yes, r.Text("reason"))
	switch {
	case err == nil && yes:
		return r.Done("/applications", "记下了。两个人都同意，她手机上就有邀请码。"), nil
	case err == nil:
		return r.Done("/applications", "记下了，她看得到你写的那句话。"), nil
	case errors.Is(err, staff.ErrReason):
		err = staff.ErrReason.At(fault.Field{Location: "reason", Message: staff.ErrReason.Text})
	case errors.Is(err, staff.ErrDecided):
		return r.Done("/applications", staff.ErrDecided.Text), nil
	}
	v, gone := a.find(r)
	if gone != nil {
		return nil, gone
	}
	return r.Refused(r.Page("applications/one", "报名："+v.Name, v), err)
}

// Waiting are the applications that she has not looked at.
func (a *applicationPages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.VetApplication) {
		return nil, nil
	}
	all, err := a.applicants.Applications(ctx, who)
	var tasks []Task
	for _, one := range all {
		if !one.Mine {
			tasks = append(tasks, Task{Kind: Waits, Title: one.Name, Note: "报名当志愿者", Do: "看一看，同意或者先不", By: a.place(one), Path: "/applications/" + one.ID, Due: one.At.Add(answerWithin)})
		}
	}
	return tasks, err
}
