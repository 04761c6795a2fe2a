package privacy_test

import (
	"crypto/sha256"
	"os"
	"strconv"
	"strings"
	"testing"
)

// labelled is one text of the corpus: what a person would paste, and where personal data stands in it.
type labelled struct {
	line   int
	text   string
	labels []label
	unseen bool // belongs to the half that the recognisers are not tuned on
}

// label is a byte range of the text that a person marked.
type label struct {
	kind       string
	start, end int
}

// groups are the kinds of label by the group that a figure is given for.
var groups = map[string]string{
	"mobile": "numbers", "landline": "numbers", "id": "numbers", "plate": "numbers", "wxid": "numbers", "qq": "numbers",
	"mail": "numbers", "card": "numbers", "name": "names", "address": "addresses", "combo": "combinations", "minor": "combinations",
}

// corpus reads one file of the corpus.
func corpus(t testing.TB, file string) []labelled {
	t.Helper()
	raw, err := os.ReadFile("testdata/corpus/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var texts []labelled
	for i, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		sum := sha256.Sum256([]byte(line))
		read := labelled{line: i + 1, unseen: sum[0]%2 == 1}
		read.unmark(t, line)
		texts = append(texts, read)
	}
	return texts
}

// unmark takes the labels out of a line and undoes its escapes.
func (l *labelled) unmark(t testing.TB, line string) {
	t.Helper()
	var text strings.Builder
	var open []label
	for line != "" {
		switch {
		case line[0] == '{':
			kind, rest, found := strings.Cut(line[1:], "|")
			if !found || groups[kind] == "" {
				t.Fatalf("line %d: no label at %q", l.line, line)
			}
			open, line = append(open, label{kind: kind, start: text.Len()}), rest
			continue
		case line[0] == '}':
			last := open[len(open)-1]
			last.end = text.Len()
			l.labels, open, line = append(l.labels, last), open[:len(open)-1], line[1:]
			continue
		}
		r, _, rest, err := strconv.UnquoteChar(line, 0)
		if err != nil {
			t.Fatalf("line %d: %v at %q", l.line, err, line)
		}
		text.WriteRune(r)
		line = rest
	}
	if len(open) > 0 {
		t.Fatalf("line %d: a label is not closed", l.line)
	}
	l.text = text.String()
}

func TestTheCorpusIsAsLargeAsPromised(t *testing.T) {
	with, without := corpus(t, "with.txt"), corpus(t, "without.txt")
	if len(with) < 200 || len(without) < 200 {
		t.Errorf("%d texts with, %d without", len(with), len(without))
	}
	seen, count, unseen := map[string]bool{}, map[string]int{}, 0
	for _, text := range append(with, without...) {
		if seen[text.text] {
			t.Errorf("%q stands twice", text.text)
		}
		seen[text.text] = true
		if text.unseen {
			unseen++
		}
		for _, l := range text.labels {
			count[groups[l.kind]]++
			if l.start == l.end {
				t.Errorf("line %d: an empty label", text.line)
			}
		}
	}
	for _, text := range with {
		if len(text.labels) == 0 {
			t.Errorf("with.txt:%d has no label", text.line)
		}
	}
	for _, text := range without {
		if len(text.labels) != 0 {
			t.Errorf("without.txt:%d has a label", text.line)
		}
	}
	for group, least := range map[string]int{"numbers": 80, "names": 70, "addresses": 25, "combinations": 45} {
		if count[group] < least {
			t.Errorf("%d labels of %s", count[group], group)
		}
	}
	t.Logf("%d texts with, %d without, %v, %d never tuned on", len(with), len(without), count, unseen)
}
