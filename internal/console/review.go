package console

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/check"
	"pugongying/internal/desk"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Reviews is what the pages of reviewing need of the workflow.
type Reviews interface {
	Read(ctx context.Context, who staff.Principal, id string, n int) (publish.Text, error)
	SinceSeen(ctx context.Context, who staff.Principal, id string, n int) (publish.Comparison, error)
	Compare(ctx context.Context, who staff.Principal, id string, older, newer int) (publish.Comparison, error)
	Pass(ctx context.Context, who staff.Principal, p publish.Passing) error
	Return(ctx context.Context, who staff.Principal, r publish.Returning) error
	Comment(ctx context.Context, who staff.Principal, at publish.At, text string) error
}

// Previews shows a text as a resident gets it.
type Previews interface {
	Preview(kind publish.Kind, body []byte) (desk.Preview, error)
}

// PictureSafety says what WeChat said of the pictures of a text, as it stands now.
type PictureSafety interface {
	Safety(ctx context.Context, who staff.Principal, ids []string) (map[string]media.Safety, error)
}

type reviewing struct {
	texts    Reviews
	previews Previews
	people   Names
	pictures PictureSafety
}

// Reviewing is the page on which a version is reviewed: its text with findings, its difference, its phone, its history.
// Reviewers change no letter: what they propose travels with what is sent back.
func Reviewing(texts Reviews, previews Previews, people Names, pictures PictureSafety) Area {
	a := &reviewing{texts, previews, people, pictures}
	return Area{
		Name: "review",
		Routes: []Route{
			{Method: GET, Path: "/review/:id/:n", Action: access.ReadText, Handle: a.show},
			{Method: POST, Path: "/review/:id/:n", Action: access.ReadText, Handle: a.decide},
		},
	}
}

// ReviewPath is the address below Prefix of a version's review.
func ReviewPath(id string, n int) string { return "/review/" + id + "/" + strconv.Itoa(n) }

// Looks of the page.
const (
	lookPhone   = "phone"
	lookHistory = "history"
)

// ReviewView is what the page shows.
type ReviewView struct {
	Path, Look     string
	Title, Kind    string
	Stage          string // 二审; "" when it waits for no review
	N, With        int    // the version, and the one it is compared with, 0 for none
	SHA256         string
	Due            time.Time
	Written        string // 额尔敦写 · 一审王静 11 月 28 日通过
	Author         string
	Parts          []Part
	Rest           []FindingCard // findings about nothing that is shown
	Open, Answered int           // findings that ask: without a reason yet, with one of an earlier review
	Notes          []publish.Finding
	History        []HistoryRow
	Phone          *PreviewView
	Turn           bool   // she may pass and send back
	Lawyers        string // where an outside lawyer is asked about it; "" for who may not
	Shut           string // why she may not, in a sentence
	FormWords      string // what she wrote to the author, in a form that came back
	Reasons        []ReasonRow
}

// Before is the version before this one.
func (v *ReviewView) Before() int { return v.N - 1 }

// Plain reports whether the text stands alone, without a difference.
func (v *ReviewView) Plain() bool { return v.With == 0 && v.Look != lookPhone && v.Look != lookHistory }

// FindingCard is one finding beside its place.
type FindingCard struct {
	publish.Finding
	Number   int
	Place    int // in the version's list: what its fields in the form are called by
	Heading  string
	Mendable bool   // what may stand there instead is known
	Act      string // what she chose: mend, other, keep
	Words    string
	Fault    string
	Reason   string // of an earlier review of the same bytes
	By       string // who gave it
	Turn     bool
}

// HistoryRow is something that was said of the text or happened to it.
type HistoryRow struct {
	Who, What, Text string
	At              time.Time
	N               int
	Asked           []string // what the author was asked to change
	Reasons         []string
}

// ReasonRow is a reason as the page that asks once shows it.
type ReasonRow struct {
	Number         int
	Heading, Words string
	Place          int  // of the finding
	Before         bool // an earlier review gave it
}

// at is the version that the address names.
func at(r *Request) (id string, n int, err error) {
	n, err = strconv.Atoi(r.Param("n"))
	if err != nil || n < 1 {
		return "", 0, staff.ErrNotFound
	}
	return r.Param("id"), n, nil
}

func (a *reviewing) show(r *Request) (pages.Answer, error) {
	id, n, err := at(r)
	if err != nil {
		return nil, err
	}
	query := r.URL.Query()
	if query.Get("look") == "" && query.Get("with") == "" {
		c, err := a.texts.SinceSeen(r.Context(), r.Who, id, n)
		if err != nil {
			return nil, err
		}
		if with := cmpVersion(c.Old.N, n); with > 0 {
			return pages.Redirect{To: Prefix + ReviewPath(id, n) + "?with=" + strconv.Itoa(with)}, nil
		}
	}
	v, err := a.view(r, id, n)
	if err != nil {
		return nil, err
	}
	return r.Page("review/review", v.Title, v), nil
}

