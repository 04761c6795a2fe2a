package quiz

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"pugongying/internal/civil"

	"github.com/open-spaced-repetition/go-fsrs/v4"
)

func TestTheScheduleFollowsFSRS(t *testing.T) {
	s := newSchedule()
	for name, c := range map[string]struct {
		answers string // one letter per review on the day it is due; g right, x wrong
		gaps    string // days until it is due after each review
	}{
		"known from the start":         {"gggg", "2 11 46 163"},
		"never known":                  {"xxx", "1 1 1"},
		"wrong, then learned":          {"xggg", "1 2 6 17"},
		"forgotten once":               {"ggxg", "2 11 2 5"},
		"never longer than a year":     {"ggggggggg", "2 11 46 163 365 365 365 365 365"},
		"relearned slower than before": {"gggxg", "2 11 46 3 8"},
	} {
		k, day, gaps := &concept{key: "c"}, 20_000, []string{}
		for _, answer := range c.answers {
			s.review(k, day, answer == 'g')
			gaps = append(gaps, fmt.Sprint(k.due-day))
			if k.last != day || (k.wrong > 0) != (answer == 'x') {
				t.Errorf("%s: last on %d, wrong %d times after %c", name, k.last, k.wrong, answer)
			}
			day = k.due
		}
		if got := strings.Join(gaps, " "); got != c.gaps {
			t.Errorf("%s: comes back after %s days, want %s", name, got, c.gaps)
		}
	}
}

// TestTheScheduleIsTheLibrarys compares the arithmetic by civil days with the library's own scheduler without steps.
func TestTheScheduleIsTheLibrarys(t *testing.T) {
	s, random := newSchedule(), seeded(3)
	p := fsrs.DefaultParam()
	p.MaximumInterval, p.LearningSteps, p.RelearningSteps = maxInterval, nil, nil
	theirs := fsrs.NewFSRS(p)
	for range 200 {
		day, ours := 20_000, &concept{}
		card := fsrs.NewCard(time.Unix(int64(day)*secondsADay, 0))
		for range 12 {
			now, right := time.Unix(int64(day)*secondsADay, 0).UTC(), random(4) > 0
			chance, err := theirs.Retrievability(card, now)
			if card.State != fsrs.New && (err != nil || math.Abs(chance-s.recall(ours, day)) > 1e-9) {
				t.Fatalf("recall %v, the library says %v (%v)", s.recall(ours, day), chance, err)
			}
			next, err := theirs.Next(card, now, map[bool]fsrs.Rating{true: fsrs.Good, false: fsrs.Again}[right])
			if err != nil {
				t.Fatal(err)
			}
			card = next.Card
			s.review(ours, day, right)
			// The library may schedule a right answer one day later, to come after a hard one; hard is never given
			// here.
			if due := int(card.Due.Unix() / secondsADay); math.Abs(ours.state.Stability-card.Stability) > 1e-9 || due-ours.due < 0 || due-ours.due > 1 {
				t.Fatalf("stable for %v, due %d; the library says %v, %d", ours.state.Stability, ours.due, card.Stability, due)
			}
			day += random(int(card.ScheduledDays) + 3)
		}
	}
}

func TestRecallSinksToRetentionWhenItIsDue(t *testing.T) {
	s, k := newSchedule(), &concept{key: "c"}
	for day := 100; day < 400; day = k.due {
		s.review(k, day, true)
		due := k.due
		if now, then := s.recall(k, day), s.recall(k, due); now != 1 || math.Abs(then-retention) > 0.015 && due-day < maxInterval {
			t.Errorf("recall is %.3f at once and %.3f when due after %d days", now, then, due-day)
		}
		if s.recall(k, due+30) >= s.recall(k, due) || s.recall(k, day-5) != 1 {
			t.Error("recall does not sink, or a clock that went back makes it more than certain")
		}
	}
}

