package access

// Actions on counsellors' plans, on rooms and on the duty list. A counsellor's record is her account's, in the region she
// belongs to.
const (
	ReadPlans        Action = "plan.read" // the week, why a time is closed, what a change hurts
	EditPlan         Action = "plan.edit" // the week, exceptions, her calendar address
	ManageCounsellor Action = "counsellor.manage"
	ManageRooms      Action = "room.manage"
	ReadDuty         Action = "duty.read"
	EditDuty         Action = "duty.edit"
	ReadCalendar     Action = "calendar.read" // by the secret address
)

var counsellingActions = Table{
	ReadPlans:        staffRow(ownRecord, Counsellor).also(inRegion, Coordinator, Supervisor),
	EditPlan:         staffRow(ownRecord, Counsellor).also(inRegion, Coordinator),
	ManageCounsellor: staffRow(inRegion, Coordinator),
	ManageRooms:      staffRow(inRegion, Coordinator),
	ReadDuty:         staffRow(inRegion, Counsellor, Coordinator, Caseworker, Supervisor),
	EditDuty:         staffRow(inRegion, Coordinator),
	ReadCalendar:     {Nobody: byToken},
}
