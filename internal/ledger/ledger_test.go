package ledger

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pugongying/internal/region"
)

const today = "2026-11-23"

func sound() Line {
	return Line{
		ID: ActID(StoryRead, "reading"), Kind: StoryRead, Unit: Visits, Region: "152221000000", Organisation: "lm",
		Project: "p1", Day: today, Source: "explainer:k3v9", Quantity: 1,
	}
}

func TestALineIsCheckedBeforeItIsWritten(t *testing.T) {
	if err := sound().check(today); err != nil {
		t.Fatalf("the sound line: %v", err)
	}
	for name, spoil := range map[string]func(*Line){
		"no kind":             func(l *Line) { l.Kind = "" },
		"unknown kind":        func(l *Line) { l.Kind = "quiz.looked_at" },
		"wrong unit":          func(l *Line) { l.Unit = Persons },
		"no id":               func(l *Line) { l.ID = "" },
		"an id that speaks":   func(l *Line) { l.ID = "member-1" },
		"no source":           func(l *Line) { l.Source = "" },
		"a sentence":          func(l *Line) { l.Source = "explainer: she read it" },
		"a phone number":      func(l *Line) { l.Source = "explainer:13800138000" },
		"an openid":           func(l *Line) { l.Source = "wechat:oGZUI0egBJY1zhBYw2KhdUfwVJJE" },
		"joined project":      func(l *Line) { l.Project = "a|b" },
		"joined organisation": func(l *Line) { l.Organisation = "a|b" },
		"tomorrow":            func(l *Line) { l.Day = "2026-11-24" },
		"no day":              func(l *Line) { l.Day = "" },
		"an instant":          func(l *Line) { l.Day = "2026-11-22T08:00:00Z" },
		"nothing counted":     func(l *Line) { l.Quantity = 0 },
		"too much":            func(l *Line) { l.Quantity = maxQuantity + 1 },
		"taken away":          func(l *Line) { l.Quantity = -1 },
	} {
		l := sound()
		spoil(&l)
		if l.check(today) == nil {
			t.Errorf("%s: taken", name)
		}
	}
	correction := sound()
	correction.Quantity, correction.CorrectionOf = -1, sound().ID
	if err := correction.check(today); err != nil {
		t.Errorf("a correction: %v", err)
	}
}

// fields gives "name type" of every field a document of this type can have.
func fields(t reflect.Type) map[string]string {
	found := map[string]string{}
	for f := range t.Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("bson"), ",")
		found[name] = f.Type.Kind().String()
	}
	return found
}

// identifying says which fields of a document could link it to a person: any field that is not on the list, and any
// type other than plain text, a number or a flag.
func identifying(document any) []string {
	allowed := map[string]string{
		"_id": "string", "kind": "string", "unit": "string", "region": "string", "organisation": "string",
		"project": "string", "day": "string", "source": "string", "quantity": "int64", "correctionOf": "string",
		"at": "string", "month": "string", "channel": "string", "lines": "int64", "folded": "bool", "schema": "int",
	}
	var found []string
	for name, kind := range fields(reflect.TypeOf(document)) {
		if allowed[name] != kind {
			found = append(found, name)
		}
	}
	return found
}

func TestNoFieldOfTheLedgerCanNameAPerson(t *testing.T) {
	for _, document := range []any{Line{}, Total{}} {
		if found := identifying(document); len(found) > 0 {
			t.Errorf("%T holds %v", document, found)
		}
	}
	// The control: an added member or instant is detected.
	if found := identifying(struct {
		Member string    `bson:"member"`
		At     time.Time `bson:"at"`
	}{}); len(found) != 2 {
		t.Errorf("the test sees only %v of a member and an instant", found)
	}
}

func TestActIDsAreStableAndSayNothing(t *testing.T) {
	id := ActID(QuizSat, "attempt-1")
	if id != ActID(QuizSat, "attempt-1") || !lineID.MatchString(id) {
		t.Errorf("ActID = %q", id)
	}
	if id == ActID(StoryRead, "attempt-1") || id == ActID(QuizSat, "attempt-2") {
		t.Error("two acts have one id")
	}
}

