package console

import (
	"context"
	"errors"
	"html/template"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/staff"
	"pugongying/internal/web"
	"pugongying/internal/web/pages"
)

// LawyerAsking asks outside lawyers about a version.
type LawyerAsking interface {
	Read(ctx context.Context, who staff.Principal, id string, n int) (publish.Text, error)
	AskLawyer(ctx context.Context, who staff.Principal, a publish.Asking) (publish.Invitation, error)
	Links(ctx context.Context, who staff.Principal, id string) ([]publish.Link, error)
	OpenLink(ctx context.Context, token, code string) (publish.Link, publish.Version, error)
	AnswerLink(ctx context.Context, token, code string, right bool, words string) error
}

// opinionPath is where a lawyer's link leads. The token stands behind #, so that no server, no log and no preview of a
// message gets it; a button sends it.
const opinionPath = "/opinion"

// rateOpinion: a lawyer opens and answers; whoever guesses is slow, and five wrong codes end a link anyway.
var rateOpinion = web.Rate{Per: 10 * time.Second, Burst: 20}

// PictureLoans lends the pictures of an opened text to whoever has no account: under names that cannot be guessed, for an
// hour.
type PictureLoans interface {
	Lend(id string) (name string)
	Lent(ctx context.Context, name string) (io.ReadSeekCloser, media.Info, error)
}

type lawyerPages struct {
	asking LawyerAsking
	words  Previews
	loans  PictureLoans
	now    func() time.Time
}

// Lawyers is the area of outside lawyers: staff ask, and she answers on a page that needs no account and no session. Her
// answer is advice, never one of the three reviews.
func Lawyers(asking LawyerAsking, words Previews, loans PictureLoans, now func() time.Time) Area {
	l := &lawyerPages{asking, words, loans, now}
	return Area{Name: "lawyers", Routes: []Route{
		{Method: GET, Path: "/lawyers/:id/:n", Action: access.AskLawyer, Handle: l.show},
		{Method: POST, Path: "/lawyers/:id/:n", Action: access.AskLawyer, Handle: l.ask},
		{Method: GET, Path: opinionPath, Action: access.AnswerAsLawyer, Handle: l.door},
		{Method: POST, Path: opinionPath, Action: access.AnswerAsLawyer, Handle: l.open, Rate: rateOpinion},
		{Method: GET, Path: opinionPath + "/pictures/:name", Action: access.AnswerAsLawyer, Handle: l.picture, Rate: web.Rate{Per: 20 * time.Millisecond, Burst: 200}},
		{Method: POST, Path: opinionPath + "/answer", Action: access.AnswerAsLawyer, Handle: l.answer, Rate: rateOpinion},
	}}
}

// lawyersPath is where an outside lawyer is asked about a version; "" for roles that ask none.
func lawyersPath(who staff.Principal, id string, n int) string {
	if !who.Admits(access.AskLawyer) {
		return ""
	}
	return "/lawyers/" + url.PathEscape(id) + "/" + strconv.Itoa(n)
}

// AskingView is the page on which staff ask.
type AskingView struct {
	Path, Title, Review string
	N                   int
	SHA256              string
	Open                bool // the version is still worked on
	Links               []LinkView
	Made                *publish.Invitation
	Address             string // of the link just made, shown once
	First, Last         string // days that the limit may have
}

// LinkView is a link that was given.
type LinkView struct {
	publish.Link
	State string
}

func (l *lawyerPages) show(r *Request) (pages.Answer, error) {
	page, err := l.page(r, nil)
	if err != nil {
		return nil, err
	}
	return page, nil
}

func (l *lawyerPages) page(r *Request, made *publish.Invitation) (pages.Page, error) {
	n, err := strconv.Atoi(r.Param("n"))
	if err != nil {
		return pages.Page{}, staff.ErrNotFound
	}
	text, err := l.asking.Read(r.Context(), r.Who, r.Param("id"), n)
	if err != nil {
		return pages.Page{}, err
	}
	links, err := l.asking.Links(r.Context(), r.Who, r.Param("id"))
	if err != nil {
		return pages.Page{}, err
	}
	id := url.PathEscape(r.Param("id"))
	v := AskingView{
		Path: "/lawyers/" + id + "/" + strconv.Itoa(n), Title: text.Version.Title, Review: ReviewPath(id, n), N: n, SHA256: text.Version.SHA256,
		Open: text.Open != nil, Made: made, First: civil.DayOf(l.now().AddDate(0, 0, 1)), Last: civil.DayOf(l.now().AddDate(0, 0, 29)),
	}
	if made != nil {
		v.Address = "https://" + r.Host + Prefix + opinionPath + "#" + made.Token
	}
	for _, one := range links {
		v.Links = append(v.Links, LinkView{one, l.state(one, text)})
	}
	return r.Page("lawyers/ask", "请律师看", v), nil
}

