package search

import (
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/law"
)

// scene is what several things that are said together are about: somebody's child, a school and a blow are bullying,
// whatever words each is said with.
type scene struct {
	when [][]int // clauses; of each, one of these groups is said
	lead []target
}

// scenery is all scenes with the words that set them. It never changes.
type scenery struct {
	groups  map[string][]int // of a word, as plain; none of one that only looks like another: 打工 hits nobody
	longest int              // runes
	scenes  []scene
}

type writtenScenes struct {
	Unlike []string            `yaml:"unlike"`
	Groups map[string][]string `yaml:"groups"`
	Scenes []writtenScene      `yaml:"scenes"`
}

type writtenScene struct {
	When []string `yaml:"when"`
	Lead []string `yaml:"lead"`
}

// sceneryOf reads the authored scenes. Every group must set one: a word nobody needs is one that somebody misspelt.
func sceneryOf(w writtenScenes, lines []int, laws *law.Register) (scenery, error) {
	s := scenery{groups: map[string][]int{}}
	numbers := map[string]int{}
	for name, words := range w.Groups {
		numbers[name] = len(numbers)
		if err := s.add(numbers[name], words); err != nil {
			return s, fmt.Errorf("synonyms.yaml: group %s: %w", name, err)
		}
	}
	for _, word := range w.Unlike {
		if said := string(plain(word)); s.groups[said] == nil {
			s.groups[said] = []int{}
			s.longest = max(s.longest, len([]rune(said)))
		}
	}
	used := map[int]bool{}
	for i, written := range w.Scenes {
		made, err := sceneOf(written, numbers, laws)
		if err != nil {
			return s, fmt.Errorf("synonyms.yaml: line %d: %w", lines[i], err)
		}
		for _, group := range slices.Concat(made.when...) {
			used[group] = true
		}
		s.scenes = append(s.scenes, made)
	}
	for name, number := range numbers {
		if !used[number] {
			return s, fmt.Errorf("synonyms.yaml: group %s sets no scene", name)
		}
	}
	return s, nil
}

func (s *scenery) add(group int, words []string) error {
	for _, word := range words {
		said := string(plain(word))
		if said == "" || slices.Contains(s.groups[said], group) {
			return fmt.Errorf("%q is empty or stands here twice", word)
		}
		s.groups[said] = append(s.groups[said], group)
		s.longest = max(s.longest, len([]rune(said)))
	}
	if len(words) == 0 {
		return fmt.Errorf("it has no words")
	}
	return nil
}

// sceneOf reads one scene; 打/骂 in it is either.
func sceneOf(w writtenScene, numbers map[string]int, laws *law.Register) (scene, error) {
	var made scene
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
		return made, fmt.Errorf("a scene has no groups or leads nowhere")
	}
	return made, nil
}

// playing are the scenes a question sets, without those another one says more of.
func (s *scenery) playing(runes []rune) []scene {
	said := s.said(runes)
	var all []scene
	for _, one := range s.scenes {
		if one.set(said) {
			all = append(all, one)
		}
	}
	return slices.DeleteFunc(slices.Clone(all), func(one scene) bool {
		return slices.ContainsFunc(all, one.partOf)
	})
}

// said are the groups of which a question has a word. A word inside a longer one is not said, one that only begins in it
// is: 打工 is no blow, 三个儿子 are three and sons.
func (s *scenery) said(runes []rune) map[int]bool {
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

func (s scene) set(said map[int]bool) bool {
	for _, clause := range s.when {
		if !slices.ContainsFunc(clause, func(group int) bool { return said[group] }) {
			return false
		}
	}
	return true
}

// partOf says whether another scene has all of this one's clauses and more.
func (s scene) partOf(other scene) bool {
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

// leading is how much it speaks for a document that a scene leads to it, as the i-th: the more it takes to set it, the more.
func (s scene) leading(i int) float64 {
	return sceneWeight + clauseWeight*float64(len(s.when)) - 0.08*float64(min(i, 4))
}

// A scene, and each of its clauses, against what has the most words of the question and perhaps no meaning in common: one clause
// comes close to it, two outdo it.
const (
	sceneWeight  = 0.3
	clauseWeight = 0.5
)
