package sandbox

import (
	"strings"
	"time"
)

const (
	tokenLife    = 7200 * time.Second
	tokenOverlap = 5 * time.Minute // how long an old token lives beside its successor
	forceAgain   = 30 * time.Second
	forceDaily   = 20
	tokenPrefix  = "sandbox_"
	tokensStored = 16
)

type token struct {
	value string
	until time.Time
	dead  bool // invalid before its time, because two newer ones were issued
}

// stableToken is getStableAccessToken: the same token as long as it has more than five minutes to live, else a new one;
// a forced refresh gives a new one, 20 a day, and within 30 seconds of the last one changes nothing.
func stableToken(c call) (any, error) {
	var sent struct {
		GrantType    string `json:"grant_type"`
		ForceRefresh bool   `json:"force_refresh"`
	}
	if err := c.read(&sent); err != nil {
		return nil, err
	}
	if sent.GrantType != "client_credential" {
		return nil, errcode(40002)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	current := c.current()
	switch {
	case sent.ForceRefresh:
		if err := c.force(); err != nil {
			return nil, err
		}
	case current == nil || current.until.Sub(c.now) <= tokenOverlap:
		c.renew()
	}
	current = c.current()
	return map[string]any{"access_token": current.value, "expires_in": int(current.until.Sub(c.now) / time.Second)}, nil
}

func (a *account) current() *token {
	if len(a.tokens) == 0 {
		return nil
	}
	return &a.tokens[len(a.tokens)-1]
}

func (c call) force() error {
	today := 0
	for _, at := range c.forced {
		if dayOf(at) == dayOf(c.now) {
			today++
		}
	}
	if today >= forceDaily {
		return errcode(45009)
	}
	if n := len(c.forced); n > 0 && c.now.Sub(c.forced[n-1]) < forceAgain && c.current() != nil {
		return nil
	}
	c.forced = append(c.forced, c.now)
	c.renew()
	return nil
}

// renew adds a new token as the current one: the one before stays valid for the overlap, older ones are invalid.
func (c call) renew() {
	for i := range c.tokens[:max(0, len(c.tokens)-1)] {
		c.tokens[i].dead = c.tokens[i].dead || c.now.Before(c.tokens[i].until)
	}
	if last := c.current(); last != nil && last.until.After(c.now.Add(tokenOverlap)) {
		last.until = c.now.Add(tokenOverlap)
	}
	c.tokens = append(c.tokens, token{value: tokenPrefix + c.id(), until: c.now.Add(tokenLife)})
	if len(c.tokens) > tokensStored {
		c.tokens = c.tokens[len(c.tokens)-tokensStored:]
	}
}

// holder finds the app a token belongs to.
func (s *Sandbox) holder(value string) (*account, error) {
	if value == "" {
		return nil, errcode(41001)
	}
	if !strings.HasPrefix(value, tokenPrefix) {
		return nil, errcode(40014)
	}
	now := s.now()
	for _, a := range s.accounts() {
		if found, err := a.holds(value, now); found {
			return a, err
		}
	}
	return nil, errcode(40001)
}

func (a *account) holds(value string, now time.Time) (bool, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, t := range a.tokens {
		switch {
		case t.value != value:
		case t.dead:
			return true, errcode(40001)
		case !now.Before(t.until):
			return true, errcode(42001)
		default:
			return true, nil
		}
	}
	return false, nil
}
