package console

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/desk"
	"pugongying/internal/fault"
	"pugongying/internal/operate"
	"pugongying/internal/publish"
	"pugongying/internal/questionio"
	"pugongying/internal/quiz"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// QuestionFiles reads files of questions and offers the table that staff fill in.
type QuestionFiles interface {
	ImportWith(ctx context.Context, upload operate.BankUpload, store questionio.Storing) (questionio.Report, error)
	Template() ([]byte, error)
}

// Importing takes drafts in as a member of staff.
type Importing func(r *Request, drafts []publish.Draft) (publish.Imported, error)

type questions struct {
	files QuestionFiles
	texts Texts
	desk  Desk
	take  Importing
}

// fileBounds are those of a file of questions, and of the page that sends it on.
var fileBounds = web.Bounds{Body: 2*operate.LargestBankFile + 1<<20, Time: 60 * time.Second}

// mostHandedIn is how many questions are handed in at once.
const mostHandedIn = 300

// Questions is the area of the question bank: drafts, files of questions, handing in as one set.
func Questions(files QuestionFiles, d Desk, texts Texts, take Importing) Area {
	q := &questions{files, texts, d, take}
	return Area{
		Name: "questions",
		Rail: []Item{{Group: Writing, Title: "题库", Path: "/questions", Icon: "circle-question-mark", Action: access.ImportTexts}},
		Routes: []Route{
			{Method: GET, Path: "/questions", Action: access.ImportTexts, Handle: q.list},
			{Method: POST, Path: "/questions/hand-in", Action: access.WriteText, Handle: q.handIn, Bounds: web.Bounds{Body: 1 << 20, Time: 120 * time.Second}},
			{Method: GET, Path: "/questions/file", Action: access.ImportTexts, Handle: q.file},
			{Method: POST, Path: "/questions/file", Action: access.ImportTexts, Handle: q.read, Bounds: fileBounds},
			{Method: POST, Path: "/questions/file/drafts", Action: access.ImportTexts, Handle: q.store, Bounds: fileBounds},
			{Method: GET, Path: "/questions/template", Action: access.ImportTexts, Handle: q.template},
		},
	}
}

// QuestionsView is the list of drafts.
type QuestionsView struct {
	Rows   []QuestionRow
	Tab    string
	More   bool
	Failed []FailedRow // of the last handing in
}

// QuestionRow is one question of the list.
type QuestionRow struct {
	ID, Title, State, Note string
	At                     time.Time
	Free                   bool // it can be handed in
}

// FailedRow is a text that could not be handed in, and why.
type FailedRow struct{ ID, Title, Why string }

func (q *questions) list(r *Request) (pages.Answer, error) {
	v, err := q.view(r, r.URL.Query().Get("tab"))
	if err != nil {
		return nil, err
	}
	return r.Page("questions/list", "题库", v), nil
}

func (q *questions) view(r *Request, tab string) (QuestionsView, error) {
	if tab == "" {
		tab = string(publish.TabDraft)
	}
	v := QuestionsView{Tab: tab}
	page, next, err := q.texts.List(r.Context(), r.Who, publish.Filter{Kind: publish.KindQuestion, Tab: publish.Tab(tab), Limit: mostHandedIn})
	v.More = next != ""
	for _, p := range page {
		v.Rows = append(v.Rows, QuestionRow{
			ID: p.ID, Title: titleOf(p), State: stateOf(p), Note: besideLive(p), At: p.ChangedAt, Free: p.State == publish.StateDraft,
		})
	}
	return v, err
}

// QuestionTabs are the lists of the bank.
func (v QuestionsView) QuestionTabs() []Option {
	return []Option{{Value: string(publish.TabDraft), Words: "草稿"}, {Value: string(publish.TabReturned), Words: "退回来的"}, {Value: string(publish.TabReview), Words: "在审"}, {Value: string(publish.TabReady), Words: "等上线"}, {Value: string(publish.TabLive), Words: "线上"}, {Value: string(publish.TabWithdrawn), Words: "撤下了"}}
}

