package api

import (
	"context"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/ledger"
	"pugongying/internal/staff"
)

// officers is the ledger as far as the phone enters into it.
type officers struct{ entered []ledger.Entered }

func (o *officers) Enter(_ context.Context, who staff.Principal, e ledger.Entered) (ledger.Act, error) {
	if err := who.May(access.EnterAct, access.Record{Relation: access.None, Region: e.Region}); err != nil {
		return ledger.Act{}, err
	}
	o.entered = append(o.entered, e)
	return ledger.Act{ID: "A", Counted: e.Note != ""}, nil
}

func (o *officers) Waiting(context.Context, staff.Principal) ([]ledger.Act, error) {
	return []ledger.Act{{ID: "A", Kind: ledger.Lecture, Day: "2026-11-20", Quantity: 40}}, nil
}

const enteredAct = `{"kind":"lecture.given","region":"150424000000","project":"demo1","day":"2026-11-20","quantity":40,"what":"在集上讲了一场","note":"村妇联在场"}`

func TestAnOfficerEntersAnActOnHerPhone(t *testing.T) {
	r := newRig(t)
	officer := r.staffAs("OFFICER", access.Coordinator)
	offered := read[Acts](t, r.want(200, officer, "GET", "/api/v1/me/acts", ""))
	if len(offered.Kinds) != 3 || len(offered.Waiting) != 1 || offered.Waiting[0].Words != "讲座" || offered.Waiting[0].Unit != "人次" {
		t.Errorf("offered %+v", offered)
	}
	if got := read[EnteredAct](t, r.want(201, officer, "POST", "/api/v1/me/acts", enteredAct, "Idempotency-Key", "once")); !got.Counted {
		t.Error("what is proved does not count")
	}
	if e := r.officers.entered; len(e) != 1 || e[0].Once != "once" || e[0].Kind != ledger.Lecture || e[0].Quantity != 40 || e[0].What != "在集上讲了一场" {
		t.Errorf("entered %+v", e)
	}
	elsewhere := r.staffAs("ELSEWHERE", access.Coordinator)
	if w := r.do(elsewhere, "POST", "/api/v1/me/acts", `{"kind":"lecture.given","region":"150425000000","project":"p","day":"2026-11-20","quantity":1,"what":"x","note":"x"}`); w.Code != 403 {
		t.Errorf("in another banner: %d %s", w.Code, w.Body)
	}
	if w := r.do(r.staffAs("V", access.Volunteer), "POST", "/api/v1/me/acts", enteredAct); w.Code != 403 {
		t.Errorf("a volunteer: %d %s", w.Code, w.Body)
	}
}
