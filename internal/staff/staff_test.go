package staff

import (
	"errors"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/region"
)

const (
	banner  region.Code = "150424000000"
	village region.Code = "150424100201"
	away    region.Code = "150600000000"
)

func editor() Principal {
	return Principal{Account: "A1", Grants: []access.Grant{{Role: access.Editor1, Scope: region.ScopeOf(banner)}}}
}

func TestMay(t *testing.T) {
	for name, tt := range map[string]struct {
		who    Principal
		action access.Action
		record access.Record
		want   error
	}{
		"another's text in her region":  {editor(), access.ReviewFirst, access.Record{Relation: access.Other, Region: village}, nil},
		"her own text":                  {editor(), access.ReviewFirst, access.Record{Relation: access.Own, Region: village}, ErrForbidden},
		"another's text elsewhere":      {editor(), access.ReviewFirst, access.Record{Relation: access.Other, Region: away}, ErrNotFound},
		"what her role has no part in":  {editor(), access.CloseQuarter, access.Record{Relation: access.None, Region: village}, ErrForbidden},
		"nobody, though the roles hold": {Principal{Grants: editor().Grants}, access.ReviewFirst, access.Record{Relation: access.Other, Region: village}, ErrForbidden},
	} {
		if got := tt.who.May(tt.action, tt.record); !errors.Is(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestRelationAndRegions(t *testing.T) {
	e := editor()
	if e.Relation("B", "A1") != access.Own || e.Relation("B") != access.Other || e.Relation() != access.None {
		t.Error("whoever wrote any part of it is an author, and nobody else")
	}
	if got := e.Regions(access.ReviewFirst); len(got) != 1 || !got[0].Contains(village) || len(e.Regions(access.CloseQuarter)) != 0 {
		t.Errorf("regions %v", got)
	}
	if !e.Admits(access.ReviewFirst) || e.Admits(access.ReviewSecond) || (Principal{Grants: e.Grants}).Admits(access.ReviewFirst) {
		t.Error("Admits")
	}
	if a := e.Actor(); !a.Valid() || a.ID != "A1" {
		t.Errorf("actor %v", a)
	}
}

// TestMayIsTheTable: for every action × role × relation × region she may exactly what the table says, and one whose roles wait
// may nothing but what is her own.
func TestMayIsTheTable(t *testing.T) {
	cells := 0
	for action := range access.Actions {
		for _, role := range StaffRoles() {
			grants := []access.Grant{{Role: role, Scope: region.ScopeOf(banner)}}
			she := Principal{Account: "A1", Grants: grants}
			waits := Principal{Account: "A1", Withheld: true}
			for _, relation := range []access.Relation{access.None, access.Own, access.Assigned, access.Other} {
				for _, in := range []region.Code{"", village, banner, away} {
					record := access.Record{Relation: relation, Region: in}
					want := map[access.Decision]error{access.Allowed: nil, access.Hidden: ErrNotFound, access.Refused: ErrForbidden}[access.Actions.Decide(action, record, grants...)]
					if got := she.May(action, record); !errors.Is(got, want) || want == nil && got != nil {
						t.Errorf("%s as %s on %d in %q: %v, want %v", action, role, relation, in, got, want)
					}
					own := action == access.StaffSelf && relation&(access.None|access.Own) != 0
					if got := waits.May(action, record); (got == nil) != own {
						t.Errorf("%s while her roles wait: %v", action, got)
					}
					cells += 2
				}
			}
		}
	}
	t.Logf("%d cells", cells)
}
