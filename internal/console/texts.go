package console

import (
	"context"
	"slices"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// TextLists reads texts for who may read them.
type TextLists interface {
	List(ctx context.Context, who staff.Principal, f publish.Filter) (page []publish.Publication, next string, err error)
	Count(ctx context.Context, who staff.Principal, f publish.Filter) (int64, error)
	Newer(ctx context.Context, who staff.Principal, id string) (publish.Text, error)
	History(ctx context.Context, who staff.Principal, id string) ([]publish.Version, error)
	Waiting(ctx context.Context, who staff.Principal, limit int) ([]publish.Publication, error)
	Overdue(ctx context.Context, who staff.Principal, limit int) ([]publish.Publication, error)
}

// TextActs are what a publisher does with a text, and what every reviewer may do alone: take it down.
type TextActs interface {
	Schedule(ctx context.Context, who staff.Principal, s publish.Scheduling) error
	Unschedule(ctx context.Context, who staff.Principal, at publish.At) error
	Release(ctx context.Context, who staff.Principal, at publish.At) error
	TakeDown(ctx context.Context, who staff.Principal, id string) error
	SetReviewAt(ctx context.Context, who staff.Principal, id string, rev int64, at time.Time) error
	Restore(ctx context.Context, who staff.Principal, r publish.Revision) (publish.Publication, error)
}

// LawNames are the laws that a list can be cut down to, by slug.
type LawNames func() []Option

// TextParts is what the pages of texts need.
type TextParts struct {
	Lists   TextLists
	Acts    TextActs
	Many    TextBulk
	Names   Names
	Laws    LawNames
	Regions Regions
	Now     func() time.Time
}

type textPages struct {
	lists   TextLists
	acts    TextActs
	many    TextBulk
	names   Names
	laws    LawNames
	regions Regions
	now     func() time.Time
}

// PublishedTexts is the list of everything that is published or on its way, what can be done to many of them, and the page
// of one: where it stands, its versions, and what a publisher does with it.
func PublishedTexts(p TextParts) Area {
	t := &textPages{p.Lists, p.Acts, p.Many, p.Names, p.Laws, p.Regions, p.Now}
	return Area{
		Name:  "texts",
		Tasks: t,
		Rail:  []Item{{Group: Writing, Title: "发布件", Path: "/texts", Icon: "list", Action: access.ReadText}},
		Routes: []Route{
			{Method: GET, Path: "/texts", Action: access.ReadText, Handle: t.list},
			{Method: GET, Path: "/texts/chosen", Action: access.TakeDown, Handle: t.chosen},
			{Method: POST, Path: "/texts/chosen", Action: access.TakeDown, Handle: t.forMany, Bounds: web.Bounds{Time: bulkTime}},
			{Method: GET, Path: "/texts/:id", Action: access.ReadText, Handle: t.one},
			{Method: POST, Path: "/texts/:id/hour", Action: access.ReleaseText, Handle: t.schedule},
			{Method: POST, Path: "/texts/:id/release", Action: access.ReleaseText, Handle: t.release},
			{Method: POST, Path: "/texts/:id/recheck", Action: access.ReleaseText, Handle: t.recheck},
			{Method: POST, Path: "/texts/:id/restoration", Action: access.WriteText, Handle: t.restore},
			{Method: POST, Path: "/texts/:id/withdrawal", Action: access.TakeDown, Handle: t.takeDown},
		},
	}
}

var (
	tabWords = map[publish.Tab]string{
		publish.TabReview: "等审", publish.TabReady: "等上线", publish.TabLive: "线上", publish.TabReturned: "退回", publish.TabWithdrawn: "撤下", publish.TabDraft: "草稿",
	}
	textKinds  = map[publish.Kind]string{publish.KindExplainer: "故事", publish.KindQuestion: "题", publish.KindTopic: "一组题"}
	textStates = map[publish.State]string{
		publish.StateDraft: "草稿", publish.StateCheck: "机器在查", publish.StateFirst: "一审", publish.StateSecond: "二审", publish.StateThird: "三审",
		publish.StateApproved: "等上线", publish.StateScheduled: "定了时间", publish.StateLive: "线上", publish.StateSuperseded: "换下了", publish.StateWithdrawn: "撤下",
	}
)

func (t *textPages) list(r *Request) (pages.Answer, error) {
	return r.List("发布件", t.table(r.Who))
}

func (t *textPages) table(who staff.Principal) List {
	return List{
		Name: "发布件", Unit: "件", Size: 14, Tabs: "tab", Sort: "-changed", None: "还没有写过东西。", Bulk: bulkButtons(who), BulkPath: "/texts/chosen",
		Columns: []Column{
			{Key: "title", Title: "标题"}, {Key: "kind", Title: "类别"}, {Key: "stage", Title: "审到哪"}, {Key: "author", Title: "作者"}, {Key: "region", Title: "地区"},
			{Key: "findings", Title: "疑问", Number: true}, {Key: "due", Title: "还有", Sorts: true, Tight: true}, {Key: "changed", Title: "改于", Sorts: true},
		},
		Filters: []Filter{
			{Name: "title", Label: "标题开头", Kind: ByWords},
			{Name: "tab", Label: "状态", Kind: ByChoice, Options: t.tabs},
			{Name: "kind", Label: "类别", Kind: ByChoice, Options: Fixed(kinds()...)},
			{Name: "cites", Label: "引用哪部法律", Kind: ByChoice, Options: func(context.Context, staff.Principal) ([]Option, error) { return t.laws(), nil }},
			{Name: "since", Label: "哪天以后改的", Kind: ByDay},
			{Name: "mine", Label: "谁写的", Kind: ByChoice, Options: Fixed(Option{Value: "1", Words: "我写的"})},
		},
		Find: t.find,
	}
}

func kinds() []Option {
	return []Option{
		{Value: string(publish.KindExplainer), Words: textKinds[publish.KindExplainer]},
		{Value: string(publish.KindQuestion), Words: textKinds[publish.KindQuestion]},
		{Value: string(publish.KindTopic), Words: textKinds[publish.KindTopic]},
	}
}

// mostCounted is how far the number beside a tab counts.
const mostCounted = 10_000

// tabs are the states with how many stand in each.
func (t *textPages) tabs(ctx context.Context, who staff.Principal) ([]Option, error) {
	var options []Option
	for _, tab := range publish.Tabs() {
		n, err := t.lists.Count(ctx, who, publish.Filter{Tab: tab, Limit: mostCounted + 1})
		if err != nil {
			return nil, err
		}
		options = append(options, Option{Value: string(tab), Words: tabWords[tab], Count: countedTo(n, mostCounted)})
	}
	return options, nil
}

// countedTo says a number that was counted no further than most: what is beyond it has a plus.
func countedTo(n, most int64) string {
	if n > most {
		return thousands(most) + "+"
	}
	return thousands(n)
}

func (t *textPages) find(ctx context.Context, who staff.Principal, q Query) (Found, error) {
	f := publish.Filter{
		Tab: publish.Tab(q.Get("tab")), Kind: publish.Kind(q.Get("kind")), Cites: q.Get("cites"), Title: q.Get("title"), Mine: q.Get("mine") != "",
		ByDue: q.Sort == "due" && q.Get("tab") == string(publish.TabReview), After: q.After, Limit: q.Limit,
	}
	if tabWords[f.Tab] == "" {
		f.Tab = ""
	}
	if day := q.Get("since"); day != "" {
		at, err := civil.Start(day)
		if err != nil {
			return Found{}, ErrDay.Because(err)
		}
		f.Since = at
	}
	page, next, err := t.lists.List(ctx, who, f)
	if err != nil {
		return Found{}, err
	}
	names, err := t.namesOf(ctx, page)
	if err != nil {
		return Found{}, err
	}
	found := Found{Total: -1, Next: next}
	for _, p := range page {
		row := t.row(p, names)
		row.Choice, row.May = p.ID, t.mayMany(who, p)
		found.Rows = append(found.Rows, row)
	}
	return found, nil
}

func (t *textPages) namesOf(ctx context.Context, page []publish.Publication) (map[string]string, error) {
	var ids []string
	for _, p := range page {
		ids = append(ids, p.Authors...)
		for _, o := range p.Open {
			ids = append(ids, o.Reviewer)
		}
	}
	return t.names.Names(ctx, ids...)
}

func (t *textPages) row(p publish.Publication, names map[string]string) Row {
	stage, due, findings := Cell{Text: textStates[p.State]}, Cell{Calm: true}, Cell{}
	if o := newestOpen(p); o != nil {
		stage = Cell{Steps: textSteps(*o), Text: stageOf(*o, names)}
		due = Cell{Text: Left(o.Due, t.now())}
		switch {
		case o.Returned:
			due = Cell{Text: "等作者", Calm: true}
		case !o.At.IsZero():
			due = Cell{At: o.At}
		case !o.Due.IsZero() && o.Due.Sub(t.now()) < soon:
			due.Tag = "warn"
		}
		if o.Findings > 0 {
			findings.Text = thousands(int64(o.Findings))
		}
	}
	title := Cell{Text: textTitle(p)}
	if p.Live > 0 && len(p.Open) > 0 {
		title.Note = "线上有旧版"
	}
	if p.Rechecking {
		title.Note = "正在重新核对"
	}
	return Row{Path: "/texts/" + p.ID, Cells: []Cell{
		title, {Text: textKinds[p.Kind]}, stage, {Text: authorsOf(p, names)}, {Text: t.place(p.Region)}, findings, due, {At: p.ChangedAt, Calm: true},
	}}
}

func (t *textPages) place(c region.Code) string { return placeName(t.regions, c) }

func textTitle(p publish.Publication) string {
	if p.Title == "" {
		return "没有标题的" + textKinds[p.Kind]
	}
	return p.Title
}

func authorsOf(p publish.Publication, names map[string]string) string {
	var all []string
	for _, id := range p.Authors {
		if names[id] != "" {
			all = append(all, names[id])
		}
	}
	if len(all) == 0 {
		return "自带的"
	}
	return strings.Join(all, "、")
}

// newestOpen is the newest version that is worked on; nil when none is.
func newestOpen(p publish.Publication) *publish.Open {
	if len(p.Open) == 0 {
		return nil
	}
	return &p.Open[len(p.Open)-1]
}

// textSteps draws how far a version is: three bars, one for each review.
func textSteps(o publish.Open) []Step {
	steps := []Step{StepOpen, StepOpen, StepOpen}
	done := slices.Index([]publish.State{publish.StateFirst, publish.StateSecond, publish.StateThird, publish.StateApproved, publish.StateScheduled}, o.State)
	if done > 2 {
		done = 3
	}
	for i := range min(max(done, 0), 3) {
		steps[i] = StepDone
	}
	switch {
	case o.Returned:
		steps[0] = StepRefused
	case done >= 0 && done < 3:
		steps[done] = StepNow
	}
	return steps
}

// stageOf says who has it now.
func stageOf(o publish.Open, names map[string]string) string {
	switch {
	case o.Trouble != "":
		return "没上成，要重新审"
	case o.Returned:
		return "退给作者"
	case o.State == publish.StateFirst || o.State == publish.StateSecond || o.State == publish.StateThird:
		if names[o.Reviewer] != "" {
			return names[o.Reviewer] + "在看"
		}
		return textStates[o.State] + "，没人领"
	}
	return textStates[o.State]
}
