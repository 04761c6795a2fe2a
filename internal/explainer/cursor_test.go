package explainer

import (
	"errors"
	"testing"

	"pugongying/internal/fault"
)

// FuzzCursor: whatever a client sends as a cursor is a place in the list or ErrCursor, and every cursor we give is read back.
func FuzzCursor(f *testing.F) {
	for _, seed := range []string{"", "MSBjaHVhbmd0YWk", "!", "AAAA", "LTEgYS1i", "OTk5OTk5OTk5OTk5OTk5OTk5OTk5IGE"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		place, err := decodeCursor(text)
		if err != nil {
			if !errors.Is(err, fault.ErrCursor) {
				t.Fatalf("decodeCursor(%q) = %v", text, err)
			}
			return
		}
		if place == nil {
			if text != "" {
				t.Fatalf("decodeCursor(%q) is the beginning", text)
			}
			return
		}
		again, err := decodeCursor(encodeCursor(place))
		if err != nil || again.Order != place.Order || again.Slug != place.Slug {
			t.Fatalf("%q reads as %d %s, then as %+v, %v", text, place.Order, place.Slug, again, err)
		}
	})
}
