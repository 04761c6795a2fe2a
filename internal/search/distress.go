package search

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"
	"go.yaml.in/yaml/v3"
)

// Distress recognises questions of somebody who is in danger, thinks of dying, sees a child hurt, is locked in or watched, or
// looks for a number to call. It never changes and remembers nothing it was asked.
type Distress struct {
	unlike [][]rune // the longest first
	kinds  []distressKind
	heard  []spoken // words recognised by their sound, too
}

// Signal is what was recognised: a kind, and the one sentence that stands above everything found.
type Signal struct {
	Kind string
	Says string
}

type distressKind struct {
	Signal
	when  [][]alternatives
	spelt []string // the phrasings of one part in pinyin without tones
}

// alternatives are the words of which one must stand at a place, the longest first.
type alternatives struct {
	words    [][]rune
	adjacent bool // right behind the part before
}

// spoken is a word and its sound.
type spoken struct {
	sound string
	kind  int
}

// mostSpelt bounds how many phrasings of two parts are recognised in pinyin.
const mostSpelt = 100

// apart is how many characters may stand between two parts of a phrasing.
const apart = 5

type writtenDistress struct {
	Unlike []string            `yaml:"unlike"`
	Groups map[string][]string `yaml:"groups"`
	Kinds  []struct {
		Kind string   `yaml:"kind"`
		Says string   `yaml:"says"`
		When []string `yaml:"when"`
	} `yaml:"kinds"`
	Heard []string `yaml:"heard"`
}

// ParseDistress reads the authored phrasings. Every group must be used, and every word recognised by its sound must be a
// phrasing.
func ParseDistress(data []byte) (*Distress, error) {
	var w writtenDistress
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&w); err != nil {
		return nil, fmt.Errorf("distress.yaml: %w", err)
	}
	d := &Distress{unlike: longestFirst(w.Unlike)}
	used := map[string]bool{}
	for _, k := range w.Kinds {
		made := distressKind{Signal: Signal{Kind: k.Kind, Says: k.Says}}
		for _, line := range k.When {
			parts, err := partsOf(line, w.Groups, used)
			if err != nil {
				return nil, fmt.Errorf("distress.yaml: %s: %q: %w", k.Kind, line, err)
			}
			made.add(parts)
		}
		if k.Kind == "" || k.Says == "" || len(made.when) == 0 {
			return nil, fmt.Errorf("distress.yaml: kind %q has no name, no sentence or no phrasing", k.Kind)
		}
		d.kinds = append(d.kinds, made)
	}
	for name := range w.Groups {
		if !used[name] {
			return nil, fmt.Errorf("distress.yaml: group %s is used by no phrasing", name)
		}
	}
	return d, d.hear(w.Heard)
}

func longestFirst(words []string) [][]rune {
	var all [][]rune
	for _, word := range words {
		all = append(all, normalise(word))
	}
	slices.SortStableFunc(all, func(a, b []rune) int { return len(b) - len(a) })
	return all
}

// partsOf reads one line: parts apart by blanks, each of alternatives apart by slashes; $name is a group, + joins to the
// part before.
func partsOf(line string, groups map[string][]string, used map[string]bool) ([]alternatives, error) {
	var parts []alternatives
	for field := range strings.FieldsSeq(line) {
		var words []string
		field, adjacent := strings.CutPrefix(field, "+")
		for word := range strings.SplitSeq(field, "/") {
			name, group := strings.CutPrefix(word, "$")
			switch {
			case word == "":
				return nil, fmt.Errorf("an empty word")
			case !group:
				words = append(words, word)
			case len(groups[name]) == 0:
				return nil, fmt.Errorf("there is no group %s", name)
			default:
				used[name] = true
				words = append(words, groups[name]...)
			}
		}
		parts = append(parts, alternatives{longestFirst(words), adjacent})
	}
	if len(parts) == 0 {
		return nil, fmt.Errorf("it has no words")
	}
	return parts, nil
}

func (k *distressKind) add(parts []alternatives) {
	k.when = append(k.when, parts)
	said := parts[0].words
	if len(parts) == 2 && len(said)*len(parts[1].words) <= mostSpelt {
		said = nil
		for _, one := range parts[0].words {
			for _, two := range parts[1].words {
				said = append(said, slices.Concat(one, two))
			}
		}
	} else if len(parts) > 1 {
		return
	}
	for _, word := range said {
		if spelt, all := romanised(word); all && len(word) > 1 {
			k.spelt = append(k.spelt, spelt)
		}
	}
}

