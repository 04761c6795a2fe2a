package console

import (
	"fmt"
	"strconv"
	"strings"

	"pugongying/internal/fault"
	"pugongying/internal/publish"
	"pugongying/internal/web/pages"
)

// errDecision answers a form that does not say what to do.
var errDecision = fault.New(fault.Invalid, "console.no_decision", "请点退回、通过，或者留一句话。")

// decide does what the form says: comment, send back, ask once, pass.
func (a *reviewing) decide(r *Request) (pages.Answer, error) {
	id, n, err := at(r)
	if err != nil {
		return nil, err
	}
	see := publish.At{ID: id, N: n, SHA256: r.Text("sha")}
	switch r.Text("for") {
	case "comment":
		if err = a.texts.Comment(r.Context(), r.Who, see, r.Text("words")); err == nil {
			return r.Done(ReviewPath(id, n)+"?look="+lookHistory, "话留下了。"), nil
		}
	case "return":
		return a.sendBack(r, see)
	case "ask", "pass":
		return a.pass(r, see)
	case "look": // she looks again, with what she wrote
		v, err := a.view(r, id, n)
		if err != nil {
			return nil, err
		}
		return r.Page("review/review", v.Title, v), nil
	default:
		err = errDecision
	}
	return a.refused(r, see, err)
}

// refused shows the page again with what was chosen and what is wrong.
func (a *reviewing) refused(r *Request, see publish.At, err error) (pages.Answer, error) {
	v, unread := a.view(r, see.ID, see.N)
	if unread != nil {
		return nil, unread
	}
	return r.Refused(r.Page("review/review", v.Title, v), err)
}

func (a *reviewing) sendBack(r *Request, see publish.At) (pages.Answer, error) {
	text, err := a.texts.Read(r.Context(), r.Who, see.ID, see.N)
	if err != nil {
		return nil, err
	}
	returning := publish.Returning{At: see, Words: r.Text("words")}
	for i, f := range text.Version.Findings {
		name := strconv.Itoa(i)
		instead := r.Text("words." + name)
		switch r.Text("act." + name) {
		case "mend":
			instead = f.Mend
		case "other":
		default:
			continue
		}
		if instead != "" {
			returning.Suggestions = append(returning.Suggestions, publish.Suggestion{Field: f.Field, Start: f.Start, End: f.End, Instead: instead, Code: f.Code})
		}
	}
	if err := a.texts.Return(r.Context(), r.Who, returning); err != nil {
		return a.refused(r, see, err)
	}
	return r.Done("", fmt.Sprintf("《%s》退回给%s了，带上了 %d 处怎么改。", text.Publication.Title, a.names(r.Context(), text.Publication.Authors), len(returning.Suggestions))), nil
}

// pass asks once, showing what is passed and its hash, and then passes.
func (a *reviewing) pass(r *Request, see publish.At) (pages.Answer, error) {
	v, err := a.view(r, see.ID, see.N)
	if err != nil {
		return nil, err
	}
	reasons, rows, missing := v.reasons()
	switch {
	case !v.Turn:
		return r.Refused(r.Page("review/review", v.Title, v), publish.ErrTransition)
	case see.SHA256 != v.SHA256:
		return r.Refused(r.Page("review/review", v.Title, v), publish.ErrStale)
	case missing > 0:
		return r.Refused(r.Page("review/review", v.Title, v), publish.ErrReason)
	case r.Text("for") == "ask":
		v.Reasons = rows
		return r.Filled(r.Page("review/pass", v.Title, v), r.Form()), nil
	}
	if err := a.texts.Pass(r.Context(), r.Who, publish.Passing{At: see, Reasons: reasons, Words: r.Text("words")}); err != nil {
		return a.refused(r, see, err)
	}
	return r.Done("", "《"+v.Title+"》"+v.Stage+"通过了。"), nil
}

// reasons collects why findings stay, and counts those that have no reason.
func (v *ReviewView) reasons() (given map[int]string, rows []ReasonRow, missing int) {
	given = map[int]string{}
	collect := func(c FindingCard) {
		switch words := strings.TrimSpace(c.Words); {
		case c.Reason != "":
			rows = append(rows, ReasonRow{Number: c.Number, Heading: c.Heading, Words: c.Reason, Before: true})
		case c.Act == "keep" && words != "":
			given[c.Place] = words
			rows = append(rows, ReasonRow{Number: c.Number, Heading: c.Heading, Words: words, Place: c.Place})
		default:
			missing++
		}
	}
	for _, part := range v.Parts {
		for _, p := range part.Paragraphs {
			for _, c := range p.Cards {
				collect(c)
			}
		}
		for _, c := range part.Cards {
			collect(c)
		}
	}
	for _, c := range v.Rest {
		collect(c)
	}
	return given, rows, missing
}
