package publish

import (
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// Reach says whether three different people can review a text of a region: which reviews nobody does, and what that means.
type Reach struct {
	Enough  bool
	Missing []State // reviews that nobody in reach does
	People  int     // different people who do any of the three
	Text    string  // Chinese, for the page of accounts; "" with Enough
}

// ReachOf looks at everybody who works now. Authors, if any, are left out.
func ReachOf(people []staff.Principal, in region.Code, authors ...string) Reach {
	can := make([][]string, len(stages))
	var all []string
	for i, stage := range stages {
		for _, p := range people {
			if slices.Contains(authors, p.Account) || p.May(reviewOf[stage], access.Record{Relation: access.Other, Region: in}) != nil {
				continue
			}
			can[i] = append(can[i], p.Account)
			all = append(all, p.Account)
		}
	}
	slices.Sort(all)
	r := Reach{People: len(slices.Compact(all)), Enough: distinct(can, nil)}
	for i, stage := range stages {
		if len(can[i]) == 0 {
			r.Missing = append(r.Missing, stage)
		}
	}
	r.Text = r.sentence()
	return r
}

// distinct reports whether each list can give somebody whom no other list gives.
func distinct(lists [][]string, taken []string) bool {
	if len(lists) == 0 {
		return true
	}
	return slices.ContainsFunc(lists[0], func(p string) bool {
		return !slices.Contains(taken, p) && distinct(lists[1:], append(slices.Clone(taken), p))
	})
}

var stageNames = map[State]string{StateFirst: "一审", StateSecond: "二审", StateThird: "三审"}

func (r Reach) sentence() string {
	switch {
	case r.Enough:
		return ""
	case len(r.Missing) > 0:
		var names []string
		for _, stage := range r.Missing {
			names = append(names, stageNames[stage])
		}
		return fmt.Sprintf("这里还没有人做%s。凑齐三个人以前，写好的内容可以交、可以先审，但不能上线。", strings.Join(names, "、"))
	}
	return fmt.Sprintf("能审的只有 %d 个人，三审要三个不同的人。凑齐以前，写好的内容可以交、可以先审，但不能上线。", r.People)
}
