package console

import (
	"cmp"
	"context"
	"errors"
	"html/template"
	"maps"
	"regexp"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/check"
	"pugongying/internal/desk"
	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// Desk is what the writing pages need.
type Desk interface {
	Begin(ctx context.Context, who staff.Principal, kind publish.Kind, in region.Code) (string, error)
	Open(ctx context.Context, who staff.Principal, id string) (desk.Text, error)
	Save(ctx context.Context, who staff.Principal, save desk.Saving) (desk.Text, error)
	HandIn(ctx context.Context, who staff.Principal, id string, rev int64) ([]publish.Finding, error)
	Preview(kind publish.Kind, body []byte) (desk.Preview, error)
	FindArticles(ctx context.Context, text string) ([]desk.Found, error)
	Article(ctx context.Context, law, number string) (desk.Article, error)
}

// Texts lists what somebody wrote.
type Texts interface {
	List(ctx context.Context, who staff.Principal, f publish.Filter) ([]publish.Publication, string, error)
}

type writing struct {
	desk     Desk
	texts    Texts
	pictures PictureChoice
}

// largeForm is a form with a pasted book in it: what cannot be stored of it is said at its place.
var largeForm = web.Bounds{Body: 8 << 20, Time: 20 * time.Second}

// rateSaving is how often pages save by themselves.
var rateSaving = web.Rate{Per: 300 * time.Millisecond, Burst: 240}

// WritingDesk is the area of whoever writes at a desk: stories by their four parts, questions one by one.
func WritingDesk(d Desk, texts Texts, pictures PictureChoice) Area {
	w := &writing{d, texts, pictures}
	return Area{
		Name: "write", Guide: "texts",
		Rail: []Item{{Group: Writing, Title: "我写的", Path: "/write", Icon: "file-text", Action: access.WriteText}},
		Routes: []Route{
			{Method: GET, Path: "/write", Action: access.WriteText, Handle: w.mine},
			{Method: POST, Path: "/write", Action: access.WriteText, Handle: w.begin},
			{Method: GET, Path: "/write/:id", Action: access.WriteText, Handle: w.open},
			{Method: POST, Path: "/write/:id", Action: access.WriteText, Handle: w.save, Bounds: largeForm, Rate: rateSaving},
			{Method: POST, Path: "/write/:id/hand-in", Action: access.WriteText, Handle: w.handIn, Bounds: largeForm},
			{Method: GET, Path: "/articles", Action: access.WriteText, Handle: w.articles},
			{Method: GET, Path: "/articles/:law/:number", Action: access.WriteText, Handle: w.article},
			{Method: GET, Path: "/picture-choice", Action: access.UsePictures, Handle: w.choice},
		},
	}
}

// kindWords are the kinds of texts as people say them.
var kindWords = map[publish.Kind]string{publish.KindExplainer: "故事", publish.KindQuestion: "题目", publish.KindTopic: "题组"}

// stateWords are the states of a version as its author reads them.
var stateWords = map[publish.State]string{
	publish.StateDraft: "草稿", publish.StateCheck: "机器在查", publish.StateFirst: "等一审", publish.StateSecond: "等二审", publish.StateThird: "等三审",
	publish.StateApproved: "三审都过了，等上线", publish.StateScheduled: "排好了时间", publish.StateLive: "线上", publish.StateSuperseded: "旧的", publish.StateWithdrawn: "撤下了",
}

func (w *writing) mine(r *Request) (pages.Answer, error) {
	return r.ListOn("write/mine", "我写的", List{
		Name: "我写的", Unit: "件", Size: 25, None: "还没有写过。从右上角开始：写一个故事，或者出一道题。",
		Columns: []Column{{Key: "title", Title: "标题"}, {Key: "kind", Title: "什么"}, {Key: "state", Title: "到哪一步"}, {Key: "changed", Title: "改动"}},
		Filters: []Filter{
			{Name: "kind", Label: "什么", Kind: ByChoice, Options: Fixed(Option{Value: string(publish.KindExplainer), Words: "故事"}, Option{Value: string(publish.KindQuestion), Words: "题目"})},
			{Name: "tab", Label: "到哪一步", Kind: ByChoice, Options: Fixed(
				Option{Value: string(publish.TabDraft), Words: "草稿"}, Option{Value: string(publish.TabReturned), Words: "退回来的"}, Option{Value: string(publish.TabReview), Words: "在审"},
				Option{Value: string(publish.TabReady), Words: "等上线"}, Option{Value: string(publish.TabLive), Words: "线上"}, Option{Value: string(publish.TabWithdrawn), Words: "撤下了"})},
		},
		Find: w.find,
	})
}

func (w *writing) find(ctx context.Context, who staff.Principal, q Query) (Found, error) {
	page, next, err := w.texts.List(ctx, who, publish.Filter{
		Mine: true, Kind: publish.Kind(q.Get("kind")), Tab: publish.Tab(q.Get("tab")), After: q.After, Limit: q.Limit,
	})
	found := Found{Total: -1, Next: next}
	for _, p := range page {
		found.Rows = append(found.Rows, Row{Path: "/write/" + p.ID, Cells: []Cell{
			{Text: titleOf(p)}, {Text: kindWords[p.Kind]}, {Text: stateOf(p), Note: besideLive(p)}, {At: p.ChangedAt, Calm: true},
		}})
	}
	return found, err
}

func titleOf(p publish.Publication) string {
	if strings.TrimSpace(p.Title) == "" {
		return "还没有题目"
	}
	return p.Title
}

// stateOf is how far the newest version has come.
func stateOf(p publish.Publication) string {
	for _, o := range p.Open {
		if o.Returned {
			return "退回来的"
		}
	}
	return stateWords[p.State]
}

func besideLive(p publish.Publication) string {
	if p.Live > 0 && p.Live != p.Last {
		return "线上的是旧的一版"
	}
	return ""
}

func (w *writing) begin(r *Request) (pages.Answer, error) {
	id, err := w.desk.Begin(r.Context(), r.Who, publish.Kind(r.Text("kind")), homeOf(r.Who, access.WriteText))
	if err != nil {
		return nil, err
	}
	return pages.Redirect{To: Prefix + "/write/" + id}, nil
}

// homeOf is the region that somebody writes for: that of her first role in which she may do it.
func homeOf(who staff.Principal, action access.Action) region.Code {
	for _, g := range who.Grants {
		if access.Actions.Admits(action, g) {
			return g.Scope.From
		}
	}
	return ""
}

// WriteView is what the writing page shows.
type WriteView struct {
	ID, Kind string
	Text     desk.Text
	Parts    []PartView
	Preview  PreviewView
	Faults   map[string]string
	Findings map[string][]FindingView
	Count    int    // of findings
	Said     string // what the last save says
	Warns    bool
	Conflict bool // it was saved elsewhere
	Fresh    bool // a part for htmx: everything replaces what stands in the page
	Fields   []string
	Slots    map[string]PictureSlot
}

// PartView is one of the four parts.
type PartView struct{ Name, Heading, Text, Pictures string }

// PreviewView is the preview with its HTML, which the renderer has cleaned.
type PreviewView struct {
	desk.Preview
	Body template.HTML
}

// FindingView is one finding at its place.
type FindingView struct {
	Severity publish.Severity
	Sentence string
	Was      string // the words it is about
	Mend     string
	Cite     string // what to look for in the law where a sentence has no source; "" for every other finding
}

// storyFields are the names of a story's fields.
var storyFields = []string{"title", "summary", "share", "tags", "questions", "part1", "part2", "part3", "part4", "pictures1", "pictures2", "pictures3", "pictures4"}

// questionFields are those of a question.
var questionFields = []string{"kind", "scenario", "stem", "options", "option1", "option2", "option3", "option4", "option5", "option6", "explanation", "concept", "difficulty", "citations", "explainer", desk.QuestionPicture}

func (w *writing) open(r *Request) (pages.Answer, error) {
	t, err := w.desk.Open(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return nil, err
	}
	return w.page(r, t, nil, nil)
}

// page is the writing page of a text; form is what was sent, nil for what is stored.
func (w *writing) page(r *Request, t desk.Text, form *pages.Form, refused error) (pages.Answer, error) {
	v, err := w.view(t, refused)
	if err != nil {
		return nil, err
	}
	name, title := "write/story", "写故事"
	if t.Kind == publish.KindQuestion {
		name, title = "write/question", "出题"
	}
	if form == nil {
		if form, err = stored(t); err != nil {
			return nil, err
		}
	}
	page := r.Filled(r.Page(name, title, v), form)
	if refused != nil {
		form.Fault = fault.From(refused).Text // the fields say their own below them
		page.Status = web.FailureOf(refused).Status
	}
	return page, nil
}

// stored is a text as its form shows it.
func stored(t desk.Text) (*pages.Form, error) {
	if t.Kind == publish.KindQuestion {
		q, err := desk.OpenQuestion(t.Body)
		values := map[string]string{
			"kind": string(q.Kind), "scenario": q.Situation, "stem": q.Stem, "explanation": q.Explanation, "concept": q.Concept,
			"difficulty": q.Difficulty, "citations": q.Citations, "explainer": q.Explainer,
		}
		for i := range q.Options {
			n := strconv.Itoa(i + 1)
			values["option"+n] = q.Options[i]
			if q.Right[i] {
				values["right"+n] = "yes"
			}
		}
		if q.Several {
			values["several"] = "yes"
		}
		return pages.Filled(values), err
	}
	s, err := desk.OpenStory(t.Body)
	values := map[string]string{
		"title": s.Title, "summary": s.Summary, "share": s.Share, "tags": s.Tags, "questions": s.Questions, "provenance": string(s.Provenance),
	}
	for i, part := range s.Parts {
		values[desk.PartName(i)] = part
	}
	return pages.Filled(values), err
}

func (w *writing) view(t desk.Text, refused error) (WriteView, error) {
	v := WriteView{ID: t.ID, Kind: string(t.Kind), Text: t, Faults: map[string]string{}, Findings: map[string][]FindingView{}, Fields: storyFields}
	if t.Kind == publish.KindQuestion {
		v.Fields = questionFields
	} else {
		for i, heading := range explainer.Headings() {
			v.Parts = append(v.Parts, PartView{Name: desk.PartName(i), Heading: heading, Pictures: desk.PicturesName(i)})
		}
	}
	preview, err := w.desk.Preview(t.Kind, t.Body)
	if err != nil {
		return v, err
	}
	v.Preview = shownOf(preview)
	if v.Slots, err = slotsOf(t); err != nil {
		return v, err
	}
	var said *fault.Error
	if errors.As(refused, &said) {
		for _, f := range said.Fields {
			v.Faults[f.Location] = lineOfFile.ReplaceAllString(f.Message, "")
		}
	}
	for _, f := range t.Findings {
		at := cmp.Or(picturePlace(f.Field, t), fieldOf(f.Field))
		if strings.HasPrefix(f.Code, "form.") && v.Faults[at] != "" {
			continue // the form says so itself
		}
		one := FindingView{Severity: f.Severity, Sentence: lineOfFile.ReplaceAllString(f.Sentence, ""), Was: t.Words(f), Mend: f.Mend}
		if f.Code == check.Uncited {
			one.Cite = asked(one.Was)
		}
		v.Findings[at] = append(v.Findings[at], one)
		v.Count++
	}
	return v, nil
}

// lineOfFile is where a sentence about a text's form says it stands in the file; a form has no lines.
var lineOfFile = regexp.MustCompile(`^第 \d+ 行：`)

// asked is a sentence as the search of laws takes it: its words, as many as it reads.
func asked(sentence string) string {
	words := strings.FieldsFunc(sentence, func(r rune) bool {
		return strings.ContainsRune("。！？；，、：“”‘’（）《》〔〕 \n\r\t", r)
	})
	letters := []rune(strings.Join(words, " "))
	return string(letters[:min(len(letters), mostAsked)])
}

// mostAsked is how many characters of a sentence are looked for.
const mostAsked = 40

// fieldOf is the form's name of a field that a finding names.
func fieldOf(field string) string {
	first, rest, _ := strings.Cut(field, ".")
	place, _, _ := strings.Cut(rest, ".")
	n, err := strconv.Atoi(place)
	switch {
	case err == nil && first == "sections" && n < desk.Parts:
		return desk.PartName(n)
	case err == nil && first == "options" && n < desk.MostOptions:
		return "option" + strconv.Itoa(n+1)
	}
	return first
}

// ArticlesView is what the search for a citation found.
type ArticlesView struct {
	Asked string
	Found []desk.Found
	Said  string
}

// FieldAt is what is said below one field.
type FieldAt struct {
	Name, Fault string
	Findings    []FindingView
	Fresh       bool
}

// OptionView is one option of a question's form.
type OptionView struct {
	N     int
	Text  string
	Right bool
	At    FieldAt
}

// at is what is said below a field of a writing page.
func (v WriteView) at(name string) FieldAt {
	return FieldAt{Name: name, Fault: v.Faults[name], Findings: v.Findings[name], Fresh: v.Fresh}
}

// writingFunctions are what the templates of writing pages call.
func writingFunctions() template.FuncMap {
	all := template.FuncMap{
		"refusal": func(err error) string {
			var said *fault.Error
			if errors.As(err, &said) {
				return why(said)
			}
			return ""
		},
		"at": func(v WriteView, name string) FieldAt { return v.at(name) },
		"options": func(v WriteView, form *pages.Form) []OptionView {
			all := make([]OptionView, desk.MostOptions)
			for i := range all {
				n := strconv.Itoa(i + 1)
				all[i] = OptionView{N: i + 1, Text: form.Get("option" + n), Right: form.Get("right"+n) != "", At: v.at("option" + n)}
			}
			return all
		},
		"kinds": func() []Option {
			return []Option{{Value: "single", Words: "单选"}, {Value: "multiple", Words: "多选"}, {Value: "truefalse", Words: "判断"}, {Value: "scenario", Words: "情境"}}
		},
		"difficulties": func() []Option {
			return []Option{{Value: "", Words: "请选"}, {Value: "1", Words: "1 最容易"}, {Value: "2", Words: "2"}, {Value: "3", Words: "3"}, {Value: "4", Words: "4"}, {Value: "5", Words: "5 最难"}}
		},
		"provenances": func() []Option {
			return []Option{{Value: "invented", Words: "编的"}, {Value: "generalised", Words: "真事，本人同意，隐去了身份"}}
		},
	}
	maps.Copy(all, pictureFunctions())
	return all
}
