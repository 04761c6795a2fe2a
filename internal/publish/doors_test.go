package publish

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// reads are all doors that give away anything of a text: each asks the permission of the source.
func (o *office) reads(who staff.Principal, id string) map[string]func() (bool, error) {
	ctx := context.Background()
	listed := func(all []Publication, err error) (bool, error) {
		return slices.ContainsFunc(all, func(p Publication) bool { return p.ID == id }), err
	}
	return map[string]func() (bool, error){
		"read":    func() (bool, error) { t, err := o.Read(ctx, who, id, 1); return len(t.Version.Body) > 0, err },
		"newest":  func() (bool, error) { t, err := o.Newer(ctx, who, id); return len(t.Version.Body) > 0, err },
		"history": func() (bool, error) { all, err := o.History(ctx, who, id); return len(all) > 0, err },
		"compare": func() (bool, error) { c, err := o.Compare(ctx, who, id, 1, 1); return len(c.New.Body) > 0, err },
		"seen":    func() (bool, error) { c, err := o.SinceSeen(ctx, who, id, 1); return len(c.New.Body) > 0, err },
		"working": func() (bool, error) { w, err := o.Workflow.Working(ctx, who, id); return len(w.Body) > 0, err },
		"copy":    func() (bool, error) { p, err := o.Copy(ctx, who, id, 1, banner); return p.ID != "", err },
		"restore": func() (bool, error) {
			p, err := o.Restore(ctx, who, Revision{ID: id, From: 1, Rev: o.f.publications[id].Rev})
			return p.ID != "", err
		},
		"links": func() (bool, error) { _, err := o.Links(ctx, who, id); return err == nil, err },
		"list": func() (bool, error) {
			all, _, err := o.List(ctx, who, Filter{Limit: 50})
			return listed(all, err)
		},
		"mine": func() (bool, error) {
			all, _, err := o.List(ctx, who, Filter{Mine: true, Limit: 50})
			return listed(all, err)
		},
		"title": func() (bool, error) {
			all, _, err := o.List(ctx, who, Filter{Title: "o", Limit: 50})
			return listed(all, err)
		},
		"count":   func() (bool, error) { n, err := o.Workflow.Count(ctx, who, Filter{}); return n > 0, err },
		"waiting": func() (bool, error) { return listed(o.Waiting(ctx, who, 50)) },
		"overdue": func() (bool, error) { return listed(o.Overdue(ctx, who, 50)) },
	}
}

func TestEveryReadAsksThePermissionOfTheSource(t *testing.T) {
	people := map[string]staff.Principal{
		"another banner's staff":   stranger,
		"another volunteer":        person("OTHER", banner, access.Volunteer),
		"an auditor":               person("AUDITOR", league, access.Auditor),
		"an administrator":         person("ADMIN", league, access.Admin),
		"nobody":                   {},
		"roles without an account": {Grants: first.Grants},
	}
	for name, who := range people {
		for door := range newOffice(t).reads(who, "") {
			o := newOffice(t)
			id := o.begins("one")
			o.to(id, 1, StateFirst)
			if got, err := o.reads(who, id)[door](); got {
				t.Errorf("%s got something through %s, %v", name, door, err)
			}
			if _, err := o.reads(who, "nothing")[door](); errors.Is(err, ErrNotFound) {
				t.Errorf("%s tells %s apart", door, name)
			}
		}
	}
	// The control: those whose it is get through. Nobody gets through all doors, and each door lets somebody in.
	through := map[string]bool{}
	for _, who := range []staff.Principal{writer, first, publisher} {
		for door := range newOffice(t).reads(who, "") {
			o := newOffice(t)
			id := o.begins("one")
			o.to(id, 1, StateFirst)
			if door == "overdue" || door == "trouble" {
				through[door] = true // schedule_test.go has what these show
				continue
			}
			o.staffed = nil
			if got, err := o.reads(who, id)[door](); got && err == nil {
				through[door] = true
			}
		}
	}
	for door := range newOffice(t).reads(writer, "") {
		if !through[door] {
			t.Errorf("%s lets nobody in", door)
		}
	}
}