func TestSumsAndDifferences(t *testing.T) {
	sums := Sums{}
	for _, quantity := range []int64{1, 1, -1} {
		l := sound()
		l.Quantity = quantity
		sums.Add(l)
	}
	other := sound()
	other.Project, other.Quantity = "p2", 5
	sums.Add(other)
	if len(sums) != 2 {
		t.Fatalf("%d totals of two projects", len(sums))
	}
	var counted []Total
	for _, total := range sums {
		counted = append(counted, total)
	}
	if d := sums.Compare(counted); len(d) != 0 {
		t.Errorf("equal totals differ: %v", d)
	}
	counted[0].Quantity++
	if d := sums.Compare(counted); len(d) != 1 || d[0].Counted != d[0].Lines+1 {
		t.Errorf("a raised counter: %v", d)
	}
	if d := sums.Compare(nil); len(d) != 2 {
		t.Errorf("lost counters: %v", d)
	}
	stray := []Total{{ID: "stray", Quantity: 3}}
	if d := (Sums{}).Compare(stray); len(d) != 1 || d[0] != (Difference{Total: "stray", Counted: 3}) {
		t.Errorf("a counter of no line: %v", d)
	}
	if d := (Sums{}).Compare([]Total{{ID: "zero"}}); len(d) != 0 {
		t.Errorf("a counter at 0: %v", d)
	}
	sums.Add(Line{Month: "2026-11", Source: "explainer:x", Quantity: 1})
	sums.Add(Line{Month: "2026-11", Source: "explainer:y", Quantity: -1})
	if d := sums.Compare(counted[1:]); len(d) != 2 {
		t.Errorf("two lines that cancel out, and no counter: %v", d)
	}
}

// paper is a Store that records what is appended and nothing else.
type paper struct {
	Store
	lines []Line
}

func (p *paper) Append(_ context.Context, lines []Line) (int, error) {
	p.lines = append(p.lines, lines...)
	return len(lines), nil
}

type regions struct{}

func (regions) Children(region.Code) ([]region.Region, error) { return nil, nil }

func (regions) Find(c region.Code) (region.Region, error) {
	if c != "152200000000" && c != "152221000000" {
		return region.Region{}, region.ErrUnknown
	}
	return region.Region{Code: c}, nil
}

func TestAppendFillsInWhatTheDeploymentKnows(t *testing.T) {
	store := &paper{}
	now := time.Date(2026, 11, 22, 17, 0, 0, 0, time.UTC) // one in the morning of the 23rd there
	s := New(store, regions{}, "152200000000", func() time.Time { return now })
	bare := Line{ID: ActID(QuizSat, "a"), Kind: QuizSat, Source: "quiz", Quantity: 1, Tallied: true}
	if err := s.Append(context.Background(), bare); err != nil {
		t.Fatal(err)
	}
	want := bare
	want.Unit, want.Region, want.Day, want.At, want.Schema, want.Tallied = Visits, "152200000000", today, today, lineSchema, false
	if store.lines[0] != want {
		t.Errorf("appended %+v, want %+v", store.lines[0], want)
	}
}

func TestAppendWritesAllLinesOrNone(t *testing.T) {
	store := &paper{}
	s := New(store, regions{}, "152200000000", func() time.Time { return time.Date(2026, 11, 23, 0, 0, 0, 0, time.UTC) })
	elsewhere, corrected := sound(), sound()
	elsewhere.Region = "110000000000"
	corrected.CorrectionOf = sound().ID
	for name, bad := range map[string]Line{"unknown region": elsewhere, "a correction": corrected, "empty": {}} {
		if err := s.Append(context.Background(), sound(), bad); !errors.Is(err, ErrLine) || len(store.lines) != 0 {
			t.Errorf("%s: %v, %d lines written", name, err, len(store.lines))
		}
	}
}
