package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"time"

	"pugongying/internal/cache"
	"pugongying/internal/config"
	"pugongying/internal/seal"
	"pugongying/internal/staff"
	"pugongying/internal/store"
	"pugongying/internal/store/bolt"
	"pugongying/internal/store/document"
	"pugongying/internal/store/mongo"
	"pugongying/internal/wechat"
)

// engines looks into each engine, and writes into none. A running server has locked the data folder; then that server is
// asked instead.
func (d *examination) engines(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	running, err := inUse(d.config.Data)
	switch {
	case err != nil:
		d.check(dataFolder, err)
		return
	case running:
		d.running(ctx)
		return
	}
	documents := d.documents(ctx)
	if documents != nil {
		defer func() { d.closed(documents.Close(ctx)) }()
	}
	keys := d.keys(ctx, documents)
	cached := d.cached(ctx, keys)
	d.clock(ctx, documents, cached)
	d.media(ctx)
	d.wechat(ctx)
}

// running asks the server that works on the data folder.
func (d *examination) running(ctx context.Context) {
	var h Health
	err := NewOperatorClient(d.config).Ask(ctx, http.MethodGet, "/health", &h)
	d.check("正在运行的服务", err)
	for _, name := range slices.Sorted(maps.Keys(h.Engines)) {
		mend := ""
		if h.Engines[name] != stateOK {
			mend = engineMend[h.Engines[name]]
		}
		d.note("正在运行的服务："+name, mend)
	}
	d.findings = append(d.findings, h.Notes...)
	d.stuck(h.Stuck)
}

// documents opens the documents to be read; nil where there are none to read.
func (d *examination) documents(ctx context.Context) document.Engine {
	documents, err := openDocuments(ctx, d.config, d.log, bolt.ReadOnly())
	if errors.Is(err, os.ErrNotExist) && d.config.Mongo.URI == "" && d.config.Mongo.URIFile == "" {
		d.note(documentStore+"（还没有，第一次启动时建立）", "")
		return nil
	}
	if err != nil {
		d.check(documentStore, err)
		return nil
	}
	what := documentStore + " " + documents.Describe()
	if far, ok := documents.(*mongo.Engine); ok {
		what += fmt.Sprintf("，最多 %d 个连接", far.Pool())
	}
	stuck, counting := store.StuckJobs(ctx, documents)
	half := (&App{Documents: documents}).refuseHalfRestored(ctx)
	d.check(what, errors.Join(half, documents.Ping(ctx), counting))
	d.stuck(stuck)
	d.admins(ctx, documents)
	return documents
}

// admins warns where nobody could do what takes two people.
func (d *examination) admins(ctx context.Context, documents document.Engine) {
	accounts, err := store.NewStaff(documents, nil).Accounts(ctx)
	if err != nil {
		d.check(staffAccounts, err)
		return
	}
	if f := adminsFinding(accounts, demoStaff(d.config)); f != nil {
		d.findings = append(d.findings, *f)
	}
}

const staffAccounts = "工作人员的账号"

// adminsFinding says that fewer people can act than an act of two needs; nil when there are enough.
func adminsFinding(accounts []staff.Account, demo bool) *Finding {
	n := staff.ActingAdmins(accounts, demo)
	if n >= staff.AdminsNeeded {
		return nil
	}
	return &Finding{
		What: fmt.Sprintf("能办事的管账号的人只有 %d 位，要两个人的事（恢复账号、给敏感角色、重做动态码）办不成", n),
		Mend: "pugongying staff add 请一位进来；已经请了的，让她用邀请码进来，绑好动态码", Warning: true,
	}
}

func (d *examination) closed(err error) {
	if err != nil {
		d.check(documentStore, err)
	}
}

// keys opens the root key; a first start makes one, doctor does not.
func (d *examination) keys(ctx context.Context, documents document.Engine) *seal.Keys {
	if documents != nil {
		missing, err := keyMissing(ctx, d.config, documents)
		if err != nil {
			d.check(rootKey, err)
			return nil
		}
		if missing {
			d.note(rootKey+"（还没有，第一次启动时生成）", "")
			return nil
		}
	} else if _, err := os.Stat(RootFile(d.config)); d.config.Keys.RootFile == "" && errors.Is(err, os.ErrNotExist) {
		d.note(rootKey+"（还没有，第一次启动时生成）", "")
		return nil
	}
	keys, err := openKeys(d.config)
	d.check(rootKey, err)
	return keys
}

// cached looks at the cache. Only Redis's names need a root key; without one any will do to see whether it answers.
func (d *examination) cached(ctx context.Context, keys *seal.Keys) *cache.Cache {
	if keys == nil {
		keys = seal.Demo()
	}
	cached, err := openCache(d.config, cacheParts{keys, d.now, d.log})
	if err != nil {
		d.check(cacheStore, err)
		return nil
	}
	d.check(cacheStore+" "+cached.Describe(), cached.Ping(ctx))
	return cached
}

// clock compares the clocks, and closes the cache that it asked.
func (d *examination) clock(ctx context.Context, documents document.Engine, cached *cache.Cache) {
	if cached != nil {
		defer func() { _ = cached.Close() }()
	}
	if documents == nil {
		return
	}
	a := &App{config: d.config, log: slog.New(slog.DiscardHandler), Documents: documents, cache: cached}
	now := a.newClock(unchanged{store.NewClock(documents)})
	if err := now.Check(ctx); err != nil {
		d.check(clockName, err)
		return
	}
	if doubted := clockFinding(now.State()); doubted != nil {
		d.findings = append(d.findings, *doubted)
		return
	}
	d.note(clockName+" "+now.Now().Format(time.DateTime), "")
}

// media looks at the media store.
func (d *examination) media(ctx context.Context) {
	if d.config.S3.Endpoint == "" {
		folder := filepath.Join(d.config.Data, mediaFolder)
		if _, err := os.Stat(folder); errors.Is(err, os.ErrNotExist) {
			d.note(mediaStore+"（还没有，第一次启动时建立）", "")
			return
		}
		d.check(mediaStore+" "+folder, writable(folder))
		return
	}
	stored, err := openMedia(d.config)
	if err != nil {
		d.check(mediaStore, err)
		return
	}
	d.check(mediaStore+" "+stored.Describe(), errors.Join(stored.Ping(ctx), stored.Close()))
}

// wechat asks the real WeChat for a token: a wrong secret and a missing entry in its IP 白名单 (allow-list) are found here,
// before a resident meets them.
func (d *examination) wechat(ctx context.Context) {
	if d.config.WeChat.Mode != "live" {
		d.warn("微信是沙箱", "给居民用之前，wechat.mode 写 live")
		return
	}
	secret, err := config.Secret(d.config.WeChat.SecretFile)
	if err != nil {
		d.check("微信", err)
		return
	}
	wechat.Install(nil)
	client, err := wechat.New(wechat.Config{
		AppID: d.config.WeChat.AppID, AppSecret: secret, Env: d.config.WeChat.MiniEnv, Tokens: cache.Embedded(d.now, d.log).Tokens(),
	})
	if err == nil {
		err = client.Probe(ctx)
	}
	d.check("微信 "+wechat.Host, err)
}