func TestTheSameDayAgainMovesLittle(t *testing.T) {
	s, once, twice := newSchedule(), &concept{}, &concept{}
	s.review(once, 100, true)
	s.review(twice, 100, true)
	s.review(twice, 100, true)
	next := &concept{}
	s.review(next, 100, true)
	s.review(next, 102, true)
	if twice.due < once.due || twice.due >= next.due {
		t.Errorf("asked once due on day %d, twice on one day %d, again when due %d", once.due, twice.due, next.due)
	}
}

// attempt is a submitted paper of questions named CONCEPT.NUMBER; a "!" before the name means answered wrongly.
func attempt(at time.Time, questions ...string) (*Attempt, []string) {
	a, concepts := &Attempt{State: Submitted, StartedAt: at, SubmittedAt: at}, []string{}
	for _, q := range questions {
		id, wrong := strings.CutPrefix(q, "!")
		if wrong {
			a.Wrong = append(a.Wrong, id)
		}
		a.Drawn = append(a.Drawn, Drawn{Question: id})
		concept, _, _ := strings.Cut(id, ".")
		concepts = append(concepts, concept)
	}
	return a, concepts
}

func TestAnAttemptCountsOnceForAConcept(t *testing.T) {
	s, at := newSchedule(), time.Date(2026, 11, 23, 4, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		questions []string
		want      int // attempts in a row in which a went wrong
		like      []string
	}{
		"all right":          {[]string{"a.1", "a.2", "a.3"}, 0, []string{"a.1"}},
		"the first wrong":    {[]string{"!a.1", "a.2", "a.3"}, 1, []string{"!a.1"}},
		"the last wrong":     {[]string{"a.1", "a.2", "!a.3"}, 1, []string{"!a.1"}},
		"all wrong":          {[]string{"!a.1", "!a.2"}, 1, []string{"!a.1"}},
		"another concept's":  {[]string{"a.1", "!b.1"}, 0, []string{"a.1"}},
		"one without a name": {[]string{"a.1", "!.1"}, 0, []string{"a.1"}},
	} {
		many, one := newLearning(), newLearning()
		a, concepts := attempt(at, c.questions...)
		many.take(&s, a, concepts, 100)
		b, concepts := attempt(at, c.like...)
		one.take(&s, b, concepts, 100)
		got, want := many.concepts["a"], one.concepts["a"]
		if *got != *want || got.wrong != c.want || many.concepts[""] != nil {
			t.Errorf("%s: %+v, want as of one question %+v", name, got, want)
		}
		if len(many.seen) != len(c.questions) {
			t.Errorf("%s: %d questions seen", name, len(many.seen))
		}
	}
}

func TestKnownPutsTheMostOverdueFirst(t *testing.T) {
	s, l := newSchedule(), newLearning()
	l.concepts = map[string]*concept{
		"late": {key: "late", due: 90}, "later": {key: "later", due: 80}, "gone": {key: "gone", due: 10},
		"weak": {key: "weak", due: 100, last: 50}, "firm": {key: "firm", due: 100, last: 99}, "far": {key: "far", due: 400},
	}
	live := map[string][]*Question{}
	for key, c := range l.concepts {
		c.state.Stability = 30
		if key != "gone" {
			live[key] = pool(1)
		}
	}
	order := []string{}
	for _, c := range l.known(&s, live, 100) {
		order = append(order, c.key)
	}
	if got := strings.Join(order, " "); got != "later late weak firm far" {
		t.Errorf("known: %s", got)
	}
}

func TestDaysAreCivilDaysInShanghai(t *testing.T) {
	in := civil.Zone()
	for at, want := range map[string]string{
		"2026-11-23T15:59:59Z": "2026-11-23", "2026-11-23T16:00:00Z": "2026-11-24", "2026-12-31T16:00:00Z": "2027-01-01",
		"2028-02-28T16:00:00Z": "2028-02-29", "1970-01-01T00:00:00Z": "1970-01-01",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := dayName(dayNumber(instant, in)); got != want || got != civil.DayOf(instant) {
			t.Errorf("%s is on %s, want %s", at, got, want)
		}
	}
}
