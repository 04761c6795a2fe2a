package quiz

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// snapshot is what was live at one generation. It never changes once the bank serves it.
type snapshot struct {
	generation int64
	laws       int64 // generation of the laws

	readQuestions map[string]readQuestion // all that is live, by publication
	readTopics    map[string]readTopic
	parsed        []*Question // parsed for this snapshot, not yet compared with the laws

	questions map[string]*Question // those that may be drawn
	outdated  []*Question          // live, but not drawn: their law changed
	all       []*Question          // in order of ID
	concepts  map[string][]*Question
	taught    []string // the keys of concepts, in order
	topics    []Topic  // in order of ID
	bySlug    map[string]int
	explained map[string][]string // question ids by their explainer's slug
	pictures  map[string]bool     // ids of those that live questions show
}

// readQuestion is the parsed form of a live question; refused says why it could not be parsed.
type readQuestion struct {
	question *Question
	refused  error
}

// readTopic is the parsed form of a live topic, with all the questions its text names, live or not.
type readTopic struct {
	topic   *Topic
	refused error
}

// newSnapshot starts from the publications parsed for the previous snapshot, which may be nil.
func newSnapshot(generation, laws int64, before *snapshot) *snapshot {
	s := &snapshot{generation: generation, laws: laws, readQuestions: map[string]readQuestion{}, readTopics: map[string]readTopic{}}
	if before != nil {
		s.readQuestions, s.readTopics = maps.Clone(before.readQuestions), maps.Clone(before.readTopics)
	}
	return s
}

// takeQuestion parses the published version of a question; N is 0 when it is no longer published.
func (s *snapshot) takeQuestion(item publish.Item, laws Laws) {
	if item.Damage != nil {
		s.readQuestions[item.ID] = readQuestion{refused: refusal(item, item.Damage)}
		return
	}
	if item.N == 0 {
		delete(s.readQuestions, item.ID)
		return
	}
	q, err := read(item.ID, item.N, item.Body, laws.AllVersions())
	if err != nil {
		s.readQuestions[item.ID] = readQuestion{refused: refusal(item, err)}
		return
	}
	q.Rechecking = item.Rechecking
	s.readQuestions[item.ID] = readQuestion{question: q}
	s.parsed = append(s.parsed, q)
}

// takeTopic parses the published version of a topic; N is 0 when it is no longer published.
func (s *snapshot) takeTopic(item publish.Item) {
	if item.Damage != nil {
		s.readTopics[item.ID] = readTopic{refused: refusal(item, item.Damage)}
		return
	}
	if item.N == 0 {
		delete(s.readTopics, item.ID)
		return
	}
	t, err := ParseTopic(item.Body)
	if err != nil {
		s.readTopics[item.ID] = readTopic{refused: refusal(item, err)}
		return
	}
	t.ID = item.ID
	if item.Slug != "" {
		t.Slug = item.Slug
	}
	s.readTopics[item.ID] = readTopic{topic: t}
}

func refusal(item publish.Item, err error) error {
	return fmt.Errorf("quiz: %s: %w", publish.VersionID(item.ID, item.N), err)
}

// read parses a version and gives it the id of its publication, whatever id its text claims.
func read(id string, n int, body []byte, laws *law.Register) (*Question, error) {
	q, err := Parse(body, laws)
	if err != nil {
		return nil, err
	}
	q.ID, q.Version = id, n
	return q, nil
}

// index builds the lists and reports everything that could not be read.
func (s *snapshot) index() error {
	var refused []error
	s.pictures = map[string]bool{}
	s.questions, s.concepts, s.explained = make(map[string]*Question, len(s.readQuestions)), map[string][]*Question{}, map[string][]string{}
	for _, id := range slices.Sorted(maps.Keys(s.readQuestions)) {
		r := s.readQuestions[id]
		if r.question != nil && r.question.Picture != nil {
			s.pictures[r.question.Picture.ID] = true
		}
		switch {
		case r.refused != nil:
			refused = append(refused, r.refused)
		case r.question.Changes != nil:
			s.outdated = append(s.outdated, r.question)
		default:
			s.show(r.question)
		}
	}
	s.taught = slices.Sorted(maps.Keys(s.concepts))
	s.bySlug = map[string]int{}
	for _, id := range slices.Sorted(maps.Keys(s.readTopics)) {
		r := s.readTopics[id]
		if r.refused != nil {
			refused = append(refused, r.refused)
			continue
		}
		s.showTopic(*r.topic)
	}
	return errors.Join(refused...)
}

// live is a live question, drawn or not; nil when there is none.
func (s *snapshot) live(id string) *Question { return s.readQuestions[id].question }

func (s *snapshot) show(q *Question) {
	s.questions[q.ID] = q
	s.all = append(s.all, q)
	s.concepts[q.Concept] = append(s.concepts[q.Concept], q)
	if q.Explainer != "" {
		s.explained[q.Explainer] = append(s.explained[q.Explainer], q.ID)
	}
}

// showTopic adds a topic with those of its questions that are live; a topic without any is left out.
func (s *snapshot) showTopic(t Topic) {
	t.Questions = slices.DeleteFunc(slices.Clone(t.Questions), func(id string) bool { return s.questions[id] == nil })
	if t.Draw = min(t.Draw, len(t.Questions)); t.Draw > 0 {
		s.bySlug[t.Slug] = len(s.topics)
		s.topics = append(s.topics, t)
	}
}

// pick finds live questions by id and skips those that are not live.
func (s *snapshot) pick(ids []string) []*Question {
	found := make([]*Question, 0, len(ids))
	for _, id := range ids {
		if q := s.questions[id]; q != nil {
			found = append(found, q)
		}
	}
	return found
}
