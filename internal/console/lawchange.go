package console

import (
	"context"
	"fmt"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/desk"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// LawChanges is what the page of changed laws needs.
type LawChanges interface {
	Changed(ctx context.Context, who staff.Principal) ([]desk.Moved, error)
	Replace(ctx context.Context, who staff.Principal, r desk.Replacement) ([]desk.Outcome, error)
}

type lawChanges struct{ changes LawChanges }

// LawChangesArea is the list of provisions that changed under what residents see.
func LawChangesArea(changes LawChanges) Area {
	l := &lawChanges{changes}
	return Area{
		Name: "laws",
		Rail: []Item{{Group: Writing, Title: "法律改了", Path: "/law-changes", Icon: "rotate-cw", Action: access.EditText}},
		Routes: []Route{
			{Method: GET, Path: "/law-changes", Action: access.EditText, Handle: l.list},
			{Method: POST, Path: "/law-changes", Action: access.EditText, Handle: l.apply},
		},
		Tasks: l,
	}
}

// LawChangesView is the page.
type LawChangesView struct {
	Moved    []MovedView
	Outcomes []desk.Outcome
}

// MovedView is one provision with what is to be done about it.
type MovedView struct {
	desk.Moved
	Key    string
	Form   *pages.Form
	Pieces []PieceView
}

// PieceView is one text that cites it.
type PieceView struct{ Kind, ID, Title string }

func (l *lawChanges) list(r *Request) (pages.Answer, error) {
	v, err := l.view(r)
	if err != nil {
		return nil, err
	}
	return r.Page("laws/changes", "法律改了", v), nil
}

func (l *lawChanges) view(r *Request) (LawChangesView, error) {
	moved, err := l.changes.Changed(r.Context(), r.Who)
	v := LawChangesView{}
	for i, m := range moved {
		one := MovedView{Moved: m, Key: fmt.Sprintf("m%d", i), Form: pages.Filled(map[string]string{"to": m.Instead})}
		for _, p := range m.Pieces {
			one.Pieces = append(one.Pieces, PieceView{kindWords[p.Kind], p.ID, p.Title})
		}
		v.Moved = append(v.Moved, one)
	}
	return v, err
}

// Written is the provision as a form sends it back.
func (m MovedView) Written() string { return m.Pin.Law + "|" + m.Pin.Citation.Provision() }

// Waiting is what has to be compared; it has no limit, since nobody is asked the questions any more.
func (l *lawChanges) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.EditText) {
		return nil, nil
	}
	moved, err := l.changes.Changed(ctx, who)
	if err != nil || len(moved) == 0 {
		return nil, err
	}
	pieces := map[string]bool{}
	for _, m := range moved {
		for _, p := range m.Pieces {
			pieces[p.ID] = true
		}
	}
	if len(pieces) == 0 {
		return nil, nil
	}
	return []Task{{Kind: Waits, Title: fmt.Sprintf("法律改了：%d 篇要对照", len(pieces)), Note: "题目已经不再出", Do: moved[0].Label + " 等 " + fmt.Sprint(len(moved)) + " 处", Path: "/law-changes"}}, nil
}

// apply replaces one citation in the chosen texts.
func (l *lawChanges) apply(r *Request) (pages.Answer, error) {
	slug, provision, _ := strings.Cut(r.Text("from"), "|")
	from, ok := law.ParseProvision(provision)
	if !ok {
		return nil, fault.New(fault.Invalid, "laws.from", "这一页旧了，请刷新再看。")
	}
	from.Law = slug
	outcomes, err := l.changes.Replace(r.Context(), r.Who, desk.Replacement{From: from, To: r.Text("to"), IDs: r.PostForm["id"]})
	v, viewErr := l.view(r)
	if viewErr != nil {
		return nil, viewErr
	}
	page := r.Page("laws/changes", "法律改了", v)
	if err != nil {
		for i := range v.Moved {
			if v.Moved[i].Written() == r.Text("from") {
				v.Moved[i].Form = r.Form()
				v.Moved[i].Form.Refused(err)
			}
		}
		return r.Refused(page, err)
	}
	done := 0
	for _, o := range outcomes {
		if o.Err == nil && o.Left == 0 {
			done++
		}
	}
	if done == len(outcomes) {
		return r.Done("/law-changes", fmt.Sprintf("%d 篇换好了，都交上去审。审过、上线以后，就不在这张单子上了。", done)), nil
	}
	v.Outcomes = outcomes
	return r.Page("laws/changes", "法律改了", v), nil
}
