package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Workflow is what the desk needs of publish. It asks every permission.
type Workflow interface {
	Create(ctx context.Context, who staff.Principal, b publish.Beginning) (publish.Publication, error)
	// Working is the working copy of a text, or its newest version; Save overwrites it at the revision that was seen.
	Working(ctx context.Context, who staff.Principal, id string) (publish.Working, error)
	Save(ctx context.Context, who staff.Principal, w publish.Working) (publish.Working, error)
	// Newer is the newest version that she may read.
	Newer(ctx context.Context, who staff.Principal, id string) (publish.Text, error)
	Revise(ctx context.Context, who staff.Principal, r publish.Revision) (publish.Publication, error)
	// Submit hands a version in: the machine checks it.
	Submit(ctx context.Context, who staff.Principal, at publish.At) ([]publish.Finding, error)
}

// Needs is what a Service is made of.
type Needs struct {
	Workflow Workflow
	Laws     Laws
	Render   explainer.Renderer
	Finder   Finder
	Changes  Lists
	Pictures Pictures
	Checker  publish.Checker // nil: findings come with handing in alone
	Now      func() time.Time
	NewID    func() string
	Random   func(n int) int // below n
	Day      func() string   // the civil day
}

// Service is what somebody who writes at a desk does. Safe for concurrent use.
type Service struct{ Needs }

// NewService creates the service.
func NewService(n Needs) *Service { return &Service{n} }

// Text is a text as its writer has it before her.
type Text struct {
	ID       string
	Kind     publish.Kind
	Region   region.Code
	Body     []byte
	Rev      int64 // of the working copy; a save names it
	From     int   // the version the working copy was made from
	By       string
	At       time.Time // when the working copy was saved; zero when there is none
	State    publish.State
	Live     bool // residents see a version of it
	Authors  []string
	Findings []publish.Finding
	Returned []publish.Note // why it came back
}

// Begin makes an empty text of a kind and returns its id.
func (s *Service) Begin(ctx context.Context, who staff.Principal, kind publish.Kind, in region.Code) (string, error) {
	id := s.NewID()
	b := publish.Beginning{ID: id, Kind: kind, Region: in, Title: "还没有题目"}
	var err error
	switch kind {
	case publish.KindExplainer:
		b.Slug = s.slug()
		var w Writing
		w, err = WriteStory(ctx, s.Laws, nil, Story{ID: id, Slug: b.Slug, Region: string(in), Provenance: explainer.Invented}, s.Day())
		b.Body = w.Body
	case publish.KindQuestion:
		b.Body, err = WriteQuestion(ctx, s.Laws, nil, Question{ID: id, Kind: quiz.Single})
		if errors.Is(err, quiz.ErrQuestion) {
			err = nil // an empty question has every fault
		}
	default:
		err = fault.New(fault.Invalid, "desk.kind", "这里只写故事和题目。")
	}
	if err != nil {
		return "", err
	}
	_, err = s.Workflow.Create(ctx, who, b)
	return id, err
}

// syllables of slugs: weather, plants and household things, which tell an onlooker nothing.
var syllables = strings.Fields("chun xia qiu dong feng yun yu xue shan shui he hu cao shu hua ye lan song bai tao li mai dou cha wan deng chuang men yuan qiao lu shi sha ri yue xing chen mu an")

// slug makes a name for an address.
func (s *Service) slug() string {
	word := func() string { return syllables[s.Random(len(syllables))] + syllables[s.Random(len(syllables))] }
	return fmt.Sprintf("%s-%s-%d", word(), word(), s.Random(100))
}

// Open gives a text to somebody who may write it: her working copy, or the newest version.
func (s *Service) Open(ctx context.Context, who staff.Principal, id string) (Text, error) {
	w, err := s.Workflow.Working(ctx, who, id)
	if err != nil {
		return Text{}, err
	}
	newest, err := s.Workflow.Newer(ctx, who, id)
	if err != nil {
		return Text{}, err
	}
	p := newest.Publication
	t := Text{
		ID: id, Kind: p.Kind, Region: p.Region, Body: w.Body, Rev: w.Rev, From: w.From, By: w.By, At: w.At, State: newest.Version.State,
		Live: p.Live > 0, Authors: p.Authors, Findings: newest.Version.Findings,
	}
	for _, n := range newest.Notes {
		if n.Kind == publish.NoteReturn && n.N == newest.Version.N {
			t.Returned = append(t.Returned, n)
		}
	}
	if w.Rev > 0 {
		t.Findings = nil // they are of the version, not of what was written since
	}
	return t, nil
}

