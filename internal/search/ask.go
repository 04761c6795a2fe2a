package search

import (
	"slices"

	"pugongying/internal/law"
)

// unit is one thing a question asks for; a document needs any one of its words.
type unit struct {
	words  []string
	weight float64
}

// asked is a parsed question.
type asked struct {
	first      []target    // what it names exactly, in order
	cited      []string    // the keys of provisions it names, to find the stories that cite them
	number     string      // an article of no particular law: 23
	lead       [][]target  // where each of its words leads, in order
	situations []situation // what it describes
	near       []near      // what it is about in other words
	whole      bool        // it consists of words that lead somewhere, and nothing else
	units      []unit
	highlights []string // shown as matched
}

// ask parses a question.
func (s *Synonyms) ask(text string, laws *law.Register) asked {
	var a asked
	runes := normalise(text)
	if a.citations(text, laws) {
		for _, number := range counts(runes) {
			a.units = append(a.units, unit{words: []string{number}, weight: wordWeight})
		}
		return a
	}
	a.situations = s.situations.matching(runes)
	taken := make([]int, len(runes)) // 0 free, 1 a word, 2 ignored
	said := map[int]string{}         // the longest spelling of each word that occurs
	for _, p := range s.phrases {
		if take(runes, taken, p.say, 1) && said[p.word] == "" {
			said[p.word] = string(p.say)
		}
	}
	for i, w := range s.words {
		say := said[i]
		if say == "" {
			continue
		}
		u := unit{words: append([]string{say}, w.means...), weight: nameWeight}
		if len(w.lead) > 0 {
			u.weight = wordWeight
			a.lead = append(a.lead, w.lead)
		}
		a.units = append(a.units, u)
		a.highlights = append(append(a.highlights, say), w.means...)
	}
	a.whole = len(a.units) > 0
	for _, word := range s.ignore {
		take(runes, taken, word, 2)
	}
	if !a.rest(runes, taken) && len(a.units) == 0 { // nothing but 怎么办
		a.rest(runes, make([]int, len(runes)))
	}
	return a
}

// Weights of what is asked for.
const (
	wordWeight = 2.0
	pairWeight = 1.0
	nameWeight = 0.6 // another name for a thing that leads nowhere by itself
	lastWeight = 0.3 // a single character beside other words
)

// rest asks for what no word covers, and says whether there was anything.
func (a *asked) rest(runes []rune, taken []int) bool {
	before := len(a.units)
	free := make([]rune, len(runes))
	for i, r := range runes {
		if free[i] = r; taken[i] != 0 {
			free[i] = ' '
		}
	}
	all := spans(free)
	for _, s := range all {
		word := string(free[s.from:s.to])
		switch {
		case !s.han:
			a.add(word, pairWeight)
		case s.to-s.from == 1 && len(all)+before > 1:
			a.units = append(a.units, unit{words: []string{word}, weight: lastWeight})
		case s.to-s.from == 1:
			a.add(word, pairWeight)
		default:
			for i := s.from; i+1 < s.to; i++ {
				a.add(string(free[i:i+2]), pairWeight)
			}
		}
	}
	for _, number := range counts(free) {
		a.units = append(a.units, unit{words: []string{number}, weight: wordWeight})
	}
	for _, s := range all {
		a.whole = a.whole && s.to-s.from == 1
	}
	return len(a.units) > before
}

// add asks for a word once, however often it occurs.
func (a *asked) add(word string, weight float64) {
	if slices.Contains(a.highlights, word) {
		return
	}
	a.units = append(a.units, unit{words: []string{word}, weight: weight})
	a.highlights = append(a.highlights, word)
}

// citations finds what the question names exactly: citations in it, or the name of a law. It is true when the question
// consists of citations alone.
func (a *asked) citations(text string, laws *law.Register) bool {
	cited, err := laws.ParseAll(text)
	exact := err == nil
	if err != nil {
		cited = nil
		for _, c := range laws.FindIn(text) {
			cited = append(cited, c.Citation)
		}
	}
	for _, c := range cited {
		a.first = append(a.first, ofArticle(c.Law, c.Number()))
		a.cited = append(a.cited, citedKey(c))
	}
	for _, c := range cited {
		if to := ofLaw(c.Law); !slices.Contains(a.first, to) {
			a.first = append(a.first, to)
		}
	}
	if l, err := laws.Named(text); err == nil {
		a.first = append(a.first, ofLaw(l.Slug))
	}
	if c, ok := law.ParseProvision(text); ok {
		a.number, exact = c.Number(), true
		for _, l := range laws.First(firstLaws) {
			a.first = append(a.first, ofArticle(l.Slug, a.number))
		}
	}
	return exact
}

// firstLaws is how many laws' articles of one number are ranked in the order of the register; the others follow.
const firstLaws = 40

func citedKey(c law.Citation) string { return c.Law + " " + c.Number() }

// take takes every free occurrence of a word.
func take(runes []rune, taken []int, word []rune, as int) bool {
	found := false
	for i := 0; i+len(word) <= len(runes); i++ {
		if !slices.Equal(runes[i:i+len(word)], word) || !free(taken[i:i+len(word)]) {
			continue
		}
		for j := range word {
			taken[i+j] = as
		}
		found = true
		i += len(word) - 1
	}
	return found
}

func free(taken []int) bool {
	for _, t := range taken {
		if t != 0 {
			return false
		}
	}
	return true
}

// pairs are the terms a word is looked up by: its pairs of adjacent characters, or itself when it is one character.
func pairs(word string) []string {
	if counted := counts(normalise(word)); len(counted) == 1 && counted[0] == word {
		return counted
	}
	var all []string
	for _, s := range spans(normalise(word)) {
		runes := normalise(word)[s.from:s.to]
		if !s.han || len(runes) == 1 {
			all = append(all, string(runes))
			continue
		}
		for i := 0; i+1 < len(runes); i++ {
			all = append(all, string(runes[i:i+2]))
		}
	}
	return all
}
