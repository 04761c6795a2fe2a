package gift

import (
	"io"
	"slices"
	"strconv"
	"strings"
)

// Write writes questions in the form Moodle imports. In a question with several right answers each of them earns its
// share and a wrong one costs everything, so that Moodle grades as this programme does: exactly the right options, or
// nothing.
func Write(w io.Writer, questions []Question) error {
	for _, q := range questions {
		if _, err := io.WriteString(w, q.text()); err != nil {
			return err
		}
	}
	return nil
}

func (q *Question) text() string {
	var b strings.Builder
	if q.ID != "" {
		b.WriteString("// [id:" + label(q.ID) + "]\n")
	}
	for _, tag := range q.Tags {
		b.WriteString("// [tag:" + label(tag) + "]\n")
	}
	if q.Title != "" {
		b.WriteString("::" + escape(q.Title) + ":: ")
	}
	b.WriteString("[plain]" + escape(q.Stem) + "{")
	if q.Form == TrueFalse {
		b.WriteString(strings.ToUpper(strconv.FormatBool(q.True)))
	} else {
		q.options(&b)
	}
	if q.Feedback != "" {
		b.WriteString("\n\t####" + guarded(q.Feedback))
	}
	b.WriteString("\n}\n\n")
	return b.String()
}

func (q *Question) options(b *strings.Builder) {
	share, loss := "", ""
	if q.Several {
		rights := len(slices.DeleteFunc(slices.Clone(q.Answers), func(a Answer) bool { return !a.Right }))
		share, loss = "%"+portion(rights)+"%", "%-100%"
	}
	for _, a := range q.Answers {
		sign := "~" + loss
		switch {
		case a.Right && q.Several:
			sign = "~" + share
		case a.Right:
			sign = "="
		}
		b.WriteString("\n\t" + sign + guarded(a.Text))
		if a.Feedback != "" {
			b.WriteString("#" + guarded(a.Feedback))
		}
	}
}

// portion is the share of 100 for one of n answers, written as in Moodle's own list of grades.
func portion(n int) string {
	s := strconv.FormatFloat(100/float64(max(n, 1)), 'f', 5, 64)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// guarded writes a text; one whose beginning could be read as a style or a credit gets an explicit style in front.
func guarded(s string) string {
	if s != "" && strings.ContainsRune("[%", rune(s[0])) {
		return "[plain]" + escape(s)
	}
	return escape(s)
}

// label escapes a text for the brackets of a comment.
func label(s string) string {
	return strings.NewReplacer(`\`, `\\`, `]`, `\]`, "\n", " ").Replace(s)
}
