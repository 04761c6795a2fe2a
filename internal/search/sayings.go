package search

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"unicode"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
)

// Sayings are everyday ways to put what a story tells or an article settles. A question is compared with each of them by the
// characters they share. They never change.
type Sayings struct {
	same    map[string]rune // what several words are to the comparison
	longest int             // of the words in same, in runes
	ignore  [][]rune
	targets []target
	sayings []saying
	found   map[gram][]int32 // the sayings with a gram
	spoken  []string         // what sayings are made of, the commonest first
}

// saying is one way to put what a target is about.
type saying struct {
	to     int32
	weight float64 // of all its grams
}

// gram is two characters that follow each other, or one with 0.
type gram [2]rune

// single is what a character counts compared with a pair.
const single = 0.4

// ParseSayings reads the authored list; ignore are the words that mean nothing by themselves.
func ParseSayings(data []byte, laws *law.Register, words *Synonyms) (*Sayings, error) {
	var w struct {
		Same    [][]string `yaml:"same"`
		Sayings yaml.Node  `yaml:"sayings"`
	}
	if err := yaml.Unmarshal(data, &w); err != nil {
		return nil, fmt.Errorf("sayings.yaml: %w", err)
	}
	s := &Sayings{same: map[string]rune{}, ignore: words.ignore, found: map[gram][]int32{}}
	for i, group := range w.Same {
		for _, word := range group {
			plain := normalise(word)
			s.same[string(plain)] = privateUse + rune(i)
			s.longest = max(s.longest, len(plain))
		}
	}
	var grams [][]gram
	var all []string
	for i := 0; i+1 < len(w.Sayings.Content); i += 2 {
		key, list := w.Sayings.Content[i], w.Sayings.Content[i+1]
		to, err := leading(key.Value, laws)
		if err != nil {
			return nil, fmt.Errorf("sayings.yaml: line %d: %s: %w", key.Line, key.Value, err)
		}
		if slices.Contains(s.targets, to) || len(list.Content) == 0 {
			return nil, fmt.Errorf("sayings.yaml: line %d: %s is said twice or not at all", key.Line, key.Value)
		}
		s.targets = append(s.targets, to)
		for _, said := range list.Content {
			s.sayings = append(s.sayings, saying{to: int32(len(s.targets) - 1)})
			grams = append(grams, s.grams(normalise(said.Value)))
			all = append(all, said.Value)
		}
	}
	s.weigh(grams)
	s.spoken = spokenIn(all)
	return s, nil
}

// privateUse is the first rune that stands for words that are the same.
const privateUse = '\ue000'

// spokenIn is every piece of two to four characters that several sayings share, the commonest first, then every saying.
func spokenIn(sayings []string) []string {
	times := map[string]int{}
	for _, said := range sayings {
		runes := []rune(said)
		for from := range runes {
			for to := from + 2; to <= min(from+4, len(runes)); to++ {
				times[string(runes[from:to])]++
			}
		}
	}
	var common []string
	for piece, n := range times {
		if n >= oftenSaid {
			common = append(common, piece)
		}
	}
	slices.SortFunc(common, func(a, b string) int { return cmp.Or(cmp.Compare(times[b], times[a]), cmp.Compare(a, b)) })
	return append(common, sayings...)
}

// oftenSaid is in how many sayings a piece stands that is a word of its own.
const oftenSaid = 3

// weigh notes which sayings have a gram and sums their weights.
func (s *Sayings) weigh(grams [][]gram) {
	for n, all := range grams {
		for _, g := range all {
			s.found[g] = append(s.found[g], int32(n))
		}
	}
	for n, all := range grams {
		for _, g := range all {
			s.sayings[n].weight += s.rare(g)
		}
	}
}

// rare is how much a gram says: the fewer sayings have it, the more.
func (s *Sayings) rare(g gram) float64 {
	w := math.Log(1 + float64(len(s.sayings))/float64(len(s.found[g])+1))
	if g[1] == 0 {
		return w * single
	}
	return w
}

// grams are a text's, each once, with words that are the same made one and those that mean nothing left out.
func (s *Sayings) grams(runes []rune) []gram {
	taken := make([]int, len(runes))
	for _, word := range s.ignore {
		if len(word) > 1 {
			take(runes, taken, word, 2)
		}
	}
	var plain []rune
	for i := 0; i < len(runes); {
		if taken[i] != 0 || class(runes[i]) == 0 {
			plain = append(plain, ' ')
			i++
			continue
		}
		r, n := s.one(runes[i:])
		plain = append(plain, r)
		i += n
	}
	seen := map[gram]bool{}
	var all []gram
	add := func(g gram) {
		if !seen[g] {
			seen[g] = true
			all = append(all, g)
		}
	}
	for i, r := range plain {
		if r == ' ' {
			continue
		}
		if unicode.Is(unicode.Han, r) || r >= privateUse {
			add(gram{r})
		}
		if i+1 < len(plain) && plain[i+1] != ' ' {
			add(gram{r, plain[i+1]})
		}
	}
	return all
}

// one is the first character of a text, or what stands for the word it begins with, and its length.
func (s *Sayings) one(runes []rune) (rune, int) {
	for n := min(s.longest, len(runes)); n > 0; n-- {
		if r, ok := s.same[string(runes[:n])]; ok {
			return r, n
		}
	}
	return runes[0], 1
}

// near is a target with how much of a question it is about: 1 is all of it.
type near struct {
	to    target
	share float64
}

// nearest are the targets a question is about, in no order.
func (s *Sayings) nearest(text string) []near {
	if len(s.sayings) == 0 {
		return nil
	}
	grams := s.grams(normalise(text))
	asked := 0.0
	shared := map[int32]float64{}
	covered := map[int32]float64{} // by target, with any of its sayings
	for _, g := range grams {
		w := s.rare(g)
		asked += w
		last := int32(-1)
		for _, n := range s.found[g] {
			shared[n] += w
			if to := s.sayings[n].to; to != last {
				covered[to] += w
				last = to
			}
		}
	}
	best := map[int32]float64{}
	for n, w := range shared {
		one := s.sayings[n]
		share := w / (0.4*one.weight + 0.6*asked)
		best[one.to] = max(best[one.to], share)
	}
	var all []near
	for to, share := range best {
		if share = 0.6*share + 0.4*covered[to]/asked; share >= leastNear {
			all = append(all, near{s.targets[to], share})
		}
	}
	return all
}

// leastNear is the share below which a saying says nothing about a question.
const leastNear = 0.22

// nearness is by how much a document is raised whose sayings are near a question.
func (n near) nearness() float64 { return sayingWeight * math.Pow(n.share, 1.5) }

// sayingWeight is what a saying counts that is the question, compared with the document that has the most of its words.
const sayingWeight = 6.0