// handIn hands the chosen drafts in, each by itself: one that cannot be costs no other anything.
func (q *questions) handIn(r *Request) (pages.Answer, error) {
	ids := r.PostForm["id"]
	if len(ids) == 0 {
		return r.Done("/questions", "还没有选是哪几道。"), nil
	}
	if len(ids) > mostHandedIn {
		return nil, fault.New(fault.TooLarge, "questions.too_many", fmt.Sprintf("一次最多交 %d 道，请分几次。", mostHandedIn))
	}
	var failed []FailedRow
	for _, id := range ids {
		title, err := q.handInOne(r, id)
		var said *fault.Error
		switch {
		case err == nil:
		case errors.As(err, &said):
			failed = append(failed, FailedRow{id, title, why(said)})
		default:
			return nil, err
		}
	}
	if len(failed) == 0 {
		return r.Done("/questions?tab="+string(publish.TabReview), fmt.Sprintf("%d 道交上去了，先由机器查，再由三个人审。", len(ids))), nil
	}
	v, err := q.view(r, "")
	if err != nil {
		return nil, err
	}
	v.Failed = failed
	return r.Page("questions/list", "题库", v), nil
}

func (q *questions) handInOne(r *Request, id string) (title string, err error) {
	t, err := q.desk.Open(r.Context(), r.Who, id)
	if err != nil {
		return id, err
	}
	_, err = q.desk.HandIn(r.Context(), r.Who, id, t.Rev)
	return desk.TitleOf(t.Kind, t.Body), err
}

// why is a fault in one line.
func why(f *fault.Error) string {
	words := f.Text
	for _, field := range f.Fields {
		words += " " + field.Message
	}
	return words
}

func (q *questions) template(*Request) (pages.Answer, error) {
	body, err := q.files.Template()
	return pages.File{Name: "题库模板.xlsx", Type: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", Body: body}, err
}

func (q *questions) file(r *Request) (pages.Answer, error) {
	return r.Page("questions/file", "从表格收题", FileView{}), nil
}

// FileView is the page of a file of questions.
type FileView struct {
	Name      string
	Report    *questionio.Report
	Questions []quiz.Drafted // what would be stored
	Packed    string         // the file, to be sent on
	Confirm   bool           // there are doubts to confirm
	Ready     bool           // it can be stored
}

// read says what a file contains and stores nothing.
func (q *questions) read(r *Request) (pages.Answer, error) {
	page := r.Page("questions/file", "从表格收题", FileView{})
	data, name, err := r.File("file")
	if err != nil {
		return r.Refused(page, err)
	}
	v, err := q.preview(r, operate.BankUpload{Name: name, Data: data})
	if err != nil {
		return nil, err
	}
	return r.Page("questions/file", "从表格收题", v), nil
}

func (q *questions) preview(r *Request, upload operate.BankUpload) (FileView, error) {
	v := FileView{Name: upload.Name}
	dry := func(_ context.Context, drafts []publish.Draft) (publish.Imported, error) {
		for _, d := range drafts {
			if one, err := quiz.Draft(d.Body); err == nil {
				v.Questions = append(v.Questions, one)
			}
		}
		return publish.Imported{Added: len(drafts)}, nil
	}
	report, err := q.files.ImportWith(r.Context(), upload, dry)
	if err != nil {
		return v, err
	}
	v.Report, v.Confirm = &report, len(report.Doubts) > 0
	if v.Confirm && len(report.Faults) == 0 {
		sure := upload
		sure.Confirmed = true
		if _, err := q.files.ImportWith(r.Context(), sure, dry); err != nil {
			return v, err
		}
	}
	v.Ready = len(report.Faults) == 0 && len(v.Questions) > 0
	if v.Ready {
		v.Packed = base64.StdEncoding.EncodeToString(upload.Data)
	}
	return v, nil
}

// store takes the questions of a file in as drafts, all or none.
func (q *questions) store(r *Request) (pages.Answer, error) {
	data, err := base64.StdEncoding.DecodeString(strings.TrimSpace(r.PostForm.Get("packed")))
	if err != nil {
		return nil, fault.New(fault.Invalid, "questions.packed", "这一页不全了，请把文件再选一次。")
	}
	upload := operate.BankUpload{Name: r.Text("name"), Data: data, Confirmed: r.Text("confirmed") == "yes"}
	report, err := q.files.ImportWith(r.Context(), upload, func(_ context.Context, drafts []publish.Draft) (publish.Imported, error) {
		for i := range drafts {
			drafts[i].Region = homeOf(r.Who, access.ImportTexts)
		}
		return q.take(r, drafts)
	})
	if err != nil {
		return nil, err
	}
	if len(report.Faults) > 0 || len(report.Doubts) > 0 && !upload.Confirmed {
		v, err := q.preview(r, upload)
		if err == nil && len(report.Faults) > 0 {
			v.Report = &report
			v.Ready = false
		}
		return r.Page("questions/file", "从表格收题", v), err
	}
	return r.Done("/questions", report.Summary()+"。都是草稿；全选，就能一起交上去审。"), nil
}
