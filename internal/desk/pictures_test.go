package desk

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"

	"pugongying/internal/explainer"
	"pugongying/internal/fault"
	"pugongying/internal/markdown"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/staff"
)

// stock is a library of pictures by id.
type stock map[string]media.Picture

func (s stock) Ready(_ context.Context, _ staff.Principal, id string) (media.Picture, error) {
	p, found := s[id]
	switch {
	case id == "down":
		return p, errors.New("no disk")
	case !found:
		return p, media.ErrPictureUnknown
	case p.Description == "":
		return p, media.ErrPictureSilent
	}
	return p, nil
}

var (
	bowl, snow, silent = strings.Repeat("A", 26), strings.Repeat("B", 26), strings.Repeat("C", 26)
	pictures           = stock{
		bowl:   {Description: "一碗奶茶", Sizes: []media.Size{{Side: media.Large, Width: 1280, Height: 960}}},
		snow:   {Description: "窗外的雪", Sizes: []media.Size{{Side: media.Large, Width: 640, Height: 480}}},
		silent: {},
	}
)

func desked(t *testing.T) (*Service, *room) {
	t.Helper()
	r := newRoom(t)
	r.bring("2010-01-01", "先看天。", "二。", "三。")
	return NewService(Needs{Laws: r, Render: markdown.New(), Pictures: pictures, Day: func() string { return "2026-11-30" }}), r
}

// at are the fields that faults name.
func at(err error) (fields []string) {
	var said *fault.Error
	if errors.As(err, &said) {
		for _, f := range said.Fields {
			fields = append(fields, f.Location)
		}
	}
	return fields
}

func TestAStorysPicturesAreThoseOfTheForm(t *testing.T) {
	s, r := desked(t)
	before := written(t, r, nil, story()).Body
	form := story()
	form.Pictures = []publish.Picture{{ID: bowl, Part: 2}, {ID: bowl, Part: 2}, {ID: silent, Part: 3}, {ID: "x", Part: 4}, {ID: snow, Part: 4}}
	body, faults, err := s.story(t.Context(), staff.Principal{}, before, form)
	if got := at(faults); err != nil || !reflect.DeepEqual(got, []string{"pictures3", "pictures4"}) {
		t.Errorf("faults at %q, %v", got, err)
	}
	e, err := explainer.Parse(body)
	want := []publish.Picture{{ID: bowl, Part: 2, Description: "一碗奶茶", Width: 1280, Height: 960}, {ID: snow, Part: 4, Description: "窗外的雪", Width: 640, Height: 480}}
	if err != nil || !reflect.DeepEqual(e.Pictures, want) {
		t.Fatalf("%+v, %v", e, err)
	}
	shown, err := s.Preview(publish.KindExplainer, body)
	if err != nil || len(shown.Parts) != Parts || !reflect.DeepEqual(shown.Parts[1].Pictures, want[:1]) || !strings.Contains(shown.Parts[1].HTML, "看了看天") || !strings.Contains(shown.HTML, shown.Parts[3].HTML) {
		t.Errorf("%+v, %v", shown, err)
	}

	again, err := OpenStory(body)
	if err != nil || !reflect.DeepEqual(again.Pictures, want) {
		t.Fatalf("opened again: %+v, %v", again.Pictures, err)
	}
	again.Pictures = nil // a form without these fields
	same, faults, err := s.story(t.Context(), staff.Principal{}, body, again)
	if err != nil || faults != nil || string(same) != string(body) {
		t.Errorf("same:\n%s\n%v %v", same, faults, err)
	}
	again.Pictures = []publish.Picture{}
	none, _, err := s.story(t.Context(), staff.Principal{}, body, again)
	if err != nil || strings.Contains(string(none), bowl) {
		t.Errorf("taken out:\n%s\n%v", none, err)
	}
	again.Pictures = []publish.Picture{{ID: "down", Part: 1}}
	if _, _, err := s.story(t.Context(), staff.Principal{}, body, again); err == nil {
		t.Error("a library that does not answer loses a picture")
	}
}

// What a text says of a picture that it has was written for it, and stays, wherever the picture is moved.
func TestATextsOwnWordsOfAPictureStay(t *testing.T) {
	s, _ := desked(t)
	had := []publish.Picture{{ID: bowl, Part: 1, Description: "她的碗", Width: 10, Height: 10}, {ID: silent, Part: 1}}
	got, faults, err := s.placed(t.Context(), staff.Principal{}, had, []publish.Picture{{ID: bowl, Part: 3}, {ID: silent, Part: 1}})
	if want := []publish.Picture{{ID: bowl, Part: 3, Description: "她的碗", Width: 10, Height: 10}, {ID: silent, Part: 1}}; err != nil || faults != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v %v %v", got, faults, err)
	}
	many := make([]publish.Picture, 50)
	for i := range many {
		many[i] = publish.Picture{ID: bowl, Part: i + 1}
	}
	got, faults, err = s.placed(t.Context(), staff.Principal{}, had, many)
	if err != nil || len(got) != explainer.MostPictures || len(faults) != 1 || faults[0].Location != "pictures10" {
		t.Errorf("%d %v %v", len(got), faults, err)
	}
}

func TestAQuestionHasOnePicture(t *testing.T) {
	s, r := desked(t)
	before, err := WriteQuestion(t.Context(), r, nil, question())
	if err != nil {
		t.Fatal(err)
	}
	save := func(before []byte, asked []publish.Picture) (*publish.Picture, []byte, []string) {
		t.Helper()
		form := question()
		form.Pictures = asked
		body, faults, err := s.question(t.Context(), staff.Principal{}, before, form)
		if err != nil {
			t.Fatal(err)
		}
		d, err := quiz.Draft(body)
		if err != nil {
			t.Fatal(err)
		}
		return d.Picture, body, at(faults)
	}
	got, body, faults := save(before, []publish.Picture{{ID: snow}})
	if want := (&publish.Picture{ID: snow, Description: "窗外的雪", Width: 640, Height: 480}); !reflect.DeepEqual(got, want) || faults != nil {
		t.Errorf("%+v %v", got, faults)
	}
	if same, _, _ := save(body, nil); !reflect.DeepEqual(same, got) {
		t.Errorf("a form without the field: %+v", same)
	}
	if none, _, _ := save(body, []publish.Picture{}); none != nil {
		t.Errorf("taken out: %+v", none)
	}
	if none, _, faults := save(body, []publish.Picture{{ID: silent}}); none != nil || !reflect.DeepEqual(faults, []string{"picture"}) {
		t.Errorf("without words: %+v, faults at %q", none, faults)
	}
}
