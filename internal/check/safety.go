package check

import (
	"context"
	"errors"
	"strings"
	"unicode/utf8"

	"pugongying/internal/privacy"
	"pugongying/internal/publish"
)

// longestPiece is how many characters WeChat reads at once.
const longestPiece = 2500

// errNoSafety says that nobody is asked about texts here.
var errNoSafety = errors.New("check: no text safety")

// safety asks WeChat about every field, without what privacy finds in it. What it could not be asked, a person looks at.
func (r *run) safety() {
	if r.Safety == nil {
		r.could(errNoSafety)
		return
	}
	for _, f := range r.text.fields {
		if f.role == citation {
			continue
		}
		worst, err := r.Advice(r.ctx, f.text)
		if err != nil {
			r.could(err)
			return // WeChat does not answer: nothing is learnt by asking on
		}
		switch worst {
		case Pass:
		case Risky:
			r.whole(f.name, publish.Finding{Code: "wechat.risky", Severity: publish.Blocks, Sentence: "微信认为这一段不合适，发不出去。请换个说法，或者找编辑一起看。"})
		default:
			r.whole(f.name, publish.Finding{Code: "wechat.review", Severity: publish.Asks, Sentence: "微信请人再看看这一段。"})
		}
	}
}

// Advice is what WeChat says of a text, without what privacy finds in it, for whoever hands it in: see By. Of an error a
// person has to look; it is never a pass.
func (c *Checker) Advice(ctx context.Context, text string) (Advice, error) {
	if c.Safety == nil {
		return Review, errNoSafety
	}
	worst := Pass
	for _, piece := range pieces(privacy.Hidden(strings.ToValidUTF8(text, "")), longestPiece) {
		advice, err := c.Safety.Text(ctx, piece)
		if err != nil {
			return Review, err
		}
		if advice == Risky || advice != Pass && worst == Pass {
			worst = advice
		}
	}
	return worst, nil
}

// pieces cuts a text into pieces of at most so many characters, at the end of a line or a sentence where there is one in
// the second half.
func pieces(text string, most int) []string {
	var all []string
	for strings.TrimSpace(text) != "" {
		end, last, n := 0, 0, 0
		for end < len(text) && n < most {
			r, width := utf8.DecodeRuneInString(text[end:])
			end += width
			n++
			if n > most/2 && strings.ContainsRune("\n。！？；", r) {
				last = end
			}
		}
		if end < len(text) && last > 0 {
			end = last
		}
		if piece := strings.TrimSpace(text[:end]); piece != "" {
			all = append(all, piece)
		}
		text = text[end:]
	}
	return all
}

type writerKey struct{}

// By says as which person of WeChat a text is handed in; WeChat answers only about somebody who opened the mini-program
// within two hours.
func By(ctx context.Context, openID string) context.Context {
	return context.WithValue(ctx, writerKey{}, openID)
}

// Writer is who hands a text in, "" for somebody at a desk.
func Writer(ctx context.Context) string {
	openID, _ := ctx.Value(writerKey{}).(string)
	return openID
}
