// Package questionio carries questions into the house and out of it: spreadsheets as a league's staff fill them, and Moodle's
// GIFT. What a file is made of is the business of sheet and gift; here it is rows of cells, and questions.
//
// It promises that a file comes in whole or not at all; that every fault of every row is named at once, with its sheet,
// its row and what to write there; that everything that comes in is a draft, whatever it says; that what was exported and
// comes back unchanged changes nothing; and that a question is never there twice.
//
// It refuses to guess what is right: an answer it cannot read, a citation of a law that is not there and a question
// without explanation, concept or difficulty are faults, and so is a question that is there with another answer. What
// staff took down does not come back under a new name.
package questionio

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// Publications is what the bank needs of publish.
type Publications interface {
	// Newest calls each with every publication of a kind and its newest version.
	Newest(ctx context.Context, kind publish.Kind, each func(publish.Publication, publish.Version) error) error
	// Live calls each with every live publication of a kind.
	Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error
	// Import takes drafts in, all or none.
	Import(ctx context.Context, by audit.Actor, drafts []publish.Draft) (publish.Imported, error)
}

// Laws is what the bank needs of the law.
type Laws interface {
	// Register is what may be cited today.
	Register() *law.Register
}

// Service is the way in and out. Safe for concurrent use.
type Service struct {
	publications Publications
	laws         Laws
	mu           sync.Mutex // one import at a time: each looks at what the one before brought
}

// New makes the service.
func New(publications Publications, laws Laws) *Service {
	return &Service{publications: publications, laws: laws}
}

// Fault is what is wrong at one place of a file.
type Fault struct {
	Place string `json:"place"` // 表“单选题”第 5 行
	Text  string `json:"text"`
}

// Report is what an import did; with any fault it did nothing.
type Report struct {
	Added   int      `json:"added"`   // new drafts
	Changed int      `json:"changed"` // newer drafts of questions that are there
	Same    int      `json:"same"`    // came back as they are
	Known   []string `json:"known"`   // places of questions that are there already
	Faults  []Fault  `json:"faults"`
	Notes   []string `json:"notes"` // what was left aside
}

// Import takes a file's questions in as drafts. The error is that of the store; what is wrong with the file is in the
// report.
func (s *Service) Import(ctx context.Context, by audit.Actor, file File) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.there(ctx)
	if err != nil {
		return Report{}, err
	}
	i := &intake{there: there, ids: map[string]string{}, seen: map[string]first{}}
	i.report = Report{Known: []string{}, Faults: slices.Clone(file.faults), Notes: slices.Clone(file.notes)}
	for _, e := range file.entries {
		q, faults := e.question(s.laws.Register())
		for _, text := range faults {
			i.refuse(e.place, text)
		}
		if len(faults) == 0 {
			i.take(e.place, q)
		}
	}
	if len(file.entries)+len(file.faults) == 0 {
		i.refuse("文件", "里面没有找到题目。表格要有表头（至少“题目”和“答案”），GIFT 的题目之间要空一行。")
	}
	if len(i.report.Faults) > 0 {
		return i.report, nil
	}
	done, err := s.publications.Import(ctx, by, i.drafts)
	var refused *fault.Error
	if errors.As(err, &refused) && len(refused.Fields) > 0 {
		for _, f := range refused.Fields {
			i.refuse(i.ids[f.Location], f.Message)
		}
		return i.report, nil
	}
	i.report.Added, i.report.Changed, i.report.Same = done.Added, done.Changed, i.report.Same+done.Same
	return i.report, err
}

// existing is a question of the bank: its newest version.
type existing struct {
	question *quiz.Question
	state    publish.State
	live     bool
	at       time.Time
}

// snapshot is all there is, drafts among it.
type snapshot struct {
	byID  map[string]existing
	byKey map[string]string // what a question asks → its id
	order []string
}

