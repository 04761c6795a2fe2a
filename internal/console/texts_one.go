package console

import (
	"net/url"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/publish"
	"pugongying/internal/web/pages"
)

// TextView is the page of one text.
type TextView struct {
	ID, Title, Kind, Region, Authors string
	Rev                              int64
	Open                             []OpenView
	Live                             int // the version that residents see
	ReviewAt                         time.Time
	Rechecking                       bool
	Versions                         []VersionView
	MayRelease, MayTakeDown          bool
	MayWrite                         bool
}

// OpenView is a version that is worked on.
type OpenView struct {
	publish.Open
	Steps  []Step
	Words  string
	Ready  bool // three people passed it
	Assign bool // she may give its review to somebody
	Path   string
	Review string
}

// VersionView is one row of a text's history.
type VersionView struct {
	N     int
	At    time.Time
	State string
	By    string
	Path  string
	Again bool // she may make it a draft again
}

func (t *textPages) one(r *Request) (pages.Answer, error) {
	page, err := t.page(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// page is the page of the text that the address names.
func (t *textPages) page(r *Request) (pages.Page, error) {
	text, err := t.lists.Newer(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return pages.Page{}, err
	}
	history, err := t.lists.History(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return pages.Page{}, err
	}
	p := text.Publication
	ids := append([]string{}, p.Authors...)
	for _, v := range history {
		ids = append(ids, v.By.ID)
	}
	for _, o := range p.Open {
		ids = append(ids, o.Reviewer)
	}
	names, err := t.names.Names(r.Context(), ids...)
	if err != nil {
		return pages.Page{}, err
	}
	v := TextView{
		ID: p.ID, Title: textTitle(p), Kind: textKinds[p.Kind], Region: t.place(p.Region), Authors: authorsOf(p, names), Rev: p.Rev, Live: p.Live, ReviewAt: p.ReviewAt, Rechecking: p.Rechecking,
	}
	v.MayRelease = r.Who.May(access.ReleaseText, access.Record{Relation: r.Who.Relation(p.Authors...), Region: p.Region}) == nil
	v.MayTakeDown = (p.Live > 0 || len(p.Open) > 0) && r.Who.Admits(access.TakeDown)
	for _, o := range p.Open {
		v.Open = append(v.Open, OpenView{
			Open: o, Steps: textSteps(o), Words: stageOf(o, names), Ready: o.State == publish.StateApproved || o.State == publish.StateScheduled, Review: ReviewPath(p.ID, o.N), Path: "/write/" + url.PathEscape(p.ID),
			Assign: waitsForReview(p, o.N) && t.many.MayBulk(r.Who, p, publish.BulkAssign) == nil,
		})
	}
	record := access.Record{Relation: r.Who.Relation(p.Authors...), Region: p.Region}
	v.MayWrite = r.Who.May(access.EditText, record) == nil || r.Who.May(access.WriteText, record) == nil
	for _, old := range history {
		state := textStates[old.State]
		if old.N == p.Live {
			state = textStates[publish.StateLive]
		}
		v.Versions = append(v.Versions, VersionView{N: old.N, At: old.At, State: state, By: names[old.By.ID], Path: ReviewPath(p.ID, old.N), Again: v.MayWrite && old.N != p.Last})
	}
	return r.Page("texts/one", v.Title, v), nil
}

// waitsForReview reports whether it is this version that waits for a person.
func waitsForReview(p publish.Publication, n int) bool {
	at, waits := p.Turn()
	return waits && at.N == n
}

// at is the version that the form names, with the bytes that she saw.
func (r *Request) at() publish.At {
	n, err := strconv.Atoi(r.Text("n"))
	if err != nil {
		n = 0 // no version has this number
	}
	return publish.At{ID: r.Param("id"), N: n, SHA256: r.Text("sha")}
}

// seen is the revision that the form was made from.
func (r *Request) seen() int64 { return revision(r.Text("rev")) }

// minute reads the time of a form, as a clock in Beijing shows it; the zero time where it is none.
func (r *Request) minute(name string) time.Time {
	for _, layout := range []string{"2006-01-02T15:04", time.DateOnly} {
		if at, err := time.ParseInLocation(layout, r.Text(name), civil.Zone()); err == nil {
			return at
		}
	}
	return time.Time{}
}

// did leads back to the text, or shows its page with what was refused.
func (t *textPages) did(r *Request, err error, said string) (pages.Answer, error) {
	if err == nil {
		return r.Done("/texts/"+url.PathEscape(r.Param("id")), said), nil
	}
	page, failed := t.page(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

func (t *textPages) schedule(r *Request) (pages.Answer, error) {
	if r.Text("act") == "off" {
		return t.did(r, t.acts.Unschedule(r.Context(), r.Who, r.at()), "时间取消了，还是等上线。")
	}
	err := t.acts.Schedule(r.Context(), r.Who, publish.Scheduling{At: r.at(), Rev: r.seen(), When: r.minute("when")})
	return t.did(r, err, "时间定了，到点前会再查一遍。")
}

func (t *textPages) release(r *Request) (pages.Answer, error) {
	return t.did(r, t.acts.Release(r.Context(), r.Who, r.at()), "上线了。手机上一分钟之内就有。")
}

func (t *textPages) recheck(r *Request) (pages.Answer, error) {
	return t.did(r, t.acts.SetReviewAt(r.Context(), r.Who, r.Param("id"), r.seen(), r.minute("when")), "下一次核对的日子定了。")
}

// restore makes an old version a draft, from which its writer goes on.
func (t *textPages) restore(r *Request) (pages.Answer, error) {
	at := r.at()
	_, err := t.acts.Restore(r.Context(), r.Who, publish.Revision{ID: at.ID, From: at.N, Rev: r.seen()})
	if err == nil {
		return r.Done("/write/"+url.PathEscape(at.ID), "第 "+strconv.Itoa(at.N)+" 版放回来了，是新的草稿。要上线，还得三个人审。"), nil
	}
	return t.did(r, err, "")
}

func (t *textPages) takeDown(r *Request) (pages.Answer, error) {
	return t.did(r, t.acts.TakeDown(r.Context(), r.Who, r.Param("id")), "撤下了。一分钟之内哪里都没有了。")
}
