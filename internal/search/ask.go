package search

import (
	"slices"

	"pugongying/internal/law"
)

// unit is one thing a question asks for: any of its words will do.
type unit struct {
	words  []string
	weight float64
}

// asked is a question as it was understood.
type asked struct {
	first  []target   // what it names exactly, in order
	cited  []string   // what stories cite of that, as keys
	number string     // an article of no particular law: 23
	lead   [][]target // where each of its words leads, in order
	scenes []scene    // what it is about
	whole  bool       // it says nothing else than words that lead
	units  []unit
	marks  []string // what is shown as hit
}

// ask understands a question.
func (s *Synonyms) ask(text string, laws *law.Register) asked {
	var a asked
	runes := plain(text)
	if a.citations(text, laws) {
		for _, number := range counts(runes) {
			a.units = append(a.units, unit{words: []string{number}, weight: wordWeight})
		}
		return a
	}
	a.scenes = s.scenes.playing(runes)
	taken := make([]int, len(runes)) // 0 free, 1 a word, 2 nothing worth asking
	said := map[int]string{}         // the longest that is said of each word
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
		a.marks = append(append(a.marks, say), w.means...)
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
	nameWeight = 0.6 // another name for a thing, that leads nowhere by itself
	lastWeight = 0.3 // a character that stands alone beside others
)

// rest asks for what no word took, and says whether there was anything.
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

// add asks for a word, once however often it is said.
func (a *asked) add(word string, weight float64) {
	if slices.Contains(a.marks, word) {
		return
	}
	a.units = append(a.units, unit{words: []string{word}, weight: weight})
	a.marks = append(a.marks, word)
}

// citations finds what the question names exactly: it has citations in it, or is a law's name, or is nothing but
// citations; then true.
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
		for _, l := range laws.Laws()[:min(len(laws.Laws()), firstLaws)] {
			a.first = append(a.first, ofArticle(l.Slug, a.number))
		}
	}
	return exact
}

// firstLaws is how many laws' articles of one number stand in the order of the register; the others follow.
const firstLaws = 40

func citedKey(c law.Citation) string { return c.Law + " " + c.Number() }

// take marks every place where a word stands that nothing took yet.
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

// pairs are the terms a word is found by: the characters that follow each other in it, or itself when it is one.
func pairs(word string) []string {
	if counted := counts(plain(word)); len(counted) == 1 && counted[0] == word {
		return counted
	}
	var all []string
	for _, s := range spans(plain(word)) {
		runes := plain(word)[s.from:s.to]
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
