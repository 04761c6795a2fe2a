package access

// Actions on counsellors' plans, on rooms and on the duty list. A counsellor's record is her account's, in the region she
// belongs to.
const (
	ReadPlans        Action = "plan.read" // the week, why a time is closed, what a change hurts
	EditPlan         Action = "plan.edit" // the week, exceptions, her calendar address
	ManageCounsellor Action = "counsellor.manage"
	ManageRooms      Action = "room.manage"
	ReadVisits       Action = "visit.read"   // when, where, how and with whom
	OpenIntake       Action = "visit.open"   // what a resident wrote, and how she may be reached
	EndVisit         Action = "visit.end"    // what came of it
	FreeVisit        Action = "visit.cancel" // for a resident who rang up
	ReadDuty         Action = "duty.read"
	EditDuty         Action = "duty.edit"
	ReadCalendar     Action = "calendar.read" // by the secret address
)

var counsellingActions = Table{
	ReadPlans:        staffRow(ownRecord, Counsellor).also(inRegion, Coordinator, Supervisor),
	EditPlan:         staffRow(ownRecord, Counsellor).also(inRegion, Coordinator),
	ManageCounsellor: staffRow(inRegion, Coordinator),
	ManageRooms:      staffRow(inRegion, Coordinator),
	ReadVisits:       staffRow(ownRecord, Counsellor).also(inRegion, Coordinator, Supervisor),
	OpenIntake:       staffRow(ownRecord, Counsellor).also(inRegion, Supervisor),
	EndVisit:         staffRow(ownRecord, Counsellor),
	FreeVisit:        staffRow(ownRecord, Counsellor).also(inRegion, Coordinator, Supervisor),
	ReadDuty:         staffRow(inRegion, Counsellor, Coordinator, Caseworker, Supervisor),
	EditDuty:         staffRow(inRegion, Coordinator),
	ReadCalendar:     {Nobody: byToken},
}
