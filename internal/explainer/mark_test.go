package explainer

import (
	"errors"
	"testing"

	"pugongying/internal/fault"
)

// FuzzMark: whatever a client sends as a mark is a place in the list or ErrCursor, and every mark we give is read back.
func FuzzMark(f *testing.F) {
	for _, seed := range []string{"", "MSBjaHVhbmd0YWk", "!", "AAAA", "LTEgYS1i", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5IGE"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, err := decodeMark(text)
		if err != nil {
			if !errors.Is(err, fault.ErrCursor) {
				t.Fatalf("decodeMark(%q) = %v", text, err)
			}
			return
		}
		if place == nil {
			if text != "" {
				t.Fatalf("decodeMark(%q) is the beginning", text)
			}
			return
		}
		again, err := decodeMark(encodeMark(place))
		if err != nil || again.Order != place.Order || again.Slug != place.Slug {
			t.Fatalf("%q reads as %d %s, then as %+v, %v", text, place.Order, place.Slug, again, err)
		}
	})
}
