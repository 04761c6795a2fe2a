package console

import (
	"context"
	"net/url"
	"strconv"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/civil"
	"pugongying/internal/publish"
	"pugongying/internal/staff"
)

// How many rows of texts the home page shows of each kind.
const (
	mostWaiting  = 20
	mostLooked   = 400 // texts behind these rows
	mostAlone    = 3   // questions of one hand that stand by themselves
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

// reviews are what she is asked to review. Questions that came in together are one row, or a table of 200 would be all
// that she sees; what does not fit stands in the list that the last row leads to.
func (t *textPages) reviews(ctx context.Context, who staff.Principal) ([]Task, error) {
	found, err := t.lists.Waiting(ctx, who, mostLooked)
	if err != nil {
		return nil, err
	}
	names, err := t.namesOf(ctx, found)
	if err != nil {
		return nil, err
	}
	var all []Task
	for _, p := range found {
		for _, o := range p.Open {
			if _, waits := waitFor[o.State]; waits {
				all = append(all, Task{
					Kind: Waits, Title: textTitle(p), Note: textKinds[p.Kind], Do: textStates[o.State], By: authorsOf(p, names) + " · " + t.place(p.Region), Path: ReviewPath(p.ID, o.N), Due: o.Due,
				})
			}
		}
	}
	tasks := gathered(all)
	if len(tasks) > mostWaiting || len(found) == mostLooked {
		tasks = append(tasks[:min(len(tasks), mostWaiting)], Task{Kind: Waits, Title: "还有别的在等", Do: "到列表里看", Path: waitingTexts})
	}
	return tasks, nil
}

// gathered makes one row of many questions of the same hand that wait for the same review; it stands where the first of
// them stood, which has least time left.
func gathered(all []Task) []Task {
	type pile struct{ do, by string }
	of := func(t Task) pile { return pile{t.Do, t.By} }
	count := map[pile]int{}
	for _, t := range all {
		if t.Note == textKinds[publish.KindQuestion] {
			count[of(t)]++
		}
	}
	shown := map[pile]bool{}
	var tasks []Task
	for _, t := range all {
		if n := count[of(t)]; t.Note == textKinds[publish.KindQuestion] && n > mostAlone {
			if shown[of(t)] {
				continue
			}
			shown[of(t)] = true
			t.Title, t.Note, t.Path = strconv.Itoa(n)+" 道题", "一起交的", waitingQuestions
		}
		tasks = append(tasks, t)
	}
	return tasks
}

// Lists of what waits for a review, least time left first.
const (
	waitingTexts     = "/texts?sort=due&tab=review"
	waitingQuestions = waitingTexts + "&kind=question"
)

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

// sent are her texts that others have now. Questions of one import stand in one row for each stage they are in.
func (t *textPages) sent(ctx context.Context, who staff.Principal) ([]Task, error) {
	var tasks []Task
	for _, tab := range []publish.Tab{publish.TabReview, publish.TabReady} {
		found, _, err := t.lists.List(ctx, who, publish.Filter{Tab: tab, Mine: true, Limit: mostLooked})
		if err != nil {
			return nil, err
		}
		names, err := t.namesOf(ctx, found)
		if err != nil {
			return nil, err
		}
		rows := t.sentRows(found, names)
		if len(rows) > mostSent || len(found) == mostLooked {
			rows = append(rows[:min(len(rows), mostSent)], Task{Kind: Sent, Title: "还有别的", Do: "到列表里看", Path: "/texts?mine=1&tab=" + string(tab)})
		}
		tasks = append(tasks, rows...)
	}
	return tasks, nil
}

// sentRows are her texts of one tab, with the questions of an import that are equally far gathered where the first of them
// stood.
func (t *textPages) sentRows(found []publish.Publication, names map[string]string) []Task {
	type imported struct {
		at    int64
		stage string
	}
	count, rows := map[imported]int{}, map[imported]int{}
	var tasks []Task
	for _, p := range found {
		o := newestOpen(p)
		if o == nil {
			continue
		}
		task := Task{Kind: Sent, Title: textTitle(p), Note: textKinds[p.Kind], Steps: textSteps(*o), Do: stageOf(*o, names), Path: "/texts/" + url.PathEscape(p.ID), Due: o.Due, At: o.At}
		if p.Kind != publish.KindQuestion || o.Origin != publish.OriginImported {
			tasks = append(tasks, task)
			continue
		}
		of := imported{p.CreatedAt.UnixMilli(), task.Do}
		if count[of]++; count[of] == 1 {
			rows[of] = len(tasks)
			tasks = append(tasks, task)
			continue
		}
		row := &tasks[rows[of]]
		row.Title, row.Note = strconv.Itoa(count[of])+" 道题", civil.DayOf(p.CreatedAt)+" 从表格收的"
		row.Path = "/texts?kind=question&mine=1&tab=" + string(p.Place.Tab)
		if !o.Due.IsZero() && (row.Due.IsZero() || o.Due.Before(row.Due)) {
			row.Due = o.Due
		}
	}
	return tasks
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
