package publish

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// checkingActor is the machine in the record.
var checkingActor = audit.Actor{Kind: audit.KindSystem, ID: "checker"}

// ErrFindings tells an author what she has to mend before anybody reviews it; the findings are in the answer's Findings.
var ErrFindings = fault.New(fault.Invalid, "publish.findings", "有几处要先改好，才能交给人审。")

// Submit hands a draft in: the machine checks it, and what it finds nothing blocking in waits for its first review. It
// returns the findings; with ErrFindings when one blocks and the draft is back with its author. Only an author, or an editor
// of its region, may.
func (w *Workflow) Submit(ctx context.Context, who staff.Principal, at At) ([]Finding, error) {
	t, err := w.take(ctx, who, at, access.WriteText, access.EditText)
	if err != nil {
		return nil, err
	}
	detail, err := t.step(t.open, ActSubmit)
	if err != nil {
		return nil, err
	}
	t.toCheck(t.numbered(at.N))
	if err := w.apply(ctx, audit.PublishStep, detail, t.edit); err != nil {
		return nil, err
	}
	return w.Check(ctx, at.ID, at.N)
}

// toCheck puts a version before the machine; a job does it should this server not come to it.
func (e *edit) toCheck(o *Open) {
	o.State, o.Passes, o.Since = StateCheck, nil, e.at
	e.dues = append(e.dues, Due{ID: dueID(dueCheck, e.ID, strconv.Itoa(o.N)), At: e.at})
}

// Check lets the machine check a version that was handed in, and moves it on: to its first review, or back to its author
// when a finding blocks. A check that could not be run becomes a finding that asks, so that a person has to look. It does
// nothing with a version that does not wait for the machine.
func (w *Workflow) Check(ctx context.Context, id string, n int) ([]Finding, error) {
	e, err := w.edit(ctx, checkingActor, id)
	if err != nil {
		return nil, err
	}
	o := e.numbered(n)
	if o == nil || o.State != StateCheck {
		return nil, nil
	}
	v, err := w.store.Version(ctx, id, n)
	if err != nil {
		return nil, err
	}
	if Sum(v.Body) != o.SHA256 {
		o.SHA256 = Sum(v.Body) // it is these bytes that are checked, and nobody passed others yet
	}
	findings := w.findings(ctx, v)
	act := ActClear
	o.Findings = 0
	for _, f := range findings {
		switch f.Severity {
		case Blocks:
			act, o.Findings = ActReturn, o.Findings+1
		case Asks:
			o.Findings++
		}
	}
	detail, err := e.step(o, act)
	if err != nil {
		return nil, err
	}
	if act == ActClear {
		w.ask(ctx, e, e.numbered(n))
	} else {
		e.numbered(n).Returned = true
	}
	e.moved[len(e.moved)-1].Findings = &findings
	if err := w.apply(ctx, audit.PublishStep, detail, e); err != nil {
		return nil, err
	}
	if act == ActReturn {
		return findings, ErrFindings
	}
	return findings, nil
}

// findings are the machine's of a body.
func (w *Workflow) findings(ctx context.Context, v Version) []Finding {
	if w.checker == nil {
		return []Finding{notRun()}
	}
	found, err := w.checker.Check(ctx, v.Kind, v.Body)
	if err != nil {
		w.log.WarnContext(ctx, "check not run", "publication", v.Publication, "version", v.N, "cause", err)
		found = append(slices.Clone(found), notRun())
	}
	return found
}

// notRun is the finding of a check that could not be run.
func notRun() Finding {
	return Finding{Code: CodeNotRun, Severity: Asks, Sentence: "有一项机器检查这次没能运行，请人仔细看一遍。"}
}

// Passing is a reviewer's pass. Reasons answers findings that ask, by their position in the version's Findings.
type Passing struct {
	At
	Reasons map[int]string
	Words   string
}

