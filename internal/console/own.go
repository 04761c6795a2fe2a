package console

import (
	"context"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Own is what she does with her own account.
type Own interface {
	Confirmer
	Self(ctx context.Context, p staff.Principal) (staff.Person, error)
	Sessions(ctx context.Context, p staff.Principal) ([]staff.SessionView, error)
	EndSession(ctx context.Context, p staff.Principal, id string) error
	EndAll(ctx context.Context, p staff.Principal, others bool) error
	BindPhone(ctx context.Context, p staff.Principal) (token string, err error)
	ChangePassword(ctx context.Context, p staff.Principal, password string) error
}

type ownPages struct {
	own     Own
	regions Regions
}

// Self is the area of one's own sessions, password and phone.
func Self(own Own, regions Regions) Area {
	o := &ownPages{own, regions}
	return Area{
		Name: "own", Guide: "signin",
		Rail: []Item{{Group: Last, Title: "我的登录", Path: "/self", Icon: "shield", Action: access.StaffSelf}},
		Routes: append([]Route{
			{Method: GET, Path: "/self", Action: access.StaffSelf, Handle: o.show},
			{Method: POST, Path: "/self/end", Action: access.StaffSelf, Handle: o.end},
			{Method: POST, Path: "/self/bind", Action: access.StaffSelf, Handle: Confirmed(own, o.bind)},
			{Method: POST, Path: "/self/password", Action: access.StaffSelf, Handle: o.password},
			{Method: POST, Path: "/self/password/new", Action: access.StaffSelf, Handle: o.newPassword},
		}, confirming(own)...),
		Tasks: o,
	}
}

// OwnView is the page of one's own account.
type OwnView struct {
	Person   staff.Person
	Roles    []string
	Sessions []SessionRow
	Withheld bool
	Token    string // of a phone that is to be bound, shown once
}

// SessionRow is a session in words.
type SessionRow struct {
	staff.SessionView
	How string
}

// howWords are the ways of signing in, as people say them.
var howWords = map[string]string{staff.HowPassword: "密码", staff.HowScan: "扫码", staff.HowWeChat: "微信", staff.HowJoin: "邀请码"}

func sessionRows(sessions []staff.SessionView) []SessionRow {
	rows := make([]SessionRow, len(sessions))
	for i, s := range sessions {
		rows[i] = SessionRow{s, howWords[s.How]}
	}
	return rows
}

func (o *ownPages) view(r *Request) (OwnView, error) {
	me, err := o.own.Self(r.Context(), r.Who)
	if err != nil {
		return OwnView{}, err
	}
	sessions, err := o.own.Sessions(r.Context(), r.Who)
	return OwnView{Person: me, Roles: roleLines(o.regions, me.Grants), Sessions: sessionRows(sessions), Withheld: r.Who.Withheld}, err
}

func (o *ownPages) show(r *Request) (pages.Answer, error) {
	v, err := o.view(r)
	return r.Page("own/own", "我的登录", v), err
}

func (o *ownPages) end(r *Request) (pages.Answer, error) {
	if id := r.Text("session"); id != "" {
		return r.Done("/self", "断开了。"), o.own.EndSession(r.Context(), r.Who, id)
	}
	return r.Done("/self", "别处的登录都断开了。"), o.own.EndAll(r.Context(), r.Who, true)
}

func (o *ownPages) bind(r *Request) (pages.Answer, error) {
	token, err := o.own.BindPhone(r.Context(), r.Who)
	if err != nil {
		return nil, err
	}
	v, err := o.view(r)
	v.Token = token
	return r.Page("own/own", "我的登录", v), err
}

func (o *ownPages) password(r *Request) (pages.Answer, error) {
	return r.Page("own/password", "换密码", nil), nil
}

// newPassword asks for the one-time code in the same form: a password is in no page that is shown again.
func (o *ownPages) newPassword(r *Request) (pages.Answer, error) {
	page := r.Page("own/password", "换密码", nil)
	err := o.own.StepUp(r.Context(), r.Who, r.Text("code"))
	at := "code"
	if err == nil {
		if r.Who, err = r.console.who(r.Request); err != nil {
			return nil, err
		}
		err, at = o.own.ChangePassword(r.Context(), r.Who, r.Secret("password")), "password"
	}
	if err == nil {
		return r.Done("/self", "密码换好了，别处的登录都断开了。"), nil
	}
	if refusal := fault.From(err); refusal.Kind != fault.Internal {
		err = refusal.At(fault.Field{Location: at, Message: refusal.Text})
	}
	return r.Refused(page, err)
}

// Waiting says that roles of hers wait for the second factor.
func (o *ownPages) Waiting(_ context.Context, who staff.Principal) ([]Task, error) {
	if !who.Withheld {
		return nil, nil
	}
	return []Task{{Kind: Waits, Title: "输一次动态码", Do: "扫码进来的，还有角色没有打开", Path: "/self/confirm"}}, nil
}

// roleLines are roles in regions, as people say them.
func roleLines(regions Regions, grants []staff.Grant) []string {
	lines := make([]string, len(grants))
	for i, g := range grants {
		lines[i] = roleWord(g.Role) + " · " + placeOf(regions, g)
	}
	return lines
}

func placeOf(regions Regions, g staff.Grant) string {
	if r, err := regions.Find(g.Region); err == nil {
		return r.Name
	}
	return string(g.Region)
}

// roleWord is a stored role as people say it.
func roleWord(name string) string {
	if role, known := access.ParseRole(name); known {
		return RoleWords[role]
	}
	return name
}
