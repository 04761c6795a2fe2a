package app

import (
	"context"
	"crypto/rand"
	"fmt"
	"io/fs"
	"os"
	"time"

	"pugongying/content"
	"pugongying/internal/cache"
	"pugongying/internal/civil"
	"pugongying/internal/config"
	"pugongying/internal/directory"
	"pugongying/internal/explainer"
	"pugongying/internal/law"
	"pugongying/internal/ledger"
	"pugongying/internal/member"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/store"
	"pugongying/internal/wechat"
)

// Adapters between capabilities that may not import each other, a few lines each.

// limiter lets web count with the cache.
type limiter struct{ *cache.Limiter }

// Allow counts one act.
func (l limiter) Allow(ctx context.Context, key string, per time.Duration, burst int) (bool, time.Duration, error) {
	return l.Limiter.Allow(ctx, key, cache.Rate{Per: per, Burst: burst})
}

// sealer lets members seal with the vault.
type sealer struct{ *seal.Vault }

// Seal encrypts a field.
func (s sealer) Seal(ctx context.Context, key string, at member.Place, plain []byte) ([]byte, error) {
	return s.Vault.Seal(ctx, key, seal.Place(at), plain)
}

// Open decrypts a field.
func (s sealer) Open(ctx context.Context, key string, at member.Place, sealed []byte) ([]byte, error) {
	return s.Vault.Open(ctx, key, seal.Place(at), sealed)
}

// exchanger lets members sign in by WeChat.
type exchanger struct{ *wechat.Client }

// Exchange asks WeChat whose login code this is.
func (e exchanger) Exchange(ctx context.Context, code string) (appID, openID, unionID string, err error) {
	who, err := e.Login(ctx, code)
	return e.AppID(), who.OpenID, who.UnionID, err
}

// revoker erases the members whose erasure WeChat demands.
type revoker struct{ *member.Service }

// Revoke erases a member whose WeChat account was closed. What single permissions give (nickname, picture, place, phone
// number) is never stored here, so taking one back leaves nothing to delete.
func (r revoker) Revoke(ctx context.Context, v wechat.Revocation) error {
	if !v.Cancelled {
		return nil
	}
	return r.EraseWeChat(ctx, v.AppID, v.OpenID)
}

// counting appends counted acts to the ledger.
type counting struct {
	ledger  *ledger.Service
	regions *region.Service
}

// Count appends submitted attempts. One from a region that the present list no longer has counts for the deployment's own.
func (c counting) Count(ctx context.Context, acts []quiz.Act) error {
	lines := make([]ledger.Line, len(acts))
	for i, act := range acts {
		where := region.Code(act.Where.Region)
		if _, err := c.regions.Tree().Find(where); err != nil {
			where = ""
		}
		lines[i] = ledger.Line{
			ID: ledger.ActID(ledger.QuizSat, act.Line), Kind: ledger.QuizSat, Day: act.Day, Source: act.Source, Quantity: 1,
			Region: where, Organisation: act.Where.Org, Project: act.Where.Project,
		}
	}
	return c.ledger.Append(ctx, lines...)
}

// CountCompletion appends a story read to its end. A scene that was not created here counts for the deployment's own
// region.
func (c counting) CountCompletion(ctx context.Context, r explainer.Completion) error {
	line := ledger.Line{ID: ledger.ActID(ledger.StoryRead, completionID(r)), Kind: ledger.StoryRead, Source: "explainer:" + r.Explainer, Quantity: 1}
	counted, err := c.regions.Attribute(ctx, r.Scene)
	if err != nil {
		return err
	}
	line.Region, line.Organisation, line.Project = counted.Region, counted.Organisation, counted.Project
	return c.ledger.Append(ctx, line)
}

// openLaws makes the library of laws over the documents, with the shipped facts and pins.
func (a *App) openLaws() error {
	facts, err := content.Laws()
	if err != nil {
		return err
	}
	pins, err := a.pins()
	if err != nil {
		return err
	}
	a.laws = law.NewLibrary(store.NewLaws(a.Documents), facts, pins, func() string { return civil.DayOf(a.now()) })
	return nil
}

// importProjects imports the deployment's own organisations and projects, or the shipped 演示 (demo) ones where that is
// allowed.
func (a *App) importProjects(ctx context.Context, tree *region.Tree) error {
	data, err := listed(a.config, a.config.Content.ProjectsFile, "projects.yaml")
	if err != nil || data == nil {
		return err
	}
	register, err := region.ParseRegister(data, tree)
	if err != nil {
		return err
	}
	return a.regions.Import(ctx, register)
}

func openHotlines(c config.Config, tree *region.Tree, now func() time.Time) (*directory.Hotlines, error) {
	data, err := listed(c, c.Content.HotlinesFile, "hotlines.yaml")
	if err != nil {
		return nil, err
	}
	years, err := content.Holidays()
	if err != nil {
		return nil, err
	}
	return directory.Load(data, directory.Check{Tree: tree, Demo: c.Content.Demo, Now: now, Calendar: civil.NewCalendar(years...)})
}

// listed reads a list of the deployment's own, else the shipped one, which is 演示; nil where there is neither.
func listed(c config.Config, own, shipped string) ([]byte, error) {
	if own != "" {
		data, err := os.ReadFile(own)
		if err != nil {
			return nil, fmt.Errorf("读不了 %s：%w", own, err)
		}
		return data, nil
	}
	if !c.Content.Demo {
		return nil, nil
	}
	return fs.ReadFile(content.Files(), shipped)
}

// completionID is the ledger's id of a completion: derived from its key, so that a completion sent again is the same act;
// without a key it is new.
func completionID(r explainer.Completion) string {
	if r.Key == nil {
		return rand.Text()
	}
	return r.Key.ID
}