// Saving is what a page sends by itself: one of the forms, at the revision that the page has.
type Saving struct {
	ID       string
	Rev      int64
	From     int
	Story    *Story
	Question *Question
}

// Save stores a form as the working copy. What cannot be stored is named by ErrStory or quiz.ErrQuestion at its fields,
// and everything else is stored all the same. publish.ErrStale when somebody else, or another tab of hers, saved meanwhile:
// the text is what is stored now, and nothing is overwritten.
func (s *Service) Save(ctx context.Context, who staff.Principal, save Saving) (Text, error) {
	before, err := s.Open(ctx, who, save.ID)
	if err != nil {
		return Text{}, err
	}
	body, title, faults, err := s.body(ctx, who, before, save)
	if err != nil {
		return Text{}, err
	}
	stored, err := s.Workflow.Save(ctx, who, publish.Working{ID: save.ID, Rev: save.Rev, From: save.From, Title: title, Body: body})
	if errors.Is(err, publish.ErrStale) {
		before.Body, before.Rev, before.From, before.By, before.At = stored.Body, stored.Rev, stored.From, stored.By, stored.At
		return before, err
	}
	if err != nil {
		return Text{}, err
	}
	before.Body, before.Rev, before.From, before.By, before.At, before.Findings = stored.Body, stored.Rev, stored.From, stored.By, stored.At, nil
	if s.Checker != nil {
		// What could not be checked now is checked when it is handed in; until then this is advice.
		before.Findings, _ = s.Checker.Check(ctx, before.Kind, body)
	}
	return before, faults
}

// body makes the body of what was sent; faults are of the form.
func (s *Service) body(ctx context.Context, who staff.Principal, before Text, save Saving) (body []byte, title string, faults, err error) {
	switch {
	case save.Question != nil && before.Kind == publish.KindQuestion:
		save.Question.ID = before.ID
		body, faults, err = s.question(ctx, who, before.Body, *save.Question)
		return body, strings.TrimSpace(save.Question.Stem), faults, err
	case save.Story != nil && before.Kind == publish.KindExplainer:
		save.Story.ID = before.ID
		body, faults, err = s.story(ctx, who, before.Body, *save.Story)
		return body, strings.TrimSpace(save.Story.Title), faults, err
	}
	return nil, "", nil, staff.ErrNotFound
}

func (s *Service) question(ctx context.Context, who staff.Principal, before []byte, form Question) (body []byte, faults, err error) {
	was, err := OpenQuestion(before)
	if err != nil {
		return nil, nil, err
	}
	placed, refused, err := s.placed(ctx, who, was.Pictures, form.Pictures)
	if err != nil {
		return nil, nil, err
	}
	form.Pictures = placed
	body, faults = WriteQuestion(ctx, s.Laws, before, form)
	var said *fault.Error
	if faults != nil && !errors.As(faults, &said) || said != nil && !errors.Is(faults, quiz.ErrQuestion) {
		return nil, nil, faults
	}
	if said != nil {
		refused = append(refused, said.Fields...)
	}
	if len(refused) > 0 {
		faults = quiz.ErrQuestion.At(refused...)
	}
	return body, faults, nil
}

func (s *Service) story(ctx context.Context, who staff.Principal, before []byte, form Story) (body []byte, faults, err error) {
	was, err := OpenStory(before)
	if err != nil {
		return nil, nil, err
	}
	placed, refused, err := s.placed(ctx, who, was.Pictures, form.Pictures)
	if err != nil {
		return nil, nil, err
	}
	form.Pictures = placed
	w, err := WriteStory(ctx, s.Laws, before, form, s.Day())
	if refused = append(w.Faults, refused...); err == nil && len(refused) > 0 {
		faults = ErrStory.At(refused...)
	}
	return w.Body, faults, err
}

