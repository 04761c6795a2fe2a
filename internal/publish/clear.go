package publish

import (
	"slices"

	"pugongying/internal/fault"
)

// stages are the three reviews, in their order.
var stages = []State{StateFirst, StateSecond, StateThird}

// Faults of what may not be shown.
var (
	ErrNotCleared = fault.New(fault.Conflict, "publish.not_cleared", "这一版还没有三个人都审过，不能上线。")
	ErrChanged    = fault.New(fault.Conflict, "publish.bytes_changed", "存着的文字和审过的不一样了，已经退回一审，要从头再审。")
)

// clearance is the permission to show residents exactly the bytes with this sum. Only cleared and the manifest of a seeding
// give it.
type clearance struct{ sum string }

// cleared gives the clearance of a version: three different people, none of whom ever wrote any part of the publication,
// passed its first, second and third review, each of them exactly the bytes that are stored now.
func cleared(p *Publication, o *Open, v *Version) (clearance, error) {
	sum := Sum(v.Body)
	if sum != o.SHA256 || v.SHA256 != o.SHA256 {
		return clearance{}, ErrChanged
	}
	if len(o.Passes) != len(stages) {
		return clearance{}, ErrNotCleared
	}
	authors := v.Authors
	if v.Schema < schema {
		authors = p.Authors // it was written before versions named theirs
	}
	for i, pass := range o.Passes {
		switch {
		case pass.SHA256 != sum:
			return clearance{}, ErrChanged
		case pass.Stage != stages[i] || pass.By == "" || slices.Contains(authors, pass.By),
			slices.ContainsFunc(o.Passes[:i], func(before Pass) bool { return before.By == pass.By }):
			return clearance{}, ErrNotCleared
		}
	}
	return clearance{sum}, nil
}
