package quiz

import "slices"

// Generation is the publications' generation that these questions were loaded at, -1 before the first load.
func (b *Bank) Generation() int64 { return b.current.Load().generation }

// Live gives the questions that may be drawn now, in order of their ids. They never change; callers must not write to
// them.
func (b *Bank) Live() []*Question { return slices.Clone(b.current.Load().all) }

// LeftOut gives the ids of the live questions and topics that could not be read, in order.
func (b *Bank) LeftOut() []string {
	var ids []string
	now := b.current.Load()
	for id, r := range now.readQuestions {
		if r.refused != nil {
			ids = append(ids, id)
		}
	}
	for id, r := range now.readTopics {
		if r.refused != nil {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Shows reports whether a live question shows the picture with this id.
func (b *Bank) Shows(picture string) bool { return b.current.Load().pictures[picture] }
