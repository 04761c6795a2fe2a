package access

// Actions of staff, on the phone and in the console. A text's authors are everybody who ever wrote a part of it: their
// relation to it is Own, and no cell lets anybody review, release or check her own.
const (
	StaffSignIn       Action = "staff.sign_in" // on the console
	EnterStaff        Action = "staff.enter"   // by the WeChat of the phone in one's hand
	StaffSelf         Action = "staff.self"    // home, own sessions, own password and second factor
	ReadAccounts      Action = "account.read"
	InviteStaff       Action = "account.invite"
	ChangeRoles       Action = "account.roles"
	SuspendAccount    Action = "account.suspend"
	SecondAccountAct  Action = "account.second" // the second person of an act that needs two
	SendApplication   Action = "application.send"
	VetApplication    Action = "application.vet"
	ReadAudit         Action = "audit.read"
	WriteContribution Action = "contribution.write"
	ReadContribution  Action = "contribution.read"
	WriteText         Action = "text.write"
	EditText          Action = "text.edit" // somebody else's: whoever does becomes an author
	ReadText          Action = "text.read" // drafts, versions, differences, findings, history, export
	ImportTexts       Action = "text.import"
	ReviewFirst       Action = "review.first"
	ReviewSecond      Action = "review.second"
	ReviewThird       Action = "review.third"
	AskLawyer         Action = "lawyer.ask"
	AnswerAsLawyer    Action = "lawyer.answer" // by the link's token
	ReleaseText       Action = "text.release"  // schedule, bundle, release, withdraw
	TakeDown          Action = "text.take_down"
	ReportText        Action = "text.report" // 这里写的是我认识的人
	ReadReports       Action = "text.reports"
	UsePictures       Action = "picture.use"
	RemovePicture     Action = "picture.remove"
	ReadFigures       Action = "figure.read"
	EnterAct          Action = "figure.enter" // an offline act, or its correction
	CloseQuarter      Action = "figure.close"
)

// Cells of staff rows.
var (
	inRegion  = Cell{On: Any, Scoped: true}
	others    = Cell{On: None | Assigned | Other, Scoped: true} // never her own
	byToken   = Cell{On: None | Own}                            // an unguessable token is the proof
	ownRecord = Cell{On: None | Own}
)

// staffRow is a row with the same cell for several roles.
func staffRow(cell Cell, roles ...Role) Row {
	var row Row
	for _, r := range roles {
		row[r] = cell
	}
	return row
}

// also adds a cell for more roles.
func (r Row) also(cell Cell, roles ...Role) Row {
	for _, role := range roles {
		r[role] = cell
	}
	return r
}

var (
	editors  = []Role{Editor1, Editor2, Editor3}
	everyone = []Role{Volunteer, Editor1, Editor2, Editor3, Publisher, Counsellor, Coordinator, Caseworker, Supervisor, Auditor, Admin}
)

// staffActions are the rows of staff.
var staffActions = Table{
	StaffSignIn:      {Nobody: everybody},
	EnterStaff:       {WeChat: mine},
	StaffSelf:        staffRow(ownRecord, everyone...),
	ReadAccounts:     staffRow(inRegion, Admin),
	InviteStaff:      staffRow(inRegion, Admin),
	ChangeRoles:      staffRow(others, Admin),
	SuspendAccount:   staffRow(others, Admin),
	SecondAccountAct: staffRow(others, Admin),
	SendApplication:  {WeChat: mine}, // what she may become is bound to her WeChat
	VetApplication:   staffRow(others, Editor1, Editor2, Editor3, Admin),
	ReadAudit:        staffRow(inRegion, Auditor, Admin),

	WriteContribution: staffRow(ownRecord, Volunteer),
	ReadContribution:  staffRow(ownRecord, Volunteer).also(inRegion, editors...),
	WriteText:         staffRow(ownRecord, Volunteer, Editor1, Editor2, Editor3),
	EditText:          staffRow(inRegion, editors...),
	ReadText:          staffRow(ownRecord, Volunteer).also(inRegion, Editor1, Editor2, Editor3, Publisher),
	ImportTexts:       staffRow(inRegion, editors...),
	ReviewFirst:       staffRow(others, Editor1),
	ReviewSecond:      staffRow(others, Editor2),
	ReviewThird:       staffRow(others, Editor3, Publisher),
	AskLawyer:         staffRow(others, Editor1, Editor2, Editor3, Publisher),
	AnswerAsLawyer:    {Nobody: byToken},
	ReleaseText:       staffRow(others, Publisher),
	TakeDown:          staffRow(inRegion, Editor1, Editor2, Editor3, Publisher),
	ReportText:        public,
	ReadReports:       staffRow(inRegion, Editor1, Editor2, Editor3, Publisher),
	UsePictures:       staffRow(ownRecord, Volunteer).also(inRegion, Editor1, Editor2, Editor3, Publisher),
	RemovePicture:     staffRow(inRegion, Editor3, Publisher),

	ReadFigures:  staffRow(inRegion, Coordinator, Supervisor, Auditor, Publisher),
	EnterAct:     staffRow(inRegion, Coordinator, Supervisor),
	CloseQuarter: staffRow(inRegion, Supervisor),
}
