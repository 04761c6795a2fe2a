package publish

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Times of the workflow.
const (
	escalateAfter = 3 * 24 * time.Hour  // a review that waited so long is asked of the region above
	recheckLimit  = 30 * 24 * time.Hour // past its review-at date by so long, residents are told 正在重新核对
	// JobsAhead is how far ahead rules set work of this package.
	JobsAhead = 2 * 366 * 24 * time.Hour
)

// Workflow is what members of staff do with texts. Every call asks the permission of the version it is about: who is
// related to it, and in which region it lies; what a person may not see is staff.ErrNotFound. Safe for concurrent use.
type Workflow struct {
	*Service
	lists    Lists
	sets     Sets
	reports  Reports
	links    Links
	checker  Checker
	pictures Pictures
	people   People
	league   region.Code
	believed func() (time.Time, bool)
	newID    func() string
	log      *slog.Logger
	counts   counts
}

// Lists stores what the desk reads beside the publications themselves.
type Lists interface {
	// Publications gives a page of a list, and Count how many the whole list has, up to its limit.
	Publications(ctx context.Context, l Listing) ([]Publication, error)
	Count(ctx context.Context, l Listing) (int64, error)
	Notes(ctx context.Context, publication string) ([]Note, error)
	// Seen is the version a person last saw; the zero Seen when none.
	Seen(ctx context.Context, publication, account string) (Seen, error)
	See(ctx context.Context, s Seen) error
	// Working is the working copy of a publication; the zero Working when there is none.
	Working(ctx context.Context, publication string) (Working, error)
	// Work writes it at the revision it was read: ErrStale when somebody else was quicker.
	Work(ctx context.Context, w Working) error
}

// People knows who could review.
type People interface {
	// Reviewers are all accounts that work now, with the roles they hold.
	Reviewers(ctx context.Context) ([]staff.Principal, error)
}

// Pictures knows what WeChat said of pictures since a text was checked.
type Pictures interface {
	// Risky gives those of some pictures, by their ids, that WeChat holds risky.
	Risky(ctx context.Context, ids []string) ([]string, error)
}

// Parts are what a Workflow needs. Checker, Pictures and People may be nil: then a person has to look at what the machine
// would have checked, and only the review's own region is asked first.
type Parts struct {
	Publications *Service
	Lists        Lists
	Sets         Sets
	Reports      Reports
	Links        Links
	Checker      Checker
	Pictures     Pictures
	People       People
	League       region.Code              // what "" as a region means
	Believed     func() (time.Time, bool) // whether time is believed; nothing goes live by its hour otherwise
	NewID        func() string
	Log          *slog.Logger
}

// Faults of the workflow.
var (
	ErrAuthor = fault.New(fault.Forbidden, "publish.own_text", "这一件你写过其中的字，不能由你来审。")
	ErrTwice  = fault.New(fault.Conflict, "publish.reviewed_before", "这一版你已经审过一遍，下一审要换一个人。")
	ErrReason = fault.New(fault.Invalid, "publish.reason_missing", "还有要处理的地方：请作者改，或者写上不改的理由。")
	ErrWords  = fault.New(fault.Invalid, "publish.words", "请写上几句话，写给作者看。")
	ErrClock  = fault.New(fault.Unavailable, "publish.clock", "服务器的时间还没有核对好，到点的内容先不上线。")
	ErrRisky  = fault.New(fault.Conflict, "publish.picture_risky", "微信认为里面有一张图不合适，要请作者换一张，才能给居民看。")
	ErrMoment = fault.New(fault.Invalid, "publish.moment", "时间要在以后，一年以内。")
)

// Limits of what people write, in bytes.
const (
	maxWords = 4000
	maxBody  = 1 << 20
)

// NewWorkflow creates the workflow over the publications of a service.
func NewWorkflow(p Parts) *Workflow {
	return &Workflow{
		Service: p.Publications, lists: p.Lists, sets: p.Sets, reports: p.Reports, links: p.Links, checker: p.Checker, pictures: p.Pictures, people: p.People,
		league: p.League, believed: p.Believed, newID: p.NewID, log: p.Log,
	}
}

// recordOf is a version of a publication to a person, for the table of permissions. What has no author belongs to others.
func (w *Workflow) recordOf(who staff.Principal, in region.Code, authors []string) access.Record {
	relation := access.Other
	if slices.Contains(authors, who.Account) {
		relation = access.Own
	}
	return access.Record{Relation: relation, Region: cmp.Or(in, w.league)}
}

// mayAny checks several actions on one record; one that is allowed is enough. What is hidden by all is not found.
func mayAny(who staff.Principal, r access.Record, actions ...access.Action) error {
	var refused error
	for _, a := range actions {
		err := who.May(a, r)
		if err == nil {
			return nil
		}
		if refused == nil || errors.Is(err, staff.ErrNotFound) {
			refused = err
		}
	}
	return refused
}

// At names a version as somebody saw it.
type At struct {
	ID     string
	N      int
	SHA256 string
}

// opened is an open version with its stored bytes, in an edit by a person.
type opened struct {
	*edit
	open    *Open
	version Version
}

// take reads an open version for an act of a person: nothing but the version that she saw, and only when one of the actions
// is allowed on it. A version whose stored bytes changed goes back to first review, and the answer is ErrChanged.
func (w *Workflow) take(ctx context.Context, who staff.Principal, at At, actions ...access.Action) (*opened, error) {
	e, err := w.edit(ctx, who.Actor(), at.ID)
	if err != nil {
		return nil, hidden(err)
	}
	o := e.numbered(at.N)
	if o == nil {
		return nil, w.gone(ctx, who, e)
	}
	v, err := w.store.Version(ctx, at.ID, at.N)
	if err != nil {
		return nil, err
	}
	authors := slices.Concat(e.Authors, v.Authors)
	if err := mayAny(who, w.recordOf(who, o.Region, authors), actions...); err != nil {
		if slices.Contains(authors, who.Account) && !errors.Is(err, staff.ErrNotFound) && who.Admits(actions[0]) {
			return nil, ErrAuthor
		}
		return nil, err
	}
	if Sum(v.Body) != o.SHA256 || v.SHA256 != o.SHA256 {
		return nil, errors.Join(ErrChanged, w.restart(ctx, e, o, v))
	}
	if at.SHA256 != o.SHA256 {
		return nil, ErrStale
	}
	return &opened{e, o, v}, nil
}

// gone answers for a version that is not open: who may read the publication is told that it moved on.
func (w *Workflow) gone(ctx context.Context, who staff.Principal, e *edit) error {
	if err := who.May(access.ReadText, w.recordOf(who, e.Region, e.Authors)); err != nil {
		return staff.ErrNotFound
	}
	return ErrTransition
}

// hidden makes no difference between what is not there and what is not hers.
func hidden(err error) error {
	if errors.Is(err, ErrNotFound) {
		return staff.ErrNotFound
	}
	return err
}