// Who may read is judged on the draft's own region, not on that of what is live.
func TestPermissionIsJudgedOnTheDraft(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateLive)
	_, err := o.Revise(ctx, ed, Revision{ID: id, Rev: o.f.publications[id].Rev, Region: other, Body: []byte("moved")})
	o.must(err)
	near, away := person("NEAR", banner, access.Editor1, access.Publisher), person("AWAY", other, access.Editor1, access.Publisher)
	if _, err := o.Read(ctx, near, id, 2); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("the live item's region reads the draft: %v", err)
	}
	if _, err := o.Read(ctx, away, id, 2); err != nil {
		t.Errorf("the draft's region does not: %v", err)
	}
	if _, err := o.Read(ctx, away, id, 1); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("the draft's region reads the live item as staff: %v", err)
	}
	if err := o.TakeDown(ctx, away, id); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("the draft's region takes the live item down: %v", err)
	}
	if history, err := o.History(ctx, away, id); err != nil || len(history) != 1 || history[0].N != 2 {
		t.Errorf("history %+v, %v", history, err)
	}
	o.must(o.TakeDown(ctx, near, id))
}

func TestCreateStaysInOnesRegions(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	for in, want := range map[region.Code]error{banner: nil, sumu: nil, league: nil, "": nil, other: staff.ErrForbidden} {
		if _, err := o.Create(ctx, writer, Beginning{Kind: KindExplainer, Region: in, Body: []byte("x")}); !errors.Is(err, want) {
			t.Errorf("for %q: %v", in, err)
		}
	}
	if _, err := o.Create(ctx, publisher, Beginning{Kind: KindExplainer, Region: banner}); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("by a publisher: %v", err)
	}
	if _, err := o.Create(ctx, writer, Beginning{Kind: KindExplainer, Region: banner, Body: make([]byte, maxBody+1)}); !errors.Is(err, ErrTooLong) {
		t.Errorf("too long: %v", err)
	}
}

// Two tabs, two people: neither text is overwritten, and everybody who saved is an author.
func TestSavingMeetsAnotherTab(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	w, err := o.Workflow.Working(ctx, writer, id)
	if err != nil || string(w.Body) != "one" || w.Rev != 0 {
		t.Fatalf("%+v, %v", w, err)
	}
	w.Body = []byte("her words")
	saved, err := o.Save(ctx, writer, w)
	o.must(err)
	w.Body = []byte("an older tab")
	now, err := o.Save(ctx, ed, w)
	if !errors.Is(err, ErrStale) || string(now.Body) != "her words" || now.By != "WRITER" {
		t.Errorf("an older tab: %v, %+v", err, now)
	}
	saved.Body = []byte("put in order")
	_, err = o.Save(ctx, ed, saved)
	o.must(err)
	p, err := o.Revise(ctx, writer, Revision{ID: id, Rev: o.f.publications[id].Rev, Region: banner, Body: []byte("put in order")})
	if err != nil || !slices.Equal(p.Authors, []string{"EDITOR", "WRITER"}) || o.f.working[id].ID != "" {
		t.Errorf("authors %v, %v", p.Authors, err)
	}
	o.to(id, 2, StateFirst)
	if err := o.Pass(ctx, ed, Passing{At: o.saw(id, 2)}); !errors.Is(err, ErrAuthor) {
		t.Errorf("who saved a word reviews it: %v", err)
	}
}

func TestAReviewerSeesWhatChangedSinceSheLooked(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateFirst)
	if c, err := o.SinceSeen(ctx, first, id, 1); err != nil || c.Old.N != 0 || c.New.N != 1 {
		t.Errorf("a first look: %+v, %v", c, err)
	}
	o.must(o.Return(ctx, first, Returning{At: o.saw(id, 1), Words: "x"}))
	for _, body := range []string{"two", "three"} {
		_, err := o.Revise(ctx, writer, Revision{ID: id, Rev: o.f.publications[id].Rev, Region: banner, Body: []byte(body)})
		o.must(err)
	}
	if c, err := o.SinceSeen(ctx, first, id, 3); err != nil || c.Old.N != 1 || string(c.New.Body) != "three" {
		t.Errorf("her second look: %+v, %v", c, err)
	}
	if c, err := o.SinceSeen(ctx, second, id, 3); err != nil || c.Old.N != 0 {
		t.Errorf("another reviewer's first: %+v, %v", c, err)
	}
}

