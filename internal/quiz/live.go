package quiz

import "slices"

// Generation is the one of the publications these questions were loaded at, -1 before the first load.
func (b *Bank) Generation() int64 { return b.current.Load().generation }

// Live are the questions that are asked now, in order of their ids. They never change; nobody may write to them.
func (b *Bank) Live() []*Question { return slices.Clone(b.current.Load().all) }
