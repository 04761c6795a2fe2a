// Package sandbox is a WeChat in process that behaves like the real one towards one backend: stable tokens, login codes,
// unlimited mini-program codes, subscribe messages, text and media checks, message push, with their error codes, quotas
// and rules. Its state is separate for each AppID, so that parallel tests with an AppID each do not affect each other. A
// page shows what was sent and lets a person act as the member: consent, scan, visit, take back.
//
// It promises to refuse what WeChat refuses, with WeChat's code; each fact of WeChat it follows is named in its test.
//
// It refuses to be WeChat for anybody else: its page answers only on loopback and only to a browser there, it makes no
// request of any kind over a network (the media it "checks" come from App.Files in this process, or are not fetched at
// all), and it stores nothing beyond the end of the process.
//
// # Login codes
//
// A code is sandbox-NAME: NAME (1–32 of A–Z a–z 0–9 _ -) is a person, always the same openid under one AppID. To let
// people try things out repeatedly, a bare sandbox-NAME never expires: the one place where the sandbox is more lenient
// than WeChat. With a suffix, sandbox-NAME.SUFFIX, it is a code like WeChat's: accepted once (then 40163), and, when
// Sandbox.IssueCode made it, for five minutes (then 40029). Two names have a special meaning: sandbox-risk is refused as a
// risk (40226), sandbox-busy finds WeChat busy (-1).
package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"
)

// App is a mini-program the sandbox knows. Push, if set, is where its events are pushed, signed with PushToken and, with
// PushAESKey set, encrypted. Pages are its published pages. Link makes the address that a scanned code opens. Files, if set,
// is where a picture that is to be checked is fetched from, whatever host its address names.
type App struct {
	AppID        string
	Secret       string
	PushToken    string
	PushAESKey   string
	PushXML      bool
	Push         http.Handler
	Files        http.Handler
	Pages        []string
	Templates    []Template
	OpenPlatform bool // bound to an Open Platform account: logins give a unionid
	Link         func(page, scene string) string
	SendTime     time.Duration // how long a message is under way; meanwhile a second to the same person is refused
}

// Sandbox is one WeChat. It is safe for concurrent use.
type Sandbox struct {
	now   func() time.Time
	newID func() string

	mu   sync.Mutex
	apps map[string]*account
}

// account is what WeChat knows of one mini-program. Its lock is held for moments only.
type account struct {
	App
	mu      sync.Mutex
	tokens  []token // oldest first, the last is current
	forced  []time.Time
	spent   map[string]*window
	people  map[string]*person // by openid
	codes   map[string]*loginCode
	broken  map[string]breakage
	outbox  []*parcel
	shown   record
	numbers int64
}

// person is somebody using the mini-program.
type person struct {
	name     string
	openID   string
	visited  time.Time
	consents map[string]int // messages still allowed, by template
	sending  bool
	logins   window
}

type breakage struct{ code, left int }

// New creates a WeChat that knows no mini-program yet.
func New(now func() time.Time, newID func() string) *Sandbox {
	return &Sandbox{now: now, newID: newID, apps: map[string]*account{}}
}

// Add makes a mini-program known. An AppID can be added once.
func (s *Sandbox) Add(app App) error {
	if app.AppID == "" || app.Secret == "" {
		return errors.New("sandbox: an app needs an AppID and a secret")
	}
	for _, t := range app.Templates {
		if err := t.valid(); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, there := s.apps[app.AppID]; there {
		return fmt.Errorf("sandbox: the app %s is there already", app.AppID)
	}
	s.apps[app.AppID] = &account{
		App: app, spent: map[string]*window{}, people: map[string]*person{}, codes: map[string]*loginCode{}, broken: map[string]breakage{},
	}
	return nil
}

// Break makes the next times calls of path (as "/sns/jscode2session") fail with code, as 40164 when the server's address
// is not on the list, or -1 when WeChat is busy.
func (s *Sandbox) Break(appID, path string, code, times int) {
	if a := s.app(appID); a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.broken[path] = breakage{code, times}
	}
}

func (s *Sandbox) app(appID string) *account {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.apps[appID]
}

func (s *Sandbox) accounts() []*account {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := make([]*account, 0, len(s.apps))
	for _, a := range s.apps {
		all = append(all, a)
	}
	return all
}

// Paths of the calls the sandbox answers.
const (
	pathToken   = "/cgi-bin/stable_token"
	pathSession = "/sns/jscode2session"
	pathSend    = "/cgi-bin/message/subscribe/send"
	pathText    = "/wxa/msg_sec_check"
	pathMedia   = "/wxa/media_check_async"
	pathCode    = "/wxa/getwxacodeunlimit"
)

const bodyLimit = 1 << 20

// call is one request that found its app, and with a token where one is needed.
type call struct {
	*account
	r    *http.Request
	body []byte
	now  time.Time
	id   func() string
}

// operation answers with a JSON value or a []byte picture, or fails with a WeChat code.
type operation struct {
	method string
	limit  limit
	run    func(c call) (any, error)
}

