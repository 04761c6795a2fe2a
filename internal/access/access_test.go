package access

import (
	"maps"
	"slices"
	"testing"

	"pugongying/internal/region"
)

const (
	league  region.Code = "150400000000"
	banner  region.Code = "150424000000"
	village region.Code = "150424100201"
	away    region.Code = "150600000000"
)

// staffed is a table such as the staff routes will need: review only by others, work on what is assigned, access within a
// region.
var staffed = Table{
	"text.write":  {Volunteer: {On: None | Own}, Editor1: {On: None | Own | Assigned, Scoped: true}},
	"text.review": {Editor1: {On: Assigned | Other, Scoped: true}, Supervisor: {On: Other, Scoped: true}},
	"matter.read": {Caseworker: {On: Assigned}, Supervisor: {On: Any, Scoped: true}},
	"audit.read":  {Auditor: {On: Any, Scoped: true}},
}

func grant(r Role, in region.Code) Grant { return Grant{Role: r, Scope: region.ScopeOf(in)} }

func TestDecide(t *testing.T) {
	for name, tt := range map[string]struct {
		action Action
		record Record
		grants []Grant
		want   Decision
	}{
		"a volunteer writes":                     {"text.write", Record{None, village}, []Grant{grant(Volunteer, banner)}, Allowed},
		"her own text":                           {"text.write", Record{Own, village}, []Grant{grant(Volunteer, banner)}, Allowed},
		"another's text does not exist":          {"text.write", Record{Other, village}, []Grant{grant(Volunteer, banner)}, Hidden},
		"a reviewer in her region":               {"text.review", Record{Other, village}, []Grant{grant(Editor1, league)}, Allowed},
		"a reviewer elsewhere":                   {"text.review", Record{Other, away}, []Grant{grant(Editor1, league)}, Hidden},
		"a reviewer of her own text":             {"text.review", Record{Own, village}, []Grant{grant(Editor1, league)}, Refused},
		"with a second role":                     {"text.review", Record{Own, village}, []Grant{grant(Editor1, league), grant(Supervisor, league), grant(Admin, league)}, Refused},
		"a role that has no part in it":          {"text.review", Record{Other, village}, []Grant{grant(Auditor, league)}, Refused},
		"one of two regions":                     {"text.review", Record{Other, away}, []Grant{grant(Editor1, league), grant(Editor1, away)}, Allowed},
		"a caseworker's own matters":             {"matter.read", Record{Assigned, away}, []Grant{grant(Caseworker, banner)}, Allowed},
		"another caseworker's":                   {"matter.read", Record{Other, banner}, []Grant{grant(Caseworker, banner)}, Hidden},
		"a supervisor's region":                  {"matter.read", Record{Other, village}, []Grant{grant(Supervisor, league)}, Allowed},
		"a supervisor, one banner further":       {"matter.read", Record{Other, league}, []Grant{grant(Supervisor, banner)}, Hidden},
		"an admin reads no matters":              {"matter.read", Record{Other, village}, []Grant{grant(Admin, league)}, Refused},
		"a record without a region":              {"audit.read", Record{Relation: Other}, []Grant{grant(Auditor, league)}, Hidden},
		"a role without a region":                {"audit.read", Record{Other, village}, []Grant{{Role: Auditor}}, Hidden},
		"no role":                                {"audit.read", Record{Other, village}, nil, Refused},
		"a role that is none":                    {"audit.read", Record{Other, village}, []Grant{grant(roleCount, league), grant(-1, league)}, Refused},
		"an action that is none":                 {"audit.write", Record{Other, village}, []Grant{grant(Auditor, league)}, Refused},
		"writing where one has no role to write": {"text.write", Record{None, away}, []Grant{grant(Editor1, league)}, Refused},
	} {
		t.Run(name, func(t *testing.T) {
			if got := staffed.Decide(tt.action, tt.record, tt.grants...); got != tt.want {
				t.Errorf("%v, want %v", got, tt.want)
			}
		})
	}
}

// residents lists for each action what nobody, a guest and a WeChat member may do: o open, m on their own records, - not.
var residents = map[Action]string{
	ReadPublished: "ooo", Search: "ooo", CountCompletion: "ooo", ResolveScene: "ooo", SignIn: "ooo", EndSession: "ooo",
	StartAttempt: "mmm", ReadAttempt: "mmm", AnswerAttempt: "mmm", SubmitAttempt: "mmm",
	SignOut: "-mm", StartReview: "-mm", ReadReviews: "-mm", ReadMe: "-mm", ChangeMe: "-mm", EraseMe: "-mm", ExportMe: "-mm",
	OfferClaim: "-m-", TakeClaim: "--m", ReadHistory: "-mm", ChangeHistory: "-mm",
}

// booked lists the same for appointments: a guest's booking is found by its code, which is the proof.
var booked = map[Action]string{
	ReadFree: "ooo", Book: "mmm", FindBooking: "mmm", ChangeBooking: "mmm", AskReminder: "--m", ReadBookings: "-mm",
}

