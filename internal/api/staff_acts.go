package api

import (
	"context"
	"net/http"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/ledger"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// OfflineActs enters what an officer did away from any screen: *ledger.Acts.
type OfflineActs interface {
	Enter(ctx context.Context, who staff.Principal, e ledger.Entered) (ledger.Act, error)
	Waiting(ctx context.Context, who staff.Principal) ([]ledger.Act, error)
}

// Acts is what an officer may enter on her phone, and what of her regions still waits for a proof.
type Acts struct {
	Kinds    []ActKind    `json:"kinds"`
	Projects []ActProject `json:"projects" doc:"those that run today in her regions"`
	Waiting  []ActBrief   `json:"waiting" doc:"entered, and not counted before they are proved"`
}

// ActKind is one kind of act.
type ActKind struct {
	ID    string `json:"id"`
	Words string `json:"words"`
	Unit  string `json:"unit" doc:"人次, 人 or 份"`
}

// ActProject is a project that an act can belong to.
type ActProject struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Region string `json:"region"`
}

// ActBrief is one act that waits.
type ActBrief struct {
	ID       string `json:"id"`
	Words    string `json:"words"`
	Unit     string `json:"unit"`
	Day      string `json:"day"`
	Quantity int64  `json:"quantity"`
}

// EnteredAct says whether what was entered counts.
type EnteredAct struct {
	Counted bool `json:"counted"`
}

type actEntry struct {
	Key  string `header:"Idempotency-Key" maxLength:"255"`
	Body struct {
		Kind     string `json:"kind" maxLength:"32"`
		Region   string `json:"region" maxLength:"12"`
		Project  string `json:"project" maxLength:"64"`
		Day      string `json:"day" maxLength:"10"`
		Quantity int64  `json:"quantity"`
		What     string `json:"what" maxLength:"800"`
		Note     string `json:"note" maxLength:"8000" doc:"the proof in words; pictures are added at a desk"`
	}
}

func (d *door) addActs() {
	addStaff(d, spec{route: "GET /api/v1/me/acts", summary: "what an officer may enter, and what waits for a proof", rate: rateWrite}, d.acts)
	addStaff(d, spec{route: "POST /api/v1/me/acts", summary: "enter an offline act", status: http.StatusCreated, rate: rateWrite}, func(ctx context.Context, who staff.Principal, in *actEntry) (*body[EnteredAct], error) {
		b := in.Body
		act, err := d.Acts.Enter(ctx, who, ledger.Entered{
			Once: in.Key, Kind: ledger.Kind(b.Kind), Region: region.Code(b.Region), Project: b.Project, Day: b.Day, Quantity: b.Quantity, What: b.What, Note: b.Note,
		})
		return answer(EnteredAct{Counted: act.Counted}), err
	})
}

func (d *door) acts(ctx context.Context, who staff.Principal, _ *struct{}) (*body[Acts], error) {
	out := Acts{Kinds: []ActKind{}, Projects: []ActProject{}, Waiting: []ActBrief{}}
	for _, k := range ledger.Kinds() {
		if k.Offline() {
			out.Kinds = append(out.Kinds, ActKind{ID: string(k), Words: k.Words(), Unit: string(k.Unit())})
		}
	}
	projects, err := d.Regions.Projects(ctx)
	if err != nil {
		return nil, err
	}
	today := civil.DayOf(d.Now())
	for _, p := range projects {
		record := access.Record{Relation: access.None, Region: p.Region}
		if p.Running(today) && who.May(access.EnterAct, record) == nil {
			out.Projects = append(out.Projects, ActProject{ID: p.ID, Name: p.Name, Region: string(p.Region)})
		}
	}
	waiting, err := d.Acts.Waiting(ctx, who)
	for _, a := range waiting {
		out.Waiting = append(out.Waiting, ActBrief{ID: a.ID, Words: a.Kind.Words(), Unit: string(a.Kind.Unit()), Day: a.Day, Quantity: a.Quantity})
	}
	return answer(out), err
}
