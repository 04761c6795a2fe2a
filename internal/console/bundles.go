package console

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Bundles are the sets that go live together.
type Bundles interface {
	MakeBundle(ctx context.Context, who staff.Principal, name string, in region.Code) (publish.Bundle, error)
	SetPieces(ctx context.Context, who staff.Principal, id string, rev int64, pieces []publish.At) error
	ScheduleBundle(ctx context.Context, who staff.Principal, id string, rev int64, when time.Time) error
	StopBundle(ctx context.Context, who staff.Principal, id string, rev int64) error
	Bundle(ctx context.Context, who staff.Principal, id string) (publish.Bundle, error)
	Bundles(ctx context.Context, who staff.Principal, state publish.BundleState) ([]publish.Bundle, error)
	List(ctx context.Context, who staff.Principal, f publish.Filter) (page []publish.Publication, next string, err error)
}

type bundlePages struct {
	sets Bundles
	now  func() time.Time
}

// Sets is the area of what goes live together: every piece at one minute, or none and the reason.
func Sets(sets Bundles, now func() time.Time) Area {
	b := &bundlePages{sets, now}
	return Area{
		Name: "bundles", Guide: "publish",
		Rail:  []Item{{Group: Writing, Title: "一起上线", Path: "/bundles", Icon: "calendar-plus", Action: access.ReleaseText}},
		Tasks: b,
		Routes: []Route{
			{Method: GET, Path: "/bundles", Action: access.ReleaseText, Handle: b.all},
			{Method: POST, Path: "/bundles", Action: access.ReleaseText, Handle: b.make},
			{Method: GET, Path: "/bundles/:id", Action: access.ReleaseText, Handle: b.one},
			{Method: POST, Path: "/bundles/:id/pieces", Action: access.ReleaseText, Handle: b.pieces},
			{Method: POST, Path: "/bundles/:id/hour", Action: access.ReleaseText, Handle: b.hour},
		},
	}
}

// mostChoices is how many approved texts a set can be chosen from on one page.
const mostChoices = 100

var bundleWords = map[publish.BundleState]string{
	publish.BundleOpen: "还在凑", publish.BundleScheduled: "定了时间", publish.BundleStopped: "到点没上，停住了", publish.BundleLive: "上线了",
}

// troubleWords say why a piece cannot go, by the code of its fault.
var troubleWords = map[string]string{
	publish.ErrChanged.Code: "审过以后字变了，要从一审重来", publish.ErrNotCleared.Code: "三审没有齐，或者被退回、撤下了", publish.ErrNotFound.Code: "找不到这一件了",
	publish.ErrRisky.Code: "微信认为里面有一张图不合适，要换一张",
}

// BundlesView is what the page of all sets shows.
type BundlesView struct {
	Groups  []BundleGroup
	Regions []Option
}

// BundleGroup is the sets in one state.
type BundleGroup struct {
	Words string
	Sets  []BundleRow
}

// BundleRow is one set in a list.
type BundleRow struct {
	publish.Bundle
	Troubles int
}

// BundleView is one set with what could be in it.
type BundleView struct {
	publish.Bundle
	State    string
	Choices  []SetPiece
	Troubles []SetPiece
	Open     bool // its pieces can be changed
	Waits    bool // it has a minute, or had one
}

// SetPiece is one text in a set, or one that could be.
type SetPiece struct {
	Title, Value, Path, Trouble string
	In                          bool
}

