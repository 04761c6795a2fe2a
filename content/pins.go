package content

import (
	"bytes"
	"cmp"
	"encoding/hex"
	"fmt"
	"io/fs"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
)

// PinsFile is the name of the pins file in the content folder.
const PinsFile = "provisions.yaml"

const pinsHeader = `# What every cited provision said when a person checked it: the sha256 of its words, never the words.
# Written by "pugongying content pin FOLDER" from official texts; commit it together with the text that cites them.
`

type pinEntry struct {
	Law       string `yaml:"law"`
	Article   string `yaml:"article"`
	Paragraph int    `yaml:"paragraph"`
	Item      int    `yaml:"item"`
	SHA256    string `yaml:"sha256"`
}

// Pins returns the pins inside the binary.
func Pins() ([]law.Pin, error) { return ReadPins(files) }

// ReadPins reads the pins of a folder with the same layout as this one.
func ReadPins(from fs.FS) ([]law.Pin, error) {
	data, err := fs.ReadFile(from, PinsFile)
	if err != nil {
		return nil, err
	}
	var entries []pinEntry
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&entries); err != nil {
		return nil, fmt.Errorf("%s: %w", PinsFile, err)
	}
	pins, seen := make([]law.Pin, len(entries)), map[law.Citation]bool{}
	for i, e := range entries {
		article, sub, ok := law.CutNumber(e.Article)
		c := law.Citation{Law: e.Law, Article: article, Sub: sub, Paragraph: e.Paragraph, Item: e.Item}
		if sum, err := hex.DecodeString(e.SHA256); !ok || err != nil || len(sum) != 32 || seen[c] {
			return nil, fmt.Errorf("%s: entry %d is no pin, or stands twice", PinsFile, i+1)
		}
		seen[c] = true
		pins[i] = law.Pin{Citation: c, SHA256: e.SHA256}
	}
	return pins, nil
}

// MakePins encodes pins; its bytes are the same for the same pins.
func MakePins(pins []law.Pin) []byte {
	pins = slices.Clone(pins)
	slices.SortFunc(pins, func(a, b law.Pin) int { return compare(a.Citation, b.Citation) })
	var b strings.Builder
	b.WriteString(pinsHeader)
	for _, p := range pins {
		fmt.Fprintf(&b, "- {law: %s, article: %q, paragraph: %d, item: %d, sha256: %s}\n", p.Law, p.Number(), p.Paragraph, p.Item, p.SHA256)
	}
	if len(pins) == 0 {
		b.WriteString("[]\n")
	}
	return []byte(b.String())
}

func compare(a, b law.Citation) int {
	return cmp.Or(cmp.Compare(a.Law, b.Law), cmp.Compare(a.Article, b.Article), cmp.Compare(a.Sub, b.Sub),
		cmp.Compare(a.Paragraph, b.Paragraph), cmp.Compare(a.Item, b.Item))
}
