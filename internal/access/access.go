// Package access decides who may do what: action × role × region × relation in one typed table. A door maps its routes to
// actions and registers nothing without a row; a capability asks the same table about the record in its hands.
//
// It promises that what no cell allows is refused, that somebody else's record which a role may not see is answered as if
// it did not exist, that a role held in a region reaches no further than that region, and that several roles together allow
// only what one of them allows: where no cell grants one's own record (a reviewer's own text), no combination does.
// It refuses to know routes, records and sessions.
package access

import "pugongying/internal/region"

// Role is what somebody is to this service. A resident holds exactly one of the first three; staff hold any number of the
// others, each in a region.
type Role int

// The roles.
const (
	Nobody     Role = iota // without a session
	Guest                  // with a session of this phone
	WeChat                 // signed in by WeChat
	Volunteer              // writes
	Editor                 // orders and reviews
	Counsellor             // counsels
	Caseworker             // works on matters
	Supervisor             // answers for the work of others
	Auditor                // reads what was done
	Admin                  // manages accounts and roles
	roleCount
)

var roleNames = [roleCount]string{"nobody", "guest", "wechat", "volunteer", "editor", "counsellor", "caseworker", "supervisor", "auditor", "admin"}

// String is the role's name in documents and logs.
func (r Role) String() string {
	if r < 0 || r >= roleCount {
		return "unknown"
	}
	return roleNames[r]
}

// Roles lists every role.
func Roles() []Role {
	roles := make([]Role, roleCount)
	for i := range roles {
		roles[i] = Role(i)
	}
	return roles
}

// ParseRole reads a role's name; false when it is none.
func ParseRole(name string) (Role, bool) {
	for i, n := range roleNames {
		if n == name {
			return Role(i), true
		}
	}
	return Nobody, false
}

// Relation is what a record is to the person who asks; in a cell, the set of relations that it allows.
type Relation uint8

// The relations. A record has exactly one of them to a person: Own wins over Assigned.
const (
	None     Relation = 1 << iota // there is no record yet, or it belongs to nobody
	Own                           // she made it, or it is about her
	Assigned                      // it was given to her to work on
	Other                         // somebody else's
)

// Any is every relation.
const Any = None | Own | Assigned | Other

// Grant is a role, held in a range of regions. Residents' roles have no region.
type Grant struct {
	Role  Role
	Scope region.Scope
}

// Record is what an action is about.
type Record struct {
	Relation Relation    // exactly one
	Region   region.Code // empty when it lies in none
}

// Decision is what is answered.
type Decision int

// The decisions. The zero value refuses.
const (
	Refused Decision = iota // she may know that it is there, and not do this
	Hidden                  // answered as if it did not exist
	Allowed
)

// Cell is what one role may do: on records of which relations, and whether only inside the regions the role is held in.
// The zero Cell refuses.
type Cell struct {
	On     Relation
	Scoped bool
}

// allows says whether the cell, held in a scope, allows the action on a record.
func (c Cell) allows(scope region.Scope, r Record) bool {
	return c.On&r.Relation != 0 && (!c.Scoped || scope.Contains(r.Region))
}

// Row is an action's cells, one a role.
type Row [roleCount]Cell

// Table is every action with its row.
type Table map[Action]Row

// cell is what a grant gives for an action; the zero Cell for a role or an action that the table does not know.
func (t Table) cell(action Action, g Grant) Cell {
	row, known := t[action]
	if !known || g.Role < 0 || g.Role >= roleCount {
		return Cell{}
	}
	return row[g.Role]
}

// Admits says whether somebody may begin an action at all, before any record is known; every door asks this first.
func (t Table) Admits(action Action, grants ...Grant) bool {
	for _, g := range grants {
		if t.cell(action, g).On != 0 {
			return true
		}
	}
	return false
}

// Decide says whether somebody may do an action on a record; one grant that allows is enough. Somebody else's record is
// hidden from those who may do the action elsewhere, and refused to those whose roles have no part in it at all.
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
