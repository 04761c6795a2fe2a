package console

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"path"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/markdown"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

//go:embed guide/*.md
var guideFiles embed.FS

// chapter is one page of the guide: a task, not a screen.
type chapter struct {
	Name     string             `yaml:"-"` // in its address
	Title    string             `yaml:"title"`
	Group    string             `yaml:"group"`
	For      string             `yaml:"for"` // whom it is for
	Changed  string             `yaml:"changed"`
	Order    int                `yaml:"order"`
	Body     template.HTML      `yaml:"-"`
	Sections []markdown.Section `yaml:"-"`
	Minutes  int                `yaml:"-"`
	words    string             // its source, to be searched
	links    []string           // to pages of the console, below Prefix
}

// guideGroups are the groups of the guide's contents, in order.
var guideGroups = []string{"先看", "写和审", "约时间", "数字", "人和账号", "出了事"}

// runesAMinute is how fast such a page is read.
const runesAMinute = 300

// readGuide reads every page of the guide. A link to a page that is not there is an error.
func readGuide() ([]chapter, error) {
	names, err := guideFiles.ReadDir("guide")
	if err != nil {
		return nil, err
	}
	known := map[string]bool{}
	for _, entry := range names {
		known[strings.TrimSuffix(entry.Name(), ".md")] = true
	}
	var all []chapter
	for _, entry := range names {
		source, err := guideFiles.ReadFile(path.Join("guide", entry.Name()))
		if err != nil {
			return nil, err
		}
		c, err := readChapter(strings.TrimSuffix(entry.Name(), ".md"), source, known)
		if err != nil {
			return nil, fmt.Errorf("guide: %s: %w", entry.Name(), err)
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b chapter) int {
		if g := slices.Index(guideGroups, a.Group) - slices.Index(guideGroups, b.Group); g != 0 {
			return g
		}
		return a.Order - b.Order
	})
	return all, nil
}

func readChapter(name string, source []byte, known map[string]bool) (chapter, error) {
	c := chapter{Name: name}
	front, body, found := bytes.Cut(bytes.TrimPrefix(source, []byte("---\n")), []byte("\n---\n"))
	if !found {
		return c, fmt.Errorf("no head")
	}
	if err := yaml.Unmarshal(front, &c); err != nil {
		return c, err
	}
	if c.Title == "" || c.For == "" || !slices.Contains(guideGroups, c.Group) {
		return c, fmt.Errorf("the head is incomplete")
	}
	own := markdown.Own{Picture: drawing, Link: func(to string) (string, error) {
		if page, isPage := strings.CutPrefix(to, "guide:"); isPage && known[page] {
			return Prefix + "/guide/" + page, nil
		}
		if strings.HasPrefix(to, "/") {
			c.links = append(c.links, to)
			return Prefix + strings.TrimSuffix(to, "/"), nil // a page of the console; a test asks for each
		}
		return "", fmt.Errorf("a link to %q leads nowhere", to)
	}}
	html, sections, err := own.Render(body)
	if err != nil {
		return c, err
	}
	day, err := time.Parse(time.DateOnly, c.Changed)
	if err != nil {
		return c, err
	}
	c.Changed = fmt.Sprintf("%d 年 %d 月 %d 日", day.Year(), day.Month(), day.Day())
	c.Body, c.Sections, c.words = template.HTML(html), sections, string(body) //nolint:gosec // our own text, raw HTML left out
	c.Minutes = max(1, len([]rune(c.words))/runesAMinute)
	return c, nil
}

// GuideGaps lists what the guide lacks: areas with a way in the rail and without a page, and links to what no route
// serves. The program that put the areas together has it checked by a test.
func (c *Console) GuideGaps() (gaps []string) {
	for _, area := range c.areas {
		page := area.Guide
		if page == "" {
			page = area.Name
		}
		if len(area.Rail) > 0 && area.Name != "guide" && !slices.ContainsFunc(c.chapters, func(ch chapter) bool { return ch.Name == page }) {
			gaps = append(gaps, "no page "+page+" for the area "+area.Name)
		}
	}
	for _, ch := range c.chapters {
		for _, link := range ch.links {
			if !slices.ContainsFunc(c.routes, func(r Route) bool { return r.Method == GET && r.Path == strings.TrimSuffix(link, "/") }) {
				gaps = append(gaps, ch.Name+" leads to "+link+", which nothing serves")
			}
		}
	}
	return gaps
}

