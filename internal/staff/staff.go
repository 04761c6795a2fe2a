// Package staff knows who works here: accounts, the roles they hold in regions, how they sign in, their sessions, and who
// would like to become a volunteer.
//
// It promises that every act of staff names one account; that a role applies in its region and below; that what a person may
// not see is answered as if it did not exist; that a one-time code, an invitation and a scanned code work once; that a wrong
// name and a wrong password cannot be told apart; and that within two seconds of a suspension or a changed role no session
// from before opens anything, on any server, with Redis or without.
//
// Restoring an account, granting a role in Sensitive and making a lost second factor anew take two people. Every change is
// written with its audit entry. It stores no password, no token and no openid, only hashes of them.
package staff

import (
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// SessionKind says where a session of staff is good for.
type SessionKind string

// The kinds. A console session opens no page of the phone and the other way round.
const (
	Console SessionKind = "console" // a cookie at a desk
	Phone   SessionKind = "phone"   // a bearer token in the mini-program's memory, two hours at most
)

// Faults that answer a request of staff.
var (
	ErrForbidden = fault.New(fault.Forbidden, "staff.forbidden", "你的岗位不能做这一步。需要的话，请找本地区的管理员。")
	ErrNotFound  = fault.New(fault.NotFound, "staff.not_found", "没有找到，或者不在你的范围里。")
)

// Principal is the member of staff that a request comes from. The zero Principal is nobody.
type Principal struct {
	Account     string         // the account's id
	Name        string         // as colleagues read it
	Grants      []access.Grant // roles in regions, those that hold now
	Session     string         // the session's id, never its token
	Kind        SessionKind
	ConfirmedAt time.Time // when she last proved her second factor; zero when not in this session
	Withheld    bool      // roles of hers are left out of Grants until she proves it
}

// Actor is the principal in the audit record.
func (p Principal) Actor() audit.Actor { return audit.Actor{Kind: audit.KindStaff, ID: p.Account} }

// Admits reports whether she may begin an action at all, before any record is known. Her own home, sessions and second factor
// are hers also while her roles wait for that factor.
func (p Principal) Admits(action access.Action) bool {
	if action == access.StaffSelf {
		return p.Account != ""
	}
	return p.Account != "" && access.Actions.Admits(action, p.Grants...)
}

// May checks an action on a record: nil, ErrForbidden, or ErrNotFound for a record that she may not know of.
func (p Principal) May(action access.Action, record access.Record) error {
	if p.Account == "" {
		return ErrForbidden
	}
	if action == access.StaffSelf && p.Withheld && record.Relation&(access.None|access.Own) != 0 {
		return nil
	}
	switch access.Actions.Decide(action, record, p.Grants...) {
	case access.Allowed:
		return nil
	case access.Hidden:
		return ErrNotFound
	}
	return ErrForbidden
}

// Relation is her relation to a record that these accounts made together.
func (p Principal) Relation(authors ...string) access.Relation {
	if len(authors) == 0 {
		return access.None
	}
	for _, a := range authors {
		if a == p.Account {
			return access.Own
		}
	}
	return access.Other
}

// Regions are the ranges in which she may do an action; what lists are cut down to.
func (p Principal) Regions(action access.Action) []region.Scope {
	var scopes []region.Scope
	for _, g := range p.Grants {
		if access.Actions.Admits(action, g) {
			scopes = append(scopes, g.Scope)
		}
	}
	return scopes
}
