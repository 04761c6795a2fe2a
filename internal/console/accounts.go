package console

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// PeopleReader are the accounts that admins see.
type PeopleReader interface {
	People(ctx context.Context, p staff.Principal, q staff.PeopleQuery) ([]staff.Person, map[region.Code]int, error)
	Person(ctx context.Context, p staff.Principal, account string) (staff.Person, []staff.SessionView, error)
	Shortage(ctx context.Context, p staff.Principal, in region.Code) (staff.Shortage, error)
	Names(ctx context.Context, ids ...string) (map[string]string, error)
}

// AccountActs are what one admin does alone.
type AccountActs interface {
	Invite(ctx context.Context, p staff.Principal, n staff.NewAccount) (account, token string, err error)
	InviteAgain(ctx context.Context, p staff.Principal, account string) (token string, err error)
	Suspend(ctx context.Context, p staff.Principal, account string) error
	Grant(ctx context.Context, p staff.Principal, account string, r staff.RoleIn) (proposed bool, err error)
	Revoke(ctx context.Context, p staff.Principal, account string, r staff.RoleIn) error
	EndSessionsOf(ctx context.Context, p staff.Principal, account, id string) error
}

// TwoPeople are the acts that take two.
type TwoPeople interface {
	Proposals(ctx context.Context, p staff.Principal) ([]staff.Proposal, error)
	Propose(ctx context.Context, p staff.Principal, kind staff.ProposalKind, account string) error
	Approve(ctx context.Context, p staff.Principal, id string) (token string, err error)
	Decline(ctx context.Context, p staff.Principal, id string) error
}

// AccountManagers is everything of accounts.
type AccountManagers interface {
	Confirmer
	PeopleReader
	AccountActs
	TwoPeople
}

// Places knows the regions inside one.
type Places interface {
	Regions
	Children(code region.Code) ([]region.Region, error)
}

type accountPages struct {
	staff  AccountManagers
	places Places
}

// Accounts is the area of who works here: region, people, one person.
func Accounts(managers AccountManagers, places Places) Area {
	a := &accountPages{managers, places}
	confirmed := func(h Handler) Handler { return Confirmed(managers, h) }
	return Area{
		Name: "accounts",
		Rail: []Item{{Group: People, Title: "账号", Path: "/accounts", Icon: "user-cog", Action: access.ReadAccounts}},
		Routes: []Route{
			{Method: GET, Path: "/accounts", Action: access.ReadAccounts, Handle: a.list},
			{Method: GET, Path: "/accounts/new", Action: access.InviteStaff, Handle: a.ask},
			{Method: POST, Path: "/accounts/new", Action: access.InviteStaff, Handle: confirmed(a.invite)},
			{Method: GET, Path: "/accounts/one/:id", Action: access.ReadAccounts, Handle: a.one},
			{Method: POST, Path: "/accounts/one/:id/invitation", Action: access.InviteStaff, Handle: confirmed(a.again)},
			{Method: POST, Path: "/accounts/one/:id/roles", Action: access.ChangeRoles, Handle: confirmed(a.grant)},
			{Method: POST, Path: "/accounts/one/:id/roles/gone", Action: access.ChangeRoles, Handle: confirmed(a.revoke)},
			{Method: POST, Path: "/accounts/one/:id/suspension", Action: access.SuspendAccount, Handle: confirmed(a.suspend)},
			{Method: POST, Path: "/accounts/one/:id/sessions", Action: access.SuspendAccount, Handle: a.endSessions},
			{Method: POST, Path: "/accounts/one/:id/proposals", Action: access.SuspendAccount, Handle: confirmed(a.propose)},
			{Method: POST, Path: "/accounts/proposals/:id/approval", Action: access.SecondAccountAct, Handle: confirmed(a.approve)},
			{Method: POST, Path: "/accounts/proposals/:id/refusal", Action: access.ChangeRoles, Handle: a.decline},
		},
		Tasks: a,
	}
}

// AccountsView is the list with what stands above it.
type AccountsView struct {
	ListView
	Short     []ShortLine
	Proposals []ProposalRow
	Regions   []RegionCount
}

// ShortLine is one shortage in words.
type ShortLine struct{ Lacks, Off string }

// RegionCount is how many people a region has.
type RegionCount struct {
	Name, Address string
	Count         int
	Here          bool
}

var accountStates = []Option{{Value: "active", Words: "在用"}, {Value: "invited", Words: "还没进来"}, {Value: "suspended", Words: "停用"}}

func roleOptions() []Option {
	var options []Option
	for _, role := range staff.StaffRoles() {
		options = append(options, Option{Value: role.String(), Words: RoleWords[role]})
	}
	return options
}

func (a *accountPages) list(r *Request) (pages.Answer, error) {
	_, homes, err := a.staff.People(r.Context(), r.Who, staff.PeopleQuery{})
	if err != nil {
		return nil, err
	}
	l := List{
		Name: "账号", Unit: "位", None: "还没有人。点“请人进来”。",
		Columns: []Column{{Key: "name", Title: "名字"}, {Key: "roles", Title: "能做什么"}, {Key: "in", Title: "怎么登录"}, {Key: "seen", Title: "最近来过"}},
		Filters: []Filter{
			{Name: "name", Label: "名字", Kind: ByWords},
			{Name: "region", Label: "地区", Kind: ByChoice, Options: Fixed(a.homeOptions(homes)...)},
			{Name: "role", Label: "角色", Kind: ByChoice, Options: Fixed(roleOptions()...)},
			{Name: "state", Label: "状态", Kind: ByChoice, Options: Fixed(accountStates...)},
		},
		Acts: []Act{{Words: "请人进来", Path: "/accounts/new", Icon: "plus", Main: true}},
		Find: a.find,
	}
	q := l.query(r.URL.Query())
	if format := r.URL.Query().Get("export"); format != "" {
		return r.export(l, q, format)
	}
	v := AccountsView{}
	if v.ListView, err = r.listView(l, q); err != nil {
		return nil, err
	}
	if v.Short, err = a.shortages(r, region.Code(q.Get("region"))); err != nil {
		return nil, err
	}
	if v.Proposals, err = a.proposals(r); err != nil {
		return nil, err
	}
	v.Regions = a.counts(v.ListView, homes)
	return r.Page("accounts/list", "账号", v), nil
}

