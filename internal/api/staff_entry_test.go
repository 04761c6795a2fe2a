package api

import (
	"slices"
	"strings"
	"testing"
)

// TestTheWayToStaff walks the operations that lead from a resident's WeChat to staff: each carries who she is, and no name
// of hers, to the capability, and gives back what the page shows.
func TestTheWayToStaff(t *testing.T) {
	r := newRig(t)
	she := r.weChat("she")
	in := read[StaffSession](t, r.want(201, she, "POST", "/api/v1/staff/sessions", ""))
	if in.Token != "T" || in.Me.Name != "赵兰" || !in.Me.Withheld || len(in.Me.Roles) != 1 || in.Me.Roles[0] != (StaffRole{"volunteer", string(staffCounty)}) {
		t.Errorf("a session of staff is %+v", in)
	}
	w := read[Invitation](t, r.want(200, she, "POST", "/api/v1/staff/invitation", `{"invitation":"AAAA-BBBB"}`))
	if w.Secret != "SECRET" || w.Purpose != "join" || len(w.Roles) != 1 {
		t.Errorf("an invitation shows %+v", w)
	}
	if got := differs(r.do(she, "POST", "/api/v1/staff/invitation", `{"invitation":"X"}`), "404 staff.invitation_gone"); got != "" {
		t.Error(got)
	}
	if got := differs(r.do(she, "POST", "/api/v1/staff/bindings", `{"invitation":"AAAA-BBBB","code":"000000"}`), "422 staff.totp_wrong"); got != "" {
		t.Error(got)
	}
	r.want(201, she, "POST", "/api/v1/staff/bindings", `{"invitation":"AAAA-BBBB","code":"123456"}`)
	if code := read[DeskCode](t, r.want(200, she, "POST", "/api/v1/staff/codes/CODE/scan", "")); code.Digits != "47" || code.Site != "desk.example" {
		t.Errorf("a scanned code shows %+v", code)
	}
	r.want(204, she, "POST", "/api/v1/staff/codes/CODE/confirmation", "")
	r.want(204, she, "POST", "/api/v1/staff/codes/CODE/refusal", "")
	if a := read[Applying](t, r.want(201, she, "POST", "/api/v1/volunteers", `{"name":"其木格","region":"150424100200","why":"想帮忙"}`)); a.State != "waiting" || a.Seen != 1 {
		t.Errorf("an application is %+v", a)
	}
	want := []string{she.ID, she.ID, she.ID + "CODEtrue", she.ID + "CODEfalse", she.ID + "其木格"}
	if !slices.Equal(r.entry.came, want) {
		t.Errorf("who came: %q, want %q", r.entry.came, want)
	}
	if strings.Contains(r.log.String(), "其木格") || strings.Contains(r.log.String(), "AAAA") {
		t.Error("the log has a name or an invitation")
	}
}
