package questionio

import (
	"errors"
	"strings"

	"pugongying/internal/law"
)

// mostParts limits how long a faulty list is checked part by part; a question cites five provisions at most.
const mostParts = 20

const listSeparators = "、，,；; \u3000"

// readCitations reads the legal grounds, including lists and ranges, as package law does: a line break counts as a
// semicolon, and a provision that names no law belongs to the law before it. If the list cannot be read, each bad part
// is reported.
func (r *interpreter) readCitations() {
	written := strings.Trim(strings.ReplaceAll(clean(r.citations), "\n", "；"), listSeparators+"。")
	switch {
	case clean(r.citations) == "":
		r.refuse("citations", "请写依据哪一条，比如“反家庭暴力法 第二十三条第二款”。")
		r.faulty["citations"] = true
		return
	case written == "":
		return // quiz checks how many there must be
	}
	cited, err := r.laws.ParseAll(written)
	for _, c := range cited {
		var resolved law.Resolved
		if resolved, err = r.laws.Resolve(c); err != nil {
			break
		}
		r.q.Citations = append(r.q.Citations, resolved)
	}
	if err != nil {
		r.blame(written, err)
		r.faulty["citations"] = true
	}
}

// blame reports which parts of a list are bad, and why; when no part is bad by itself, it reports the fault of the
// whole list.
func (r *interpreter) blame(written string, whole error) {
	b := blaming{laws: r.laws, parts: parts(r.laws, written)}
	before := len(r.faults)
	for len(b.parts) > 0 && len(b.parts) <= mostParts {
		if b.sound() {
			continue
		}
		if part, err := b.bad(); err != nil {
			r.refuse("citations", "“"+short(part)+"”："+said(err))
		}
	}
	if len(r.faults) == before {
		r.refuse("citations", "“"+short(written)+"”："+said(whole))
	}
}

// short is the beginning of a text, as much of it as a fault quotes.
func short(s string) string {
	const most = 80
	if runes := []rune(s); len(runes) > most {
		return string(runes[:most]) + "…"
	}
	return s
}

// parts splits a list at its separators, but not inside a law's name; each part includes the separators after it.
func parts(laws *law.Register, written string) []string {
	var found []string
	for written != "" {
		_, name := laws.Leading(written)
		if strings.HasPrefix(written, "《") {
			name = max(name, strings.Index(written, "》"))
		}
		end := len(written)
		if at := strings.IndexAny(written[name:], listSeparators); at >= 0 {
			end = name + at
		}
		end = len(written) - len(strings.TrimLeft(written[end:], listSeparators))
		found, written = append(found, written[:end]), written[end:]
	}
	return found
}

// blaming is the state of the search for the bad parts of a list.
type blaming struct {
	laws  *law.Register
	parts []string
	law   string // the slug of the law named last, "" for none
	after bool   // the part before was bad
}

// read parses the first n of the remaining parts in the context of what was read before.
func (b *blaming) read(n int) ([]law.Citation, error) {
	written := strings.Trim(strings.Join(b.parts[:n], ""), listSeparators)
	if b.law == "" {
		return b.laws.ParseAll(written)
	}
	return b.laws.ParseAllIn(b.law, written)
}

// sound skips the longest run of parts that can be read together.
func (b *blaming) sound() bool {
	good := 0
	for n := 1; n <= len(b.parts); n++ {
		cited, err := b.read(n)
		if err != nil {
			break
		}
		good, b.law = n, cited[len(cited)-1].Law
	}
	b.parts = b.parts[good:]
	b.after = b.after && good == 0
	return good > 0
}

// bad takes the next part, which cannot be read. The error is nil when the part is bad only because the one before it
// is: a 款 of that one, or an article of a law that is not here.
func (b *blaming) bad() (string, error) {
	_, err := b.read(1)
	part := strings.Trim(b.parts[0], listSeparators)
	slug, _ := b.laws.Leading(part)
	hangs := b.after && slug == "" && strings.HasPrefix(part, "第") && (b.law == "" || !strings.Contains(part, "条"))
	if slug != "" || errors.Is(err, law.ErrUnknown) {
		b.law = slug
	}
	b.parts, b.after = b.parts[1:], true
	if hangs {
		return "", nil
	}
	return part, err
}
