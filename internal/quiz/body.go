package quiz

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// Check validates a question that was built by other code than Parse: ErrQuestion with a reason for every fault at
// once, the same faults Parse reports for a text.
func (q *Question) Check() error {
	c := &checker{}
	c.question(q, q.Several)
	c.count(len(q.Citations))
	if len(c.found) > 0 {
		return ErrQuestion.At(c.found...)
	}
	return nil
}

// Body writes a question in the canonical form of content files without comments, so that a question which is written
// and parsed again gives the same bytes. Parse reads it.
func (q *Question) Body() ([]byte, error) {
	w := written{
		ID: q.ID, Kind: q.Kind, Situation: q.Situation, Several: q.Several && q.Kind != Multiple, Stem: q.Stem,
		Explanation: q.Explanation, Concept: q.Concept, Difficulty: q.Difficulty, Explainer: q.Explainer, Provisions: q.Provisions,
	}
	for _, o := range q.Options {
		w.Options = append(w.Options, writtenOption(o))
	}
	for _, c := range q.Citations {
		w.Citations = append(w.Citations, c.Label)
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
