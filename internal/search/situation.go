package search

import (
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// situation is what several things that are said together describe: somebody's child, a school and a blow are bullying,
// whatever words each is expressed with.
type situation struct {
	when [][]int // clauses; a question has a word of one group of each
	lead []target
}

// situations are all of them with the words they are recognised by. They never change.
type situations struct {
	groups  map[string][]int // of a normalised word; empty for one that only looks like another: 打工 hits nobody
	longest int              // runes
	list    []situation
}

type writtenSituations struct {
	Unlike     []string            `yaml:"unlike"`
	Groups     map[string][]string `yaml:"groups"`
	Situations []writtenSituation  `yaml:"scenes"`
}

type writtenSituation struct {
	When []string `yaml:"when"`
	Lead []string `yaml:"lead"`
}

// situationsOf reads the authored situations. Every group must be used by one: an unused name is a misspelt one.
func situationsOf(w writtenSituations, lines []int, laws *law.Register) (situations, error) {
	s := situations{groups: map[string][]int{}}
	numbers := map[string]int{}
	for name, words := range w.Groups {
		numbers[name] = len(numbers)
		if err := s.add(numbers[name], words); err != nil {
			return s, fmt.Errorf("synonyms.yaml: group %s: %w", name, err)
		}
	}
	for _, word := range w.Unlike {
		if said := string(normalise(word)); s.groups[said] == nil {
			s.groups[said] = []int{}
			s.longest = max(s.longest, len([]rune(said)))
		}
	}
	used := map[int]bool{}
	for i, written := range w.Situations {
		made, err := situationOf(written, numbers, laws)
		if err != nil {
			return s, fmt.Errorf("synonyms.yaml: line %d: %w", lines[i], err)
		}
		for _, group := range slices.Concat(made.when...) {
			used[group] = true
		}
		s.list = append(s.list, made)
	}
	for name, number := range numbers {
		if !used[number] {
			return s, fmt.Errorf("synonyms.yaml: group %s is used by no situation", name)
		}
	}
	return s, nil
}

func (s *situations) add(group int, words []string) error {
	for _, word := range words {
		said := string(normalise(word))
		if said == "" || slices.Contains(s.groups[said], group) {
			return fmt.Errorf("%q is empty or listed twice", word)
		}
		s.groups[said] = append(s.groups[said], group)
		s.longest = max(s.longest, len([]rune(said)))
	}
	if len(words) == 0 {
		return fmt.Errorf("it has no words")
	}
	return nil
}

// situationOf reads one situation; the clause 打/骂 is either.
func situationOf(w writtenSituation, numbers map[string]int, laws *law.Register) (situation, error) {
	var made situation
	for _, clause := range w.When {
		var any []int
		for name := range strings.SplitSeq(clause, "/") {
			number, ok := numbers[name]
			if !ok {
				return made, fmt.Errorf("there is no group %q", name)
			}
			any = append(any, number)
		}
		made.when = append(made.when, any)
	}
	for _, lead := range w.Lead {
		to, err := leading(lead, laws)
		if err != nil {
			return made, fmt.Errorf("%s: %w", lead, err)
		}
		made.lead = append(made.lead, to)
	}
	if len(made.when) == 0 || len(made.lead) == 0 {
		return made, fmt.Errorf("a situation has no groups or leads nowhere")
	}
	return made, nil
}

// matching are the situations a question describes, without those that another one describes more closely.
func (s *situations) matching(runes []rune) []situation {
	said := s.said(runes)
	var all []situation
	for _, one := range s.list {
		if one.describedBy(said) {
			all = append(all, one)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(one situation) bool {
		return slices.ContainsFunc(all, one.partOf)
	})
}

// said are the groups of which a question has a word. A word inside a longer one does not count, a word that begins inside
// another and continues beyond it does: 打工 is no blow, 三个儿子 are three and sons.
func (s *situations) said(runes []rune) map[int]bool {
	said, end := map[int]bool{}, 0
	for i := range runes {
		for n := min(s.longest, len(runes)-i); i+n > max(end, i); n-- {
			if groups, known := s.groups[string(runes[i:i+n])]; known {
				for _, group := range groups {
					said[group] = true
				}
				end = i + n
			}
		}
	}
	return said
}

func (s situation) describedBy(said map[int]bool) bool {
	for _, clause := range s.when {
		if !slices.ContainsFunc(clause, func(group int) bool { return said[group] }) {
			return false
		}
	}
	return true
}

// partOf reports whether another situation has all of this one's clauses and more.
func (s situation) partOf(other situation) bool {
	if len(s.when) >= len(other.when) {
		return false
	}
	for _, clause := range s.when {
		met := func(of []int) bool {
			return slices.ContainsFunc(of, func(group int) bool { return slices.Contains(clause, group) })
		}
		if !slices.ContainsFunc(other.when, met) {
			return false
		}
	}
	return true
}

// leading is by how much a situation raises the i-th document it leads to: the more clauses, the more.
func (s situation) leading(i int) float64 {
	return situationWeight + clauseWeight*float64(len(s.when)) - 0.08*float64(min(i, 4))
}

// Weights of a situation and of each of its clauses, compared with the document that has the most words of the question
// and perhaps no meaning in common: one clause comes close to it, two exceed it.
const (
	situationWeight = 0.3
	clauseWeight    = 0.5
)