func (b *bundlePages) all(r *Request) (pages.Answer, error) {
	page, err := b.allPage(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (b *bundlePages) allPage(r *Request) (pages.Page, error) {
	var v BundlesView
	for _, state := range []publish.BundleState{publish.BundleStopped, publish.BundleScheduled, publish.BundleOpen, publish.BundleLive} {
		sets, err := b.sets.Bundles(r.Context(), r.Who, state)
		if err != nil {
			return pages.Page{}, err
		}
		if len(sets) == 0 {
			continue
		}
		g := BundleGroup{Words: bundleWords[state]}
		for _, one := range sets {
			g.Sets = append(g.Sets, BundleRow{one, troubles(one)})
		}
		v.Groups = append(v.Groups, g)
	}
	for _, s := range r.Who.Regions(access.ReleaseText) {
		if o := (Option{Value: string(s.From), Words: r.console.place(s.From)}); !slices.Contains(v.Regions, o) {
			v.Regions = append(v.Regions, o)
		}
	}
	return r.Page("bundles/all", "一起上线", v), nil
}

func troubles(b publish.Bundle) int {
	n := 0
	for _, p := range b.Pieces {
		if p.Trouble != "" {
			n++
		}
	}
	return n
}

func (b *bundlePages) make(r *Request) (pages.Answer, error) {
	made, err := b.sets.MakeBundle(r.Context(), r.Who, r.Text("name"), region.Code(r.Text("region")))
	if err == nil {
		return r.Done("/bundles/"+url.PathEscape(made.ID), "开了一组。勾上要一起上线的。"), nil
	}
	page, failed := b.allPage(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, atField(err, publish.ErrName, "name"))
}

// atField puts a fault at the field that it is about.
func atField(err error, which *fault.Error, field string) error {
	f := fault.From(err)
	if f != nil && f.Code == which.Code {
		return f.At(fault.Field{Location: field, Message: f.Text})
	}
	return err
}

func (b *bundlePages) one(r *Request) (pages.Answer, error) {
	page, err := b.page(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (b *bundlePages) page(r *Request) (pages.Page, error) {
	set, err := b.sets.Bundle(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return pages.Page{}, err
	}
	v := BundleView{Bundle: set, State: bundleWords[set.State], Open: set.State == publish.BundleOpen, Waits: set.State == publish.BundleScheduled || set.State == publish.BundleStopped}
	for _, p := range set.Pieces {
		one := SetPiece{Title: p.Title, Value: pieceValue(p.Publication, p.N, p.SHA256), Path: ReviewPath(url.PathEscape(p.Publication), p.N), Trouble: wordsOfTrouble(p.Trouble), In: true}
		v.Choices = append(v.Choices, one)
		if p.Trouble != "" {
			v.Troubles = append(v.Troubles, one)
		}
	}
	if !v.Open {
		return r.Page("bundles/one", set.Name, v), nil
	}
	ready, _, err := b.sets.List(r.Context(), r.Who, publish.Filter{Tab: publish.TabReady, Limit: mostChoices})
	if err != nil {
		return pages.Page{}, err
	}
	for _, p := range ready {
		for _, o := range p.Open {
			if o.State == publish.StateApproved && o.Bundle == "" {
				v.Choices = append(v.Choices, SetPiece{Title: p.Title, Value: pieceValue(p.ID, o.N, o.SHA256), Path: ReviewPath(url.PathEscape(p.ID), o.N)})
			}
		}
	}
	return r.Page("bundles/one", set.Name, v), nil
}

func wordsOfTrouble(code string) string {
	if code == "" {
		return ""
	}
	if words := troubleWords[code]; words != "" {
		return words
	}
	return "现在不能上线"
}

// pieceValue is a version as a form names it.
func pieceValue(id string, n int, sum string) string {
	return url.QueryEscape(id) + " " + strconv.Itoa(n) + " " + sum
}

// chosen reads the versions of a form; what is none names no text.
func (r *Request) chosen() []publish.At {
	var all []publish.At
	for _, value := range r.PostForm["piece"] {
		part := strings.Split(value, " ")
		if len(part) != 3 {
			part = []string{"", "", ""}
		}
		id, err := url.QueryUnescape(part[0])
		n, failed := strconv.Atoi(part[1])
		if err != nil || failed != nil {
			id, n = "", 0
		}
		all = append(all, publish.At{ID: id, N: n, SHA256: part[2]})
	}
	return all
}

func (b *bundlePages) pieces(r *Request) (pages.Answer, error) {
	return b.did(r, b.sets.SetPieces(r.Context(), r.Who, r.Param("id"), r.seen(), r.chosen()), "这一组存好了。")
}

func (b *bundlePages) hour(r *Request) (pages.Answer, error) {
	if r.Text("act") == "stop" {
		return b.did(r, b.sets.StopBundle(r.Context(), r.Who, r.Param("id"), r.seen()), "时间取消了，可以再改这一组。")
	}
	err := b.sets.ScheduleBundle(r.Context(), r.Who, r.Param("id"), r.seen(), r.minute("when"))
	return b.did(r, atField(err, publish.ErrMoment, "when"), "时间定了。到点前会再查一遍，有一件不行，整组都不上。")
}

// did leads back to the set, or shows it with what was refused.
func (b *bundlePages) did(r *Request, err error, said string) (pages.Answer, error) {
	if err == nil {
		return r.Done("/bundles/"+url.PathEscape(r.Param("id")), said), nil
	}
	page, failed := b.page(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

// Waiting says before its minute that a set will not go, and which sets go today.
func (b *bundlePages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.ReleaseText) {
		return nil, nil
	}
	var tasks []Task
	for _, state := range []publish.BundleState{publish.BundleScheduled, publish.BundleStopped} {
		sets, err := b.sets.Bundles(ctx, who, state)
		if err != nil {
			return nil, err
		}
		for _, one := range sets {
			t := Task{Kind: Live, Title: one.Name, Note: strconv.Itoa(len(one.Pieces)) + " 件一起", Path: "/bundles/" + url.PathEscape(one.ID), At: one.At, Do: "到点一起上线"}
			if n := troubles(one); n > 0 || state == publish.BundleStopped {
				t.Warns, t.Do = true, strconv.Itoa(n)+" 件没过三审，整组到点不上"
				if state == publish.BundleStopped {
					t.Do = "到点没上：有没过三审的"
				}
			} else if civil.DayOf(one.At) != civil.DayOf(b.now()) {
				continue
			}
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}
