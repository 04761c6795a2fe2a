// Package region is the tree of places (自治区, 盟市, 旗县, 苏木镇街道, 嘎查村社区) by official code, and the organisations and
// projects that work in them.
//
// It promises that a code, once known, stays known: a unit that was merged or renumbered keeps its validity and names
// its successors, so that old records keep their meaning. The list is the statistics bureau's of 2023
// (data/README.md). A scene (what a mini-program code carries) says region, project and page and nothing about a person.
//
// It refuses codes that are in no list, scenes it did not make, two projects of one id, and, where a deployment says
// so, every 演示 organisation and project.
package region

import (
	"strings"

	"pugongying/internal/fault"
)

// ErrUnknown refuses a code that is in no list.
var ErrUnknown = fault.New(fault.NotFound, "region.unknown", "没有找到这个地区。")

// Code is an official 12-digit code of the statistics bureau, as 150424100200; the zero Code is no region.
type Code string

// Level is how deep a region lies, from 1 自治区 to 5 嘎查村社区.
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

// levelEnds[l] is how many leading digits name a region of level l.
var levelEnds = [...]int{0, 2, 4, 6, 9, 12}

// ParseCode reads 12 digits that have a level; ErrUnknown if they cannot be a code. It does not look them up.
func ParseCode(s string) (Code, error) {
	c := Code(s)
	if len(s) != codeLen || strings.Trim(s, "0123456789") != "" || c.Level() == 0 {
		return "", ErrUnknown
	}
	return c, nil
}

// Level is the code's depth, or 0 when the digits skip a level (150400100000 names a 苏木 of no 旗县).
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

// Parent is the region around this one; the 自治区 and codes without a level have none ("").
func (c Code) Parent() Code {
	level := c.Level()
	if level <= Autonomous {
		return ""
	}
	end := levelEnds[level-1]
	return c[:end] + Code(zeros[end:])
}

// Short is the code without the zeros that its level does not need, as 150424 for a 旗县; "" for no region.
func (c Code) Short() string { return string(c[:levelEnds[c.Level()]]) }

// Within says whether c is around or lies inside around.
func (c Code) Within(around Code) bool { return ScopeOf(around).Contains(c) }

// Scope is a range of codes, both ends included: what a person may see, what a figure covers. The zero Scope holds
// nothing.
type Scope struct {
	From Code `bson:"from"`
	To   Code `bson:"to"`
}

// ScopeOf is a region with everything inside it; of a code without a level it is the zero Scope.
func ScopeOf(c Code) Scope {
	level := c.Level()
	if level == 0 {
		return Scope{}
	}
	end := levelEnds[level]
	return Scope{From: c, To: c[:end] + Code(nines[end:])}
}

// Contains says whether c lies in the range.
func (s Scope) Contains(c Code) bool {
	return len(c) == codeLen && len(s.From) == codeLen && s.From <= c && c <= s.To
}
