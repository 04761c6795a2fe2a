package operate

import (
	"context"
	"errors"
	"fmt"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
)

// Publications is what content needs of publish.
type Publications interface {
	// Newest calls each with every publication of a kind and its newest version.
	Newest(ctx context.Context, kind publish.Kind, each func(publish.Publication, publish.Version) error) error
	Version(ctx context.Context, id string, n int) (publish.Version, error)
	// Import stores drafts, all or none.
	Import(ctx context.Context, by audit.Actor, drafts []publish.Draft) (publish.Imported, error)
}

// Content takes a classroom's texts out as they are and brings such texts in as drafts.
type Content struct {
	publications Publications
	readable     func(publish.Shipped) error // why a text cannot be shown
}

// NewContent creates the service.
func NewContent(publications Publications, readable func(publish.Shipped) error) *Content {
	return &Content{publications, readable}
}

// Texts are a classroom's texts by what they are.
type Texts struct{ Live, Drafts, Withdrawn []publish.Shipped }

// ContentReport says what an import did; with any fault it changed nothing.
type ContentReport struct {
	Added     int            `json:"added"`     // new drafts
	Changed   int            `json:"changed"`   // drafts beside what is there
	Same      int            `json:"same"`      // already there, live or as a draft
	Withdrawn int            `json:"withdrawn"` // withdrawn texts, which are not taken
	Beside    int            `json:"beside"`    // live texts left out because the folder has a draft of them
	Pictures  int            `json:"pictures"`  // that came in, or got their files back
	Absent    []ContentFault `json:"absent"`    // pictures that a text shows and nobody has
	Faults    []ContentFault `json:"faults"`
}

// ContentFault is one fault at one place of a folder.
type ContentFault struct {
	Place string `json:"place"`
	Text  string `json:"text"`
}

// Summary is the report in a sentence.
func (r ContentReport) Summary() string {
	s := fmt.Sprintf("新的 %d 份，改动 %d 份，没有变化 %d 份", r.Added, r.Changed, r.Same)
	if r.Beside > 0 {
		s += fmt.Sprintf("；%d 份既在线上又有草稿的，收的是草稿", r.Beside)
	}
	if r.Withdrawn > 0 {
		s += fmt.Sprintf("；%d 份撤下的没有收", r.Withdrawn)
	}
	if r.Pictures > 0 {
		s += fmt.Sprintf("；图 %d 张", r.Pictures)
	}
	return s
}

var contentKinds = []publish.Kind{publish.KindExplainer, publish.KindQuestion, publish.KindTopic}

// Texts returns every text: what residents see, the newest draft of each publication that has one, and the last text of
// each that was withdrawn.
func (c *Content) Texts(ctx context.Context) (Texts, error) {
	var t Texts
	for _, kind := range contentKinds {
		err := c.publications.Newest(ctx, kind, func(p publish.Publication, v publish.Version) error {
			newest := publish.Shipped{ID: p.ID, Kind: p.Kind, Slug: p.Slug, Body: v.Body}
			if len(p.Open) > 0 && v.N == p.Open[len(p.Open)-1].N {
				t.Drafts = append(t.Drafts, newest)
			}
			switch {
			case p.Live == 0 && len(p.Open) == 0:
				t.Withdrawn = append(t.Withdrawn, newest)
			case p.Live == v.N:
				t.Live = append(t.Live, newest)
			case p.Live > 0:
				shown, err := c.publications.Version(ctx, p.ID, p.Live)
				if err != nil {
					return err
				}
				t.Live = append(t.Live, publish.Shipped{ID: p.ID, Kind: p.Kind, Slug: p.Slug, Body: shown.Body})
			}
			return nil
		})
		if err != nil {
			return Texts{}, err
		}
	}
	return t, nil
}

// Import stores texts as drafts, whatever they were where they come from. What is there already, live or as a draft,
// stays what it is, and so does what was withdrawn; nothing that residents see changes. A live text must be one that
// could be shown. What goes before is done once the texts can be read, and no text is stored when it finds a fault. The error
// is the store's; faults of the texts are in the report.
func (c *Content) Import(ctx context.Context, by audit.Actor, t Texts, before func(*ContentReport) error) (ContentReport, error) {
	report := ContentReport{Withdrawn: len(t.Withdrawn), Faults: []ContentFault{}, Absent: []ContentFault{}}
	there := map[string]publish.Publication{}
	for _, kind := range contentKinds {
		err := c.publications.Newest(ctx, kind, func(p publish.Publication, _ publish.Version) error {
			there[p.ID] = p
			return nil
		})
		if err != nil {
			return ContentReport{}, err
		}
	}
	drafted := map[string]bool{}
	var drafts []publish.Draft
	take := func(item publish.Shipped) {
		if has(there[item.ID], publish.Sum(item.Body)) {
			report.Same++
			return
		}
		drafts = append(drafts, publish.Draft{ID: item.ID, Kind: item.Kind, Body: item.Body})
	}
	for _, item := range t.Drafts {
		drafted[item.ID] = true
		take(item)
	}
	for _, item := range t.Live {
		err := c.readable(item)
		switch {
		case err != nil:
			report.refuse(item.ID, err)
		case !drafted[item.ID]:
			take(item)
		case has(there[item.ID], publish.Sum(item.Body)):
			report.Same++
		default:
			report.Beside++
		}
	}
	if len(report.Faults) > 0 {
		return report, nil
	}
	if err := before(&report); err != nil || len(report.Faults) > 0 || len(drafts) == 0 {
		return report, err
	}
	done, err := c.publications.Import(ctx, by, drafts)
	var refused *fault.Error
	if errors.As(err, &refused) && len(refused.Fields) > 0 {
		for _, f := range refused.Fields {
			report.Faults = append(report.Faults, ContentFault{f.Location, f.Message})
		}
		return report, nil
	}
	report.Added, report.Changed, report.Same = done.Added, done.Changed, report.Same+done.Same
	return report, err
}

// has reports whether residents see this text, or it is the newest or one that is still being worked on.
func has(p publish.Publication, sum string) bool {
	if p.LiveSHA == sum || p.LastSHA == sum {
		return true
	}
	for _, o := range p.Open {
		if o.SHA256 == sum {
			return true
		}
	}
	return false
}

// refuse notes why a text is not taken, each fault of it.
func (r *ContentReport) refuse(place string, err error) {
	var f *fault.Error
	if !errors.As(err, &f) || len(f.Fields) == 0 {
		r.Faults = append(r.Faults, ContentFault{place, Sentence(err)})
		return
	}
	for _, field := range f.Fields {
		r.Faults = append(r.Faults, ContentFault{place + " " + field.Location, field.Message})
	}
}
