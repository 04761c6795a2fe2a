package sandbox

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Template is a subscribe-message template. Fields maps each field ("thing1", "time2") to the label a person reads before
// its value; the letters of its name are its type. A one-time template allows one message a consent; a long-term one (only for
// 政务民生、医疗、交通、金融、教育) any number.
type Template struct {
	ID       string
	Title    string
	LongTerm bool
	Fields   map[string]string
}

var fieldShape = regexp.MustCompile(`^([a-z_]+)[0-9]{1,3}$`)

func (t Template) valid() error {
	if t.ID == "" || len(t.Fields) == 0 {
		return errors.New("sandbox: a template needs an id and fields")
	}
	for field := range t.Fields {
		parts := fieldShape.FindStringSubmatch(field)
		if parts == nil || rules[parts[1]] == nil {
			return fmt.Errorf("sandbox: the field %q is of no known type", field)
		}
	}
	return nil
}

// clock is 24 hours with or without a date, as `15:01` or `2019年10月1日 15:01`.
var clock = regexp.MustCompile(`^(\d{4}年\d{1,2}月\d{1,2}日 )?\d{1,2}:\d{2}(:\d{2})?$`)

var (
	date   = regexp.MustCompile(`^\d{4}年\d{1,2}月\d{1,2}日( \d{1,2}:\d{2})?$`)
	number = regexp.MustCompile(`^[+-]?\d+(\.\d+)?$`)
	phone  = regexp.MustCompile(`^[0-9+*()-]+$`)
)

// rules are the types of fields and what they may hold.
var rules = map[string]func(string) bool{
	"thing":            func(v string) bool { return runes(v) <= 20 },
	"phrase":           func(v string) bool { return runes(v) <= 5 && every(v, han) },
	"character_string": func(v string) bool { return runes(v) <= 32 && every(v, printable) },
	"number":           func(v string) bool { return runes(v) <= 32 && number.MatchString(v) },
	"letter":           func(v string) bool { return runes(v) <= 32 && every(v, latin) },
	"symbol":           func(v string) bool { return runes(v) <= 5 && every(v, highlight) },
	"name":             func(v string) bool { return every(v, han) && runes(v) <= 10 || every(v, latinName) && runes(v) <= 20 },
	"phone_number":     func(v string) bool { return runes(v) <= 17 && phone.MatchString(v) },
	"time":             clock.MatchString,
	"date":             date.MatchString,
}

func runes(v string) int    { return utf8.RuneCountInString(v) }
func han(r rune) bool       { return unicode.Is(unicode.Han, r) }
func printable(r rune) bool { return r > ' ' && r < 0x7f }
func latin(r rune) bool     { return r < 0x80 && unicode.IsLetter(r) }
func latinName(r rune) bool { return latin(r) || r == ' ' || r == '.' || r == '-' }
func highlight(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) }
func every(v string, is func(rune) bool) bool {
	return !strings.ContainsFunc(v, func(r rune) bool { return !is(r) })
}

// fits checks the values of a message: every field there, none besides, none empty, each by the rule of its type.
func (t Template) fits(values map[string]string) bool {
	if len(values) != len(t.Fields) {
		return false
	}
	for field := range t.Fields {
		value := values[field]
		kind := fieldShape.FindStringSubmatch(field)[1]
		if strings.TrimSpace(value) == "" || !utf8.ValidString(value) || !rules[kind](value) {
			return false
		}
	}
	return true
}

func (a *account) template(id string) *Template {
	i := slices.IndexFunc(a.Templates, func(t Template) bool { return t.ID == id })
	if i < 0 {
		return nil
	}
	return &a.Templates[i]
}

// send is subscribeMessage.send.
func send(c call) (any, error) {
	var sent struct {
		ToUser     string `json:"touser"`
		TemplateID string `json:"template_id"`
		Page       string `json:"page"`
		Data       map[string]struct {
			Value any `json:"value"`
		} `json:"data"`
	}
	if err := c.read(&sent); err != nil {
		return nil, err
	}
	m := message{page: sent.Page, values: map[string]string{}}
	for field, item := range sent.Data {
		m.values[field] = fmt.Sprint(item.Value)
	}
	if err := c.start(&m, sent.ToUser, sent.TemplateID); err != nil {
		return nil, err
	}
	c.underWay()
	number := c.finish(&m)
	return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": number}, nil
}

type message struct {
	who      *person
	template *Template
	page     string
	values   map[string]string
}

// start checks a message, sets its receiver busy and spends her consent.
func (c call) start(m *message, openID, templateID string) (err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	defer func() {
		if err != nil {
			c.shown.message(c.now, m, err)
		}
	}()
	m.who, m.template = c.people[openID], c.template(templateID)
	switch {
	case m.who == nil:
		return errcode(40003)
	case m.template == nil:
		return errcode(40037)
	case m.page != "" && !c.published(m.page):
		return errcode(41030)
	case !m.template.fits(m.values):
		return errcode(47003)
	case m.who.sending:
		return errcode(43108)
	case m.who.consents[m.template.ID] == 0:
		return errcode(43101)
	}
	m.who.sending = true
	if !m.template.LongTerm {
		m.who.consents[m.template.ID]--
	}
	return nil
}

func (c call) underWay() {
	if c.SendTime <= 0 {
		return
	}
	select {
	case <-time.After(c.SendTime):
	case <-c.r.Context().Done():
	}
}

func (c call) finish(m *message) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	m.who.sending = false
	c.numbers++
	c.shown.message(c.now, m, nil)
	c.push(c.now, m.who.openID, event{
		"Event": "subscribe_msg_sent_event",
		"List":  entry{"TemplateId": m.template.ID, "MsgID": strconv.FormatInt(c.numbers, 10), "ErrorCode": "0", "ErrorStatus": "success"},
	})
	return c.numbers
}

// published reports whether a page, its query aside, is one of the published ones.
func (a *account) published(page string) bool {
	path, _, _ := strings.Cut(page, "?")
	return slices.Contains(a.Pages, path)
}

// Consent is the answer of the person called name to the dialog about a template: allowing it allows one message of a
// one-time template. It is pushed as subscribe_msg_popup_event.
func (s *Sandbox) Consent(appID, name, templateID string, accept bool) error {
	a, t, err := s.known(appID, templateID)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	who := a.meet(name)
	who.visited = s.now()
	answer := "reject"
	switch {
	case accept && t.LongTerm:
		who.consents[t.ID], answer = 1, "accept"
	case accept:
		who.consents[t.ID]++
		answer = "accept"
	}
	a.push(s.now(), who.openID, event{
		"Event": "subscribe_msg_popup_event",
		"List":  entry{"TemplateId": t.ID, "SubscribeStatusString": answer, "PopupScene": "0"},
	})
	return nil
}

// Withdraw is the person called name refusing a template in WeChat's settings: what she had allowed is gone. It is pushed
// as subscribe_msg_change_event.
func (s *Sandbox) Withdraw(appID, name, templateID string) error {
	a, t, err := s.known(appID, templateID)
	if err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	who := a.meet(name)
	delete(who.consents, t.ID)
	a.push(s.now(), who.openID, event{
		"Event": "subscribe_msg_change_event",
		"List":  entry{"TemplateId": t.ID, "SubscribeStatusString": "reject"},
	})
	return nil
}

func (s *Sandbox) known(appID, templateID string) (*account, *Template, error) {
	a := s.app(appID)
	if a == nil {
		return nil, nil, errcode(40013)
	}
	t := a.template(templateID)
	if t == nil {
		return nil, nil, errcode(40037)
	}
	return a, t, nil
}
