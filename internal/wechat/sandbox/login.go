package sandbox

import (
	"encoding/base64"
	"encoding/hex"
	"regexp"
	"time"
)

const (
	codeLife     = 5 * time.Minute
	loginsMinute = 100
	visitCounts  = 2 * time.Hour
)

var codeShape = regexp.MustCompile(`^sandbox-([A-Za-z0-9_-]{1,32})(\.[A-Za-z0-9_-]{1,64})?$`)

// loginCode is a code with a suffix: issued once, used once.
type loginCode struct {
	issued time.Time
	used   bool
}

// IssueCode returns what wx.login gives the person called name: a code for five minutes, once.
func (s *Sandbox) IssueCode(appID, name string) string {
	code := "sandbox-" + name + "." + digest(s.newID())[:24]
	if a := s.app(appID); a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.codes[code] = &loginCode{issued: s.now()}
	}
	return code
}

// OpenID is the openid of the person called name under an AppID: the same in every sandbox.
func OpenID(appID, name string) string {
	return "o" + id(27, "openid", appID, name)
}

func id(length int, parts ...string) string {
	sum, _ := hex.DecodeString(digest(parts...))
	return base64.RawURLEncoding.EncodeToString(sum)[:length]
}

// session is code2Session.
func session(c call) (any, error) {
	q := c.r.URL.Query()
	if q.Get("grant_type") != "authorization_code" {
		return nil, errcode(40002)
	}
	code := q.Get("js_code")
	if code == "" {
		return nil, errcode(41008)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	name, err := c.redeem(code)
	c.shown.login(c.now, name, err)
	if err != nil {
		return nil, err
	}
	who := c.meet(name)
	who.visited = c.now
	answer := map[string]any{
		"openid": who.openID, "session_key": base64.StdEncoding.EncodeToString([]byte(digest(c.id())[:16])),
	}
	if c.OpenPlatform {
		answer["unionid"] = "u" + id(27, "unionid", name)
	}
	return answer, nil
}

// redeem says whose code it is, and takes it if it is one that is taken once.
func (c call) redeem(code string) (string, error) {
	parts := codeShape.FindStringSubmatch(code)
	if parts == nil {
		return "", errcode(40029)
	}
	name := parts[1]
	who := c.meet(name)
	if !who.logins.take(c.now, limit{minute: loginsMinute}) {
		return name, errcode(45011)
	}
	switch name {
	case "risk":
		return name, errcode(40226)
	case "busy":
		return name, errcode(-1)
	}
	if parts[2] == "" {
		return name, nil
	}
	known := c.codes[code]
	switch {
	case known == nil:
		c.codes[code] = &loginCode{issued: c.now, used: true}
	case known.used:
		return name, errcode(40163)
	case c.now.Sub(known.issued) >= codeLife:
		return name, errcode(40029)
	default:
		known.used = true
	}
	return name, nil
}

// meet returns a person, and creates her when she is unknown.
func (a *account) meet(name string) *person {
	openID := OpenID(a.AppID, name)
	who := a.people[openID]
	if who == nil {
		who = &person{name: name, openID: openID, consents: map[string]int{}}
		a.people[openID] = who
	}
	return who
}

// Visit is the person called name opening the mini-program without signing in.
func (s *Sandbox) Visit(appID, name string) {
	if a := s.app(appID); a != nil {
		a.mu.Lock()
		defer a.mu.Unlock()
		a.meet(name).visited = s.now()
	}
}

// visitor finds the person of an openid, who must have been here within two hours (61010).
func (c call) visitor(openID string) (*person, error) {
	who := c.people[openID]
	switch {
	case who == nil:
		return nil, errcode(40003)
	case c.now.Sub(who.visited) > visitCounts:
		return nil, errcode(61010)
	default:
		return who, nil
	}
}
