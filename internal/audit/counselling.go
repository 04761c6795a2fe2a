package audit

// Acts on when counsellors come.
const (
	CounsellorChange Action = "counsellor.change" // a counsellor added, changed, suspended or taken back
	PlanChange       Action = "plan.change"       // her week, an exception, her calendar address
	RoomChange       Action = "room.change"       // a room added, changed or closed
	DutyChange       Action = "duty.change"       // who answers the line when
	IntakeOpen       Action = "intake.open"       // what a resident wrote for an appointment was opened
)
