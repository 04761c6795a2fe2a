package console

import (
	"context"
	"net/url"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/contribution"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// RawStories is what an editor does with the raw words of volunteers.
type RawStories interface {
	Waiting(ctx context.Context, who staff.Principal, state contribution.State) ([]contribution.Saved, error)
	Open(ctx context.Context, who staff.Principal, id string) (contribution.Saved, error)
	Take(ctx context.Context, who staff.Principal, id string) (contribution.Saved, error)
	GiveBack(ctx context.Context, who staff.Principal, id, sentence string) (contribution.Saved, error)
	Voice(ctx context.Context, who staff.Principal, id, recording string) (body []byte, kind string, err error)
}

type contributionPages struct {
	stories RawStories
	names   Names
	regions Regions
}

// Contributions is 整理: what volunteers told on their phones, read by one editor, who makes a piece of it. Opening one
// is recorded.
func Contributions(stories RawStories, names Names, regions Regions) Area {
	c := &contributionPages{stories, names, regions}
	return Area{
		Name: "contributions", Guide: "tidying", Tasks: c,
		Rail: []Item{{Group: Writing, Title: "来稿", Path: "/contributions", Icon: "mic", Action: access.EditText}},
		Routes: []Route{
			{Method: GET, Path: "/contributions", Action: access.EditText, Handle: c.list},
			{Method: GET, Path: "/contributions/:id", Action: access.EditText, Handle: c.open},
			{Method: POST, Path: "/contributions/:id/piece", Action: access.EditText, Handle: c.take},
			{Method: POST, Path: "/contributions/:id/return", Action: access.EditText, Handle: c.giveBack},
			{Method: GET, Path: "/contributions/:id/voices/:recording", Action: access.EditText, Handle: c.voice},
		},
	}
}

var provenanceWords = map[contribution.Provenance]string{contribution.Unsaid: "没说", contribution.Invented: "编的", contribution.Real: "真事"}

func (c *contributionPages) list(r *Request) (pages.Answer, error) {
	return r.List("来稿", List{
		Name: "来稿", Unit: "件", Size: pageSize, None: "没有等着整理的来稿。",
		Columns: []Column{{Key: "author", Title: "谁交来的"}, {Key: "region", Title: "地区"}, {Key: "real", Title: "编的还是真事"}, {Key: "state", Title: "到哪一步"}, {Key: "sent", Title: "什么时候"}},
		Find:    c.find,
	})
}

func (c *contributionPages) find(ctx context.Context, who staff.Principal, q Query) (Found, error) {
	var all []contribution.Saved
	for _, state := range []contribution.State{contribution.Sent, contribution.Taken} {
		found, err := c.stories.Waiting(ctx, who, state)
		if err != nil {
			return Found{}, err
		}
		all = append(all, found...)
	}
	names, err := c.namesOf(ctx, all)
	if err != nil {
		return Found{}, err
	}
	found := Found{Total: len(all)}
	for i := q.From(); i < min(len(all), q.From()+q.Limit); i++ {
		s := all[i]
		state := Cell{Text: "没人领"}
		if s.State == contribution.Taken {
			state = Cell{Text: names[s.Editor] + "在整理", Calm: true}
		}
		real := Cell{Text: provenanceWords[s.Provenance]}
		if s.Provenance == contribution.Real && !s.Consented {
			real.Note = "还没有录同意"
		}
		found.Rows = append(found.Rows, Row{Path: "/contributions/" + url.PathEscape(s.ID), Cells: []Cell{{Text: nameOr(names[s.Author], "志愿者")}, {Text: placeName(c.regions, s.Region)}, real, state, {At: sentAt(s), Calm: true}}})
	}
	return found, nil
}

func nameOr(name, otherwise string) string {
	if name == "" {
		return otherwise
	}
	return name
}

func sentAt(s contribution.Saved) time.Time {
	if s.SentAt == nil {
		return s.WrittenAt
	}
	return *s.SentAt
}

func (c *contributionPages) namesOf(ctx context.Context, all []contribution.Saved) (map[string]string, error) {
	var ids []string
	for _, s := range all {
		ids = append(ids, s.Author, s.Editor)
	}
	return c.names.Names(ctx, ids...)
}

// RawView is the raw words of one story.
type RawView struct {
	Address, Title, Author, Place, Provenance string
	Boxes                                     []RawBox
	NoConsent                                 bool // a true story without a consent goes no further
	Mine                                      bool // she took it
	Piece                                     string
	Free                                      bool // nobody took it
	EraseAt                                   *time.Time
}

// RawBox is one of the four boxes.
type RawBox struct {
	Heading, Text string
	Voices        []RawVoice
	Pictures      []string
}

// RawVoice is one recording.
type RawVoice struct {
	Path    string
	Seconds int
}

func (c *contributionPages) open(r *Request) (pages.Answer, error) {
	page, err := c.page(r)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (c *contributionPages) page(r *Request) (pages.Page, error) {
	s, err := c.stories.Open(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return pages.Page{}, err
	}
	names, err := c.namesOf(r.Context(), []contribution.Saved{s})
	if err != nil {
		return pages.Page{}, err
	}
	v := RawView{
		Address: "/contributions/" + url.PathEscape(s.ID), Title: s.Raw.Title, Author: nameOr(names[s.Author], "志愿者"), Place: placeName(c.regions, s.Region), Provenance: provenanceWords[s.Provenance],
		NoConsent: s.Provenance == contribution.Real && !s.Consented, Mine: s.Editor == r.Who.Account, Piece: s.Contribution.Piece, Free: s.State == contribution.Sent, EraseAt: s.EraseAt,
	}
	for i, b := range s.Raw.Boxes {
		box := RawBox{Heading: contribution.Headings[i], Text: b.Text}
		for _, rec := range b.Recordings {
			box.Voices = append(box.Voices, RawVoice{Path: v.Address + "/voices/" + url.PathEscape(rec.ID), Seconds: rec.Seconds})
		}
		for _, p := range b.Pictures {
			box.Pictures = append(box.Pictures, p.Description)
		}
		v.Boxes = append(v.Boxes, box)
	}
	return r.Page("contributions/one", "来稿", v), nil
}

func (c *contributionPages) take(r *Request) (pages.Answer, error) {
	s, err := c.stories.Take(r.Context(), r.Who, r.Param("id"))
	if err == nil {
		return r.Done("/write/"+url.PathEscape(s.Contribution.Piece), "开始整理了。作者里有她，也有你。"), nil
	}
	return c.again(r, err)
}

func (c *contributionPages) giveBack(r *Request) (pages.Answer, error) {
	if _, err := c.stories.GiveBack(r.Context(), r.Who, r.Param("id"), r.Text("sentence")); err != nil {
		return c.again(r, err)
	}
	return r.Done("/contributions", "退回给她了。"), nil
}

func (c *contributionPages) again(r *Request, err error) (pages.Answer, error) {
	page, failed := c.page(r)
	if failed != nil {
		return nil, failed
	}
	return r.Refused(page, err)
}

func (c *contributionPages) voice(r *Request) (pages.Answer, error) {
	body, kind, err := c.stories.Voice(r.Context(), r.Who, r.Param("id"), r.Param("recording"))
	if err != nil {
		return nil, err
	}
	return pages.Media{Type: kind, Body: body}, nil
}

// storyTime is how long a story waits before the home page says it is late.
const storyTime = 3 * 24 * time.Hour

// Waiting are the stories that nobody took.
func (c *contributionPages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.EditText) {
		return nil, nil
	}
	found, err := c.stories.Waiting(ctx, who, contribution.Sent)
	if err != nil {
		return nil, err
	}
	names, err := c.namesOf(ctx, found)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, s := range found {
		tasks = append(tasks, Task{
			Kind: Waits, Title: nameOr(names[s.Author], "志愿者") + "的来稿", Note: provenanceWords[s.Provenance], Do: "整理", By: placeName(c.regions, s.Region), Path: "/contributions/" + url.PathEscape(s.ID), Due: sentAt(s).Add(storyTime),
		})
	}
	return tasks, nil
}
