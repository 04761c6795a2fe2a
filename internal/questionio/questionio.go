// Package questionio imports and exports questions: spreadsheets as a league's staff fill them in, and Moodle's GIFT.
// The file formats are handled by packages sheet and gift; this package works with rows of cells and with questions.
//
// It promises that a file is imported whole or not at all; that every fault of every row is reported at once, with its
// sheet, its row and what to write there; that everything imported is a draft, whatever the file says; that an export
// which is imported again unchanged changes nothing; and that a question never exists twice.
//
// It guesses nothing in silence: what may mean something else is a doubt of the report, with what was understood, and the
// file waits until it is confirmed. It refuses to guess what is right: an answer it cannot read, a citation of an unknown law and a question without
// explanation, concept or difficulty are faults, and so is a question that exists already with another answer. A
// question that staff withdrew does not come back under a new id.
package questionio

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"sync"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

// Publications is the part of publish that the bank needs.
type Publications interface {
	// Newest calls each with every publication of a kind and its newest version.
	Newest(ctx context.Context, kind publish.Kind, each func(publish.Publication, publish.Version) error) error
	// Live calls each with every live publication of a kind.
	Live(ctx context.Context, kind publish.Kind, each func(publish.Item) error) error
	// Import stores drafts, all or none.
	Import(ctx context.Context, by audit.Actor, drafts []publish.Draft) (publish.Imported, error)
}

// Laws is the part of the law registers that the bank needs.
type Laws interface {
	// Register is the register of what may be cited today.
	Register() *law.Register
	// Stamped is what a text's citations mean: what was compared before stays, a new one means what it says today.
	Stamped(ctx context.Context, before []law.Pin, cited []law.Citation) ([]law.Pin, error)
}

// Service imports and exports questions. Safe for concurrent use.
type Service struct {
	publications Publications
	laws         Laws
	mu           sync.Mutex // one import at a time, because each compares with what the one before stored
}

// New creates the service.
func New(publications Publications, laws Laws) *Service {
	return &Service{publications: publications, laws: laws}
}

// Fault is one error at one place of a file.
type Fault struct {
	Place string `json:"place"` // 表“单选题”第 5 行
	Text  string `json:"text"`
}

// Report says what an import did; with any fault it changed nothing.
type Report struct {
	Added   int      `json:"added"`   // new drafts
	Changed int      `json:"changed"` // newer drafts of existing questions
	Same    int      `json:"same"`    // identical to the stored version
	Known   []string `json:"known"`   // places of questions that exist already
	Doubts  []Doubt  `json:"doubts"`  // what may mean something else; nothing was imported unless they were confirmed
	Faults  []Fault  `json:"faults"`
	Notes   []string `json:"notes"` // what was ignored
}

// Import stores a file's questions as drafts. The error is the store's; faults of the file are in the report.
func (s *Service) Import(ctx context.Context, by audit.Actor, file File) (Report, error) {
	return s.ImportWith(ctx, file, func(ctx context.Context, drafts []publish.Draft) (publish.Imported, error) {
		return s.publications.Import(ctx, by, drafts)
	})
}

// Storing stores drafts, all or none.
type Storing func(ctx context.Context, drafts []publish.Draft) (publish.Imported, error)