// guide is the area of the guide.
func (c *Console) guide() (Area, error) {
	chapters, err := readGuide()
	if err != nil {
		return Area{}, err
	}
	c.chapters = chapters
	g := &guidePages{chapters}
	return Area{
		Name: "guide",
		Rail: []Item{{Group: Last, Title: "怎么用", Path: "/guide", Icon: "book-open", Action: access.StaffSelf}},
		Routes: []Route{
			{Method: GET, Path: "/guide", Action: access.StaffSelf, Handle: g.search},
			{Method: GET, Path: "/guide/:page", Action: access.StaffSelf, Handle: g.show},
		},
	}, nil
}

type guidePages struct{ chapters []chapter }

// ErrNoChapter answers a page of the guide that is not there.
var ErrNoChapter = fault.New(fault.NotFound, "guide.not_found", "怎么用里没有这一页。")

// GuideView is what a page of the guide shows.
type GuideView struct {
	Contents []GuideGroup
	Page     chapter
	Asked    string
	Hits     []chapter
}

// GuideGroup is one group of the contents.
type GuideGroup struct {
	Words string
	Pages []chapter
}

func (g *guidePages) show(r *Request) (pages.Answer, error) {
	i := slices.IndexFunc(g.chapters, func(c chapter) bool { return c.Name == r.Param("page") })
	if i < 0 {
		return nil, ErrNoChapter
	}
	return r.Page("guide/page", "怎么用", GuideView{Contents: g.contents(), Page: g.chapters[i].forReader(r)}), nil
}

// forReader leaves the words of links to pages that whoever reads may not open, and takes the links away.
func (c chapter) forReader(r *Request) chapter {
	body := string(c.Body)
	for _, link := range c.links {
		if r.console.opens(r.Who, strings.TrimSuffix(link, "/")) {
			continue
		}
		open := `<a href="` + Prefix + strings.TrimSuffix(link, "/") + `">`
		for {
			before, behind, found := strings.Cut(body, open)
			if !found {
				break
			}
			words, rest, _ := strings.Cut(behind, "</a>")
			body = before + words + rest
		}
	}
	c.Body = template.HTML(body) //nolint:gosec // our own text with fewer tags
	return c
}

// opens reports whether a page is served and somebody may open it.
func (c *Console) opens(who staff.Principal, path string) bool {
	return slices.ContainsFunc(c.routes, func(r Route) bool { return r.Method == GET && r.Path == path && who.Admits(r.Action) })
}

// search lists the pages whose words contain what was asked; without a question it opens the first page.
func (g *guidePages) search(r *Request) (pages.Answer, error) {
	asked := strings.TrimSpace(r.URL.Query().Get("q"))
	if asked == "" {
		return r.Page("guide/page", "怎么用", GuideView{Contents: g.contents(), Page: g.chapters[0].forReader(r)}), nil
	}
	v := GuideView{Contents: g.contents(), Asked: asked}
	for _, c := range g.chapters {
		if strings.Contains(c.Title, asked) {
			v.Hits = append(v.Hits, c)
		}
	}
	for _, c := range g.chapters {
		if !strings.Contains(c.Title, asked) && strings.Contains(c.words, asked) {
			v.Hits = append(v.Hits, c)
		}
	}
	return r.Page("guide/hits", "怎么用", v), nil
}

func (g *guidePages) contents() []GuideGroup {
	var groups []GuideGroup
	for _, c := range g.chapters {
		if len(groups) == 0 || groups[len(groups)-1].Words != c.Group {
			groups = append(groups, GuideGroup{Words: c.Group})
		}
		last := &groups[len(groups)-1]
		last.Pages = append(last.Pages, c)
	}
	return groups
}