// cmpVersion is the version to compare with: the one she last saw, or else the one before.
func cmpVersion(seen, n int) int {
	if seen > 0 {
		return seen
	}
	return n - 1
}

// view reads a version and lays it out.
func (a *reviewing) view(r *Request, id string, n int) (*ReviewView, error) {
	ctx := r.Context()
	text, err := a.texts.Read(ctx, r.Who, id, n)
	if err != nil {
		return nil, err
	}
	v := &ReviewView{
		Path: ReviewPath(id, n), Lawyers: lawyersPath(r.Who, id, n), Look: r.URL.Query().Get("look"), N: n, SHA256: text.Version.SHA256,
		Title: titleOf(text.Publication), Kind: kindWords[text.Version.Kind], Author: a.names(ctx, text.Publication.Authors), FormWords: r.Form().Get("words"),
	}
	if text.Open != nil {
		v.Stage, v.Due = stageWords[text.Open.State], text.Open.Due
	}
	v.Written = a.written(ctx, text)
	v.Turn, v.Shut = turn(r.Who, text)
	newer := check.Fields(text.Version.Kind, text.Version.Body)
	older, err := a.older(r, id, n, v)
	if err != nil {
		return nil, err
	}
	findings, notes := number(newer, text.Version.Findings)
	v.Notes = notes
	given := a.given(ctx, text)
	v.Parts, v.Rest = partsOf(older, newer, v.With > 0, findings, func(f numbered) FindingCard { return v.card(f, given, r.Form()) })
	said, err := a.pictures.Safety(ctx, r.Who, picturesOf(v.Parts))
	if err != nil {
		return nil, err
	}
	judged(v.Parts, said)
	for _, f := range findings {
		if given[f.place].Text == "" {
			v.Open++
		} else {
			v.Answered++
		}
	}
	v.History = a.history(ctx, text)
	if v.Look == lookPhone {
		if preview, err := a.previews.Preview(text.Version.Kind, text.Version.Body); err == nil {
			shown := shownOf(preview)
			v.Phone = &shown
		}
	}
	return v, nil
}

// older is what the text is compared with, nothing unless a version is asked for that she may read.
func (a *reviewing) older(r *Request, id string, n int, v *ReviewView) ([]check.Field, error) {
	with, err := strconv.Atoi(r.URL.Query().Get("with"))
	if err != nil || with < 1 || with >= n || v.Look != "" {
		return nil, nil
	}
	c, err := a.texts.Compare(r.Context(), r.Who, id, with, n)
	if errors.Is(err, staff.ErrNotFound) {
		return nil, nil // an older version of another region: there is nothing to compare with
	}
	if err != nil {
		return nil, err
	}
	v.With = with
	return check.Fields(c.Old.Kind, c.Old.Body), nil
}

// turn says whether it is her turn, or why not. The workflow decides again.
func turn(who staff.Principal, t publish.Text) (bool, string) {
	if t.Open == nil {
		return false, "这一版已经不在审了。"
	}
	action, waits := reviewActions[t.Open.State]
	switch {
	case !waits && t.Open.State == publish.StateDraft:
		return false, "这一版还在写，没有交上来。"
	case !waits && t.Open.State == publish.StateCheck:
		return false, "机器正在查，一会儿再看。"
	case !waits:
		return false, "三审都过了，这一版等着上线。"
	case slices.Contains(t.Publication.Authors, who.Account), slices.Contains(t.Version.Authors, who.Account):
		return false, "这一件你写过其中的字，要由别人来审。"
	case slices.ContainsFunc(t.Open.Passes, func(p publish.Pass) bool { return p.By == who.Account }):
		return false, "这一版你已经审过一遍，" + stageWords[t.Open.State] + "要换一个人。"
	case !who.Admits(action):
		return false, "现在等的是" + stageWords[t.Open.State] + "。"
	}
	return true, ""
}

var reviewActions = map[publish.State]access.Action{
	publish.StateFirst: access.ReviewFirst, publish.StateSecond: access.ReviewSecond, publish.StateThird: access.ReviewThird,
}

var stageWords = map[publish.State]string{publish.StateFirst: "一审", publish.StateSecond: "二审", publish.StateThird: "三审"}

// written says who wrote a text and who passed it.
func (a *reviewing) written(ctx context.Context, t publish.Text) string {
	words := []string{}
	if len(t.Publication.Authors) > 0 {
		words = append(words, a.names(ctx, t.Publication.Authors)+"写")
	}
	if t.Open != nil {
		for _, p := range t.Open.Passes {
			words = append(words, stageWords[p.Stage]+a.name(ctx, p.By)+"通过")
		}
	}
	return strings.Join(words, " · ")
}

