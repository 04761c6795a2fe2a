package sandbox

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// shownLines is how much of each kind the page shows; older lines are forgotten.
const shownLines = 24

// line is one thing that happened, as the page shows it.
type line struct {
	at      time.Time
	who     string
	title   string
	fields  []field
	state   string
	bad     bool
	picture []byte
	number  int
	link    string
}

type field struct{ label, value string }

// record is what the page shows. The account's lock guards it.
type record struct {
	logins, messages, codes, checks, pushes []*line
	count                                   int
}

func (r *record) add(list *[]*line, l *line) *line {
	r.count++
	l.number = r.count
	*list = append([]*line{l}, *list...)
	if len(*list) > shownLines {
		*list = (*list)[:shownLines]
	}
	return l
}

func (r *record) login(at time.Time, name string, err error) {
	if name == "" {
		name = "（不认识的代码）"
	}
	state, bad := outcome("登录成功", err)
	r.add(&r.logins, &line{at: at, who: name, state: state, bad: bad})
}

func (r *record) message(at time.Time, m *message, err error) {
	l := &line{at: at, who: "（没有这个人）", title: "（没有这个模板）", link: m.page}
	if m.who != nil {
		l.who = m.who.name
	}
	labels := map[string]string{}
	if m.template != nil {
		l.title, labels = m.template.Title, m.template.Fields
	}
	for name, value := range m.values {
		label := labels[name]
		if label == "" {
			label = name
		}
		l.fields = append(l.fields, field{label, value})
	}
	slices.SortFunc(l.fields, func(a, b field) int { return strings.Compare(a.label, b.label) })
	l.state, l.bad = outcome("已送达", err)
	r.add(&r.messages, l)
}

func (r *record) code(at time.Time, page, scene, address string, picture []byte) {
	r.add(&r.codes, &line{at: at, title: scene, who: page, link: address, picture: picture})
}

var suggestions = map[string]string{"pass": "通过", "review": "要人看一看", "risky": "不通过", "missing": "取不到文件"}

const textShown = 40

func (r *record) text(at time.Time, who *person, text, suggest string) {
	if cut := []rune(text); len(cut) > textShown {
		text = string(cut[:textShown]) + "…"
	}
	r.add(&r.checks, &line{at: at, who: who.name, title: text, state: suggestions[suggest], bad: suggest != "pass"})
}

func (r *record) medium(at time.Time, who *person, kind int, suggest string) {
	title := "一张图片"
	if kind == 1 {
		title = "一段声音"
	}
	r.add(&r.checks, &line{at: at, who: who.name, title: title, state: suggestions[suggest], bad: suggest != "pass"})
}

func (r *record) pushed(due time.Time, event string) *line {
	return r.add(&r.pushes, &line{at: due, title: eventNames[event], state: "在路上"})
}

var eventNames = map[string]string{
	"subscribe_msg_sent_event":        "通知送到了",
	"subscribe_msg_popup_event":       "她回答了要不要收通知",
	"subscribe_msg_change_event":      "她关掉了一种通知",
	"wxa_media_check":                 "图片或声音的检查结果",
	"user_authorization_revoke":       "她收回了一项授权",
	"user_authorization_cancellation": "她注销了微信号",
}

func outcome(good string, err error) (string, bool) {
	var code errcode
	switch {
	case err == nil:
		return good, false
	case errors.As(err, &code) && reasons[code] != "":
		return fmt.Sprintf("%s（%d）", reasons[code], int(code)), true
	default:
		return err.Error(), true
	}
}

var reasons = map[errcode]string{
	-1: "微信忙", 40003: "没有这个收信人", 40029: "代码不对或过期了", 40037: "没有这个模板", 40163: "代码用过了", 40226: "账号有风险",
	41030: "没有这一页", 43101: "她没有同意，或者次数用完了", 43108: "同时给她发了两条", 45011: "登录得太快", 47003: "内容不合模板的规定",
}
