package quiz

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/law"
)

// Drafted is a question that may be unfinished, with its citations as they are written.
type Drafted struct {
	Question
	Cites []string
}

// Draft reads as much of a question as there is: whoever writes it is not done. ErrQuestion for a text that is no question
// at all.
func Draft(body []byte) (Drafted, error) {
	var w written
	if err := decode(body, &w); err != nil {
		return Drafted{}, ErrQuestion.Because(err).At(unreadable(err))
	}
	d := Drafted{Cites: w.Citations, Question: Question{
		ID: w.ID, Kind: w.Kind, Situation: w.Situation, Several: w.Several || w.Kind == Multiple, Stem: w.Stem, Picture: w.Picture,
		Explanation: w.Explanation, Concept: w.Concept, Difficulty: w.Difficulty, Explainer: w.Explainer, Provisions: w.Provisions,
	}}
	for _, o := range w.Options {
		d.Options = append(d.Options, Option(o))
	}
	return d, nil
}

// Pins are the citations that can be read, each with what it said when a person compared it.
func (d *Drafted) Pins(laws *law.Register) []law.Pin {
	var pins []law.Pin
	for _, line := range d.Cites {
		if c, err := laws.Parse(line); err == nil {
			pins = append(pins, law.Pin{Citation: c, SHA256: d.Provisions[line]})
		}
	}
	return pins
}

// Body writes the question as Draft reads it, in the canonical form of content files.
func (d *Drafted) Body() ([]byte, error) {
	w := written{
		ID: d.ID, Kind: d.Kind, Situation: d.Situation, Several: d.Several && d.Kind != Multiple, Stem: d.Stem, Picture: d.Picture,
		Explanation: d.Explanation, Concept: d.Concept, Difficulty: d.Difficulty, Citations: d.Cites, Explainer: d.Explainer, Provisions: d.Provisions,
	}
	for _, o := range d.Options {
		w.Options = append(w.Options, writtenOption(o))
	}
	var out bytes.Buffer
	encoder := yaml.NewEncoder(&out)
	encoder.SetIndent(2)
	if err := encoder.Encode(w); err != nil {
		return nil, fmt.Errorf("quiz: write yaml: %w", err)
	}
	if err := encoder.Close(); err != nil {
		return nil, fmt.Errorf("quiz: write yaml: %w", err)
	}
	return out.Bytes(), nil
}
