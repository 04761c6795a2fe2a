package console

import (
	"fmt"
	"html/template"
	"maps"
	"strconv"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/web/pages"
)

// functions are what templates may call.
func (c *Console) functions(static *pages.Static) template.FuncMap {
	all := template.FuncMap{
		"asset": static.Address,
		"icon":  func(name string) (template.HTML, error) { return icon(static, name) },
		"url":   func(path string) string { return Prefix + path },
		"when":  func(t time.Time) string { return When(t, c.Now()) },
		"left":  func(t time.Time) string { return Left(t, c.Now()) },
		"soon":  func(t time.Time) bool { return !t.IsZero() && t.Sub(c.Now()) < soon },
		"late":  func(t time.Time) bool { return !t.IsZero() && t.Before(c.Now()) },
		"field": func(v View, name, label string) Field {
			return Field{Form: v.Form, Name: name, Label: label, Type: "text"}
		},
		"clock": func(t time.Time) string { return t.In(civil.Zone()).Format("15:04") },
		"words": func(cell Cell) string { return cell.words(c.Now()) },
		"today": func() string { return today(c.Now()) },
	}
	maps.Copy(all, writingFunctions())
	return all
}

// soon is how little time is left when a row says so in colour.
const soon = 4 * time.Hour

var weekdays = [...]string{"日", "一", "二", "三", "四", "五", "六"}

func today(now time.Time) string {
	now = now.In(civil.Zone())
	return fmt.Sprintf("%d 月 %d 日 星期%s %s", now.Month(), now.Day(), weekdays[now.Weekday()], now.Format("15:04"))
}

// When says a time as colleagues do: the day when it is near, the date when it is not; "" for the zero time.
func When(t, now time.Time) string {
	if t.IsZero() {
		return ""
	}
	t, now = t.In(civil.Zone()), now.In(civil.Zone())
	switch days := daysBetween(now, t); {
	case days == 0:
		return "今天 " + t.Format("15:04")
	case days == -1:
		return "昨天 " + t.Format("15:04")
	case days == 1:
		return "明天 " + t.Format("15:04")
	case t.Year() == now.Year():
		return fmt.Sprintf("%d 月 %d 日 %s", t.Month(), t.Day(), t.Format("15:04"))
	}
	return fmt.Sprintf("%d 年 %d 月 %d 日", t.Year(), t.Month(), t.Day())
}

func daysBetween(from, to time.Time) int {
	day := func(t time.Time) time.Time {
		y, m, d := t.Date()
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
	}
	return int(day(to).Sub(day(from)) / (24 * time.Hour))
}

// Left says how much time is left until a time, or by how much it has passed; "" for the zero time.
func Left(due, now time.Time) string {
	if due.IsZero() {
		return ""
	}
	if due.Before(now) {
		return "晚了 " + span(now.Sub(due))
	}
	return span(due.Sub(now))
}

// span says a length of time by its two largest units.
func span(d time.Duration) string {
	days, hours, minutes := int(d/(24*time.Hour)), int(d/time.Hour)%24, int(d/time.Minute)%60
	switch {
	case days > 0 && hours > 0:
		return fmt.Sprintf("%d 天 %d 小时", days, hours)
	case days > 0:
		return fmt.Sprintf("%d 天", days)
	case hours > 0 && minutes > 0:
		return fmt.Sprintf("%d 小时 %d 分", hours, minutes)
	case hours > 0:
		return fmt.Sprintf("%d 小时", hours)
	}
	return fmt.Sprintf("%d 分", max(1, minutes))
}

// icon is an icon of the sprite; it is always beside a word, so it says nothing itself. Its name comes from our templates.
func icon(static *pages.Static, name string) (template.HTML, error) {
	sprite, err := static.Address("icons.svg")
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="` + sprite + "#i-" + template.HTMLEscapeString(name) + `"/></svg>`), err //nolint:gosec // escaped
}

// Field is one input of a form with its label and its fault.
type Field struct {
	Form              *pages.Form
	Name, Label, Type string
	Hint              string
	Options           []Option // of a select
	Rows              int      // of a text with several lines
	Complete          string   // what the browser may fill in
	Required          bool
	Digits            bool // numbers alone: a phone shows its keypad
}

// Value is what stands in the field.
func (f Field) Value() string { return f.Form.Get(f.Name) }

// Fault is what is wrong there.
func (f Field) Fault() string { return f.Form.At(f.Name) }

// As is the field with another type of input.
func (f Field) As(kind string) Field { f.Type = kind; return f }

// With is the field with a hint under its label.
func (f Field) With(hint string) Field { f.Hint = hint; return f }

// Lines is the field as a text of several lines.
func (f Field) Lines(rows int) Field { f.Rows = rows; return f }

// Of is the field as a choice.
func (f Field) Of(options []Option) Field { f.Options = options; return f }

// Number is the field for digits.
func (f Field) Number() Field { f.Digits = true; return f }

// Filling is the field with what the browser may fill in (autocomplete).
func (f Field) Filling(what string) Field { f.Complete = what; return f }

// thousands writes a number as people read it.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
