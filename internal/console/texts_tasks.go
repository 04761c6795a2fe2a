package console

import (
	"context"
	"net/url"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
)

// How many rows of texts the home page shows of each kind.
const (
	mostWaiting  = 20
	mostReturned = 5
	mostSent     = 10
	mostReady    = 50
)

// Waiting gives the home page what waits for her, what came back, what she sent and what goes live today.
func (t *textPages) Waiting(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.ReadText) {
		return nil, nil
	}
	all := []Task{}
	for _, part := range []func(context.Context, staff.Principal) ([]Task, error){t.reviews, t.returned, t.sent, t.today, t.overdue} {
		tasks, err := part(ctx, who)
		if err != nil {
			return nil, err
		}
		all = append(all, tasks...)
	}
	return all, nil
}

// reviews are what she is asked to review.
func (t *textPages) reviews(ctx context.Context, who staff.Principal) ([]Task, error) {
	found, err := t.lists.Waiting(ctx, who, mostWaiting)
	if err != nil {
		return nil, err
	}
	names, err := t.namesOf(ctx, found)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, p := range found {
		for _, o := range p.Open {
			if _, waits := waitFor[o.State]; waits {
				tasks = append(tasks, Task{
					Kind: Waits, Title: textTitle(p), Note: textKinds[p.Kind], Do: textStates[o.State], By: authorsOf(p, names) + " · " + t.place(p.Region), Path: ReviewPath(p.ID, o.N), Due: o.Due,
				})
			}
		}
	}
	return tasks, nil
}

// waitFor are the states in which a person reviews, with the number of the bar.
var waitFor = map[publish.State]int{publish.StateFirst: 0, publish.StateSecond: 1, publish.StateThird: 2}

// returned are her texts that came back, each with what the reviewer wrote.
func (t *textPages) returned(ctx context.Context, who staff.Principal) ([]Task, error) {
	found, _, err := t.lists.List(ctx, who, publish.Filter{Tab: publish.TabReturned, Mine: true, Limit: mostReturned})
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, p := range found {
		task := Task{Kind: Returned, Title: textTitle(p), Note: textKinds[p.Kind] + " · 我写的", Words: "机器查出了要改的。", Path: "/write/" + url.PathEscape(p.ID)}
		text, err := t.lists.Newer(ctx, who, p.ID)
		if err != nil {
			return nil, err
		}
		for _, note := range text.Notes {
			if note.Kind == publish.NoteReturn && note.At.After(task.At) {
				names, err := t.names.Names(ctx, note.By.ID)
				if err != nil {
					return nil, err
				}
				task.Words, task.By, task.At = note.Text, names[note.By.ID], note.At
			}
		}
		tasks = append(tasks, task)
	}
	return tasks, nil
}

// sent are her texts that others have now.
func (t *textPages) sent(ctx context.Context, who staff.Principal) ([]Task, error) {
	var tasks []Task
	for _, tab := range []publish.Tab{publish.TabReview, publish.TabReady} {
		found, _, err := t.lists.List(ctx, who, publish.Filter{Tab: tab, Mine: true, Limit: mostSent})
		if err != nil {
			return nil, err
		}
		names, err := t.namesOf(ctx, found)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			if o := newestOpen(p); o != nil {
				tasks = append(tasks, Task{Kind: Sent, Title: textTitle(p), Note: textKinds[p.Kind], Steps: textSteps(*o), Do: stageOf(*o, names), Path: "/texts/" + url.PathEscape(p.ID), Due: o.Due, At: o.At})
			}
		}
	}
	return tasks, nil
}

// today is what goes live until midnight, and what was to and lost its review.
func (t *textPages) today(ctx context.Context, who staff.Principal) ([]Task, error) {
	var tasks []Task
	for _, tab := range []publish.Tab{publish.TabReady, publish.TabReview} {
		found, _, err := t.lists.List(ctx, who, publish.Filter{Tab: tab, Limit: mostReady})
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			for _, o := range p.Open {
				if o.At.IsZero() || daysBetween(t.now(), o.At) > 0 && o.Trouble == "" {
					continue
				}
				task := Task{Kind: Live, Title: textTitle(p), Note: textKinds[p.Kind], Do: t.place(p.Region), Path: "/texts/" + url.PathEscape(p.ID), At: o.At}
				if o.Trouble != "" || tab == publish.TabReview {
					task.Do, task.Warns = "改过，要重新审，到点不会上线", true
				}
				tasks = append(tasks, task)
			}
		}
	}
	return tasks, nil
}

// overdue are live texts that a publisher has to look at again.
func (t *textPages) overdue(ctx context.Context, who staff.Principal) ([]Task, error) {
	if !who.Admits(access.ReleaseText) {
		return nil, nil
	}
	found, err := t.lists.Overdue(ctx, who, mostWaiting)
	if err != nil {
		return nil, err
	}
	var tasks []Task
	for _, p := range found {
		tasks = append(tasks, Task{
			Kind: Waits, Title: textTitle(p), Note: textKinds[p.Kind], Do: "重新核对", By: t.place(p.Region), Path: "/texts/" + url.PathEscape(p.ID), Due: p.ReviewAt.Add(recheckTime),
		})
	}
	return tasks, nil
}

// recheckTime is how long after its date a text waits for a second look on the home page.
const recheckTime = 7 * 24 * time.Hour
