package audit

// Acts on accounts of staff, and on who would like to become one.
const (
	StaffInvite    Action = "staff.invite"    // an account was made, or its invitation renewed
	StaffJoin      Action = "staff.join"      // an invitation was used
	StaffSignIn    Action = "staff.sign_in"   // a session began
	StaffStepUp    Action = "staff.step_up"   // the second factor was proved in a session
	StaffPassword  Action = "staff.password"  // she changed her own
	StaffGrant     Action = "staff.grant"     // a role was given
	StaffRevoke    Action = "staff.revoke"    // a role was taken back
	StaffSuspend   Action = "staff.suspend"   // an account was closed
	StaffPropose   Action = "staff.propose"   // an act that needs a second person was proposed
	StaffApprove   Action = "staff.approve"   // the second person did it
	StaffDecline   Action = "staff.decline"   // it was not done
	ApplicationVet Action = "application.vet" // one of two verdicts on somebody who would like to become a volunteer
)
