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
// Facts about WeChat are documented beside the code they led to. No SDK is used: the five calls are fifty lines, and the one
// that stood here writes the AppSecret into its errors, takes an answer without a token for success, keeps its HTTP client
// in a variable of the process and links two abandoned cache clients.
package wechat

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"time"

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

// Tokens remembers the access token of an AppID between calls and between servers. Get gives "" when there is none; a cache
// that is away forgets, and fails nothing.
type Tokens interface {
	Get(ctx context.Context, appID string) string
	Set(ctx context.Context, appID, token string, life time.Duration)
	Delete(ctx context.Context, appID string)
}

// Config is what a Client needs. Tokens is shared by all servers of one AppID; Env (release, trial or develop) says which
// package a scanned code or a tapped message opens; API answers in WeChat's place (the sandbox), nil asks WeChat.
type Config struct {
	AppID     string
	AppSecret string
	Env       string
	Tokens    Tokens
	API       http.Handler
}

// Client makes calls for one mini-program. It is safe for concurrent use.
type Client struct {
	appID   string
	secret  string
	env     string
	tokens  Tokens
	asking  chan struct{} // held by the one caller that asks for a token
	http    *http.Client
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
	return &Client{
		appID: c.AppID, secret: c.AppSecret, env: c.Env, tokens: c.Tokens, asking: make(chan struct{}, 1),
		http: newHTTP(c.API), lexicon: notify.ForOnlookers(), breaker: newBreaker(),
	}, nil
}

// AppID is the mini-program this client speaks for.
func (c *Client) AppID() string { return c.appID }

// call runs do, which calls WeChat without a token.
func (c *Client) call(ctx context.Context, op string, do func() error) error {
	return toFault(c.guarded(ctx, op, do))
}

// callWithToken runs do with the remembered token. When WeChat rejects that token, it is forgotten, and do runs once more
// with the token WeChat then returns. No refresh is forced; there are 20 of those a day.
func (c *Client) callWithToken(ctx context.Context, op string, do func(token string) error) error {
	used := ""
	withToken := func() (err error) {
		if used, err = c.token(ctx); err != nil {
			return err
		}
		return do(used)
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

// Tokens are valid for 7,200 s; WeChat accepts the old one for five minutes after it gave out a new one.
const tokenMargin = 300 * time.Second

// token is the remembered token, else a new one: of many callers that find none, one asks WeChat (stable_token).
func (c *Client) token(ctx context.Context) (string, error) {
	if token := c.tokens.Get(ctx, c.appID); token != "" {
		return token, nil
	}
	select {
	case c.asking <- struct{}{}:
		defer func() { <-c.asking }()
	case <-ctx.Done():
		return "", extract(opToken, ctx.Err())
	}
	if token := c.tokens.Get(ctx, c.appID); token != "" {
		return token, nil
	}
	var answer struct {
		AccessToken string `json:"access_token"`
		ExpiresIn   int64  `json:"expires_in"`
	}
	err := c.post(ctx, request{op: opToken, path: "/cgi-bin/stable_token", body: map[string]any{
		"grant_type": "client_credential", "appid": c.appID, "secret": c.secret, "force_refresh": false,
	}}, &answer)
	if err != nil {
		return "", err
	}
	if answer.AccessToken == "" {
		return "", &Error{Op: opToken, Reason: reasonNoToken}
	}
	c.tokens.Set(ctx, c.appID, answer.AccessToken, time.Duration(answer.ExpiresIn)*time.Second-tokenMargin)
	return answer.AccessToken, nil
}

// forget removes a bad token from the cache, unless another caller has replaced it already.
func (c *Client) forget(ctx context.Context, bad string) {
	if stored := c.tokens.Get(ctx, c.appID); stored == "" || stored == bad {
		// If the cache cannot delete, the bad token remains: the call then fails once more, and returns that error.
		c.tokens.Delete(ctx, c.appID)
	}
}