// hear notes which phrasings are recognised by their sound.
func (d *Distress) hear(words []string) error {
	for _, word := range words {
		kind := d.written(normalise(word))
		if kind < 0 {
			return fmt.Errorf("distress.yaml: heard %s is no phrasing", word)
		}
		d.heard = append(d.heard, spoken{soundsIn(normalise(word)), kind})
	}
	return nil
}

// Of is what a question tells of, or false. It looks at all of a question, however long.
func (d *Distress) Of(text string) (Signal, bool) {
	if d == nil {
		return Signal{}, false
	}
	runes := withoutBlanks(normalise(text))
	for _, word := range d.unlike {
		blank(runes, word)
	}
	kind := d.written(runes)
	if kind < 0 {
		kind = d.spelt(runes)
	}
	if kind < 0 {
		kind = d.sounding(runes)
	}
	if kind < 0 {
		return Signal{}, false
	}
	return d.kinds[kind].Signal, true
}

// withoutBlanks leaves out what people put between the characters of a word.
func withoutBlanks(runes []rune) []rune {
	return slices.DeleteFunc(runes, func(r rune) bool { return class(r) == 0 })
}

// written is the first kind of which the characters are a phrasing, or -1.
func (d *Distress) written(runes []rune) int {
	return slices.IndexFunc(d.kinds, func(k distressKind) bool {
		return slices.ContainsFunc(k.when, func(parts []alternatives) bool { return inOrder(runes, parts) })
	})
}

// unread stands for a character of a word that only looks like another.
const unread = '\x00'

func blank(runes, word []rune) {
	for i := 0; i+len(word) <= len(runes); i++ {
		if slices.Equal(runes[i:i+len(word)], word) {
			for j := range word {
				runes[i+j] = unread
			}
		}
	}
}

// inOrder reports whether every part stands in a text, in order and close to the one before.
func inOrder(runes []rune, parts []alternatives) bool {
	for from := range runes {
		if follows(runes, from, parts) {
			return true
		}
	}
	return false
}

// follows reports whether the first part stands at a place and the others behind it.
func follows(runes []rune, at int, parts []alternatives) bool {
	for _, word := range parts[0].words {
		if at+len(word) > len(runes) || !slices.Equal(runes[at:at+len(word)], word) {
			continue
		}
		if len(parts) == 1 {
			return true
		}
		between := apart
		if parts[1].adjacent {
			between = 0
		}
		for gap := range between + 1 {
			if next := at + len(word) + gap; next < len(runes) && follows(runes, next, parts[1:]) {
				return true
			}
		}
	}
	return false
}

// spelt is the first kind of which a phrasing is written in pinyin, all of it or some characters (想si), or -1.
func (d *Distress) spelt(runes []rune) int {
	var all strings.Builder
	latin := map[int]bool{} // which bytes were typed as letters
	for _, r := range runes {
		if r < unicode.MaxASCII {
			latin[all.Len()] = unicode.IsLetter(r)
			all.WriteRune(r)
			continue
		}
		all.WriteString(syllable(r))
	}
	if !slices.ContainsFunc(runes, func(r rune) bool { return r >= 'a' && r <= 'z' }) {
		return -1
	}
	text := all.String()
	return slices.IndexFunc(d.kinds, func(k distressKind) bool {
		return slices.ContainsFunc(k.spelt, func(word string) bool {
			at := strings.Index(text, word)
			for i := at; at >= 0 && i < at+len(word); i++ {
				if latin[i] {
					return true
				}
			}
			return false
		})
	})
}

// sounding is the kind of which a phrasing sounds like what was typed (就命 is 救命), or -1.
func (d *Distress) sounding(runes []rune) int {
	heard := soundsIn(runes)
	for _, word := range d.heard {
		if strings.Contains(heard, word.sound) {
			return word.kind
		}
	}
	return -1
}

// soundsIn is the sound of every character, each between blanks.
func soundsIn(runes []rune) string {
	var all strings.Builder
	all.WriteByte(' ')
	for _, r := range runes {
		all.WriteString(sound(r))
		all.WriteByte(' ')
	}
	return all.String()
}

// romanised is a word in pinyin without tones; false where a character has none.
func romanised(word []rune) (string, bool) {
	var all strings.Builder
	for _, r := range word {
		s := syllable(r)
		if s == "" {
			return "", false
		}
		all.WriteString(s)
	}
	return all.String(), true
}

// syllable is a character's commonest reading without its tone, "" where it has none.
func syllable(r rune) string {
	if !unicode.Is(unicode.Han, r) {
		return ""
	}
	if read := pinyin.SinglePinyin(r, plainly); len(read) > 0 {
		return read[0]
	}
	return ""
}
