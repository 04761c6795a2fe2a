package console

import (
	"errors"
	"strconv"

	"pugongying/internal/desk"
	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/web/pages"
)

// saving reads the form of either kind.
func saving(r *Request) desk.Saving {
	s := desk.Saving{ID: r.Param("id"), Rev: revision(r.Text("rev")), From: int(revision(r.Text("from")))}
	if r.Text("form") == string(publish.KindQuestion) {
		q := desk.Question{
			Kind: quiz.Kind(r.Text("kind")), Several: r.Text("several") == "yes", Situation: r.PostForm.Get("scenario"), Stem: r.PostForm.Get("stem"),
			Explanation: r.PostForm.Get("explanation"), Concept: r.Text("concept"), Difficulty: r.Text("difficulty"), Citations: r.PostForm.Get("citations"), Explainer: r.Text("explainer"),
			Pictures: picked(r, desk.QuestionPicture),
		}
		for i := range q.Options {
			n := strconv.Itoa(i + 1)
			q.Options[i], q.Right[i] = r.Text("option"+n), r.Text("right"+n) == "yes"
		}
		s.Question = &q
		return s
	}
	story := desk.Story{
		Title: r.Text("title"), Summary: r.Text("summary"), Share: r.Text("share"), Tags: r.Text("tags"), Questions: r.Text("questions"),
		Region: r.Text("region"), Provenance: explainer.Provenance(r.Text("provenance")), Pictures: picked(r, storyPictures()...),
	}
	for i := range story.Parts {
		story.Parts[i] = r.PostForm.Get(desk.PartName(i))
	}
	s.Story = &story
	return s
}

func revision(text string) int64 {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return -1 // no revision is -1: it is refused as stale
	}
	return n
}

// save stores what the page sends by itself, or with its button.
func (w *writing) save(r *Request) (pages.Answer, error) {
	send := saving(r)
	t, err := w.desk.Save(r.Context(), r.Who, send)
	if errors.Is(err, publish.ErrStale) {
		return w.conflict(r, send, t)
	}
	var said *fault.Error
	if err != nil && (!errors.As(err, &said) || said.Kind != fault.Invalid || t.ID == "") {
		return nil, err
	}
	if !r.Partial() {
		if err == nil {
			return r.Done("/write/"+t.ID, "存好了。"), nil
		}
		return w.page(r, t, r.Form(), err)
	}
	v, viewErr := w.view(t, err)
	if viewErr != nil {
		return nil, viewErr
	}
	v.Fresh = true
	if err != nil && t.Kind != publish.KindQuestion {
		v.Warns = true
	}
	return r.Part(templateOf(t.Kind), "saved", v), nil
}

func templateOf(kind publish.Kind) string {
	if kind == publish.KindQuestion {
		return "write/question"
	}
	return "write/story"
}

// conflict shows both texts: on the whole page, or as a strip that leads there while the page saves by itself.
func (w *writing) conflict(r *Request, send desk.Saving, theirs desk.Text) (pages.Answer, error) {
	if r.Partial() {
		return r.Part(templateOf(theirs.Kind), "saved", WriteView{ID: theirs.ID, Kind: string(theirs.Kind), Text: desk.Text{Rev: send.Rev, From: send.From}, Conflict: true}), nil
	}
	form, err := stored(theirs)
	if err != nil {
		return nil, err
	}
	c := Conflict{
		Title: "两边都改过", By: theirs.By, At: theirs.At, Action: "/write/" + theirs.ID, Open: "/write/" + theirs.ID,
		Hidden: []Hidden{{"rev", strconv.FormatInt(theirs.Rev, 10)}, {"from", strconv.Itoa(theirs.From)}, {"form", string(theirs.Kind)}},
	}
	if theirs.By == r.Who.Account {
		c.By = ""
	}
	for _, f := range conflictFields(theirs.Kind) {
		c.Fields = append(c.Fields, Sides{Name: f.Name, Label: f.Label, Mine: r.PostForm.Get(f.Name), Theirs: form.Get(f.Name), Short: !f.Long})
	}
	pictures, err := w.pictureSides(r, theirs)
	c.Fields = append(c.Fields, pictures...)
	return r.Conflict(c), err
}

// conflictField is one field of a form as the page of conflicts shows it.
type conflictField struct {
	Name, Label string
	Long        bool
}

func conflictFields(kind publish.Kind) []conflictField {
	if kind != publish.KindQuestion {
		all := []conflictField{{"title", "题目", false}, {"summary", "一句话", false}, {"share", "转发时的题目", false}, {"tags", "标签", false}, {"questions", "题目编号", false}, {"provenance", "编的还是真事", false}}
		for i, heading := range explainer.Headings() {
			all = append(all, conflictField{desk.PartName(i), heading, true})
		}
		return all
	}
	all := []conflictField{{"kind", "题型", false}, {"several", "可以多选", false}, {"scenario", "情境", true}, {"stem", "题目", true}}
	for i := range desk.MostOptions {
		n := strconv.Itoa(i + 1)
		all = append(all, conflictField{"option" + n, "选项 " + n, false}, conflictField{"right" + n, "选项 " + n + " 是对的", false})
	}
	return append(all, conflictField{"explanation", "解析", true}, conflictField{"concept", "知识点", false}, conflictField{"difficulty", "难度", false}, conflictField{"citations", "法律依据", true}, conflictField{"explainer", "所属故事", false})
}

// handIn stores what stands in the form and hands it in.
func (w *writing) handIn(r *Request) (pages.Answer, error) {
	send := saving(r)
	t, err := w.desk.Save(r.Context(), r.Who, send)
	if errors.Is(err, publish.ErrStale) {
		return w.conflict(r, send, t)
	}
	if err == nil {
		t, err = w.handed(r, t)
	}
	var said *fault.Error
	switch {
	case err == nil:
		return r.Done("/write", "交上去了。先由机器查，再由三个人审；到哪一步，在这张单子上看。"), nil
	case errors.As(err, &said) && said.Kind != fault.NotFound && said.Kind != fault.Forbidden && t.ID != "":
		return w.page(r, t, r.Form(), err)
	}
	return nil, err
}

// handed hands in what was just stored; the text is as it is then, with what the machine found.
func (w *writing) handed(r *Request, t desk.Text) (desk.Text, error) {
	findings, err := w.desk.HandIn(r.Context(), r.Who, t.ID, t.Rev)
	if err == nil {
		return t, nil
	}
	if now, again := w.desk.Open(r.Context(), r.Who, t.ID); again == nil {
		t = now
	}
	if findings != nil {
		t.Findings = findings
	}
	return t, err
}
