// Package wechat calls WeChat's API: it exchanges login codes, makes mini-program codes, sends subscribe messages, has
// texts and media checked, and receives what WeChat pushes.
//
// It promises that every call ends within seconds, asks one host only and fails with a *fault.Error whose cause is an
// *Error; that no error contains an AppSecret, token, openid or login code; that a token WeChat rejects is discarded and
// the call repeated once; that a pushed message is acknowledged only when it is stored, counted once however often it is
// sent, and processed later, to the end, whatever crashes in between.
//
// It refuses to store a session_key, to force a new token, to send a message that an onlooker would understand
// (notify.Lexicon), to follow a redirect, and to accept plain text where encryption is configured. The sandbox, a WeChat
// in process that behaves like the real one, is package wechat/sandbox.
//
// Facts about WeChat and pitfalls of the SDK are documented beside the code they led to. The SDK's root package is not
// imported: it would set a logger for the whole process.
package wechat

import (
	"context"
	"errors"
	"regexp"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/miniprogram"
	"github.com/silenceper/wechat/v2/miniprogram/config"

	"pugongying/internal/notify"
)

const (
	opToken      = "token"
	opLogin      = "login"
	opSend       = "send"
	opCode       = "code"
	opCheckText  = "checkText"
	opCheckMedia = "checkMedia"
)

// tokenKey is the key under which the SDK caches the stable token of an AppID (its prefix ends in two underscores).
func tokenKey(appID string) string { return "gowechat_miniprogram__stable_access_token_" + appID }

// Config is what a Client needs. Tokens is shared by all servers of one AppID; Env (release, trial or develop) says which
// package a scanned code or a tapped message opens.
type Config struct {
	AppID     string
	AppSecret string
	Env       string
	Tokens    cache.ContextCache
}

// Client makes calls for one mini-program. It is safe for concurrent use. Install must have been called before.
type Client struct {
	appID   string
	env     string
	tokens  cache.ContextCache
	mini    *miniprogram.MiniProgram
	lexicon notify.Lexicon
	breaker *breaker
}

var appIDShape = regexp.MustCompile(`^wx[0-9A-Za-z]{6,30}$`)

// New checks the configuration and makes no call.
func New(c Config) (*Client, error) {
	switch {
	case !appIDShape.MatchString(c.AppID):
		return nil, errors.New("wechat: the AppID is not of the form wx…")
	case c.AppSecret == "":
		return nil, errors.New("wechat: the AppSecret is missing")
	case c.Tokens == nil:
		return nil, errors.New("wechat: the token cache is missing")
	case c.Env != "release" && c.Env != "trial" && c.Env != "develop":
		return nil, errors.New("wechat: env is release, trial or develop")
	}
	mini := miniprogram.NewMiniProgram(&config.Config{
		AppID: c.AppID, AppSecret: c.AppSecret, Cache: c.Tokens, UseStableAK: true,
	})
	return &Client{
		appID: c.AppID, env: c.Env, tokens: c.Tokens, mini: mini, lexicon: notify.ForOnlookers(), breaker: newBreaker(),
	}, nil
}

// AppID is the mini-program this client speaks for.
func (c *Client) AppID() string { return c.appID }

// call runs do, which calls WeChat without a token.
func (c *Client) call(ctx context.Context, op string, do func() error) error {
	return toFault(c.guarded(ctx, op, do))
}

// callWithToken runs do, which calls WeChat with the cached token. When WeChat rejects that token, it is discarded, and do
// runs once more with the token WeChat then returns: the SDK itself would use the bad one until it expires. No refresh is
// forced; there are 20 of those a day.
func (c *Client) callWithToken(ctx context.Context, op string, do func() error) error {
	used := ""
	withToken := func() (err error) {
		if used, err = c.token(ctx); err != nil {
			return err
		}
		return do()
	}
	err := c.guarded(ctx, op, withToken)
	if err != nil && err.badToken() {
		c.forget(ctx, used)
		err = c.guarded(ctx, op, withToken)
	}
	return toFault(err)
}

func (c *Client) guarded(ctx context.Context, op string, do func() error) *Error {
	if err := ctx.Err(); err != nil {
		return extract(op, err)
	}
	done, err := c.breaker.Allow()
	if err != nil {
		return &Error{Op: op, Reason: reasonBreaker}
	}
	var failed *Error
	if err := do(); err != nil {
		failed = extract(op, err)
	}
	switch {
	case ctx.Err() != nil:
		done(errGaveUp)
	case failed != nil && failed.down():
		done(errDown)
	default:
		done(nil)
	}
	return failed
}

// token makes sure that a token is cached before a call of the SDK that takes no context asks for it, and that there is
// one at all: the SDK treats an answer without a token ("{}") as success.
func (c *Client) token(ctx context.Context) (string, error) {
	token, err := c.mini.GetContext().GetAccessTokenContext(ctx)
	if err != nil {
		return "", extract(opToken, err)
	}
	if token == "" {
		return "", &Error{Op: opToken, Reason: reasonNoToken}
	}
	return token, nil
}

// forget removes a bad token from the cache, unless another caller has replaced it already.
func (c *Client) forget(ctx context.Context, bad string) {
	key := tokenKey(c.appID)
	if stored, _ := c.tokens.GetContext(ctx, key).(string); stored == "" || stored == bad {
		// If the cache cannot delete, the bad token remains: the call then fails once more, and returns that error.
		_ = c.tokens.DeleteContext(ctx, key)
	}
}
