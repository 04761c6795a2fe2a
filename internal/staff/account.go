package staff

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/region"
)

// Faults of what an account is made of.
var (
	ErrName      = fault.New(fault.Invalid, "staff.name_invalid", "名字要有，最多 20 个字。")
	ErrLogin     = fault.New(fault.Invalid, "staff.login_invalid", "账号用 3 到 30 个小写字母或数字，字母开头。")
	ErrTaken     = fault.New(fault.Conflict, "staff.login_taken", "这个账号已经有人用了，换一个。")
	ErrRole      = fault.New(fault.Invalid, "staff.role_unknown", "没有这个角色。")
	ErrRegion    = fault.New(fault.Invalid, "staff.region_unknown", "没有找到这个地区，请重新选。")
	ErrHasRole   = fault.New(fault.Conflict, "staff.role_there", "她在这个地区已经有这个角色了。")
	ErrNoRole    = fault.New(fault.Conflict, "staff.role_gone", "她已经没有这个角色了。")
	ErrSuspended = fault.New(fault.Conflict, "staff.suspended", "这个账号停用着。")
	ErrActive    = fault.New(fault.Conflict, "staff.active", "这个账号没有停用。")
)

// State is where an account stands.
type State string

// The states of accounts.
const (
	Invited   State = "invited" // nobody has come in by it yet
	Active    State = "active"
	Suspended State = "suspended" // opens nothing; what she did stays
)

// Grant is a role that an account holds in a region and below.
type Grant struct {
	Role   string      `bson:"role"`
	Region region.Code `bson:"region"`
	By     string      `bson:"by"` // the account that granted it, "operator" from the command line, "program" for 演示
	At     time.Time   `bson:"at"`
}

// Is reports whether it is this role in this region.
func (g Grant) Is(role access.Role, in region.Code) bool {
	return g.Role == role.String() && g.Region == in
}

// Access is the grant as the permission table knows it; a role that this version does not have opens nothing.
func (g Grant) Access() access.Grant {
	role, _ := access.ParseRole(g.Role)
	return access.Grant{Role: role, Scope: region.ScopeOf(g.Region)}
}

// Account is one member of staff. Her second factor is sealed under a key of the record's own; her WeChat identity is a keyed
// hash that nothing else shares, so that the account does not lead to what she does as a resident.
type Account struct {
	ID         string      `bson:"_id"`
	Login      string      `bson:"login"`
	Name       string      `bson:"name"`
	Home       region.Code `bson:"home"` // where she works: whose admins see her
	State      State       `bson:"state"`
	Grants     []Grant     `bson:"grants"`
	Epoch      int64       `bson:"epoch"` // sessions of an earlier one open nothing
	Password   *Password   `bson:"password,omitempty"`
	KeyID      string      `bson:"keyId"`
	TOTP       []byte      `bson:"totp,omitempty"`
	Step       int64       `bson:"step"` // of the one-time code that was used last
	WeChat     string      `bson:"wechat,omitempty"`
	Invitation *Invitation `bson:"invitation,omitempty"`
	CreatedAt  time.Time   `bson:"createdAt"`
	SeenAt     *time.Time  `bson:"seenAt,omitempty"` // when she signed in last
	Demo       bool        `bson:"demo,omitempty"`   // 演示
	Rev        int64       `bson:"rev"`
	Schema     int         `bson:"schema"`
}

const accountSchema = 1

// opened are the roles that need no second factor in the session; every other is left out of a principal until she proved it.
var opened = []access.Role{access.Volunteer, access.Editor1, access.Editor2, access.Editor3}

// sensitive are the roles that no single person grants.
var sensitive = []access.Role{access.Counsellor, access.Caseworker, access.Supervisor, access.Auditor, access.Admin}

// Sensitive reports whether granting a role takes two people.
func Sensitive(role access.Role) bool { return slices.Contains(sensitive, role) }

// StaffRoles are the roles that an account can hold.
func StaffRoles() []access.Role {
	return slices.DeleteFunc(access.Roles(), func(r access.Role) bool { return r < access.Volunteer })
}

// holds are the account's roles as the permission table knows them, without those that wait for the second factor.
func (a Account) holds(proved bool) []access.Grant {
	var grants []access.Grant
	for _, g := range a.Grants {
		if role := g.Access(); proved || slices.Contains(opened, role.Role) {
			grants = append(grants, role)
		}
	}
	return grants
}

// Has reports whether the account holds a role anywhere.
func (a Account) Has(role access.Role) bool {
	return slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Role == role.String() })
}

// regions are all regions that a change of the account touches: whoever may not answer for one of them may not change it.
func (a Account) regions() []region.Code {
	all := []region.Code{a.Home}
	for _, g := range a.Grants {
		all = append(all, g.Region)
	}
	return all
}

// grant adds a role.
func (a *Account) grant(role access.Role, in region.Code, by string, at time.Time) error {
	if slices.ContainsFunc(a.Grants, func(g Grant) bool { return g.Is(role, in) }) {
		return ErrHasRole
	}
	a.Grants = append(a.Grants, Grant{Role: role.String(), Region: in, By: by, At: at})
	a.Epoch++
	return nil
}

// revoke takes a role back.
func (a *Account) revoke(role access.Role, in region.Code) error {
	left := slices.DeleteFunc(slices.Clone(a.Grants), func(g Grant) bool { return g.Is(role, in) })
	if len(left) == len(a.Grants) {
		return ErrNoRole
	}
	a.Grants = left
	a.Epoch++
	return nil
}

const longestName = 20

var loginForm = regexp.MustCompile(`^[a-z][a-z0-9]{2,29}$`)

// checkName gives a person's name without the white space around it.
func checkName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" || utf8.RuneCountInString(name) > longestName {
		return "", ErrName
	}
	return name, nil
}
