package search

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
)

// Synonyms are the words people use and where they lead. They never change.
type Synonyms struct {
	ignore     [][]rune // the longest first
	words      []word
	phrases    []phrase // the longest first
	sounds     sounds
	situations situations
}

// phrase is one way to say a word.
type phrase struct {
	say  []rune
	word int
}

// word is one thing that people say in several ways.
type word struct {
	say   []string // normalised
	means []string // what texts call it
	lead  []target
}

// target is a document a word leads to.
type target string

func ofStory(slug string) target           { return target("story " + slug) }
func ofLaw(slug string) target             { return target("law " + slug) }
func ofArticle(slug, number string) target { return target("article " + slug + " " + number) }

type writtenSynonyms struct {
	Ignore []string `yaml:"ignore"`
	Words  []struct {
		Say   []string `yaml:"say"`
		Means []string `yaml:"means"`
		Lead  []string `yaml:"lead"`
	} `yaml:"words"`
	writtenSituations `yaml:",inline"`
}

// ParseSynonyms reads the authored list. Words and situations lead to citations (反家庭暴力法 第二条) and stories (a slug).
func ParseSynonyms(data []byte, laws *law.Register) (*Synonyms, error) {
	var w writtenSynonyms
	strict := yaml.NewDecoder(bytes.NewReader(data))
	strict.KnownFields(true)
	if err := strict.Decode(&w); err != nil {
		return nil, fmt.Errorf("synonyms.yaml: %w", err)
	}
	lines, situationLines, err := linesOf(data)
	if err != nil {
		return nil, err
	}
	s := &Synonyms{}
	if err := s.addWords(w, lines, laws); err != nil {
		return nil, err
	}
	for _, say := range w.Ignore {
		s.ignore = append(s.ignore, normalise(say))
	}
	slices.SortStableFunc(s.ignore, func(a, b []rune) int { return len(b) - len(a) })
	slices.SortStableFunc(s.phrases, func(a, b phrase) int { return len(b.say) - len(a.say) })
	if s.situations, err = situationsOf(w.writtenSituations, situationLines, laws); err != nil {
		return nil, err
	}
	s.sounds = s.soundsOf(laws)
	return s, nil
}

func (s *Synonyms) addWords(w writtenSynonyms, lines []int, laws *law.Register) error {
	said := map[string]bool{}
	for i, entry := range w.Words {
		made := word{means: entry.Means}
		for _, say := range entry.Say {
			p := string(normalise(say))
			if p == "" || said[p] {
				return fmt.Errorf("synonyms.yaml: line %d: %q is empty or listed twice", lines[i], say)
			}
			said[p] = true
			made.say = append(made.say, p)
			s.phrases = append(s.phrases, phrase{[]rune(p), i})
		}
		for _, lead := range entry.Lead {
			to, err := leading(lead, laws)
			if err != nil {
				return fmt.Errorf("synonyms.yaml: line %d: %s: %w", lines[i], lead, err)
			}
			made.lead = append(made.lead, to)
		}
		if len(made.say) == 0 || len(made.means)+len(made.lead) == 0 {
			return fmt.Errorf("synonyms.yaml: line %d: a word says nothing or leads nowhere", lines[i])
		}
		s.words = append(s.words, made)
	}
	return nil
}

// linesOf says where each word and each situation begins.
func linesOf(data []byte) (words, situations []int, err error) {
	var w struct {
		Words      []yaml.Node
		Situations []yaml.Node `yaml:"scenes"`
	}
	if err := yaml.Unmarshal(data, &w); err != nil {
		return nil, nil, fmt.Errorf("synonyms.yaml: %w", err)
	}
	for _, word := range w.Words {
		words = append(words, word.Line)
	}
	for _, one := range w.Situations {
		situations = append(situations, one.Line)
	}
	return words, situations, nil
}

func leading(lead string, laws *law.Register) (target, error) {
	if strings.Trim(lead, "abcdefghijklmnopqrstuvwxyz0123456789-") == "" && lead != "" {
		return ofStory(lead), nil
	}
	if l, err := laws.Named(lead); err == nil {
		return ofLaw(l.Slug), nil
	}
	c, err := laws.Parse(lead)
	return ofArticle(c.Law, c.Number()), err
}

// Stories are the slugs of the stories words and situations lead to.
func (s *Synonyms) Stories() []string {
	var leads []target
	for _, w := range s.words {
		leads = append(leads, w.lead...)
	}
	for _, one := range s.situations.list {
		leads = append(leads, one.lead...)
	}
	var slugs []string
	for _, to := range leads {
		if slug, ok := strings.CutPrefix(string(to), "story "); ok && !slices.Contains(slugs, slug) {
			slugs = append(slugs, slug)
		}
	}
	return slugs
}