// there reads the whole bank. A version that can no longer be read (its law is gone) has an id and nothing to compare.
func (s *Service) there(ctx context.Context) (snapshot, error) {
	found := snapshot{byID: map[string]existing{}, byKey: map[string]string{}}
	err := s.publications.Newest(ctx, publish.KindQuestion, func(p publish.Publication, v publish.Version) error {
		h := existing{state: p.State, live: p.Live > 0, at: v.At}
		if q, err := quiz.Parse(v.Body, s.laws.Register()); err == nil {
			q.ID = p.ID
			h.question = q
			found.byKey[key(q)] = p.ID
		}
		found.byID[p.ID] = h
		found.order = append(found.order, p.ID)
		return nil
	})
	if err != nil {
		return snapshot{}, fmt.Errorf("bank: read what is there: %w", err)
	}
	return found, nil
}

// first is where a question is in the file for the first time.
type first struct {
	place    string
	question *quiz.Question
}

// intake decides, question by question, what becomes of a file.
type intake struct {
	there  snapshot
	ids    map[string]string // id → place
	seen   map[string]first  // by key
	drafts []publish.Draft
	report Report
}

func (i *intake) refuse(place, text string) {
	i.report.Faults = append(i.report.Faults, Fault{Place: place, Text: text})
}

func (i *intake) take(place string, q *quiz.Question) {
	asks := key(q)
	if q.ID != "" {
		if other, twice := i.ids[q.ID]; twice {
			i.refuse(place, "题库编号和"+other+"的一样，一道题只写一行。")
			return
		}
		if h := i.there.byID[q.ID]; h.question != nil && h.state != publish.StateWithdrawn && same(h.question, q) {
			i.ids[q.ID], i.seen[asks] = place, first{place, q}
			i.report.Same++
			return
		}
	}
	if earlier, twice := i.seen[asks]; twice {
		i.twice(place, earlier, q)
		return
	}
	i.seen[asks] = first{place, q}
	if id := i.there.byKey[asks]; id != "" && id != q.ID {
		i.known(place, q, id)
		return
	}
	if q.ID == "" {
		q.ID = i.newID(asks)
	}
	i.draft(place, q)
}

// twice is a question that is in the file a second time.
func (i *intake) twice(place string, earlier first, q *quiz.Question) {
	a, b := *earlier.question, *q
	a.ID, b.ID = "", ""
	if q.ID == "" && same(&a, &b) {
		i.report.Known = append(i.report.Known, place)
		return
	}
	i.refuse(place, "和"+earlier.place+"是同一道题（题目和选项都一样），请只留一行。")
}

// known is a question that the bank has under another id.
func (i *intake) known(place string, q *quiz.Question, id string) {
	h := i.there.byID[id]
	switch {
	case h.state == publish.StateWithdrawn:
		i.refuse(place, "这道题以前被撤下了（编号 "+id+"），不能当新题再导入。要改好再用，请在“题库编号”里写上这个编号。")
	case !slices.Equal(rights(h.question), rights(q)):
		i.refuse(place, "题库里已经有这道题（编号 "+id+"），但正确答案不一样。要改答案，请先导出，在有编号的那一行改。")
	default:
		i.report.Known = append(i.report.Known, place)
	}
}

func (i *intake) draft(place string, q *quiz.Question) {
	body, err := q.Body()
	if err != nil {
		i.refuse(place, "这道题存不下来，请把特殊的字符改掉。")
		return
	}
	i.ids[q.ID] = place
	i.drafts = append(i.drafts, publish.Draft{ID: q.ID, Kind: publish.KindQuestion, Body: body})
}

// same says whether two questions are one and the same, blanks around their texts apart.
func same(a, b *quiz.Question) bool { return reflect.DeepEqual(tidy(a), tidy(b)) }

// tidy is a question as it would come back from a file.
func tidy(q *quiz.Question) quiz.Question {
	t := *q
	t.Version, t.Options = 0, slices.Clone(q.Options)
	t.Situation, t.Stem, t.Explanation, t.Concept = clean(q.Situation), tight(q.Stem), clean(q.Explanation), line(q.Concept)
	for i := range t.Options {
		t.Options[i].Text = clean(t.Options[i].Text)
	}
	return t
}
