package operate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
	"pugongying/internal/search"
)

// Of 100 phrasings that residents type, SearchGoal must find what is wanted among the first SearchFirst results.
const (
	SearchGoal  = 90
	SearchFirst = 3
)

// Phrasing is something a resident types, and what she should find.
type Phrasing struct {
	Ask  string   `yaml:"ask"`
	Want []string `yaml:"want"` // any of them
}

// ReadPhrasings reads a list as content/searches.yaml is written.
func ReadPhrasings(data []byte) ([]Phrasing, error) {
	var list []Phrasing
	if err := yaml.Unmarshal(data, &list); err != nil {
		return nil, fmt.Errorf("searches.yaml：%w", err)
	}
	return list, nil
}

// Halves of a list of phrasings: what may be tuned on, and what nobody looks at and is reported.
const (
	HalfTuned    = "tune"
	HalfReported = "report"
)

// Half is one half of a list, by the hash of what is asked, so that nobody chose it.
func Half(list []Phrasing, half string) []Phrasing {
	hashed := slices.Clone(list)
	slices.SortFunc(hashed, func(a, b Phrasing) int { return cmp.Compare(hashOf(a), hashOf(b)) })
	middle := len(hashed) / 2
	if half == HalfTuned {
		return hashed[:middle]
	}
	return hashed[middle:]
}

func hashOf(p Phrasing) string {
	sum := sha256.Sum256([]byte(p.Ask))
	return string(sum[:])
}

// SearchOutcome is what one phrasing leads to.
type SearchOutcome struct {
	Ask    string
	Labels []string // the first results
	Hit    bool     // one of them was wanted
	NotRun bool     // only a law text that is not here could answer
}

// SearchReport counts outcomes.
type SearchReport struct{ Right, Asked, NotRun int }

// Share is how many of 100 lead where they should.
func (r SearchReport) Share() float64 { return 100 * float64(r.Right) / float64(max(r.Asked, 1)) }

// Passed reports whether enough lead where they should; nothing asked is no pass.
func (r SearchReport) Passed() bool { return r.Asked > 0 && r.Share() >= SearchGoal }

// Searcher is the search that is asked.
type Searcher interface {
	Search(ctx context.Context, q search.Query) (search.Result, error)
}

// CheckSearches asks every phrasing and reports each outcome.
func CheckSearches(ctx context.Context, index Searcher, texts *law.Library, list []Phrasing, report func(SearchOutcome)) (SearchReport, error) {
	var total SearchReport
	for _, p := range list {
		o, err := checkSearch(ctx, index, texts, p)
		if err != nil {
			return total, fmt.Errorf("searches.yaml：%s：%w", p.Ask, err)
		}
		switch {
		case o.NotRun:
			total.NotRun++
		case o.Hit:
			total.Right++
			total.Asked++
		default:
			total.Asked++
		}
		report(o)
	}
	return total, nil
}

func checkSearch(ctx context.Context, index Searcher, texts *law.Library, p Phrasing) (SearchOutcome, error) {
	o := SearchOutcome{Ask: p.Ask}
	want, here, err := targets(texts, p.Want)
	if o.NotRun = !here; err != nil || !here {
		return o, err
	}
	found, err := index.Search(ctx, search.Query{Text: p.Ask, Limit: SearchFirst})
	for _, h := range found.Hits {
		o.Labels = append(o.Labels, label(h))
		o.Hit = o.Hit || slices.Contains(want, label(h))
	}
	return o, err
}

// label names a result as searches.yaml would want it.
func label(h search.Hit) string {
	switch h.Kind {
	case search.Explainer:
		return h.Slug
	case search.Article:
		return h.Law + " " + h.Number
	case search.Law:
		return h.Law
	}
	return "题目：" + h.Document.Title
}

// targets reads what is wanted as label writes it; not here when only texts that are missing could answer.
func targets(laws *law.Library, want []string) (targets []string, here bool, err error) {
	for _, w := range want {
		if strings.Trim(w, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" {
			targets, here = append(targets, w), true
			continue
		}
		if l, err := laws.Register().Named(w); err == nil {
			targets, here = append(targets, l.Slug), true
			continue
		}
		c, err := laws.Register().Parse(w)
		if err != nil {
			return nil, false, err
		}
		cited, err := laws.Law(c.Law)
		if err != nil {
			return nil, false, err
		}
		targets, here = append(targets, c.Law+" "+c.Number()), here || len(cited.Versions) > 0
	}
	return targets, here, nil
}