// Pass passes one review: the version moves to the next one, after the third it is approved. It binds to the bytes.
// ErrAuthor for who ever wrote any part of it, ErrTwice for who passed an earlier review of it, ErrReason while a finding
// that asks has neither been answered in an earlier review of these bytes nor now.
func (w *Workflow) Pass(ctx context.Context, who staff.Principal, p Passing) error {
	t, stage, err := w.turn(ctx, who, p.At)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(t.open.Passes, func(before Pass) bool { return before.By == who.Account }) {
		return ErrTwice
	}
	if err := w.unobjected(ctx, &t.version); err != nil {
		return err
	}
	if err := w.answered(ctx, t, p); err != nil {
		return err
	}
	t.open.Passes = append(slices.Clone(t.open.Passes), Pass{Stage: stage, By: who.Account, At: t.at, SHA256: Sum(t.version.Body)})
	detail, err := t.step(t.open, ActPass)
	if err != nil {
		return err
	}
	o := t.numbered(p.N)
	if o.State == StateApproved {
		o.Due, o.Asked = o.Since, ""
		t.resume(o)
	} else {
		w.ask(ctx, t.edit, o)
	}
	detail["sha"] = o.SHA256
	t.say(w.newID(), Note{Kind: NotePass, N: p.N, Stage: stage, Text: p.Words, Reasons: reasonsOf(p.Reasons, t.version.Findings)})
	return w.apply(ctx, audit.PublishStep, detail, t.edit)
}

// turn reads the version that waits for a review by this person, or for what she may do with it otherwise.
func (w *Workflow) turn(ctx context.Context, who staff.Principal, at At, also ...access.Action) (*opened, State, error) {
	e, err := w.store.Publication(ctx, at.ID)
	if err != nil {
		return nil, "", hidden(err)
	}
	action := access.ReadText // who may read what waits for no review is told that it moved on
	for _, o := range e.Open {
		if o.N == at.N && o.State.waitsForReview() {
			action = reviewOf[o.State]
		}
	}
	t, err := w.take(ctx, who, at, append([]access.Action{action}, also...)...)
	if err != nil {
		return nil, "", err
	}
	if !t.open.State.waitsForReview() || reviewOf[t.open.State] != action {
		return nil, "", ErrTransition
	}
	return t, t.open.State, nil
}

// reviewOf is the action of each review.
var reviewOf = map[State]access.Action{
	StateFirst: access.ReviewFirst, StateSecond: access.ReviewSecond, StateThird: access.ReviewThird,
}

// answered checks that every finding that asks has its reason.
func (w *Workflow) answered(ctx context.Context, t *opened, p Passing) error {
	notes, err := w.lists.Notes(ctx, t.ID)
	if err != nil {
		return err
	}
	given := map[int]bool{}
	for i, words := range p.Reasons {
		if strings.TrimSpace(words) != "" && len(words) <= maxWords {
			given[i] = true
		}
	}
	for _, n := range notes {
		if n.Kind == NotePass && n.N == p.N && n.SHA256 == t.open.SHA256 {
			for _, r := range n.Reasons {
				given[r.Finding] = true
			}
		}
	}
	var missing []fault.Field
	for i, f := range t.version.Findings {
		if f.Severity != Notes && !given[i] {
			missing = append(missing, fault.Field{Location: fmt.Sprintf("reasons.%d", i), Message: f.Sentence})
		}
	}
	if len(missing) > 0 {
		return ErrReason.At(missing...)
	}
	return nil
}

func reasonsOf(given map[int]string, findings []Finding) []Reason {
	var all []Reason
	for i := range findings {
		if words := strings.TrimSpace(given[i]); words != "" {
			all = append(all, Reason{Finding: i, Code: findings[i].Code, Text: words})
		}
	}
	return all
}

// Returning sends a version back to its author, with what the reviewer asks her to change.
type Returning struct {
	At
	Words       string
	Suggestions []Suggestion // 请作者这样改
}

// Return sends a version back. The reviewer whose turn it is may, and the publisher of what is approved. ErrWords without a
// word to the author.
func (w *Workflow) Return(ctx context.Context, who staff.Principal, r Returning) error {
	if words := strings.TrimSpace(r.Words); words == "" && len(r.Suggestions) == 0 || len(words) > maxWords {
		return ErrWords
	}
	t, err := w.take(ctx, who, r.At, access.ReviewFirst, access.ReviewSecond, access.ReviewThird, access.ReleaseText)
	if err != nil {
		return err
	}
	if action, waits := reviewOf[t.open.State]; waits {
		if err := mayAny(who, w.recordOf(who, t.open.Region, t.Authors), action, access.ReleaseText); err != nil {
			return err
		}
	}
	stage := t.open.State
	return w.back(ctx, t, Note{Kind: NoteReturn, N: r.N, Stage: stage, Text: r.Words, Suggestions: r.Suggestions})
}

// Recall takes back what one handed in: an author's own way to go on writing.
func (w *Workflow) Recall(ctx context.Context, who staff.Principal, at At) error {
	t, err := w.take(ctx, who, at, access.WriteText, access.EditText)
	if err != nil {
		return err
	}
	return w.back(ctx, t, Note{Kind: NoteRecall, N: at.N, Stage: t.open.State})
}