// staffs lists for each action of staff what every role may do, in the order of Roles: o open, m on her own records, s on
// everything in her region, x on everything in her region but her own, - not.
var staffs = map[Action]string{
	//                 residents, volunteer, editors, publisher, counsellor, coordinator, caseworker, supervisor, auditor, admin
	StaffSignIn: "o--" + "-" + "---" + "-" + "------", EnterStaff: "--m" + "-" + "---" + "-" + "------", StaffSelf: "---" + "m" + "mmm" + "m" + "mmmmmm",
	ReadAccounts: "---" + "-" + "---" + "-" + "-----s", InviteStaff: "---" + "-" + "---" + "-" + "-----s",
	ChangeRoles: "---" + "-" + "---" + "-" + "-----x", SuspendAccount: "---" + "-" + "---" + "-" + "-----x",
	SecondAccountAct: "---" + "-" + "---" + "-" + "-----x", ReadAudit: "---" + "-" + "---" + "-" + "----ss",
	SendApplication: "--m" + "-" + "---" + "-" + "------", VetApplication: "---" + "-" + "xxx" + "-" + "-----x",
	WriteContribution: "---" + "m" + "---" + "-" + "------", ReadContribution: "---" + "m" + "sss" + "-" + "------",
	WriteText: "---" + "m" + "mmm" + "-" + "------", EditText: "---" + "-" + "sss" + "-" + "------",
	ReadText: "---" + "m" + "sss" + "s" + "------", ImportTexts: "---" + "-" + "sss" + "-" + "------",
	ReviewFirst: "---" + "-" + "x--" + "-" + "------", ReviewSecond: "---" + "-" + "-x-" + "-" + "------",
	ReviewThird: "---" + "-" + "--x" + "x" + "------", AskLawyer: "---" + "-" + "xxx" + "x" + "------",
	AnswerAsLawyer: "m--" + "-" + "---" + "-" + "------", ReleaseText: "---" + "-" + "---" + "x" + "------",
	TakeDown: "---" + "-" + "sss" + "s" + "------", ReportText: "ooo" + "-" + "---" + "-" + "------",
	ReadReports: "---" + "-" + "sss" + "s" + "------", UsePictures: "---" + "m" + "sss" + "s" + "------",
	RemovePicture: "---" + "-" + "--s" + "s" + "------",
	ReadFigures:   "---" + "-" + "---" + "s" + "-s-ss-", EnterAct: "---" + "-" + "---" + "-" + "-s-s--", CloseQuarter: "---" + "-" + "---" + "-" + "---s--",
}

// counsellings are the same for counsellors' plans.
var counsellings = map[Action]string{
	//                 residents, volunteer, editors, publisher, counsellor, coordinator, caseworker, supervisor, auditor, admin
	ReadPlans: "---" + "-" + "---" + "-" + "ms-s--", EditPlan: "---" + "-" + "---" + "-" + "ms----",
	ManageCounsellor: "---" + "-" + "---" + "-" + "-s----", ManageRooms: "---" + "-" + "---" + "-" + "-s----",
	ReadVisits: "---" + "-" + "---" + "-" + "ms-s--", OpenIntake: "---" + "-" + "---" + "-" + "m--s--",
	EndVisit: "---" + "-" + "---" + "-" + "m-----", FreeVisit: "---" + "-" + "---" + "-" + "ms-s--",
	ReadDuty: "---" + "-" + "---" + "-" + "ssss--", EditDuty: "---" + "-" + "---" + "-" + "-s----",
	ReadCalendar: "m--" + "-" + "---" + "-" + "------",
}

// TestEveryCell checks the table for every action, role, relation and region against the expectations above.
func TestEveryCell(t *testing.T) {
	expected := maps.Clone(residents)
	maps.Copy(expected, staffs)
	maps.Copy(expected, counsellings)
	maps.Copy(expected, booked)
	if !slices.Equal(slices.Sorted(maps.Keys(expected)), slices.Sorted(maps.Keys(Actions))) {
		t.Fatalf("the table has other actions: %v", slices.Sorted(maps.Keys(Actions)))
	}
	cells := 0
	for action, written := range expected {
		for _, role := range Roles() {
			kind := byte('-')
			if int(role) < len(written) {
				kind = written[role]
			}
			for _, relation := range []Relation{None, Own, Assigned, Other} {
				for _, in := range []region.Code{"", village, league, away} {
					if got, want := Actions.Decide(action, Record{relation, in}, grant(role, banner)), decisionOf(kind, relation, in == village); got != want {
						t.Errorf("%s as %s on %d in %q: %v, want %v", action, role, relation, in, got, want)
					}
					cells++
				}
			}
			if Actions.Admits(action, Grant{Role: role}) != (kind != '-') {
				t.Errorf("%s admits %s wrongly", action, role)
			}
		}
	}
	t.Logf("cells asked: %d of %d actions", cells, len(Actions))
}

func decisionOf(kind byte, relation Relation, within bool) Decision {
	allowed := map[byte]bool{
		'o': true, 'm': relation&(None|Own) != 0, 's': within, 'x': within && relation != Own,
	}
	switch {
	case allowed[kind]:
		return Allowed
	case kind != '-' && relation == Other:
		return Hidden
	}
	return Refused
}

func TestRolesHaveNames(t *testing.T) {
	seen := map[string]bool{}
	for _, role := range Roles() {
		back, ok := ParseRole(role.String())
		if !ok || back != role || seen[role.String()] {
			t.Errorf("%d is %q", role, role)
		}
		seen[role.String()] = true
	}
	if _, ok := ParseRole("root"); ok || roleCount.String() != "unknown" {
		t.Error("a role that is none has a name")
	}
}
