package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"

	"pugongying/internal/config"
	"pugongying/internal/member"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/wechat"
	"pugongying/internal/wechat/sandbox"
)

// openStaff opens who works here. Residents come after it, since what somebody applied with is erased with her.
func (a *App) openStaff(context.Context) (err error) {
	a.Staff, err = staff.New(staff.Parts{
		Stores: store.NewStaff(a.Documents, a.vault).Stores(), Sealer: staffSealer{a.vault}, Cache: a.cache.Sessions(), Residents: residents{a},
		Regions: a.regions.Tree(), Pictures: signInCodes{a.wechat}, Log: a.log, Now: a.now, Steady: a.clock.Steady, NewID: rand.Text, Demo: demoStaff(a.config),
	})
	return err
}

// seedStaff makes the 演示 accounts where the classroom is a demonstration.
func (a *App) seedStaff(ctx context.Context) error {
	if !demoStaff(a.config) {
		return nil
	}
	if err := a.Staff.SeedDemo(ctx, region.Code(a.config.League), demoBanner(a.regions.Tree(), region.Code(a.config.League))); err != nil {
		return fmt.Errorf("seed the demonstration's staff: %w", err)
	}
	return a.bindDemo(ctx)
}

// bindDemo gives each 演示 account the WeChat of the sandbox that bears its login, so that a newcomer walks their ways on the
// phone too.
func (a *App) bindDemo(ctx context.Context) error {
	if a.sandboxed == nil {
		return nil
	}
	appID := a.config.WeChat.AppID
	logins, _ := staff.DemoLogins()
	for _, login := range logins {
		if err := a.Staff.BindDemo(ctx, login, appID, sandbox.OpenID(appID, login)); err != nil {
			return fmt.Errorf("bind the demonstration's staff: %w", err)
		}
	}
	return nil
}

// demoStaff reports whether 演示 staff may sign in: with demonstration data, outside production, on this machine alone. Who
// trusts a proxy is reached from elsewhere, though he listens on this machine.
func demoStaff(c config.Config) bool {
	host, _, err := net.SplitHostPort(c.Listen)
	ip := net.ParseIP(host)
	return err == nil && c.Env != config.Production && c.Content.Demo && len(c.Proxy.Trusted) == 0 && (host == "localhost" || ip != nil && ip.IsLoopback())
}

// demoBanner is where most 演示 staff work.
func demoBanner(tree *region.Tree, league region.Code) region.Code {
	banners, err := tree.Children(league)
	if err != nil || len(banners) == 0 {
		return league
	}
	return banners[0].Code
}

// phoneStaff resolves the sessions of staff on phones.
type phoneStaff struct{ *staff.Service }

// Who finds whose a phone's token is.
func (s phoneStaff) Who(ctx context.Context, token string) (staff.Principal, error) {
	return s.Service.Who(ctx, staff.Phone, token)
}

// residents are members as staff sign in by their WeChat.
type residents struct{ *App }

// WeChat gives a member's WeChat identity.
func (r residents) WeChat(ctx context.Context, who string) (appID, openID string, err error) {
	return r.Members.Recipient(ctx, member.ID(who))
}

// Lives reports whether a member's session is still open.
func (r residents) Lives(ctx context.Context, session string) (bool, error) {
	who, err := r.Members.Whose(ctx, session)
	return who != "", err
}

// applicants erases what somebody applied with. It works on the documents alone, so that a restore can erase again before
// anybody may sign in.
type applicants struct{ *store.Staff }

// EraseByID erases a member's applications.
func (a applicants) EraseByID(ctx context.Context, who member.ID) error {
	return a.DeleteApplications(ctx, string(who))
}

// signInPage is where a phone asks whether it is her who signs in at a desk.
const signInPage = "pen/confirm/confirm"

// signInCodes draw codes that open it.
type signInCodes struct{ *wechat.Client }

// Picture draws one.
func (c signInCodes) Picture(ctx context.Context, id string) ([]byte, error) {
	return c.Client.Picture(ctx, wechat.Code{Scene: id, Page: signInPage})
}

// staffSealer lets staff seal with the vault.
type staffSealer struct{ *seal.Vault }

// Seal encrypts a field.
func (s staffSealer) Seal(ctx context.Context, key string, at staff.Place, plain []byte) ([]byte, error) {
	return s.Vault.Seal(ctx, key, seal.Place(at), plain)
}

// Open decrypts a field.
func (s staffSealer) Open(ctx context.Context, key string, at staff.Place, sealed []byte) ([]byte, error) {
	return s.Vault.Open(ctx, key, seal.Place(at), sealed)
}
