// Package region is the tree of regions (自治区, 盟市, 旗县, 苏木镇街道, 嘎查村社区) by official code, and the organisations and projects
// that work in them.
//
// It guarantees that a code, once known, is never removed: a unit that was merged or renumbered has its years of validity
// and its successors, so that old records do not lose their meaning. The list is the statistics bureau's of 2023
// (data/README.md). A scene (the parameter in a mini-program code) has region, project and page, and nothing about a
// person.
//
// It refuses codes that are in no list, scenes it did not make, two projects with one id, and, where a deployment is
// configured so, every 演示 (demo) organisation and project.
package region

import (
	"strings"

	"pugongying/internal/fault"
)

// ErrUnknown refuses a code that is in no list.
var ErrUnknown = fault.New(fault.NotFound, "region.unknown", "没有找到这个地区。")

// Code is an official 12-digit code of the statistics bureau, such as 150424100200; the zero Code is no region.
type Code string

// Level is the depth of a region, from 1 自治区 to 5 嘎查村社区.
type Level int

// The levels.
const (
	Autonomous Level = iota + 1 // 自治区
	League                      // 盟市
	Banner                      // 旗县
	Sumu                        // 苏木镇街道
	Gacha                       // 嘎查村社区
)

const (
	codeLen = 12
	zeros   = "000000000000"
	nines   = "999999999999"
)

// levelEnds[l] is how many leading digits identify a region of level l.
var levelEnds = [...]int{0, 2, 4, 6, 9, 12}

// ParseCode parses 12 digits that have a level; ErrUnknown if they cannot be a code. It does not look the code up.
func ParseCode(s string) (Code, error) {
	c := Code(s)
	if len(s) != codeLen || strings.Trim(s, "0123456789") != "" || c.Level() == 0 {
		return "", ErrUnknown
	}
	return c, nil
}

// Level is the code's depth, or 0 when the digits skip a level (150400100000 would be a 苏木 without a 旗县).
func (c Code) Level() Level {
	if len(c) != codeLen {
		return 0
	}
	level := Level(0)
	for l := Autonomous; l <= Gacha; l++ {
		part := string(c[levelEnds[l-1]:levelEnds[l]])
		filled := strings.Trim(part, "0") != ""
		if filled && level != l-1 {
			return 0
		}
		if filled {
			level = l
		}
	}
	return level
}

// Parent is the enclosing region; the 自治区 and codes without a level have none ("").
func (c Code) Parent() Code {
	level := c.Level()
	if level <= Autonomous {
		return ""
	}
	end := levelEnds[level-1]
	return c[:end] + Code(zeros[end:])
}

// Short is the code without the zeros that its level does not need, such as 150424 for a 旗县; "" for no region.
func (c Code) Short() string { return string(c[:levelEnds[c.Level()]]) }

// Within reports whether c equals around or is inside it.
func (c Code) Within(around Code) bool { return ScopeOf(around).Contains(c) }

// Scope is a range of codes, both ends included: what a person may see, or what a figure covers. The zero Scope contains
// nothing.
type Scope struct {
	From Code `bson:"from"`
	To   Code `bson:"to"`
}

// ScopeOf is a region with everything inside it; for a code without a level it is the zero Scope.
func ScopeOf(c Code) Scope {
	level := c.Level()
	if level == 0 {
		return Scope{}
	}
	end := levelEnds[level]
	return Scope{From: c, To: c[:end] + Code(nines[end:])}
}

// Contains reports whether c is in the range.
func (s Scope) Contains(c Code) bool {
	return len(c) == codeLen && len(s.From) == codeLen && s.From <= c && c <= s.To
}
