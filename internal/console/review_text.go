package console

import (
	"cmp"
	"slices"
	"strings"

	"pugongying/internal/check"
	"pugongying/internal/desk"
	"pugongying/internal/media"
	"pugongying/internal/publish"
)

// Piece is a run of characters that are shown alike.
type Piece struct {
	Text    string
	Old     bool  // only in the older version
	New     bool  // only in the newer one
	Numbers []int // the findings it belongs to, by their number
	Ends    []int // the findings that end with it: their numbers stand behind it
}

// Paragraph is pieces in one block, with the cards of the findings that begin in it.
type Paragraph struct {
	Pieces []Piece
	Cards  []FindingCard
}

// Part is one field of a text.
type Part struct {
	Label      string
	Long       bool
	Paragraphs []Paragraph
	Cards      []FindingCard // about the field as a whole
	Picture    string        // the id of the picture that the field describes
	OldPicture string        // the one that stood there in the older version, when it was another
	Safety     media.Safety  // what WeChat says of the picture now
}

// HasCards reports whether a card stands beside any of it.
func (p Part) HasCards() bool {
	return len(p.Cards) > 0 || slices.ContainsFunc(p.Paragraphs, func(one Paragraph) bool { return len(one.Cards) > 0 })
}

// judged puts what WeChat says of each picture now beside it: that may be another thing than when the machine checked.
func judged(parts []Part, said map[string]media.Safety) {
	for i := range parts {
		parts[i].Safety = said[parts[i].Picture]
	}
}

// picturesOf are the ids of the pictures that stand beside parts.
func picturesOf(parts []Part) (ids []string) {
	for _, p := range parts {
		if p.Picture != "" {
			ids = append(ids, p.Picture)
		}
	}
	return ids
}

// overlaid puts the difference between two texts and the places of findings over each other: pieces in the order in which
// they are read, cut where either changes. Ranges are bytes of the newer text.
func overlaid(older, newer string, compare bool, findings []numbered) []Piece {
	at, pieces := 0, []Piece{}
	segments := []desk.Segment{{Text: newer}}
	if compare && older != newer {
		segments = desk.Differences(older, newer)
	}
	for _, d := range segments {
		if d.Gone {
			pieces = append(pieces, Piece{Text: d.Text, Old: true})
			continue
		}
		end := at + len(d.Text)
		for _, cut := range cuts(at, end, findings) {
			p := Piece{Text: newer[cut[0]:cut[1]], New: d.Come}
			for _, f := range findings {
				if f.Start < cut[1] && cut[0] < f.End {
					p.Numbers = append(p.Numbers, f.number)
				}
				if f.Start < f.End && f.End == cut[1] {
					p.Ends = append(p.Ends, f.number)
				}
			}
			pieces = append(pieces, p)
		}
		at = end
	}
	return pieces
}

// cuts divides a range where findings begin and end.
func cuts(start, end int, findings []numbered) [][2]int {
	points := []int{start, end}
	for _, f := range findings {
		for _, p := range []int{f.Start, f.End} {
			if p > start && p < end {
				points = append(points, p)
			}
		}
	}
	slices.Sort(points)
	points = slices.Compact(points)
	all := make([][2]int, 0, len(points))
	for i := 1; i < len(points); i++ {
		all = append(all, [2]int{points[i-1], points[i]})
	}
	return all
}

// numbered is a finding with the number that it has in the text and on its card, and its place in the version's list.
type numbered struct {
	publish.Finding
	number, place int
}

// number gives the findings that a reviewer deals with their numbers, in the order of the text; notes come without one.
func number(fields []check.Field, findings []publish.Finding) (open []numbered, notes []publish.Finding) {
	for place, f := range findings {
		if f.Severity == publish.Notes {
			notes = append(notes, f)
			continue
		}
		open = append(open, numbered{Finding: f, place: place})
	}
	order := func(name string) int { // what is about no field stands at the end
		if i := slices.IndexFunc(fields, func(f check.Field) bool { return f.Name == name }); i >= 0 {
			return i
		}
		return len(fields)
	}
	slices.SortStableFunc(open, func(a, b numbered) int { return cmp.Or(order(a.Field)-order(b.Field), a.Start-b.Start) })
	for i := range open {
		open[i].number = i + 1
	}
	return open, notes
}

// within are the findings of a field whose range is one, for a body that is what was checked.
func within(field check.Field, findings []numbered) (placed, whole []numbered) {
	for _, f := range findings {
		switch {
		case f.Field != field.Name:
		case f.Start < f.End && f.End <= len(field.Text) && boundary(field.Text, f.Start) && boundary(field.Text, f.End):
			placed = append(placed, f)
		default:
			f.Start, f.End = 0, 0
			whole = append(whole, f)
		}
	}
	return placed, whole
}

// boundary reports whether a text may be cut there: not inside a character.
func boundary(text string, at int) bool {
	return at == len(text) || text[at]&0xc0 != 0x80
}

// paragraphsOf divides pieces at line breaks.
func paragraphsOf(pieces []Piece) []Paragraph {
	all := []Paragraph{{}}
	for _, p := range pieces {
		lines := strings.Split(p.Text, "\n")
		for i, line := range lines {
			if i > 0 {
				all = append(all, Paragraph{})
			}
			piece := p
			piece.Text = line
			if i < len(lines)-1 {
				piece.Ends = nil
			}
			if line != "" || len(piece.Ends) > 0 {
				all[len(all)-1].Pieces = append(all[len(all)-1].Pieces, piece)
			}
		}
	}
	return slices.DeleteFunc(all, func(p Paragraph) bool { return len(p.Pieces) == 0 })
}

// partsOf lays a text out: every field of the newer version, its difference to the older one, and the cards beside the
// paragraphs that they are about. Findings about what is no field of the text come back.
func partsOf(older, newer []check.Field, compare bool, findings []numbered, card func(numbered) FindingCard) (parts []Part, rest []FindingCard) {
	was, pictures := map[string]string{}, map[string]string{}
	for _, f := range older {
		was[f.Name], pictures[f.Name] = f.Text, f.Picture
	}
	shown := map[string]bool{}
	for _, f := range newer {
		placed, whole := within(f, findings)
		part := Part{Label: f.Label, Long: f.Long, Picture: f.Picture, Paragraphs: paragraphsOf(overlaid(was[f.Name], f.Text, compare, placed))}
		if before := pictures[f.Name]; compare && before != f.Picture {
			part.OldPicture = before
		}
		given := map[int]bool{}
		for i := range part.Paragraphs {
			for _, p := range part.Paragraphs[i].Pieces {
				for _, n := range placed {
					if !given[n.number] && slices.Contains(p.Numbers, n.number) {
						given[n.number] = true
						part.Paragraphs[i].Cards = append(part.Paragraphs[i].Cards, card(n))
					}
				}
			}
		}
		for _, n := range whole {
			part.Cards = append(part.Cards, card(n))
		}
		parts, shown[f.Name] = append(parts, part), true
	}
	for _, f := range older {
		if compare && !shown[f.Name] {
			parts = append(parts, Part{Label: f.Label, Long: f.Long, OldPicture: f.Picture, Paragraphs: paragraphsOf([]Piece{{Text: f.Text, Old: true}})})
		}
	}
	for _, n := range findings {
		if !shown[n.Field] {
			rest = append(rest, card(n))
		}
	}
	return parts, rest
}
