package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"pugongying/internal/config"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// OpenStaff opens who works here, for a command beside no running server; ErrDataInUse where one runs.
func OpenStaff(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.open(ctx, append(a.documentSteps(), step{rootKey, a.openKeys}, step{cacheStore, a.openCache}, step{clockName, a.openClock},
		step{"地区和项目", a.openRegions}, step{"工作人员", a.openStaff}, step{"工作人员", a.seedStaff}))
}

// NewAdmin is one of the first two admins.
type NewAdmin struct {
	Login  string `json:"login"`
	Name   string `json:"name"`
	Region string `json:"region"`
}

// InvitedAdmin is the invitation of a new admin, shown once.
type InvitedAdmin struct {
	Token string    `json:"token"`
	Until time.Time `json:"until"`
}

// AddAdmin makes one of the first two admins.
func (a *App) AddAdmin(ctx context.Context, n NewAdmin) (InvitedAdmin, error) {
	token, err := a.Staff.AddAdmin(ctx, staff.NewAccount{Login: n.Login, Name: n.Name, Home: region.Code(n.Region)})
	if err != nil {
		return InvitedAdmin{}, err
	}
	w, err := a.Staff.Welcome(ctx, token, false)
	return InvitedAdmin{Token: token, Until: w.Until}, err
}

// StaffLine is one account as a terminal shows it.
type StaffLine struct {
	Login string      `json:"login"`
	Name  string      `json:"name"`
	State staff.State `json:"state"`
	Home  string      `json:"home"`
	Roles []string    `json:"roles"` // role@region
	Seen  time.Time   `json:"seen"`
	Demo  bool        `json:"demo"`
}

// ListStaff lists every account.
func (a *App) ListStaff(ctx context.Context) ([]StaffLine, error) {
	all, err := a.Staff.All(ctx)
	lines := make([]StaffLine, 0, len(all))
	for _, one := range all {
		l := StaffLine{Login: one.Login, Name: one.Name, State: one.State, Home: a.nameOf(one.Home), Demo: one.Demo}
		if one.SeenAt != nil {
			l.Seen = *one.SeenAt
		}
		for _, g := range one.Grants {
			l.Roles = append(l.Roles, g.Role+"@"+a.nameOf(g.Region))
		}
		lines = append(lines, l)
	}
	return lines, err
}

func (a *App) nameOf(c region.Code) string {
	r, err := a.regions.Tree().Find(c)
	if err != nil {
		return string(c)
	}
	return r.Name
}

// addStaff puts the commands on staff behind the socket.
func (a *App) addStaff(mux *http.ServeMux) {
	mux.HandleFunc("GET /staff", func(w http.ResponseWriter, r *http.Request) {
		all, err := a.ListStaff(r.Context())
		a.answer(w, all, err)
	})
	mux.HandleFunc("POST /staff", func(w http.ResponseWriter, r *http.Request) {
		var n NewAdmin
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 4<<10)).Decode(&n); err != nil {
			a.answer(w, nil, err)
			return
		}
		added, err := a.AddAdmin(r.Context(), n)
		a.answer(w, added, err)
	})
}

// ErrNoDemo says that there are no 演示 staff here.
var ErrNoDemo = errors.New("这里没有演示账号：只有不是 production、带着演示数据、只听本机地址（127.0.0.1）、前面没有代理的时候才有")

// Demonstration reports whether 演示 staff may sign in by this configuration. ErrNoDemo.
func Demonstration(c config.Config) error {
	if !demoStaff(c) {
		return ErrNoDemo
	}
	return nil
}
