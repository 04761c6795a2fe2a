// Package directory lists places near a person where she can get help. So far it contains the hotlines.
//
// It promises that a hotline is shown only after somebody called it from its region and wrote down the day and the
// hours, and only for half a year after that call; the nearest hotlines come first; a line is said to answer now only where its
// hours and the calendar are certain. It refuses hotlines without such a
// call (12338, 12348 and 12356 included), round-the-clock hours for 12356 (each place has its own hours), and 110 and
// 120, which are built into the app as its first and plainest entries and need no list. Entries that are still
// UNCHECKED are for editors and never get here.
package directory

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

// Kind says what sort of help a hotline gives.
type Kind string

// The kinds.
const (
	Women   Kind = "women"   // 妇联
	Law     Kind = "law"     // 法律援助
	Mind    Kind = "mind"    // 心理援助
	Youth   Kind = "youth"   // 未成年人
	Shelter Kind = "shelter" // 救助庇护
	Village Kind = "village" // 嘎查村社区
)

var kinds = []Kind{Women, Law, Mind, Youth, Shelter, Village}

// Hotline is one telephone line.
type Hotline struct {
	Name      string      `yaml:"name"`
	Number    string      `yaml:"number"`
	Kind      Kind        `yaml:"kind"`
	Hours     string      `yaml:"hours"`
	TestedDay string      `yaml:"tested"` // civil day of the local test call
	Region    region.Code `yaml:"region"` // the region it serves
	Demo      bool        `yaml:"demo"`   // 演示: a number that does not exist

	open Hours // as Hours says; nil where that is unclear
}

const (
	freshFor   = 180 * 24 * time.Hour
	longest    = 40 // characters of a name or of hours
	demoNumber = "0000-"
)

var (
	number     = regexp.MustCompile(`^[0-9][0-9-]{2,15}$`)
	roundClock = regexp.MustCompile(`24\s*小时|二十四\s*小时|全天|7\s*[x×*]\s*24|0?0[:：]00\s*[-—–~至到]\s*24[:：]00`)
	inTheApp   = []string{"110", "120", "119", "122"}
)

// Hotlines are the hotlines of a deployment, immutable and safe for concurrent use.
type Hotlines struct {
	lines    []Hotline
	now      func() time.Time
	calendar civil.Calendar
}

// Check is the configuration that a list of hotlines is validated with.
type Check struct {
	Tree     *region.Tree
	Demo     bool // 演示 hotlines are allowed
	Now      func() time.Time
	Calendar civil.Calendar // the zero one: only lines that answer every day are said to answer now
}

// Load reads a YAML file of hotlines. Every invalid one is reported, with the reason in Chinese for the operator.
func Load(data []byte, c Check) (*Hotlines, error) {
	var file struct {
		Hotlines []Hotline `yaml:"hotlines"`
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&file); err != nil {
		return nil, fmt.Errorf("电话文件读不了：%w", err)
	}
	var refused error
	seen := map[string]bool{}
	for i, l := range file.Hotlines {
		err := c.line(l)
		if key := digits(l.Number) + "|" + string(l.Region); err == nil && seen[key] {
			err = errors.New("同一地区这个号码写了两次")
		} else {
			seen[key] = true
		}
		if err != nil {
			refused = errors.Join(refused, fmt.Errorf("第 %d 条电话（%s）：%w", i+1, l.Name, err))
		}
		file.Hotlines[i].open, _ = ParseHours(l.Hours) // Unclear names those that cannot be read
	}
	if refused != nil {
		return nil, refused
	}
	return &Hotlines{lines: file.Hotlines, now: c.Now, calendar: c.Calendar}, nil
}

func (c Check) line(l Hotline) error {
	switch digits := digits(l.Number); {
	case !short(l.Name):
		return fmt.Errorf("要有名称，最多 %d 个字", longest)
	case slices.Contains(inTheApp, digits):
		return errors.New("110、120 这样的紧急电话已经放在小程序里，不写在这里")
	case !number.MatchString(l.Number):
		return errors.New("要有号码，只用数字和短横线")
	case !slices.Contains(kinds, l.Kind):
		return errors.New("种类要从 women、law、mind、youth、shelter、village 里选")
	case !short(l.Hours):
		return fmt.Errorf("要有试打时问到的接听时间，最多 %d 个字", longest)
	case strings.HasSuffix(digits, "12356") && roundClock.MatchString(l.Hours):
		return errors.New("12356 各地接听时间不一样，请写试打时问到的时间，不能写 24 小时")
	case l.Demo && !c.Demo:
		return errors.New("正式环境不能用演示电话")
	case l.Demo != strings.HasPrefix(l.Number, demoNumber):
		return errors.New("演示电话的号码要以 0000- 开头，真的电话不能")
	}
	if _, err := c.Tree.Find(l.Region); err != nil {
		return fmt.Errorf("要写明管哪个地区：地区码 %q 不在地区表里", l.Region)
	}
	if !civil.IsDay(l.TestedDay) {
		return errors.New("要有在当地试打的日期，写成 2026-11-23 这样；没有试打过的不能放上去")
	}
	if l.TestedDay > civil.DayOf(c.Now()) && !l.Demo {
		return errors.New("试打的日期还没有到")
	}
	return nil
}

func short(s string) bool { return strings.TrimSpace(s) != "" && utf8.RuneCountInString(s) <= longest }

func digits(s string) string { return strings.ReplaceAll(s, "-", "") }

// For gives the hotlines that serve somebody in a region, the nearest first: those of the region itself, then those of
// the regions around it, then those inside it, the larger ones first. Hotlines whose test call is too old are left out;
// 演示 hotlines do not expire.
func (h *Hotlines) For(at region.Code) []Hotline {
	shown := []Hotline{}
	for _, l := range h.lines {
		if distance(at, l.Region) >= 0 && h.fresh(l) {
			shown = append(shown, l)
		}
	}
	slices.SortStableFunc(shown, func(a, b Hotline) int {
		return cmp.Or(cmp.Compare(distance(at, a.Region), distance(at, b.Region)), cmp.Compare(a.Region, b.Region))
	})
	return shown
}

// Lists reports whether a number, in digits alone, is one of the directory's, fresh or not: it is nobody's own.
func (h *Hotlines) Lists(number string) bool {
	return slices.ContainsFunc(h.lines, func(l Hotline) bool { return digits(l.Number) == number })
}

// Stale gives the hotlines that are no longer shown because their test call is too old.
func (h *Hotlines) Stale() []Hotline {
	var stale []Hotline
	for _, l := range h.lines {
		if !h.fresh(l) {
			stale = append(stale, l)
		}
	}
	return stale
}

func (h *Hotlines) fresh(l Hotline) bool {
	return l.Demo || l.TestedDay >= civil.DayOf(h.now().Add(-freshFor))
}

// distance is how many levels are between a person's region and a hotline's: first counted up to the regions around
// hers, then, after all of those, down to the regions inside hers. It is negative when neither region contains the
// other.
func distance(at, line region.Code) int {
	up := int(at.Level()) - int(line.Level())
	switch {
	case at.Within(line):
		return up
	case line.Within(at):
		return int(region.Gacha) - up
	}
	return -1
}
