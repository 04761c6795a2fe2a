package search

import (
	"bytes"
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
)

// Former is what laws are called by mistake, and what took the place of laws and numbers that ended. It never changes.
type Former struct {
	names []formerName // the longest first
}

// formerName is a name somebody may write for a law.
type formerName struct {
	name  string
	right string // the law's own
	since string // from when on the name or its numbers are another's; "" for a mere mistake
	ended bool
	moved map[string]string // article, as 46, to the one that took its place
}

type writtenFormer struct {
	Names map[string][]string `yaml:"names"`
	Ended []struct {
		Law, Now, Since string
		Articles        map[string]string
	} `yaml:"ended"`
	Renumbered []struct {
		Law, Since string
		Articles   map[string]string
	} `yaml:"renumbered"`
}

// ParseFormer reads the authored list. Every article that takes another's place must exist in the register's law.
func ParseFormer(data []byte, laws *law.Register) (*Former, error) {
	var w writtenFormer
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&w); err != nil {
		return nil, fmt.Errorf("formerly.yaml: %w", err)
	}
	f := &Former{}
	for right, names := range w.Names {
		for _, name := range names {
			f.names = append(f.names, formerName{name: name, right: right})
		}
	}
	for _, e := range w.Ended {
		f.names = append(f.names, formerName{name: e.Law, right: e.Now, since: e.Since, ended: true, moved: e.Articles})
	}
	for _, l := range laws.Laws() { // a law's own names keep a wrong one inside them from being taken for one
		for _, name := range append([]string{l.Short}, l.Aliases...) {
			own := formerName{name: name, right: name}
			for _, r := range w.Renumbered {
				if r.Law == l.Short {
					own.since, own.moved = r.Since, r.Articles
				}
			}
			f.names = append(f.names, own)
		}
	}
	slices.SortStableFunc(f.names, func(a, b formerName) int {
		return cmp.Or(cmp.Compare(len(b.name), len(a.name)), cmp.Compare(a.name, b.name))
	})
	return f, f.exact(laws)
}

// exact reports a law or an article that does not exist, and a name that is already a law's own.
func (f *Former) exact(laws *law.Register) error {
	for i, n := range f.names {
		if i > 0 && f.names[i-1].name == n.name {
			return fmt.Errorf("formerly.yaml: %s is written twice or is a law's own name", n.name)
		}
		if _, err := laws.Named(n.right); err != nil {
			return fmt.Errorf("formerly.yaml: %s: %w", n.right, err)
		}
		for _, to := range n.moved {
			if _, err := laws.Parse(n.right + "第" + to + "条"); err != nil {
				return fmt.Errorf("formerly.yaml: %s: %w", n.name, err)
			}
		}
	}
	return nil
}

// meant is a question with the laws it means, a sentence about what changed ("" for none), and the article that took the place
// of one it cites.
type meant struct {
	text, note, moved string
}

// numberBehind is an article's number right behind a law's name.
var numberBehind = regexp.MustCompile(`^[》〉]?\s*第?\s*([0-9]+|[零〇一二三四五六七八九十百千]+)\s*条?`)

// read replaces wrong and former names by the right ones, and says what took the place of what.
func (f *Former) read(text string) meant {
	m := meant{}
	if f == nil {
		return meant{text: text}
	}
	var out strings.Builder
	for at := 0; at < len(text); {
		n, known := f.at(text[at:])
		if !known {
			_, size := firstRune(text[at:])
			out.WriteString(text[at : at+size])
			at += size
			continue
		}
		at += len(n.name)
		at += n.write(&out, text[at:], &m)
	}
	m.text = out.String()
	return m
}

func firstRune(text string) (rune, int) {
	for i, r := range text {
		if i > 0 {
			return r, i
		}
	}
	return 0, len(text)
}

func (f *Former) at(text string) (formerName, bool) {
	for _, n := range f.names {
		if strings.HasPrefix(text, n.name) {
			return n, true
		}
	}
	return formerName{}, false
}

// write writes the right name, and the article that took the place of the one behind it; it returns how much of the rest that
// covers.
func (n formerName) write(out *strings.Builder, rest string, m *meant) int {
	out.WriteString(n.right)
	number, size := numberIn(rest)
	to, moved := n.moved[number]
	switch {
	case n.ended && moved:
		fmt.Fprintf(out, "第%s条", to)
		m.note = fmt.Sprintf("《%s》%s起废止，原来的第%s条现在看《%s》第%s条。", n.name, n.since, inHan(number), n.right, inHan(to))
		return size
	case n.ended:
		m.note = fmt.Sprintf("《%s》%s起废止，这方面的规定现在看《%s》。", n.name, n.since, n.right)
		return size
	case moved:
		m.moved = n.right + "第" + to + "条"
		m.note = fmt.Sprintf("《%s》%s起用新的文本：原来的第%s条，现在是第%s条。", n.right, n.since, inHan(number), inHan(to))
	}
	return 0
}

// numberIn is the number of the article at the beginning of a text, as 46, and how long it is; "" for none.
func numberIn(text string) (number string, size int) {
	found := numberBehind.FindStringSubmatch(text)
	if found == nil {
		return "", 0
	}
	n, ok := law.ParseNumber(found[1])
	if !ok {
		return "", 0
	}
	return strconv.Itoa(n), len(found[0])
}

// inHan writes a number as laws do: 1091 is 一千零九十一.
func inHan(number string) string {
	n, _ := strconv.Atoi(number) // digits, or the list is refused
	return law.Numeral(n)
}
