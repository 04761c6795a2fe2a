package app

import (
	"strings"
	"testing"

	"pugongying/internal/access"
	"pugongying/internal/staff"
)

// Fewer than two who can act are said: whoever is only invited, suspended, without a second factor or a demonstration
// account agrees to nothing.
func TestDoctorCountsWhoCanAgreeToActsOfTwo(t *testing.T) {
	admin := func(state staff.State, totp string, demo bool) staff.Account {
		return staff.Account{State: state, TOTP: []byte(totp), Demo: demo, Grants: []staff.Grant{{Role: access.Admin.String()}}}
	}
	works := admin(staff.Active, "sealed", false)
	editor := staff.Account{State: staff.Active, TOTP: []byte("sealed"), Grants: []staff.Grant{{Role: access.Editor1.String()}}}
	for _, tt := range []struct {
		name     string
		accounts []staff.Account
		demo     bool
		want     string
	}{
		{"nobody", nil, false, "只有 0 位"},
		{"one and an editor", []staff.Account{works, editor}, false, "只有 1 位"},
		{"one invited", []staff.Account{works, admin(staff.Invited, "", false)}, false, "只有 1 位"},
		{"one suspended", []staff.Account{works, admin(staff.Suspended, "sealed", false)}, false, "只有 1 位"},
		{"one who lost her second factor", []staff.Account{works, admin(staff.Active, "", false)}, false, "只有 1 位"},
		{"demonstration", []staff.Account{admin(staff.Active, "sealed", true), admin(staff.Active, "sealed", true)}, false, "只有 0 位"},
		{"demonstration where it may sign in", []staff.Account{admin(staff.Active, "sealed", true), admin(staff.Active, "sealed", true)}, true, ""},
		{"two", []staff.Account{works, works}, false, ""},
	} {
		f := adminsFinding(tt.accounts, tt.demo)
		switch {
		case tt.want == "" && f != nil:
			t.Errorf("%s: %s", tt.name, f.What)
		case tt.want != "" && (f == nil || !strings.Contains(f.What, tt.want) || !f.Warning || f.Mend == ""):
			t.Errorf("%s: %+v", tt.name, f)
		}
	}
}
