package console

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/staff"
	"pugongying/internal/web/pages"
)

// TaskKind says in which part of the home page a task stands.
type TaskKind int

// The kinds.
const (
	Waits    TaskKind = iota // 等我办的
	Returned                 // 退回来的
	Sent                     // 我送出的
	Live                     // 今天要上线的
	Past                     // 这两天的事
)

// Task is one row of the home page.
type Task struct {
	Kind  TaskKind
	Title string
	Note  string // beside the title, as 故事
	Do    string // what is to be done, or how far it is
	By    string // who wrote it, and where
	Path  string // below Prefix
	Words string // what the reviewer wrote, whole
	Steps []Step // how far it is, as bars
	Due   time.Time
	At    time.Time // when it goes live, or happened
	Warns bool      // Do is a warning: it will not go live as it is
}

// Step is one bar of three: a review that is done, that is at work, that was refused or that has not begun.
type Step string

// The steps.
const (
	StepDone    Step = "d"
	StepNow     Step = "n"
	StepRefused Step = "x"
	StepOpen    Step = ""
)

// Tasks says what waits for somebody. An area that has such rows gives one.
type Tasks interface {
	Waiting(ctx context.Context, who staff.Principal) ([]Task, error)
}

// HomeView is the home page's data.
type HomeView struct {
	Waits, Returned, Sent, Live, Past []Task
	Next                              time.Time // the earliest limit
	Writes                            bool      // she writes: an empty page leads her to it
}

func (c *Console) home() Area {
	return Area{
		Name:   "home",
		Rail:   []Item{{Group: First, Title: "今天", Path: "", Icon: "house", Action: access.StaffSelf}},
		Routes: []Route{{Method: GET, Path: "", Action: access.StaffSelf, Handle: c.today}},
	}
}

func (c *Console) today(r *Request) (pages.Answer, error) {
	tasks, err := c.tasks(r.Context(), r.Who)
	if err != nil {
		return nil, err
	}
	var v HomeView
	into := map[TaskKind]*[]Task{Waits: &v.Waits, Returned: &v.Returned, Sent: &v.Sent, Live: &v.Live, Past: &v.Past}
	for _, t := range tasks {
		*into[t.Kind] = append(*into[t.Kind], t)
	}
	slices.SortStableFunc(v.Waits, byLimit)
	slices.SortStableFunc(v.Sent, byLimit)
	slices.SortStableFunc(v.Live, func(a, b Task) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(v.Past, func(a, b Task) int { return b.At.Compare(a.At) })
	v.Writes = r.Who.Admits(access.WriteText)
	if len(v.Waits) > 0 {
		v.Next = v.Waits[0].Due
	}
	return r.Page("home/today", "今天", v), nil
}

// tasks collects the rows of every area.
func (c *Console) tasks(ctx context.Context, who staff.Principal) ([]Task, error) {
	var all []Task
	for _, area := range c.areas {
		if area.Tasks == nil {
			continue
		}
		tasks, err := area.Tasks.Waiting(ctx, who)
		if err != nil {
			return nil, err
		}
		for _, t := range tasks { // two areas may know of one thing; the first one tells it
			if !slices.ContainsFunc(all, func(other Task) bool {
				return t.Path != "" && other.Path == t.Path && other.Kind == t.Kind && other.Title == t.Title
			}) {
				all = append(all, t)
			}
		}
	}
	return all, nil
}

// byLimit puts what has least time left first, and what has no limit last.
func byLimit(a, b Task) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		return cmp.Compare(b2i(a.Due.IsZero()), b2i(b.Due.IsZero()))
	}
	return a.Due.Compare(b.Due)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// frame is what every page uses.
func (c *Console) frame() Area {
	return Area{
		Name: "frame",
		Routes: []Route{
			// A page that is worked on says so now and then; asking for it is what keeps the session.
			{Method: GET, Path: "/alive", Action: access.StaffSelf, Handle: func(*Request) (pages.Answer, error) { return pages.Nothing{}, nil }},
			// Whose session it is, after signing in again under the veil.
			{Method: GET, Path: "/whose", Action: access.StaffSelf, Handle: func(r *Request) (pages.Answer, error) {
				return r.Part("fault/fault", "whose", r.Who.Account), nil
			}},
		},
	}
}
