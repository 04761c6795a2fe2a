package search

import (
	"cmp"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// spellings are words by their pinyin without tones: people who do not find a character type its sound. They never change.
type spellings struct {
	words   map[string]string
	longest int // bytes
}

// spellingsOf are the words people use, the names of laws and what everyday sayings are made of. Of words that are spelt alike
// the first one is used.
func spellingsOf(words *Synonyms, sayings *Sayings, laws *law.Register) spellings {
	s := spellings{words: map[string]string{}}
	for _, w := range words.words {
		s.add(append(slices.Clone(w.say), w.means...)...)
	}
	for _, l := range laws.Laws() {
		s.add(append([]string{l.Short}, l.Aliases...)...)
	}
	s.add(sayings.spoken...)
	for _, word := range words.ignore {
		s.add(string(word))
	}
	return s
}

func (s *spellings) add(words ...string) {
	for _, word := range words {
		runes := normalise(word)
		spelt, all := romanised(runes)
		if _, taken := s.words[spelt]; taken || !all || len(runes) < 2 {
			continue
		}
		s.words[spelt], s.longest = word, max(s.longest, len(spelt))
	}
}

// read replaces what is typed in pinyin by the words it spells: lihun lengjingqi is 离婚冷静期. What spells no word is left as it
// is, and so is everything where most letters spell none.
func (s spellings) read(text string) string {
	var out strings.Builder
	runes := normalise(text)
	for i := 0; i < len(runes); {
		j := i
		for j < len(runes) && (letter(runes[j]) || j > i && runes[j] == ' ') {
			j++
		}
		if j == i {
			out.WriteRune(runes[i])
			i++
			continue
		}
		typed := string(runes[i:j])
		out.WriteString(cmp.Or(s.spells(strings.ReplaceAll(typed, " ", "")), typed))
		i = j
	}
	return out.String()
}

func letter(r rune) bool { return r >= 'a' && r <= 'z' }

// spells is the fewest words that letters spell, "" where they spell none or two thirds of them are left over.
func (s spellings) spells(letters string) string {
	type way struct {
		cost int // letters left over count much, words a little
		from int
		word string
	}
	best := make([]way, len(letters)+1)
	for at := 1; at <= len(letters); at++ {
		best[at] = way{cost: best[at-1].cost + leftOver, from: at - 1}
		for from := max(0, at-s.longest); from < at; from++ {
			word, known := s.words[letters[from:at]]
			if cost := best[from].cost + 1; known && cost < best[at].cost {
				best[at] = way{cost, from, word}
			}
		}
	}
	if best[len(letters)].cost >= leftOver*len(letters)*2/3 {
		return ""
	}
	var words []string
	for at := len(letters); at > 0; at = best[at].from {
		words = append(words, best[at].word)
	}
	slices.Reverse(words)
	return strings.Join(words, "")
}

// leftOver is what a letter costs that spells nothing, compared with a word.
const leftOver = 3