func (a *accountPages) find(ctx context.Context, who staff.Principal, q Query) (Found, error) {
	people, _, err := a.staff.People(ctx, who, staff.PeopleQuery{
		Region: region.Code(q.Get("region")), Role: q.Get("role"), State: staff.State(q.Get("state")), Name: q.Get("name"),
	})
	found := Found{Total: len(people)}
	for _, p := range people[min(q.From(), len(people)):min(q.From()+q.Limit, len(people))] {
		found.Rows = append(found.Rows, Row{Path: "/accounts/one/" + p.ID, Cells: []Cell{{Text: p.Name, Note: p.Login}, a.rolesCell(p), signsIn(p), seenCell(p)}})
	}
	return found, err
}

func (a *accountPages) rolesCell(p staff.Person) Cell {
	var roles []string
	for _, g := range p.Grants {
		roles = append(roles, roleWord(g.Role))
	}
	if len(roles) == 0 {
		return Cell{Text: "还没有角色", Calm: true}
	}
	return Cell{Text: strings.Join(roles, "、"), Note: a.name(p.Home)}
}

// signsIn is how somebody comes in, or why not.
func signsIn(p staff.Person) Cell {
	switch {
	case p.State == staff.Suspended:
		return Cell{Text: "停用", Tag: "plain"}
	case p.State == staff.Invited && p.Waits:
		return Cell{Text: "等她用邀请码", Tag: "warn"}
	case p.State == staff.Invited:
		return Cell{Text: "邀请码过期了", Tag: "bad"}
	case !p.TOTP:
		return Cell{Text: "没有动态码", Tag: "bad"}
	}
	var ways []string
	if p.WeChat {
		ways = append(ways, "扫码")
	}
	if p.Password {
		ways = append(ways, "密码")
	}
	return Cell{Text: strings.Join(append(ways, "动态码"), "、")}
}

func seenCell(p staff.Person) Cell {
	if p.SeenAt.IsZero() {
		return Cell{Text: "还没进来", Calm: true}
	}
	return Cell{At: p.SeenAt}
}

func (a *accountPages) name(c region.Code) string {
	return placeOf(a.places, staff.Grant{Region: c})
}

func (a *accountPages) homeOptions(homes map[region.Code]int) []Option {
	var options []Option
	for c := range homes {
		options = append(options, Option{Value: string(c), Words: a.name(c)})
	}
	slices.SortFunc(options, func(x, y Option) int { return strings.Compare(x.Value, y.Value) })
	return options
}

func (a *accountPages) counts(v ListView, homes map[region.Code]int) []RegionCount {
	var counts []RegionCount
	for _, o := range a.homeOptions(homes) {
		inside := 0
		for c, n := range homes {
			if c.Within(region.Code(o.Value)) {
				inside += n
			}
		}
		counts = append(counts, RegionCount{Name: o.Words, Address: v.Address("region", o.Value), Count: inside, Here: v.Query.Get("region") == o.Value})
	}
	return counts
}

// shortages say what a region lacks and what stays off; without a region in the address, those of her own.
func (a *accountPages) shortages(r *Request, in region.Code) ([]ShortLine, error) {
	asked := []region.Code{in}
	if in == "" {
		asked = asked[:0]
		for _, scope := range r.Who.Regions(access.ReadAccounts) {
			asked = append(asked, scope.From)
		}
	}
	var lines []ShortLine
	for _, c := range asked {
		short, err := a.staff.Shortage(r.Context(), r.Who, c)
		if err != nil {
			return nil, err
		}
		lines = append(lines, shortLines(a.name(c), short)...)
	}
	return lines, nil
}

// reviewWords are the three reviews.
var reviewWords = map[access.Action]string{access.ReviewFirst: "一审", access.ReviewSecond: "二审", access.ReviewThird: "三审"}

func shortLines(place string, s staff.Shortage) []ShortLine {
	var lines []ShortLine
	if len(s.Missing) > 0 {
		missing := make([]string, len(s.Missing))
		for i, m := range s.Missing {
			missing[i] = reviewWords[m]
		}
		lacks := place + "现在没有能审稿的人。"
		if s.Reviewers > 0 {
			lacks = place + "能审稿的只有 " + strconv.Itoa(s.Reviewers) + " 人。"
		}
		lines = append(lines, ShortLine{lacks, "三审要三个不同的人，缺" + strings.Join(missing, "、") + "：补上以前，这里的稿子审不完，上不了线。上一级的人可以来帮着审。"})
	}
	if s.Admins < 2 {
		lines = append(lines, ShortLine{place + "管账号的不到两位。", "恢复账号、给敏感的角色、重做动态码要两个人，现在办不了。"})
	}
	return lines
}

// Waiting are the acts that wait for her as the second person.
func (a *accountPages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.SecondAccountAct) {
		return nil, nil
	}
	rows, err := a.rows(ctx, who)
	var tasks []Task
	for _, row := range rows {
		if !row.Mine {
			tasks = append(tasks, Task{Kind: Waits, Title: row.Name, Note: row.Words, Do: "要第二个人同意", By: row.By, Path: "/accounts", Due: row.ExpiresAt})
		}
	}
	return tasks, err
}
