package console

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// Confirmer proves the second factor in a session.
type Confirmer interface {
	StepUp(ctx context.Context, p staff.Principal, code string) error
}

// StepUpView repeats a form that asks for the second factor before it is done.
type StepUpView struct {
	Action string // the address that the form is sent to, whole
	Hidden []HiddenField
	Words  string // of the button that was pressed
}

// HiddenField is one field that is sent again.
type HiddenField struct{ Name, Value string }

const stepUpField = "one-time"

// Confirmed is a handler of an act that matters. Where the capability asks for a fresh second factor, the person is asked for
// it on a page that repeats her form, and the act is done with it.
func Confirmed(c Confirmer, act Handler) Handler {
	return func(r *Request) (pages.Answer, error) {
		if code := r.Text(stepUpField); code != "" {
			if err := c.StepUp(r.Context(), r.Who, code); err != nil {
				return r.refusedCode(err)
			}
			var err error
			if r.Who, err = r.console.who(r.Request); err != nil {
				return nil, err
			}
		}
		answer, err := act(r)
		if errors.Is(err, staff.ErrStepUp) {
			return r.askCode(http.StatusOK), nil
		}
		return answer, err
	}
}

// askCode asks for the second factor and keeps what was sent.
func (r *Request) askCode(status int) pages.Page {
	v := StepUpView{Action: r.URL.Path, Words: "继续"}
	for name, values := range r.PostForm {
		for _, value := range values {
			if name != stepUpField {
				v.Hidden = append(v.Hidden, HiddenField{name, value})
			}
		}
	}
	slices.SortStableFunc(v.Hidden, func(a, b HiddenField) int { return len(a.Name) - len(b.Name) })
	page := r.Page("stepup/stepup", "再输一次动态码", v)
	page.Status = status
	return page
}

// refusedCode asks again, with what was wrong at the field.
func (r *Request) refusedCode(err error) (pages.Answer, error) {
	refusal := fault.From(err)
	if refusal.Kind == fault.Internal {
		return nil, err
	}
	return r.Refused(r.askCode(0), refusal.At(fault.Field{Location: stepUpField, Message: refusal.Text}))
}

// confirming is the page on which somebody proves her second factor by herself, so that all her roles hold.
func confirming(c Confirmer) []Route {
	ask := func(r *Request) (pages.Answer, error) {
		return r.Page("stepup/stepup", "再输一次动态码", StepUpView{Action: Prefix + "/self/confirm", Words: "打开"}), nil
	}
	return []Route{
		{Method: GET, Path: "/self/confirm", Action: access.StaffSelf, Handle: ask},
		{Method: POST, Path: "/self/confirm", Action: access.StaffSelf, Handle: Confirmed(c, func(r *Request) (pages.Answer, error) {
			if r.Text(stepUpField) == "" {
				return ask(r)
			}
			return r.Done("", "好了，你的角色都打开了。"), nil
		})},
	}
}
