package desk

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"pugongying/internal/fault"
	"pugongying/internal/quiz"
)

func TestEveryKindOfQuestionIsWrittenAndOpenedAgain(t *testing.T) {
	r := newRoom(t)
	for _, kind := range []quiz.Kind{quiz.Single, quiz.Multiple, quiz.TrueFalse, quiz.Scenario} {
		form := question()
		form.Kind = kind
		if kind == quiz.Multiple {
			form.Right[1] = true
		}
		if kind == quiz.TrueFalse {
			form.Options = [MostOptions]string{"对", "不对"}
		}
		if kind == quiz.Scenario {
			form.Situation = "风很大。"
		}
		body, err := WriteQuestion(t.Context(), r, nil, form)
		if err != nil {
			t.Errorf("%s: %+v", kind, fault.From(err).Fields)
			continue
		}
		if _, err := quiz.Parse(body, r.Register()); err != nil {
			t.Errorf("%s: %v", kind, err)
		}
		want := form
		want.Citations, want.Several = "风筝法 第一条\n风筝法 第三条", kind == quiz.Multiple
		if again, err := OpenQuestion(body); err != nil || !reflect.DeepEqual(again, want) {
			t.Errorf("%s opened again: %+v, %v", kind, again, err)
		}
	}
}

func TestAQuestionsFaultsStandAtTheirFields(t *testing.T) {
	form := question()
	form.Stem, form.Options, form.Right, form.Difficulty, form.Citations = "", [MostOptions]string{"要", "", "要"}, [MostOptions]bool{}, "9", "没有这部法 第一条"
	body, err := WriteQuestion(t.Context(), newRoom(t), nil, form)
	at := map[string]bool{}
	for _, f := range fault.From(err).Fields {
		at[f.Location] = true
	}
	for _, field := range []string{"stem", "option2", "option3", "options", "difficulty", "citations"} {
		if !at[field] {
			t.Errorf("nothing is said at %s: %+v", field, fault.From(err).Fields)
		}
	}
	if !errors.Is(err, quiz.ErrQuestion) || body == nil {
		t.Errorf("what was begun can be stored: %v", err)
	}
	if again, err := OpenQuestion(body); err != nil || again.Options != form.Options || again.Citations != form.Citations {
		t.Errorf("opened again: %+v, %v", again, err)
	}
}

// Attempts name options by their ids: an option that only moved keeps its own.
func TestAnOptionKeepsItsIdWhereverItStands(t *testing.T) {
	r := newRoom(t)
	first, err := WriteQuestion(t.Context(), r, nil, question())
	if err != nil {
		t.Fatal(err)
	}
	form := question()
	form.Options, form.Right = [MostOptions]string{"不一定", "不要", "要"}, [MostOptions]bool{2: true}
	second, err := WriteQuestion(t.Context(), r, first, form)
	if err != nil {
		t.Fatal(err)
	}
	q, err := quiz.Parse(second, r.Register())
	if err != nil || q.Options[0].ID != "c" || q.Options[1].ID != "b" || q.Options[2].ID != "a" {
		t.Errorf("%+v, %v", q, err)
	}
	if strings.Count(string(second), "id: a") != 1 {
		t.Errorf("%s", second)
	}
}
