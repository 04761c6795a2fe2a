package ledger

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/civil"
)

// Quarter is three months of a year, as "2026Q4".
type Quarter struct{ Year, N int }

// QuarterOf is the quarter of a month or a day, "2026-11" or "2026-11-23"; the zero Quarter for anything else.
func QuarterOf(day string) Quarter {
	t, err := time.Parse("2006-01", day[:min(len(day), len("2006-01"))])
	if err != nil {
		return Quarter{}
	}
	return Quarter{Year: t.Year(), N: (int(t.Month()) + 2) / 3}
}

// ParseQuarter reads String; false for what is no quarter.
func ParseQuarter(s string) (Quarter, bool) {
	if len(s) != len("2026Q4") || s[4] != 'Q' || s[5] < '1' || s[5] > '4' {
		return Quarter{}, false
	}
	year, err := strconv.Atoi(s[:4])
	return Quarter{Year: year, N: int(s[5] - '0')}, err == nil && year >= 1000
}

// String is the quarter in addresses and documents; "" for none.
func (q Quarter) String() string {
	if q.N == 0 {
		return ""
	}
	return fmt.Sprintf("%04dQ%d", q.Year, q.N)
}

// Words is the quarter as people say it.
func (q Quarter) Words() string { return fmt.Sprintf("%d 年第 %d 季度", q.Year, q.N) }

// Months are its three months, "2026-10" to "2026-12".
func (q Quarter) Months() []string {
	months := make([]string, 3)
	for i := range months {
		months[i] = fmt.Sprintf("%04d-%02d", q.Year, 3*q.N-2+i)
	}
	return months
}

// Next is the quarter after it.
func (q Quarter) Next() Quarter {
	if q.N == 4 {
		return Quarter{q.Year + 1, 1}
	}
	return Quarter{q.Year, q.N + 1}
}

// Before is the quarter before it.
func (q Quarter) Before() Quarter {
	if q.N == 1 {
		return Quarter{q.Year - 1, 4}
	}
	return Quarter{q.Year, q.N - 1}
}

// LastDay is its last day.
func (q Quarter) LastDay() string {
	last, _ := civil.AddDays(q.Next().Months()[0]+"-01", -1) // a day that the calendar has
	return last
}

// suppressionRules is the number of the rules by which small numbers are hidden. Other rules would show other cells of a
// quarter that was reported already, and the difference would tell: they need another number and old quarters the old ones.
const suppressionRules = 1

const closedSchema = 1

// Closed is a closed quarter. It never changes once Hash is set.
type Closed struct {
	ID     string      `bson:"_id" json:"quarter"`
	By     string      `bson:"by" json:"by"` // account
	At     time.Time   `bson:"at" json:"at"`
	Tips   []audit.Tip `bson:"tips" json:"tips"` // where the audit record ended when it was closed
	Rules  int         `bson:"rules" json:"rules"`
	Lines  int64       `bson:"lines" json:"lines"`
	Digest string      `bson:"digest" json:"digest"` // of its lines
	Hash   string      `bson:"hash" json:"hash"`     // of all of the above; "" while a closing is not finished
	Rev    int64       `bson:"rev" json:"-"`
	Schema int         `bson:"schema" json:"-"`
}

// Short is the part of the hash that a page shows.
func (c Closed) Short() string {
	if len(c.Hash) < 8 {
		return ""
	}
	return c.Hash[:4] + " " + c.Hash[4:8]
}

// sum is the hash of everything about the closed quarter, in one canonical encoding.
func (c Closed) sum() string {
	d := Digest{sha256.New(), 0}
	d.write("pugongying quarter", strconv.Itoa(c.Schema), c.ID, c.By, c.At.UTC().Format(time.RFC3339Nano), strconv.Itoa(c.Rules))
	d.write(strconv.FormatInt(c.Lines, 10), c.Digest, strconv.Itoa(len(c.Tips)))
	for _, tip := range c.Tips {
		d.write(tip.String())
	}
	return d.Sum()
}

// Digest is the hash of lines, added in the order of their months and ids.
type Digest struct {
	hash  hash.Hash
	Lines int64
}

// NewDigest has no lines yet.
func NewDigest() *Digest { return &Digest{hash: sha256.New()} }

// Add adds a line: every field that is part of what is counted, in a fixed order.
func (d *Digest) Add(l Line) {
	d.Lines++
	d.write(l.Month, l.ID, string(l.Kind), string(l.Unit), string(l.Region), l.Organisation, l.Project, l.Day, l.Source)
	d.write(strconv.FormatInt(l.Quantity, 10), l.CorrectionOf, l.At)
}

// Sum is the hash of what was added.
func (d *Digest) Sum() string { return hex.EncodeToString(d.hash.Sum(nil)) }

// write adds fields with their lengths, so that no two lists are encoded alike.
func (d *Digest) write(fields ...string) {
	for _, f := range fields {
		_, _ = d.hash.Write(strconv.AppendInt(nil, int64(len(f)), 10)) // a hash takes everything
		_, _ = d.hash.Write([]byte{':'})
		_, _ = d.hash.Write([]byte(f))
	}
}
