package law

import (
	"fmt"
	"regexp"

	"pugongying/internal/civil"
)

// Repeal says that a law, by its title, no longer applies from a day on, and where that is written. It is needed where
// neither the repealed text nor an imported one says so.
type Repeal struct {
	Title  string
	Number string // 法释〔2001〕30号; empty when it has none
	Day    string // the first one on which it does not apply
	Source string // the decision, or the provision of another law
}

// WithRepeals is the register with repeals that are known from elsewhere. It refuses one without title, day or source.
func (r *Register) WithRepeals(repeals []Repeal) (*Register, error) {
	for _, known := range repeals {
		if known.Title == "" || known.Source == "" || !civil.IsDay(known.Day) {
			return nil, fmt.Errorf("law: a repeal needs title, day and source: %+v", known)
		}
	}
	with := *r
	with.repeals = repeals
	return &with, nil
}

// ends maps the key of each repealed law's title to the first day on which it no longer applies: what imported texts
// repeal, and what the register knows.
func (r *Register) ends(entries []Entry) map[string]string {
	days := map[string]string{}
	end := func(title, day string) {
		name := TitleKey(title)
		if known, named := days[name]; !named || day < known {
			days[name] = day
		}
	}
	for _, known := range r.repeals {
		end(known.Title, known.Day)
	}
	for _, e := range entries {
		own := TitleKey(e.Title)
		for _, f := range e.Versions {
			for _, title := range f.Repeals {
				if TitleKey(title) != own && f.Standing != Outdated {
					end(title, f.Effective)
				}
			}
		}
	}
	return days
}

// interpreting matches the law that a title says its text interprets or carries out.
var interpreting = regexp.MustCompile(`关于(?:正确)?(?:适用|执行|贯彻执行|贯彻)(.{2,40}?(?:法|法典|通则|总则|条例))(?:若干|有关|的|中|第)`)

// interprets gives the key of the title of the law that a text interprets; "" when its title names none.
func interprets(title string) string {
	if m := interpreting.FindStringSubmatch(TitleKey(title)); m != nil {
		return m[1]
	}
	return ""
}

// unsettled takes a record that interprets a law which is repealed out of those in force: nothing that is known says
// whether it still applies.
func unsettled(h Record, ends map[string]string, day string) Record {
	end, gone := ends[interprets(h.Title)]
	if !gone || end > day || h.Status != InForce || max(h.Issued, h.Revised) >= end {
		return h
	}
	h.Status = Unsettled
	if h.Current >= 0 && h.Versions[h.Current].Status == InForce {
		h.Versions[h.Current].Status = Unsettled
	}
	return h
}
