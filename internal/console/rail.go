package console

import (
	"slices"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Regions knows what regions are called.
type Regions interface {
	Find(code region.Code) (region.Region, error)
}

// Heading is a heading of the rail; the zero Heading has no words.
type Heading int

// The headings, in the rail's order.
const (
	First      Heading = iota
	Writing            // 写和审
	Appointing         // 约时间
	Figures            // 数字
	People             // 人和账号
	Last
	headings
)

var headingWords = [headings]string{Writing: "写和审", Appointing: "约时间", Figures: "数字", People: "人和账号"}

// Item is one way into an area. It is shown to those who may do its action.
type Item struct {
	Group  Heading
	Title  string
	Path   string // below Prefix
	Icon   string
	Action access.Action
}

// Group is a heading of the rail with its items, as the layout shows them.
type Group struct {
	Words string
	Items []Entry
}

// Entry is one item of the rail on one page.
type Entry struct {
	Item
	Here bool // the page belongs to it
}

// Person is whose session it is.
type Person struct {
	Account, Name string
	Roles         []string // "二审编辑 · 青格旗", one for each region
}

// rail is what somebody may open; the entry that the page belongs to is the one with the longest path. Today's page has only
// itself: what has no entry of its own lights none.
func (c *Console) rail(who staff.Principal, at string) []Group {
	groups := make([]Group, headings)
	at = strings.TrimPrefix(at, Prefix)
	var here *Entry
	for _, area := range c.areas {
		for _, item := range area.Rail {
			if !who.Admits(item.Action) {
				continue
			}
			g := &groups[item.Group]
			g.Items = append(g.Items, Entry{Item: item})
		}
	}
	shown := groups[:0]
	for i, g := range groups {
		if len(g.Items) == 0 {
			continue
		}
		g.Words = headingWords[i]
		for j := range g.Items {
			e := &g.Items[j]
			if (at == e.Path || at == e.Path+"/" || e.Path != "" && strings.HasPrefix(at, e.Path+"/")) && (here == nil || len(e.Path) > len(here.Path)) {
				here = e
			}
		}
		shown = append(shown, g)
	}
	if here != nil {
		here.Here = true
	}
	return shown
}

// RoleWords are the roles as people say them.
var RoleWords = map[access.Role]string{
	access.Volunteer: "志愿者", access.Editor1: "一审编辑", access.Editor2: "二审编辑", access.Editor3: "三审编辑", access.Publisher: "发布",
	access.Counsellor: "老师", access.Coordinator: "统筹", access.Caseworker: "个案", access.Supervisor: "督导", access.Auditor: "审计", access.Admin: "管账号",
}

// person is who is signed in, with her roles by region as the rail says them.
func (c *Console) person(who staff.Principal) *Person {
	var places []string
	roles := map[string][]string{}
	for _, g := range who.Grants {
		place := string(g.Scope.From)
		if r, err := c.Regions.Find(g.Scope.From); err == nil {
			place = r.Name
		}
		if !slices.Contains(places, place) {
			places = append(places, place)
		}
		roles[place] = append(roles[place], RoleWords[g.Role])
	}
	p := &Person{Account: who.Account, Name: who.Name}
	for _, place := range places {
		p.Roles = append(p.Roles, strings.Join(roles[place], "、")+" · "+place)
	}
	return p
}
