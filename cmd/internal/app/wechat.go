package app

import (
	"context"
	"crypto/rand"
	"net/http"
	"net/url"

	"github.com/gin-gonic/gin"

	"pugongying/internal/config"
	"pugongying/internal/store"
	"pugongying/internal/web"
	"pugongying/internal/wechat"
	"pugongying/internal/wechat/sandbox"
)

// pushPath is where WeChat pushes to; it is entered in WeChat's own console.
const pushPath = "/wechat/push"

// pages are the published pages of the mini-program, as the sandbox knows them.
var pages = []string{"pages/home/home", "pages/stories/stories", "pages/practice/practice", "pages/me/me", "pages/help/help", signInPage}

// sandboxed is WeChat in this process.
type sandboxed struct {
	*sandbox.Sandbox
	push  lateHandler
	files lateHandler
}

// lateHandler forwards to a handler that is set later.
type lateHandler struct{ next http.Handler }

// ServeHTTP forwards the request.
func (l *lateHandler) ServeHTTP(w http.ResponseWriter, r *http.Request) { l.next.ServeHTTP(w, r) }

// Secrets of the sandbox: they are valid only inside this process.
const (
	sandboxSecret = "sandbox-secret-0123456789abcdef"
	sandboxToken  = "sandboxpushtoken"
)

// openWeChat makes the client and, in the sandbox, the WeChat it speaks to.
func (a *App) openWeChat(context.Context) error {
	c := a.config.WeChat
	secret := sandboxSecret
	if c.Mode == "sandbox" {
		a.sandboxed = &sandboxed{Sandbox: sandbox.New(a.now, rand.Text)}
		err := a.sandboxed.Add(sandbox.App{
			AppID: c.AppID, Secret: secret, PushToken: sandboxToken, Push: &a.sandboxed.push, Files: &a.sandboxed.files, Pages: pages,
			Link: func(page, scene string) string {
				return "http://" + a.config.Listen + "/#/" + page + "?scene=" + url.QueryEscape(scene)
			},
		})
		if err != nil {
			return err
		}
		wechat.Install(a.sandboxed.API())
	} else {
		var err error
		if secret, err = config.Secret(c.SecretFile); err != nil {
			return err
		}
		wechat.Install(nil)
	}
	var err error
	a.wechat, err = wechat.New(wechat.Config{AppID: c.AppID, AppSecret: secret, Env: c.MiniEnv, Tokens: a.cache.Tokens()})
	return err
}

// homeCodes draws codes that open the home page.
type homeCodes struct{ *wechat.Client }

// Code draws one.
func (h homeCodes) Code(ctx context.Context, scene string) ([]byte, error) {
	return h.Picture(ctx, wechat.Code{Scene: scene, Page: pages[0]})
}

// openPush makes the receiving end of WeChat's message push.
func (a *App) openPush(context.Context) error {
	c := wechat.PushConfig{AppID: a.config.WeChat.AppID, Token: sandboxToken, Now: a.now, Log: a.log}
	if a.sandboxed == nil {
		var err error
		if c.Token, err = config.Secret(a.config.WeChat.PushToken); err != nil || c.Token == "" {
			return err
		}
		if c.AESKey, err = config.Secret(a.config.WeChat.PushAESKey); err != nil {
			return err
		}
	}
	c.Store = store.NewPushes(a.Documents, a.vault, a.now)
	var err error
	if a.push, err = wechat.NewReceiver(c); err != nil {
		return err
	}
	if a.sandboxed != nil {
		a.sandboxed.push.next = a.push
	}
	return nil
}

// addWeChat mounts the push address and, in the sandbox, the page that shows what was sent.
func (a *App) addWeChat(e *web.Engine) {
	if a.push != nil {
		e.Handle(http.MethodGet, pushPath, gin.WrapH(a.push))
		e.Handle(http.MethodPost, pushPath, gin.WrapH(a.push))
	}
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		e.Handle(method, checkedPath+":name", a.fetched)
	}
	if a.sandboxed == nil {
		return
	}
	a.sandboxed.files.next = e
	page := gin.WrapH(a.sandboxed.Page(a.config.WeChat.AppID))
	for _, path := range []string{"/sandbox", "/sandbox/*rest"} {
		e.Handle(http.MethodGet, path, page)
		e.Handle(http.MethodPost, path, page)
	}
}