func TestReportsHaveAClockAndNobodysName(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.must(o.ReportText(ctx, id)) // not live
	o.must(o.ReportText(ctx, "nothing"))
	o.to(id, 1, StateLive)
	for range 3 {
		o.must(o.ReportText(ctx, id))
	}
	board, err := o.Board(ctx, ed, 10)
	if err != nil || len(board) != 1 || board[0].Times != 3 || board[0].Due.Sub(o.at) > 24*time.Hour {
		t.Fatalf("the board has %+v, %v", board, err)
	}
	if hers, err := o.Board(ctx, stranger, 10); err != nil || len(hers) != 0 {
		t.Errorf("another banner's board has %+v, %v", hers, err)
	}
	if _, err := o.Board(ctx, writer, 10); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("a volunteer's: %v", err)
	}
	if err := o.CloseReport(ctx, stranger, board[0].ID, board[0].Rev, OutcomeStays); !errors.Is(err, staff.ErrNotFound) {
		t.Errorf("closed from another banner: %v", err)
	}
	o.must(o.CloseReport(ctx, ed, board[0].ID, board[0].Rev, OutcomeStays))
	o.must(o.ReportText(ctx, id)) // somebody else knows her: the clock runs again
	board, _ = o.Board(ctx, ed, 10)
	if len(board) != 1 || board[0].ClosedBy != "" {
		t.Fatalf("%+v", board)
	}
	o.must(o.CloseReport(ctx, ed, board[0].ID, board[0].Rev, OutcomeDown))
	if o.f.publications[id].Live != 0 {
		t.Error("closed as taken down and still there")
	}
}

func TestALawyersLink(t *testing.T) {
	o, ctx := newOffice(t), context.Background()
	id := o.begins("one")
	o.to(id, 1, StateSecond)
	ask := Asking{At: o.saw(id, 1), Name: "王律师", Deadline: o.at.Add(72 * time.Hour)}
	if _, err := o.AskLawyer(ctx, writer, ask); !errors.Is(err, staff.ErrForbidden) {
		t.Errorf("asked by an author: %v", err)
	}
	i, err := o.AskLawyer(ctx, second, ask)
	o.must(err)
	for _, l := range o.f.links {
		if strings.Contains(l.ID+l.Code, i.Token) || strings.Contains(l.Code, i.Code) {
			t.Error("token or code are stored")
		}
	}
	if len(i.Code) != 6 {
		t.Errorf("code %q", i.Code)
	}
	if _, _, err := o.OpenLink(ctx, i.Token, "000000x"); !errors.Is(err, ErrLinkCode) {
		t.Errorf("another code: %v", err)
	}
	if _, _, err := o.OpenLink(ctx, strings.Repeat("A", 26), i.Code); !errors.Is(err, ErrLink) {
		t.Errorf("another token: %v", err)
	}
	for range 3 { // looking spends nothing
		if _, v, err := o.OpenLink(ctx, i.Token, i.Code); err != nil || string(v.Body) != "one" {
			t.Errorf("%v, %s", err, v.Body)
		}
	}
	if err := o.AnswerLink(ctx, i.Token, i.Code, false, " "); !errors.Is(err, ErrOpinion) {
		t.Errorf("不对 without a word: %v", err)
	}
	o.must(o.AnswerLink(ctx, i.Token, i.Code, false, "第二款引错了"))
	if _, _, err := o.OpenLink(ctx, i.Token, i.Code); !errors.Is(err, ErrLink) {
		t.Errorf("after the answer: %v", err)
	}
	if len(o.f.publications[id].Open[0].Passes) != 1 {
		t.Error("a lawyer's answer counts as a review")
	}
	text, err := o.Read(ctx, third, id, 1)
	if last := text.Notes[len(text.Notes)-1]; err != nil || last.Kind != NoteLawyer || last.Right || last.Text != "第二款引错了" {
		t.Errorf("the reviewers read %+v, %v", last, err)
	}
}

func TestALawyersLinkDies(t *testing.T) {
	ctx := context.Background()
	for name, kill := range map[string]func(o *office, id string, i Invitation){
		"late":      func(o *office, _ string, _ Invitation) { o.at = o.at.Add(73 * time.Hour) },
		"guessed":   func(o *office, _ string, i Invitation) { o.guess(i) },
		"its bytes": func(o *office, id string, _ Invitation) { o.change(id) },
		"withdrawn": func(o *office, id string, _ Invitation) { o.must(o.TakeDown(ctx, publisher, id)) },
	} {
		o := newOffice(t)
		id := o.begins("one")
		o.to(id, 1, StateSecond)
		i, err := o.AskLawyer(ctx, second, Asking{At: o.saw(id, 1), Name: "王律师", Deadline: o.at.Add(72 * time.Hour)})
		o.must(err)
		if _, _, err := o.OpenLink(ctx, i.Token, i.Code); err != nil {
			t.Errorf("%s: the control: %v", name, err)
		}
		kill(o, id, i)
		if _, _, err := o.OpenLink(ctx, i.Token, i.Code); !errors.Is(err, ErrLink) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (o *office) guess(i Invitation) {
	for range LinkTries {
		_, _, _ = o.OpenLink(context.Background(), i.Token, "wrong")
	}
}

func (o *office) change(id string) {
	v := o.f.versions[id+"@1"]
	v.Body = []byte("onf")
	o.f.versions[v.ID] = v
}
