package console

import (
	"context"
	"errors"
	"slices"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// PersonView is one account.
type PersonView struct {
	staff.Person
	Home      string
	Roles     []RoleRow
	Can       []Ability
	Sessions  []SessionRow
	Proposals []ProposalRow
	Mine      bool   // one's own account: nothing here is one's own to change
	Token     string // of an invitation, shown once
}

// Asked reports whether an act of two of this kind waits for its second person; it is not asked for twice.
func (v PersonView) Asked(kind string) bool {
	return slices.ContainsFunc(v.Proposals, func(p ProposalRow) bool { return string(p.Kind) == kind })
}

// RoleRow is one role that can be taken back.
type RoleRow struct {
	Role, Region, Words, Place string
}

// Ability is something that she can or cannot do, by the permission table.
type Ability struct {
	Words string
	Can   bool
}

// abilities are the actions that a person's page tells of, in words.
var abilities = []struct {
	action access.Action
	words  string
}{
	{access.WriteText, "写稿"},
	{access.UsePictures, "放素材"},
	{access.ReviewFirst, "一审：退回、通过"},
	{access.ReviewSecond, "二审：退回、通过"},
	{access.ReviewThird, "三审：退回、通过"},
	{access.ReleaseText, "排时间、上线"},
	{access.TakeDown, "马上撤下"},
	{access.VetApplication, "看志愿者报名"},
	{access.ReadFigures, "看季度报表"},
	{access.EnterAct, "记线下活动"},
	{access.CloseQuarter, "关一个季度"},
	{access.ReadAccounts, "管账号"},
	{access.ReadAudit, "看谁做过什么"},
}

// reviews are what nobody does to her own text, whatever roles she holds.
var reviews = []access.Action{access.ReviewFirst, access.ReviewSecond, access.ReviewThird}

// canDo says what roles can do and what not, from the permission table: what they can first.
func canDo(grants []staff.Grant) []Ability {
	var roles []access.Grant
	for _, g := range grants {
		roles = append(roles, g.Access())
	}
	var can, cannot []Ability
	for _, a := range abilities {
		if access.Actions.Admits(a.action, roles...) {
			can = append(can, Ability{a.words, true})
		} else {
			cannot = append(cannot, Ability{a.words, false})
		}
	}
	own := slices.ContainsFunc(reviews, func(review access.Action) bool {
		return slices.ContainsFunc(grants, func(g staff.Grant) bool {
			return access.Actions.Decide(review, access.Record{Relation: access.Own, Region: g.Region}, roles...) == access.Allowed
		})
	})
	if !own {
		cannot = append([]Ability{{"审自己写过的，加什么角色都不行", false}}, cannot...)
	}
	return append(can, cannot...)
}

func (a *accountPages) view(r *Request) (PersonView, error) {
	p, sessions, err := a.staff.Person(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return PersonView{}, err
	}
	v := PersonView{Person: p, Home: a.name(p.Home), Can: canDo(p.Grants), Sessions: sessionRows(sessions), Mine: p.ID == r.Who.Account}
	for _, g := range p.Grants {
		v.Roles = append(v.Roles, RoleRow{g.Role, string(g.Region), roleWord(g.Role), a.name(g.Region)})
	}
	rows, err := a.rows(r.Context(), r.Who)
	for _, row := range rows {
		if row.Account == p.ID {
			v.Proposals = append(v.Proposals, row)
		}
	}
	return v, err
}

// page is a person's page, with the regions of hers in which a role can be given.
func (a *accountPages) page(r *Request, v PersonView) (pages.Page, error) {
	options, err := a.regionOptions(r)
	page := r.Page("accounts/one", v.Name, personPage{v, roleOptions(), options})
	return page, err
}

type personPage struct {
	PersonView
	AllRoles, AllRegions []Option
}

func (a *accountPages) one(r *Request) (pages.Answer, error) {
	v, err := a.view(r)
	if err != nil {
		return nil, err
	}
	return a.page(r, v)
}

// mostRegions bounds a choice of regions.
const mostRegions = 400

// regionOptions are her regions and two levels inside them, each under the other.
func (a *accountPages) regionOptions(r *Request) ([]Option, error) {
	var options []Option
	for _, scope := range r.Who.Regions(access.InviteStaff) {
		if err := a.below(&options, scope.From, "", 2); err != nil {
			return nil, err
		}
	}
	return options, nil
}

func (a *accountPages) below(into *[]Option, c region.Code, before string, levels int) error {
	if len(*into) >= mostRegions {
		return nil
	}
	*into = append(*into, Option{Value: string(c), Words: before + a.name(c)})
	if levels == 0 {
		return nil
	}
	children, err := a.places.Children(c)
	if err != nil {
		return err
	}
	for _, child := range children {
		if err := a.below(into, child.Code, before+a.name(c)+" › ", levels-1); err != nil {
			return err
		}
	}
	return nil
}

// refused shows a person's page again with what was wrong, where she can mend that.
func (a *accountPages) refused(r *Request, refusal error) (pages.Answer, error) {
	if errors.Is(refusal, staff.ErrStepUp) || fault.From(refusal).Kind == fault.Internal {
		return nil, refusal
	}
	v, err := a.view(r)
	if err != nil {
		return nil, err
	}
	page, err := a.page(r, v)
	if err != nil {
		return nil, err
	}
	return r.Refused(page, refusal)
}

// NewPersonView is the form for somebody new.
type NewPersonView struct {
	Roles, Regions []Option
}

func (a *accountPages) ask(r *Request) (pages.Answer, error) {
	options, err := a.regionOptions(r)
	return r.Page("accounts/new", "请人进来", NewPersonView{roleOptions(), options}), err
}

func (a *accountPages) invite(r *Request) (pages.Answer, error) {
	n := staff.NewAccount{Login: r.Text("login"), Name: r.Text("name"), Home: region.Code(r.Text("home"))}
	for _, name := range r.PostForm["role"] {
		if role, known := access.ParseRole(name); known {
			n.Roles = append(n.Roles, staff.RoleIn{Role: role, Region: n.Home})
		}
	}
	account, token, err := a.staff.Invite(r.Context(), r.Who, n)
	if errors.Is(err, staff.ErrTaken) {
		err = staff.ErrTaken.At(fault.Field{Location: "login", Message: staff.ErrTaken.Text})
	}
	if err != nil {
		if errors.Is(err, staff.ErrStepUp) {
			return nil, err
		}
		options, failed := a.regionOptions(r)
		if failed != nil {
			return nil, failed
		}
		return r.Refused(r.Page("accounts/new", "请人进来", NewPersonView{roleOptions(), options}), err)
	}
	return a.shown(r, account, token)
}

// shown is the page that shows a token once. It has no address of its own.
func (a *accountPages) shown(r *Request, account, token string) (pages.Answer, error) {
	p, _, err := a.staff.Person(r.Context(), r.Who, account)
	return r.Page("accounts/token", "邀请码", PersonView{Person: p, Home: a.name(p.Home), Token: token}), err
}

func (a *accountPages) again(r *Request) (pages.Answer, error) {
	token, err := a.staff.InviteAgain(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return a.refused(r, err)
	}
	return a.shown(r, r.Param("id"), token)
}

func (a *accountPages) role(r *Request) (staff.RoleIn, error) {
	role, known := access.ParseRole(r.Text("role"))
	if !known {
		return staff.RoleIn{}, staff.ErrRole
	}
	return staff.RoleIn{Role: role, Region: region.Code(r.Text("region"))}, nil
}

func (a *accountPages) grant(r *Request) (pages.Answer, error) {
	role, err := a.role(r)
	proposed := false
	if err == nil {
		proposed, err = a.staff.Grant(r.Context(), r.Who, r.Param("id"), role)
	}
	if err != nil {
		return a.refused(r, err)
	}
	said := "给了。她要重新登录一次。"
	if proposed {
		said = "提出来了。一天之内，另一位管账号的人同意才算。"
	}
	return r.Done("/accounts/one/"+r.Param("id"), said), nil
}

func (a *accountPages) revoke(r *Request) (pages.Answer, error) {
	role, err := a.role(r)
	if err == nil {
		err = a.staff.Revoke(r.Context(), r.Who, r.Param("id"), role)
	}
	if err != nil {
		return a.refused(r, err)
	}
	return r.Done("/accounts/one/"+r.Param("id"), "收回了。她要重新登录一次。"), nil
}

func (a *accountPages) suspend(r *Request) (pages.Answer, error) {
	if err := a.staff.Suspend(r.Context(), r.Who, r.Param("id")); err != nil {
		return a.refused(r, err)
	}
	return r.Done("/accounts/one/"+r.Param("id"), "停用了，她所有的登录两秒内断开。恢复要两个人。"), nil
}

func (a *accountPages) endSessions(r *Request) (pages.Answer, error) {
	if err := a.staff.EndSessionsOf(r.Context(), r.Who, r.Param("id"), r.Text("session")); err != nil {
		return a.refused(r, err)
	}
	return r.Done("/accounts/one/"+r.Param("id"), "断开了。"), nil
}

func (a *accountPages) propose(r *Request) (pages.Answer, error) {
	if err := a.staff.Propose(r.Context(), r.Who, staff.ProposalKind(r.Text("kind")), r.Param("id")); err != nil {
		return a.refused(r, err)
	}
	return r.Done("/accounts/one/"+r.Param("id"), "提出来了。一天之内，另一位管账号的人同意才算。"), nil
}

// ProposalRow is an act that waits for a second person, in words.
type ProposalRow struct {
	staff.Proposal
	Name, Words, By string
	Mine            bool // she proposed it, or it is about her
}

var proposalWords = map[staff.ProposalKind]string{staff.ProposeRestore: "恢复账号", staff.ProposeReset: "重做动态码"}

func (a *accountPages) rows(ctx context.Context, who staff.Principal) ([]ProposalRow, error) {
	all, err := a.staff.Proposals(ctx, who)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var ids []string
	for _, p := range all {
		ids = append(ids, p.Account, p.By)
	}
	names, err := a.staff.Names(ctx, ids...)
	var rows []ProposalRow
	for _, p := range all {
		row := ProposalRow{Proposal: p, Name: names[p.Account], By: names[p.By], Words: proposalWords[p.Kind], Mine: p.By == who.Account || p.Account == who.Account}
		if p.Kind == staff.ProposeGrant {
			row.Words = "给角色：" + roleWord(p.Role) + " · " + a.name(p.Region)
		}
		rows = append(rows, row)
	}
	return rows, err
}

func (a *accountPages) proposals(r *Request) ([]ProposalRow, error) {
	return a.rows(r.Context(), r.Who)
}

func (a *accountPages) approve(r *Request) (pages.Answer, error) {
	all, err := a.rows(r.Context(), r.Who)
	if err != nil {
		return nil, err
	}
	token, err := a.staff.Approve(r.Context(), r.Who, r.Param("id"))
	if err == nil && token != "" {
		i := slices.IndexFunc(all, func(row ProposalRow) bool { return row.ID == r.Param("id") })
		return a.shown(r, all[i].Account, token)
	}
	if refusal := fault.From(err); refusal != nil && (refusal.Kind == fault.Conflict || refusal.Kind == fault.Gone) {
		return r.Done("/accounts", refusal.Text), nil
	}
	return r.Done("/accounts", "同意了，已经办好。"), err
}

func (a *accountPages) decline(r *Request) (pages.Answer, error) {
	err := a.staff.Decline(r.Context(), r.Who, r.Param("id"))
	if refusal := fault.From(err); refusal != nil && (refusal.Kind == fault.Conflict || refusal.Kind == fault.Gone) {
		return r.Done("/accounts", refusal.Text), nil
	}
	return r.Done("/accounts", "这件事不办了。"), err
}