// HandIn makes a version of what was written and hands it in. What is missing is named at its field, and nothing is
// handed in then; publish.ErrFindings when the machine found something that has to be mended first. rev is the working
// copy's revision that she saw: publish.ErrStale when it changed since.
func (s *Service) HandIn(ctx context.Context, who staff.Principal, id string, rev int64) ([]publish.Finding, error) {
	t, err := s.Open(ctx, who, id)
	if err != nil {
		return nil, err
	}
	if t.Rev != rev {
		return nil, publish.ErrStale
	}
	if err := s.Ready(t.Kind, t.Body); err != nil {
		return nil, err
	}
	return s.handIn(ctx, who, t)
}

func (s *Service) handIn(ctx context.Context, who staff.Principal, t Text) ([]publish.Finding, error) {
	newest, err := s.Workflow.Newer(ctx, who, t.ID)
	if err != nil {
		return nil, err
	}
	at := publish.At{ID: t.ID, N: newest.Version.N, SHA256: newest.Version.SHA256}
	if t.Rev > 0 || newest.Version.State != publish.StateDraft {
		p, err := s.revise(ctx, who, t)
		if err != nil {
			return nil, err
		}
		at.N, at.SHA256 = p.Last, p.LastSHA
	}
	return s.Workflow.Submit(ctx, who, at)
}

// TitleOf is what lists say of a text.
func TitleOf(kind publish.Kind, body []byte) string {
	if kind == publish.KindExplainer {
		if e, err := explainer.Draft(body); err == nil {
			return e.Title
		}
	} else if d, err := quiz.Draft(body); err == nil {
		return d.Stem
	}
	return ""
}

// Ready says what a text still lacks before anybody can review it, at its fields; nil when nothing.
func (s *Service) Ready(kind publish.Kind, body []byte) error {
	if kind == publish.KindQuestion {
		_, err := quiz.Parse(body, s.Laws.AllVersions())
		return atFields(err)
	}
	e, err := explainer.Draft(body)
	if err != nil {
		return err
	}
	var lacks []fault.Field
	for i, part := range e.Sections {
		if strings.TrimSpace(part.Body) == "" {
			lacks = append(lacks, faultAt(PartName(i), "“"+part.Heading+"”下面还没有写。"))
		}
	}
	var refused *fault.Error
	if _, err := explainer.Parse(body); errors.As(err, &refused) {
		for _, f := range refused.Fields {
			lacks = append(lacks, formFault(f)...)
		}
	}
	if len(lacks) > 0 {
		return explainer.ErrInvalid.At(lacks...)
	}
	return nil
}

// formFault moves a fault of a file to the field of the form; none for what the form does not have.
func formFault(f fault.Field) []fault.Field {
	_, message, found := strings.Cut(f.Message, "：")
	if !found {
		message = f.Message
	}
	switch {
	case f.Location == "citations":
		return []fault.Field{faultAt(PartName(2), message)}
	case f.Location == "pictures":
		return []fault.Field{faultAt(PicturesName(0), message)}
	case slices.Contains(fields, f.Location):
		return []fault.Field{faultAt(f.Location, message)}
	}
	return nil
}

// Words are the words that a finding is about.
func (t Text) Words(f publish.Finding) string {
	text := ""
	switch t.Kind {
	case publish.KindExplainer:
		if e, err := explainer.Draft(t.Body); err == nil {
			text = map[string]string{"title": e.Title, "summary": e.Summary, "share": e.Share}[f.Field]
			for i, part := range e.Sections {
				if f.Field == fmt.Sprintf("sections.%d", i) {
					text = part.Body
				}
			}
		}
	case publish.KindQuestion:
		if q, err := quiz.Draft(t.Body); err == nil {
			text = map[string]string{"stem": q.Stem, "scenario": q.Situation, "explanation": q.Explanation}[f.Field]
			for i, o := range q.Options {
				if f.Field == fmt.Sprintf("options.%d.text", i) {
					text = o.Text
				}
			}
		}
	}
	if f.Start < 0 || f.End > len(text) || f.Start >= f.End {
		return ""
	}
	return text[f.Start:f.End]
}
