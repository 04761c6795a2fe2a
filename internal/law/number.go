package law

import "strings"

// The largest number that is parsed or written; the longest law here ends at 1260.
const largest = 9999

var digits = [...]string{"零", "一", "二", "三", "四", "五", "六", "七", "八", "九"}

// Numeral writes 1 to 9999 as statutes do: 十, 二十三, 一百一十, 一千零四, 一千零七十九. Other numbers give "".
func Numeral(n int) string {
	if n < 1 || n > largest {
		return ""
	}
	var b strings.Builder
	gap := false
	for _, unit := range []struct {
		size int
		name string
	}{{1000, "千"}, {100, "百"}, {10, "十"}, {1, ""}} {
		digit := n / unit.size % 10
		if digit == 0 {
			gap = b.Len() > 0
			continue
		}
		if gap {
			b.WriteString("零")
			gap = false
		}
		if unit.size != 10 || digit != 1 || b.Len() > 0 {
			b.WriteString(digits[digit])
		}
		b.WriteString(unit.name)
	}
	return b.String()
}

// ParseNumber parses 1 to 9999 written as 1079, １０７９, 一千零七十九, 一千〇七十九 or digit by digit as 一〇七九. It returns false for
// everything else, including numerals whose units are in the wrong order.
func ParseNumber(s string) (int, bool) {
	normal := normalise(s)
	n, width := number(normal)
	return n, n > 0 && width == len(normal)
}

// number parses the number at the start of normalised text and returns its width in runes; 0, 0 when there is none.
func number(s []rune) (n, width int) {
	for width < len(s) && s[width] >= '0' && s[width] <= '9' {
		width++
	}
	if width > 0 {
		return arabic(s[:width])
	}
	for width < len(s) && (numeralDigit(s[width]) >= 0 || numeralUnit(s[width]) > 0) {
		width++
	}
	return numeral(s[:width])
}

func arabic(s []rune) (n, width int) {
	if s[0] == '0' || len(s) > 4 {
		return 0, 0
	}
	for _, r := range s {
		n = n*10 + int(r-'0')
	}
	return n, len(s)
}

// numeral parses units in falling order (千, 百, 十), or plain digits.
func numeral(s []rune) (n, width int) {
	const none = -1
	digit, last := none, 10000
	for _, r := range s {
		units := last < 10000
		unit := numeralUnit(r)
		switch d := numeralDigit(r); {
		case unit == 0 && !units && digit != none:
			return inARow(s)
		case unit == 0 && (digit == none || digit == 0 && d > 0):
			digit = d
		case unit > 0 && unit < last && (digit > 0 || unit == 10 && (units || digit == none)):
			n, digit, last = n+max(digit, 1)*unit, none, unit
		default:
			return 0, 0
		}
	}
	if digit == 0 || n == 0 && digit == none {
		return 0, 0
	}
	return n + max(digit, 0), len(s)
}

func inARow(s []rune) (n, width int) {
	if len(s) > 4 || numeralDigit(s[0]) == 0 {
		return 0, 0
	}
	for _, r := range s {
		d := numeralDigit(r)
		if d < 0 {
			return 0, 0
		}
		n = n*10 + d
	}
	return n, len(s)
}

func numeralDigit(r rune) int {
	switch r {
	case '零':
		return 0
	case '两':
		return 2
	}
	for d, name := range digits {
		if string(r) == name {
			return d
		}
	}
	return -1
}

func numeralUnit(r rune) int {
	switch r {
	case '千':
		return 1000
	case '百':
		return 100
	case '十':
		return 10
	}
	return 0
}