// API is the handler that replaces api.weixin.qq.com.
func (s *Sandbox) API() http.Handler {
	operations := map[string]operation{
		pathToken:   {http.MethodPost, limit{minute: 10_000, day: 500_000}, stableToken},
		pathSession: {http.MethodGet, limit{}, session},
		pathSend:    {http.MethodPost, limit{}, send},
		pathText:    {http.MethodPost, limit{minute: 4_000, day: 2_000_000}, checkText},
		pathMedia:   {http.MethodPost, limit{minute: 2_000, day: 200_000}, checkMedia},
		pathCode:    {http.MethodPost, limit{minute: 5_000}, unlimitedCode},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op, known := operations[r.URL.Path]
		if !known {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		answer, err := s.answer(op, r)
		write(w, answer, err, s.newID)
	})
}

func (s *Sandbox) answer(op operation, r *http.Request) (any, error) {
	if r.Method != op.method {
		if op.method == http.MethodGet {
			return nil, errcode(43001)
		}
		return nil, errcode(43002)
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, bodyLimit))
	if err != nil {
		return nil, errcode(47001)
	}
	account, err := s.caller(r, body)
	if err != nil {
		return nil, err
	}
	c := call{account: account, r: r, body: body, now: s.now(), id: s.newID}
	if err := c.admit(op.limit); err != nil {
		return nil, err
	}
	return op.run(c)
}

// caller finds the app: by its id and secret where the call carries them, by its token everywhere else.
func (s *Sandbox) caller(r *http.Request, body []byte) (*account, error) {
	var id, secret string
	switch r.URL.Path {
	case pathSession:
		id, secret = r.URL.Query().Get("appid"), r.URL.Query().Get("secret")
	case pathToken:
		var sent struct{ AppID, Secret string }
		if json.Unmarshal(body, &sent) != nil {
			return nil, errcode(47001)
		}
		id, secret = sent.AppID, sent.Secret
	default:
		return s.holder(r.URL.Query().Get("access_token"))
	}
	switch a := s.app(id); {
	case id == "":
		return nil, errcode(41002)
	case a == nil:
		return nil, errcode(40013)
	case secret == "":
		return nil, errcode(41004)
	case secret != a.Secret:
		return nil, errcode(40125)
	default:
		return a, nil
	}
}

// admit counts the call against its quota and lets arranged failures happen.
func (c call) admit(l limit) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if b := c.broken[c.r.URL.Path]; b.left > 0 {
		c.broken[c.r.URL.Path] = breakage{b.code, b.left - 1}
		return errcode(b.code)
	}
	if l == (limit{}) {
		return nil
	}
	spent := c.spent[c.r.URL.Path]
	if spent == nil {
		spent = &window{}
		c.spent[c.r.URL.Path] = spent
	}
	if !spent.take(c.now, l) {
		return errcode(45009)
	}
	return nil
}

// read decodes a JSON body.
func (c call) read(into any) error {
	if len(c.body) == 0 {
		return errcode(44002)
	}
	if json.Unmarshal(c.body, into) != nil {
		return errcode(47001)
	}
	return nil
}

// errcode is a failure by WeChat's number.
type errcode int

func (e errcode) Error() string { return fmt.Sprintf("errcode %d", int(e)) }

var errmsgs = map[errcode]string{
	-1: "system error", 40001: "invalid credential, access_token is invalid or not latest", 40002: "invalid grant_type",
	40003: "invalid openid", 40004: "invalid media type", 40013: "invalid appid", 40014: "invalid access_token",
	40029: "invalid code", 40037: "invalid template_id", 40066: "invalid url", 40097: "invalid args",
	40125: "invalid appsecret", 40129: "invalid scene", 40163: "code been used", 40164: "invalid ip, not in whitelist",
	40169: "invalid length for scene, or the data is not json string", 40226: "code blocked", 40243: "AppSecret is frozen",
	41001: "access_token missing", 41002: "appid missing", 41004: "appsecret missing", 41008: "missing code",
	41030: "invalid page", 42001: "access_token expired", 43001: "require GET method", 43002: "require POST method",
	43101: "user refuse to accept the msg", 43108: "concurrent sends to one user", 44002: "empty post data",
	45002: "content size out of limit", 45009: "reach max api daily quota limit", 45011: "api minute-quota reach limit",
	47001: "data format error", 47003: "argument invalid", 61010: "code is expired",
}

func write(w http.ResponseWriter, answer any, err error, newID func() string) {
	var code errcode
	if errors.As(err, &code) {
		answer = map[string]any{"errcode": int(code), "errmsg": errmsgs[code] + " rid: " + rid(newID())}
	}
	if picture, ok := answer.([]byte); ok {
		w.Header().Set("Content-Type", "image/jpeg")
		_, _ = w.Write(picture)
		return
	}
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	_ = json.NewEncoder(w).Encode(answer)
}

// rid has the form of WeChat's request ids: three times eight hexadecimal digits.
func rid(id string) string {
	h := digest(id)
	return strings.Join([]string{h[:8], h[8:16], h[16:24]}, "-")
}
