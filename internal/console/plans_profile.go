package console

import (
	"pugongying/internal/counselling"
	"pugongying/internal/web/pages"
)

// ProfileView is what residents read of a counsellor, as a form.
type ProfileView struct {
	Counsellor counselling.Counsellor
	Topics     []Option
	Chosen     map[string]bool // topics by id
}

func (a *planPages) profile(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	c := w.Counsellor
	return r.Filled(a.profilePage(r, c, c.Topics), pages.Filled(map[string]string{"name": c.Name, "introduction": c.Introduction})), nil
}

func (a *planPages) profilePage(r *Request, c counselling.Counsellor, chosen []string) pages.Page {
	view := ProfileView{Counsellor: c, Chosen: map[string]bool{}}
	for _, id := range chosen {
		view.Chosen[id] = true
	}
	for _, t := range a.Topics {
		view.Topics = append(view.Topics, Option{Value: t.ID, Words: t.Name})
	}
	return r.Page("plans/profile", c.Name+"的资料", view)
}

// profiled saves it. Where she may be booked from stays as it is.
func (a *planPages) profiled(r *Request) (pages.Answer, error) {
	w, _, err := a.chosen(r, r.Text("who"))
	if err != nil {
		return nil, err
	}
	edit := counselling.ProfileEdit(counselling.Profile{
		Name: r.Text("name"), Introduction: r.Text("introduction"), Topics: r.PostForm["topic"], Regions: w.Counsellor.Regions,
	})
	answer, err := a.save(r, w, edit, "改好了，来约的人看得到。")
	if err != nil {
		return r.Refused(a.profilePage(r, w.Counsellor, r.PostForm["topic"]), err)
	}
	return answer, nil
}
