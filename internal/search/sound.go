package search

import (
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-pinyin"

	"pugongying/internal/law"
)

// surely is how many characters a word must have to be recognised by sound alone, whatever the typed characters mean
// themselves: 扶养权 is 抚养权.
const surely = 3

// sounds are words by their sound: people type by sound, and dictate. They never change.
type sounds struct {
	words   map[string]string // by sound
	longest int               // runes
	own     map[string]bool   // words of the list, never corrected: 威胁 is not 猥亵
}

// add makes a word known by its sound. Of two words that sound the same the first one is used.
func (s *sounds) add(word string) {
	runes := []rune(word)
	heard := make([]string, len(runes))
	for i, r := range runes {
		if heard[i] = sound(r); heard[i] == "" {
			return
		}
	}
	key := strings.Join(heard, " ")
	if _, taken := s.words[key]; taken || len(runes) < 2 {
		return
	}
	s.words[key], s.longest = word, max(s.longest, len(runes))
}

// correct replaces what sounds like a word by that word: 告戒书 is 告诫书, 反家暴发 is 反家暴法. Words of the list are left alone,
// and so are pairs of characters that some document has (written).
func (s *sounds) correct(text string, written func(pair string) bool) string {
	said := []rune(text)
	heard, at := "", make([]int, len(said)+1) // where the sound of a character begins
	for i, r := range said {
		heard += sound(r) + " "
		at[i+1] = len(heard)
	}
	for i := 0; i < len(said); {
		n := min(s.longest, len(said)-i)
		for ; n > 1; n-- {
			word, known := s.words[heard[at[i]:at[i+n]-1]]
			if as := string(said[i : i+n]); known && (as == word || !s.own[as] && (n >= surely || !written(as))) {
				copy(said[i:], []rune(word))
				break
			}
		}
		i += max(n, 1)
	}
	return string(said)
}

// sound is the pronunciation of a Chinese character without its tone and without distinctions that many do not make: 身 is
// 生, 是 is 四. "" for everything else.
func sound(r rune) string {
	if !unicode.Is(unicode.Han, r) {
		return ""
	}
	read := pinyin.SinglePinyin(r, plainly)
	if len(read) == 0 {
		return ""
	}
	s := read[0]
	if strings.HasSuffix(s, "eng") || strings.HasSuffix(s, "ing") {
		s = strings.TrimSuffix(s, "g")
	}
	if len(s) > 1 && s[1] == 'h' {
		s = s[:1] + s[2:]
	}
	return s
}

var plainly = pinyin.NewArgs()

// soundsOf are the words of the list and the names of laws, except pairs of characters of which one is an ignored word: 想立
// is not 想离.
func (s *Synonyms) soundsOf(laws *law.Register) sounds {
	heard := sounds{words: map[string]string{}, own: map[string]bool{}}
	around := func(r rune) bool {
		return slices.ContainsFunc(s.ignore, func(word []rune) bool { return len(word) == 1 && word[0] == r })
	}
	for word := range s.situations.groups {
		heard.own[word] = true
	}
	for _, w := range s.words {
		for _, say := range w.say {
			heard.own[say] = true
			if runes := []rune(say); len(runes) >= surely || !slices.ContainsFunc(runes, around) {
				heard.add(say)
			}
		}
	}
	for _, l := range laws.Laws() {
		for _, name := range append([]string{l.Short}, l.Aliases...) {
			heard.add(name)
		}
	}
	return heard
}
