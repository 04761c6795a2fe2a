// Package access decides who may do what: action × role × region × relation in one typed table. The HTTP layer maps its
// routes to actions and registers no route without a row; a capability checks the same table for the record it works on.
//
// It guarantees that what no cell allows is refused; that another person's record which a role may not see is answered as
// if it did not exist; that a role granted in a region does not apply outside that region; and that several roles together
// allow only what one of them allows alone: where no cell allows an action on one's own record (a reviewer's own text), no
// combination does. It knows nothing about routes, stored records and sessions.
package access

import "pugongying/internal/region"

// Role is what a person is to this service. A resident has exactly one of the first three roles; staff have any number of
// the others, each in a region.
type Role int

// The roles.
const (
	Nobody      Role = iota // without a session
	Guest                   // with a session on this phone
	WeChat                  // signed in with WeChat
	Volunteer               // writes texts
	Editor1                 // edits texts and gives the first review
	Editor2                 // edits texts and gives the second review
	Editor3                 // edits texts and gives the third review
	Publisher               // schedules, releases and withdraws; may give the third review
	Counsellor              // counsels
	Coordinator             // runs bookings, offline acts and the duty list of a region
	Caseworker              // works on matters
	Supervisor              // is responsible for the work of others
	Auditor                 // reads the audit log
	Admin                   // manages accounts and roles
	roleCount
)

var roleNames = [roleCount]string{
	"nobody", "guest", "wechat", "volunteer", "editor1", "editor2", "editor3", "publisher",
	"counsellor", "coordinator", "caseworker", "supervisor", "auditor", "admin",
}

// String is the role's name in documents and logs.
func (r Role) String() string {
	if r < 0 || r >= roleCount {
		return "unknown"
	}
	return roleNames[r]
}

// Roles returns every role.
func Roles() []Role {
	roles := make([]Role, roleCount)
	for i := range roles {
		roles[i] = Role(i)
	}
	return roles
}

// ParseRole parses a role's name; false when there is no such role.
func ParseRole(name string) (Role, bool) {
	for i, n := range roleNames {
		if n == name {
			return Role(i), true
		}
	}
	return Nobody, false
}

// Relation is the relation of a record to the person who asks; in a cell, the set of relations that it allows.
type Relation uint8

// The relations. A record has exactly one of them to a person: Own takes precedence over Assigned.
const (
	None     Relation = 1 << iota // there is no record yet, or it belongs to nobody
	Own                           // the person made it, or it is about the person
	Assigned                      // it was assigned to the person
	Other                         // it belongs to another person
)

// Any is every relation.
const Any = None | Own | Assigned | Other

// Grant is a role granted in a range of regions. Residents' roles have no region.
type Grant struct {
	Role  Role
	Scope region.Scope
}

// Record is the record that an action is about.
type Record struct {
	Relation Relation    // exactly one
	Region   region.Code // empty when the record has no region
}

// Decision is the result of an access check.
type Decision int

// The decisions. The zero value refuses.
const (
	Refused Decision = iota // the person may know that the record exists, but may not do this
	Hidden                  // answered as if it did not exist
	Allowed
)

// Cell is what one role may do: on records with which relations, and whether only inside the regions the role is granted
// in. The zero Cell refuses.
type Cell struct {
	On     Relation
	Scoped bool
}

// allows reports whether the cell, for a role granted in a scope, allows the action on a record.
func (c Cell) allows(scope region.Scope, r Record) bool {
	return c.On&r.Relation != 0 && (!c.Scoped || scope.Contains(r.Region))
}

// Row is an action's cells, one for each role.
type Row [roleCount]Cell

// Table maps every action to its row.
type Table map[Action]Row

// cell is the cell of a grant's role for an action; the zero Cell for a role or an action that is not in the table.
func (t Table) cell(action Action, g Grant) Cell {
	row, known := t[action]
	if !known || g.Role < 0 || g.Role >= roleCount {
		return Cell{}
	}
	return row[g.Role]
}

// Admits reports whether a person may begin an action at all, before any record is known; every handler checks this first.
func (t Table) Admits(action Action, grants ...Grant) bool {
	for _, g := range grants {
		if t.cell(action, g).On != 0 {
			return true
		}
	}
	return false
}

// Decide reports whether a person may do an action on a record; one grant that allows it is enough. Another person's
// record is hidden from those who may do the action elsewhere, and refused to those whose roles do not include the action
// at all.
func (t Table) Decide(action Action, r Record, grants ...Grant) Decision {
	for _, g := range grants {
		if t.cell(action, g).allows(g.Scope, r) {
			return Allowed
		}
	}
	if r.Relation == Other && t.Admits(action, grants...) {
		return Hidden
	}
	return Refused
}