// back makes a version under review a draft again, without passes.
func (w *Workflow) back(ctx context.Context, t *opened, why Note) error {
	t.say(w.newID(), why)
	detail, err := t.step(t.open, ActReturn)
	if err != nil {
		return err
	}
	t.numbered(why.N).Returned = why.Kind == NoteReturn
	return w.apply(ctx, audit.PublishStep, detail, t.edit)
}

// restart sends a version whose stored bytes changed back to its first review. Its schedule stays, and says why.
func (w *Workflow) restart(ctx context.Context, e *edit, o *Open, v Version) error {
	if !o.State.waitsForReview() && o.State != StateApproved && o.State != StateScheduled {
		return nil // nobody passed anything yet
	}
	e.by = checkingActor
	o.SHA256, o.Passes, o.Trouble = Sum(v.Body), nil, ErrChanged.Code
	detail, err := e.step(o, ActRestart)
	if err != nil {
		return err
	}
	w.ask(ctx, e, e.numbered(v.N))
	e.say(w.newID(), Note{Kind: NoteRestart, N: v.N, Stage: StateFirst})
	return w.apply(ctx, audit.PublishStep, detail, e)
}

// Assign gives a review to a person, herself or another who may do it; "" puts it back. Whoever may do that review herself
// and the publisher may give it; an author of the text may not. Nothing else depends on it: every other reviewer may still
// do it.
func (w *Workflow) Assign(ctx context.Context, who staff.Principal, at At, to staff.Principal) error {
	t, _, err := w.turn(ctx, who, at, access.ReleaseText)
	if err != nil {
		return err
	}
	if to.Account != "" {
		if err := w.couldReview(to, slices.Concat(t.Authors, t.version.Authors), t.open); err != nil {
			return err
		}
	}
	t.open.Reviewer, t.changed = to.Account, true
	return w.apply(ctx, audit.PublishAssign, map[string]string{"version": strconv.Itoa(at.N), "to": orNobody(to.Account)}, t.edit)
}

// Nobody is what the record says of a review that was put back.
const Nobody = "nobody"

func orNobody(account string) string {
	if account == "" {
		return Nobody
	}
	return account
}

// ask asks the reviewers of the smallest region around a version in which somebody can do the review, from its banner on.
func (w *Workflow) ask(ctx context.Context, e *edit, o *Open) {
	asked := o.Region
	for asked.Level() > region.Banner {
		asked = asked.Parent()
	}
	if asked.Level() == 0 {
		asked = w.league
	}
	if w.people != nil {
		if people, err := w.people.Reviewers(ctx); err == nil {
			for asked != w.league && asked.Parent() != "" && !w.someone(people, e, o, asked) {
				asked = asked.Parent()
			}
		}
	}
	o.Asked, o.Due = asked, o.Since.Add(escalateAfter)
	e.dues = append(e.dues, Due{ID: dueID(dueEscalate, e.ID, strconv.Itoa(o.N), string(o.State), stamp(o.Due)), At: o.Due})
}

// someone reports whether anybody whose role lies within a region can do the review that a version waits for.
func (w *Workflow) someone(people []staff.Principal, e *edit, o *Open, within region.Code) bool {
	return slices.ContainsFunc(people, func(p staff.Principal) bool {
		near := p
		near.Grants = slices.DeleteFunc(slices.Clone(p.Grants), func(g access.Grant) bool { return !region.ScopeOf(within).Contains(g.Scope.From) })
		return w.couldReview(near, e.Authors, o) == nil
	})
}

// escalate asks the region above when a review waited too long.
func (w *Workflow) escalate(ctx context.Context, id string, n int, due string) error {
	e, err := w.edit(ctx, escalatingActor, id)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	o := e.numbered(n)
	if o == nil || !o.State.waitsForReview() || stamp(o.Due) != due || e.at.Before(o.Due) || o.Asked == w.league || o.Asked.Parent() == "" {
		return nil
	}
	from := o.Asked
	o.Asked, o.Due, e.changed = o.Asked.Parent(), e.at.Add(escalateAfter), true
	e.dues = append(e.dues, Due{ID: dueID(dueEscalate, id, strconv.Itoa(n), string(o.State), stamp(o.Due)), At: o.Due})
	e.say(w.newID(), Note{Kind: NoteEscalate, N: n, Stage: o.State})
	return w.apply(ctx, audit.PublishEscalate, map[string]string{"version": strconv.Itoa(n), "from": string(from), "to": string(o.Asked)}, e)
}

var escalatingActor = audit.Actor{Kind: audit.KindSystem, ID: "escalation"}