// name is how colleagues call an account; who is gone is one of them.
func (a *reviewing) name(ctx context.Context, account string) string {
	names, err := a.people.Names(ctx, account)
	if err != nil || names[account] == "" {
		return "一位同事"
	}
	return names[account]
}

func (a *reviewing) names(ctx context.Context, accounts []string) string {
	const most = 3
	var all []string
	for _, account := range accounts[:min(most, len(accounts))] {
		all = append(all, a.name(ctx, account))
	}
	more := ""
	if len(accounts) > most {
		more = fmt.Sprintf("等 %d 人", len(accounts))
	}
	return strings.Join(all, "、") + more
}

// reasoned is a reason of an earlier review.
type reasoned struct{ Text, By string }

// given are the reasons that earlier reviews of the same bytes gave, by the finding's place.
func (a *reviewing) given(ctx context.Context, t publish.Text) map[int]reasoned {
	all := map[int]reasoned{}
	for _, n := range t.Notes {
		if n.Kind != publish.NotePass || n.N != t.Version.N || n.SHA256 != t.Version.SHA256 {
			continue
		}
		for _, r := range n.Reasons {
			all[r.Finding] = reasoned{r.Text, a.name(ctx, n.By.ID)}
		}
	}
	return all
}

// card lays a finding out, with what was chosen in a form that came back.
func (v *ReviewView) card(f numbered, given map[int]reasoned, form *pages.Form) FindingCard {
	name := strconv.Itoa(f.place)
	c := FindingCard{
		Finding: f.Finding, Number: f.number, Place: f.place, Heading: findingName(f.Code), Mendable: f.Mend != "" && f.Start < f.End,
		Act: form.Get("act." + name), Words: form.Get("words." + name), Reason: given[f.place].Text, By: given[f.place].By, Turn: v.Turn,
	}
	asked := form.Get("for") == "ask" || form.Get("for") == "pass"
	if asked && c.Reason == "" && (c.Act != "keep" || strings.TrimSpace(c.Words) == "") {
		c.Fault = "请作者改，或者写上不改的理由。"
	}
	return c
}

// history is what was said and what happened, newest first.
func (a *reviewing) history(ctx context.Context, t publish.Text) []HistoryRow {
	var all []HistoryRow
	for _, n := range slices.Backward(t.Notes) {
		row := HistoryRow{What: stageWords[n.Stage] + noteWords[n.Kind], Text: n.Text, At: n.At, N: n.N, Who: "机器"}
		if n.By.ID != "" && n.Kind != publish.NoteRestart && n.Kind != publish.NoteEscalate {
			row.Who = a.name(ctx, n.By.ID)
		}
		for _, s := range n.Suggestions {
			row.Asked = append(row.Asked, s.Instead)
		}
		for _, reason := range n.Reasons {
			row.Reasons = append(row.Reasons, findingName(reason.Code)+"："+reason.Text)
		}
		all = append(all, row)
	}
	return all
}

var noteWords = map[publish.NoteKind]string{
	publish.NoteComment: "说", publish.NotePass: "通过", publish.NoteReturn: "退回", publish.NoteRecall: "收回去改", publish.NoteRestart: "内容变了，从一审重来",
	publish.NoteEscalate: "等了三天，请上一级来审", publish.NoteLawyer: "外面的律师看过",
}

// findingNames are what cards call findings, by the beginning of their code.
var findingNames = []struct{ code, words string }{
	{"privacy.combination", "能认出是谁"}, {"privacy.minor", "能认出是哪个孩子"}, {"privacy.name", "像是真名"}, {"privacy.address", "写到了住哪家"}, {"privacy.", "有人的号码"},
	{"citation.renumbered", "这一条改了号"}, {"citation.repealed", "这部法律废止了"}, {"citation.removed", "没有这一条了"}, {"citation.changed", "条文改了"}, {"citation.", "法律依据不对"},
	{"law.uncited", "说了法律，没有出处"}, {"title.", "旁边的人看得到"}, {"picture.no_description", "图片没有文字说明"}, {"picture.", "图片要看一眼"}, {"link.", "链接走不通"},
	{"access.", "听的人听不懂"}, {"reading.minutes", "分钟数不对"}, {"reading.", "读着费劲"}, {"text.", "文字里有怪东西"}, {"wechat.", "微信那边有疑问"}, {"check.not_run", "有一项没能查"}, {"form.", "填得不对"},
}

func findingName(code string) string {
	for _, h := range findingNames {
		if strings.HasPrefix(code, h.code) {
			return h.words
		}
	}
	return "要看一眼"
}