// state says what became of a link.
func (l *lawyerPages) state(one publish.Link, text publish.Text) string {
	switch {
	case !one.Answered.IsZero() && one.Right:
		return "答了：对"
	case !one.Answered.IsZero():
		return "答了：不对"
	case l.now().After(one.Deadline):
		return "过了日子，没答"
	case one.Tries >= publish.LinkTries:
		return "口令错了太多次，用不了了"
	case one.N == text.Version.N && one.SHA256 != text.Version.SHA256, one.N == text.Version.N && text.Open == nil:
		return "稿子变了，用不了了"
	}
	return "等她答"
}

func (l *lawyerPages) ask(r *Request) (pages.Answer, error) {
	n, err := strconv.Atoi(r.Param("n"))
	if err != nil {
		return nil, staff.ErrNotFound
	}
	day, err := civil.Start(r.Text("until"))
	if err == nil {
		day = day.AddDate(0, 0, 1).Add(-time.Second) // the whole of that day
	}
	made, err := l.asking.AskLawyer(r.Context(), r.Who, publish.Asking{
		At: publish.At{ID: r.Param("id"), N: n, SHA256: r.Text("sha")}, Name: r.Text("name"), Deadline: day,
	})
	if err != nil {
		page, failed := l.page(r, nil)
		if failed != nil {
			return nil, failed
		}
		return r.Refused(page, atField(atField(err, publish.ErrLawyer, "name"), publish.ErrMoment, "until"))
	}
	page, err := l.page(r, &made)
	if err != nil {
		return nil, err
	}
	return page, nil
}

// OpinionView is what a lawyer sees.
type OpinionView struct {
	Token, Code string // as she sent them, for the answer
	Title       string
	Page        template.HTML
	Question    *quiz.Drafted // of a question instead
	Picture     template.HTML // of the question
	Plain       string        // where it has no page
	Deadline    time.Time
	Done        bool
	Over        bool // the link does not work any more
}

// door is the page that a link opens: a field for the code and a button. It asks nothing of the store.
func (l *lawyerPages) door(r *Request) (pages.Answer, error) {
	return l.outside(r, "lawyers/door", OpinionView{}), nil
}

// outside is a page without the rail, whoever is signed in.
func (l *lawyerPages) outside(r *Request, template string, v OpinionView) pages.Page {
	r.Who = staff.Principal{}
	return r.Page(template, "请你看一篇稿子", v)
}

func (l *lawyerPages) open(r *Request) (pages.Answer, error) {
	return l.opened(r, nil)
}

// opened shows the version, or the door again with what was wrong.
func (l *lawyerPages) opened(r *Request, wrong error) (pages.Answer, error) {
	token, code := r.Text("token"), r.Text("code")
	link, version, err := l.asking.OpenLink(r.Context(), token, code)
	if errors.Is(err, publish.ErrLink) {
		page := l.outside(r, "lawyers/door", OpinionView{Over: true})
		page.Status = http.StatusGone
		return page, nil
	}
	if errors.Is(err, publish.ErrLinkCode) {
		return r.Refused(l.outside(r, "lawyers/door", OpinionView{Token: token}), atField(publish.ErrLinkCode, publish.ErrLinkCode, "code"))
	}
	if err != nil {
		return nil, err
	}
	v := OpinionView{Token: token, Code: code, Title: version.Title, Deadline: link.Deadline}
	shown, err := l.words.Preview(version.Kind, version.Body)
	if shown.Title != "" {
		v.Title = shown.Title
	}
	v.Page, v.Question = shownWith(shown, l.lent), shown.Question
	switch {
	case err != nil, v.Page == "" && v.Question == nil:
		v.Page, v.Question, v.Plain = "", nil, string(version.Body)
	case v.Question != nil && v.Question.Picture != nil:
		v.Picture = picturedAt(l.lent(v.Question.Picture.ID), *v.Question.Picture)
	}
	page := l.outside(r, "lawyers/opinion", v)
	if wrong != nil {
		return r.Refused(page, wrong)
	}
	return page, nil
}

// lent is the address of a picture on her page.
func (l *lawyerPages) lent(id string) string {
	return Prefix + opinionPath + "/pictures/" + l.loans.Lend(id)
}

// picture shows a picture of the text that she opened.
func (l *lawyerPages) picture(r *Request) (pages.Answer, error) {
	file, info, err := l.loans.Lent(r.Context(), r.Param("name"))
	if err != nil {
		return nil, err
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	return pages.Media{Type: info.ContentType, Body: body}, err
}

func (l *lawyerPages) answer(r *Request) (pages.Answer, error) {
	right := r.Text("right")
	if right != "yes" && right != "no" {
		return l.opened(r, atField(publish.ErrOpinion, publish.ErrOpinion, "words"))
	}
	err := l.asking.AnswerLink(r.Context(), r.Text("token"), r.Text("code"), right == "yes", r.Text("words"))
	switch {
	case err == nil:
		return l.outside(r, "lawyers/door", OpinionView{Done: true}), nil
	case errors.Is(err, publish.ErrOpinion):
		return l.opened(r, atField(err, publish.ErrOpinion, "words"))
	}
	return l.opened(r, nil)
}
