package publish

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

const (
	league region.Code = "150400000000"
	banner region.Code = "150424000000"
	other  region.Code = "150425000000"
	sumu   region.Code = "150424100000"
)

func person(account string, in region.Code, roles ...access.Role) staff.Principal {
	p := staff.Principal{Account: account, Name: account, Kind: staff.Console}
	for _, r := range roles {
		p.Grants = append(p.Grants, access.Grant{Role: r, Scope: region.ScopeOf(in)})
	}
	return p
}

// Those who work on the texts of the tests.
var (
	writer    = person("WRITER", banner, access.Volunteer)
	ed        = person("EDITOR", league, access.Editor1)
	first     = person("FIRST", league, access.Editor1)
	second    = person("SECOND", league, access.Editor2)
	third     = person("THIRD", league, access.Editor3)
	publisher = person("PUBLISHER", league, access.Publisher)
	stranger  = person("STRANGER", other, access.Volunteer, access.Editor1, access.Editor2, access.Editor3, access.Publisher)
	reviewers = map[State]staff.Principal{StateFirst: first, StateSecond: second, StateThird: third}
)

// machine is a Checker that says what it is told to.
type machine struct {
	found []Finding
	err   error
	asked int
}

func (m *machine) Check(context.Context, Kind, []byte) ([]Finding, error) {
	m.asked++
	return slices.Clone(m.found), m.err
}

// office is a workflow over a fake store with a clock that is set by hand.
type office struct {
	*Workflow
	f       *fake
	t       *testing.T
	machine *machine
	at      time.Time
	doubted bool
	staffed []staff.Principal
	ids     int
}

func (o *office) Reviewers(context.Context) ([]staff.Principal, error) { return o.staffed, nil }

func newOffice(t *testing.T) *office { return officeOn(t, newFake()) }

func officeOn(t *testing.T, f *fake) *office {
	o := &office{f: f, t: t, machine: &machine{}, at: clock(), staffed: []staff.Principal{writer, ed, first, second, third, publisher}}
	o.Workflow = NewWorkflow(Parts{
		Publications: New(f, Manifest{}, func() time.Time { return o.at }), Lists: f, Sets: f, Reports: f, Links: f, Checker: o.machine, People: o,
		League: league, Believed: func() (time.Time, bool) { return o.at, !o.doubted }, Log: slog.New(slog.DiscardHandler),
		NewID: func() string {
			o.ids++
			return strings.Repeat("A", 20) + strconv.Itoa(100000+len(f.publications)*100+o.ids)
		},
	})
	return o
}

func (o *office) must(err error) {
	o.t.Helper()
	if err != nil {
		o.t.Fatal(err)
	}
}

// saw is the open version as somebody sees it now.
func (o *office) saw(id string, n int) At {
	for _, open := range o.f.publications[id].Open {
		if open.N == n {
			return At{id, n, open.SHA256}
		}
	}
	return At{ID: id, N: n}
}

func (o *office) state(id string, n int) State { return o.f.versions[VersionID(id, n)].State }

// begins is a new explainer of the writer's.
func (o *office) begins(body string) string {
	o.t.Helper()
	p, err := o.Create(context.Background(), writer, Beginning{Kind: KindExplainer, Region: banner, Title: body, Body: []byte(body)})
	o.must(err)
	return p.ID
}

// to moves a version on by the people of the tests until it has a state.
func (o *office) to(id string, n int, state State) {
	o.t.Helper()
	o.must(o.reaches(id, n, state))
}

func (o *office) reaches(id string, n int, state State) error {
	ctx := context.Background()
	for range 8 {
		now := o.state(id, n)
		if now == state {
			return nil
		}
		var err error
		switch {
		case now == StateDraft:
			_, err = o.Submit(ctx, ed, o.saw(id, n))
		case now.waitsForReview():
			err = o.Pass(ctx, reviewers[now], Passing{At: o.saw(id, n)})
		case now == StateApproved && state == StateScheduled:
			err = o.Schedule(ctx, publisher, Scheduling{At: o.saw(id, n), Rev: o.f.publications[id].Rev, When: o.at.Add(time.Hour)})
		case now == StateApproved:
			err = o.Release(ctx, publisher, o.saw(id, n))
		default:
			err = errors.New("stuck in " + string(now))
		}
		if err != nil {
			return err
		}
	}
	return errors.New("never " + string(state))
}

// due does everything that is due now.
func (o *office) due() {
	o.t.Helper()
	for id, d := range o.f.dues {
		if d.At.After(o.at) {
			continue
		}
		if err := o.Do(context.Background(), id); err == nil {
			delete(o.f.dues, id)
		}
	}
}

// step moves a version on; the older tests of seeding and importing speak in states.
func step(f *fake, id string, n int, to State) {
	o := officeOn(nil, f)
	if err := o.reaches(id, n, to); err != nil {
		panic(err)
	}
}

// release takes a draft all the way to live. Its sample flag stays, for live to check.
func release(f *fake, id string, n int) {
	step(f, id, n, StateLive)
	p := f.publications[id]
	p.Sample = true
	f.publications[id] = p
}

// edited is a live version written by a member of staff.
func edited(f *fake, id, body string) { begun(f, id, body); release(f, id, f.publications[id].Last) }

// begun is the same, still a draft.
func begun(f *fake, id, body string) {
	r := Revision{ID: id, Rev: f.publications[id].Rev, Body: []byte(body)}
	if _, err := officeOn(nil, f).Revise(context.Background(), ed, r); err != nil {
		panic(err)
	}
}

var editor = audit.Actor{Kind: audit.KindStaff, ID: "EDITOR"}