// ImportWith is Import for a caller who stores the drafts in his own way: as a member of staff, or not at all.
func (s *Service) ImportWith(ctx context.Context, file File, store Storing) (Report, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	there, err := s.there(ctx)
	if err != nil {
		return Report{}, err
	}
	i := &intake{there: there, ids: map[string]string{}, seen: map[string]first{}}
	i.report = Report{Known: []string{}, Doubts: []Doubt{}, Faults: slices.Clone(file.faults), Notes: slices.Clone(file.notes)}
	foreign := 0
	for _, e := range file.entries {
		if e.elsewhere && e.id != "" && !i.gave(e.id) {
			e.id, foreign = "", foreign+1
		}
		q, faults, doubts := e.question(s.laws.Register())
		for _, text := range faults {
			i.refuse(e.place, text)
		}
		for _, text := range doubts {
			i.report.Doubts = append(i.report.Doubts, Doubt{Place: e.place, Text: text})
		}
		if len(faults) == 0 {
			i.take(e.place, q)
		}
	}
	if foreign > 0 {
		i.report.Notes = append(i.report.Notes, fmt.Sprintf("有 %d 道题带着别的系统的编号（比如 Moodle 的 [id:1]）。没有用它，按题目的内容另起编号。", foreign))
	}
	if len(file.entries)+len(file.faults) == 0 {
		i.refuse("文件", "里面没有找到题目。表格要有表头（至少“题目”和“答案”），GIFT 的题目之间要空一行。")
	}
	if len(i.report.Faults) > 0 || len(i.report.Doubts) > 0 && !file.Confirmed {
		return i.report, nil
	}
	drafts, err := s.drafts(ctx, i)
	if err != nil || len(i.report.Faults) > 0 {
		return i.report, err
	}
	done, err := store(ctx, drafts)
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

// drafts are the questions that are to be stored, each with what its citations mean.
func (s *Service) drafts(ctx context.Context, i *intake) ([]publish.Draft, error) {
	drafts := make([]publish.Draft, 0, len(i.taken))
	for _, q := range i.taken {
		var before []law.Pin
		if h := i.there.byID[q.ID]; h.question != nil {
			before = h.question.Pins()
		}
		if err := Stamp(ctx, s.laws, before, q); err != nil {
			return nil, fmt.Errorf("bank: compare with the laws: %w", err)
		}
		body, err := q.Body()
		if err != nil {
			i.refuse(i.ids[q.ID], "这道题存不下来，请把特殊的字符改掉。")
			continue
		}
		drafts = append(drafts, publish.Draft{ID: q.ID, Kind: publish.KindQuestion, Body: body})
	}
	return drafts, nil
}

// Stamp notes in a question what its citations mean. before are those of the question as it was.
func Stamp(ctx context.Context, laws Laws, before []law.Pin, q *quiz.Question) error {
	cited := make([]law.Citation, len(q.Citations))
	for i, c := range q.Citations {
		cited[i] = c.Citation
	}
	pins, err := laws.Stamped(ctx, before, cited)
	if err == nil {
		q.Provisions = law.ProvisionsOf(pins, func(i int) string { return q.Citations[i].Label })
	}
	return err
}

// existing is the newest version of a question in the bank.
type existing struct {
	question *quiz.Question
	state    publish.State
	live     bool
	at       time.Time
}

// snapshot is the whole bank, including drafts.
type snapshot struct {
	byID  map[string]existing
	byKey map[string]string // key of a question → its id
	order []string
}

// there reads the whole bank. A version that can no longer be read (its law is gone) has an id but nothing to compare.
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

// first is the first occurrence of a question in the file.
type first struct {
	place    string
	question *quiz.Question
}

// intake decides for each question of a file whether it is new, changed, unchanged or a fault.
type intake struct {
	there  snapshot
	ids    map[string]string // id → place
	seen   map[string]first  // by key
	taken  []*quiz.Question  // to be stored
	report Report
}

// ours is the form of the ids that a bank like this one gives.
var ours = regexp.MustCompile(`^[A-Z2-7]{26}$`)

// gave says whether an id is one of this bank's, or of another installation of it.
func (i *intake) gave(id string) bool {
	_, here := i.there.byID[id]
	return here || ours.MatchString(id)
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
	i.ids[q.ID] = place
	i.taken = append(i.taken, q)
}

// twice handles a second occurrence of a question in the file.
func (i *intake) twice(place string, earlier first, q *quiz.Question) {
	a, b := *earlier.question, *q
	a.ID, b.ID = "", ""
	if q.ID == "" && same(&a, &b) {
		i.report.Known = append(i.report.Known, place)
		return
	}
	i.refuse(place, "和"+earlier.place+"是同一道题（题目和选项都一样），请只留一行。")
}

// known handles a question that the bank has under another id.
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

// same says whether two questions are equal, apart from blanks around their texts and from what was compared when.
func same(a, b *quiz.Question) bool { return reflect.DeepEqual(tidy(a), tidy(b)) }

// tidy is a question as it would be read back from a file.
func tidy(q *quiz.Question) quiz.Question {
	t := *q
	t.Version, t.Options, t.Provisions, t.Changes = 0, slices.Clone(q.Options), nil, nil
	t.Situation, t.Stem, t.Explanation, t.Concept = clean(q.Situation), tight(q.Stem), clean(q.Explanation), line(q.Concept)
	for i := range t.Options {
		t.Options[i].Text = clean(t.Options[i].Text)
	}
	return t
}
