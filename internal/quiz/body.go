package quiz

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
	d := Drafted{Question: *q}
	for _, c := range q.Citations {
		d.Cites = append(d.Cites, c.Label)
	}
	return d.Body()
}
