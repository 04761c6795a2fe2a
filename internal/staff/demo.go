package staff

import (
	"context"
	"errors"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
)

// What opens the 演示 accounts; everybody knows it. They work on a loopback address outside production and nowhere else.
const (
	DemoPassword = "yanshi-pugongying"
	DemoSecret   = "PUGONGYINGYANSHIMIMAPUGONGYINGYA" // base32
)

// demoPeople are one for every role, three editors, three counsellors and two admins among them.
var demoPeople = []struct {
	login, name string
	role        access.Role
	league      bool // works for the whole league, not for the banner
}{
	{"zhiyuan", "其其格（演示）", access.Volunteer, false},
	{"yishen", "王静（演示）", access.Editor1, false},
	{"ershen", "赵兰（演示）", access.Editor2, false},
	{"sanshen", "乌云（演示）", access.Editor3, true},
	{"fabu", "白玉兰（演示）", access.Publisher, true},
	{"laoshi", "斯琴（演示）", access.Counsellor, false},
	{"laoshi2", "林岚（演示）", access.Counsellor, false},
	{"laoshi3", "白萨仁（演示）", access.Counsellor, true},
	{"xietiao", "额尔敦（演示）", access.Coordinator, false},
	{"banli", "萨如拉（演示）", access.Caseworker, false},
	{"dudao", "娜仁（演示）", access.Supervisor, true},
	{"shenji", "陈志（演示）", access.Auditor, true},
	{"guanli1", "包玉（演示）", access.Admin, true},
	{"guanli2", "高娃（演示）", access.Admin, true},
}

// DemoLogins are the logins of 演示 staff with what each does, in the order in which a story goes its way.
func DemoLogins() (logins []string, roles []access.Role) {
	for _, d := range demoPeople {
		logins, roles = append(logins, d.login), append(roles, d.role)
	}
	return logins, roles
}

// DemoLogin gives the login of the 演示 account that a session belongs to; "" for any other.
func (s *Service) DemoLogin(ctx context.Context, session string) (string, error) {
	own, err := s.stores.Sessions.Session(ctx, session)
	if err != nil {
		return "", err
	}
	a, err := s.stores.Accounts.Account(ctx, ByID, own.Account)
	if err != nil || !a.Demo {
		return "", err
	}
	return a.Login, nil
}

// SeedDemo makes the 演示 accounts that are not there yet.
func (s *Service) SeedDemo(ctx context.Context, league, banner region.Code) error {
	var slow *Password
	for _, d := range demoPeople {
		_, err := s.stores.Accounts.Account(ctx, ByLogin, d.login)
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrNotFound) {
			return err
		}
		if slow == nil {
			if slow, err = s.newPassword(ctx, "", DemoPassword); err != nil {
				return err
			}
		}
		in := banner
		if d.league {
			in = league
		}
		if err := s.insertDemo(ctx, NewAccount{Login: d.login, Name: d.name, Home: in, Roles: []RoleIn{{d.role, in}}}, slow); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) insertDemo(ctx context.Context, n NewAccount, slow *Password) error {
	a, err := s.newAccount(ctx, n)
	if err != nil {
		return err
	}
	a.Demo, a.State, a.Password = true, Active, slow
	if a.TOTP, err = s.sealer.Seal(ctx, a.KeyID, totpPlace(a.ID), []byte(DemoSecret)); err != nil {
		return err
	}
	for _, r := range n.Roles {
		if err := a.grant(r.Role, r.Region, "program", s.now()); err != nil {
			return err
		}
	}
	err = s.insert(ctx, audit.Actor{Kind: audit.KindSystem, ID: "demo"}, a)
	if errors.Is(err, ErrTaken) { // another server was the first
		return nil
	}
	return err
}

// BindDemo binds a 演示 account to a WeChat of the sandbox, with which somebody walks its way on this machine. No account of
// a person is touched.
func (s *Service) BindDemo(ctx context.Context, login, appID, openID string) error {
	a, err := s.stores.Accounts.Account(ctx, ByLogin, login)
	if err != nil || !a.Demo {
		return err
	}
	lookup := s.sealer.Lookup("staff.wechat", appID+"|"+openID)
	if a.WeChat == lookup {
		return nil
	}
	return s.stores.Accounts.StepAccount(ctx, a.ID, func(a *Account) error {
		a.WeChat = lookup
		return nil
	})
}
