package check

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"pugongying/internal/fault"
	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// bracketed is a citation in a text. A year in such brackets, as in 法释〔2022〕17号, is none.
var bracketed = regexp.MustCompile(`〔([^〔〕\n]{1,120})〕`)

var yearAlone = regexp.MustCompile(`^\s*[0-9０-９]{4}\s*$`)

// written is a citation at its place.
type written struct {
	field
	words      string
	start, end int // of the words without their brackets
}

// citations compares every citation, in the list and in the text, with the law as it is, and the list with the text.
func (r *run) citations() {
	var listed, used []written
	for _, f := range r.text.fields {
		if f.role == citation {
			listed = append(listed, written{f, f.text, 0, len(f.text)})
			continue
		}
		for _, m := range bracketed.FindAllStringSubmatchIndex(f.text, -1) {
			if words := f.text[m[2]:m[3]]; !yearAlone.MatchString(words) {
				used = append(used, written{f, words, m[2], m[3]})
			}
		}
	}
	in := r.resolved(listed)
	out := r.resolved(used)
	r.compared(append(slices.Clone(listed), used...), append(slices.Clone(in), out...))
	if len(used) > 0 || len(listed) > 0 && r.text.order("sections.0") >= 0 {
		r.bothWays(listed, used, in, out)
	}
}

// resolved reads citations; the zero citation stands for one that is refused, which is found here.
func (r *run) resolved(all []written) []law.Citation {
	cited := make([]law.Citation, len(all))
	for i, w := range all {
		c, err := r.Laws.Register().Parse(w.words)
		if err == nil {
			_, err = r.Laws.Register().Resolve(c)
		}
		if err == nil {
			cited[i] = c
			continue
		}
		if old, was := r.earlier(w.words); was {
			cited[i] = old // compared below: the article is gone, or has another number
			continue
		}
		r.unreadable(w, err)
	}
	return cited
}

// earlier reads a citation of an article that the law no longer has.
func (r *run) earlier(words string) (law.Citation, bool) {
	c, err := r.Laws.AllVersions().Parse(words)
	if err != nil {
		return c, false
	}
	_, err = r.Laws.AllVersions().Resolve(c)
	return c, err == nil
}

func (r *run) unreadable(w written, err error) {
	code, shown := "citation.unreadable", fault.From(err)
	switch {
	case errors.Is(err, law.ErrUnknown):
		code = "citation.unknown_law"
	case errors.Is(err, law.ErrNoArticle):
		code = "citation.no_article"
	case errors.Is(err, law.ErrVersion):
		code = "citation.other_version"
	}
	sentence := shown.Text
	if len(shown.Fields) > 0 && shown.Fields[0].Message != "" {
		sentence += shown.Fields[0].Message
	}
	r.at(w.field, w.start, w.end, publish.Finding{Code: code, Severity: publish.Blocks, Sentence: sentence})
}

// compared finds what became of the provisions since a person compared them, what will, and 款 and 项 that are not there.
func (r *run) compared(all []written, cited []law.Citation) {
	pins := make([]law.Pin, len(cited))
	for i, c := range cited {
		pins[i] = law.Pin{Citation: c, SHA256: r.text.provisions[all[i].words]}
	}
	since, err := r.Laws.Since(r.ctx, pins)
	r.could(err)
	ahead, err := r.Laws.Ahead(r.ctx, pins)
	r.could(err)
	for i, w := range all {
		if cited[i].Law == "" {
			continue
		}
		if change, changed := since[pins[i]]; changed {
			r.changed(w, cited[i], change)
			continue
		}
		if _, err := r.Laws.Provision(r.ctx, cited[i]); errors.Is(err, law.ErrNoProvision) {
			r.unreadable(w, err)
		}
		if change, coming := ahead[pins[i]]; coming {
			r.at(w.field, w.start, w.end, publish.Finding{
				Code: "citation.coming", Severity: publish.Notes, Sentence: "这一条快要变了：" + change.Text() + "。到那天这一篇要再核对。",
			})
		}
	}
}

// could notes an error of what could not be checked.
func (r *run) could(err error) {
	if err != nil {
		r.couldNot = append(r.couldNot, err)
	}
}

func (r *run) changed(w written, c law.Citation, change law.Change) {
	found := publish.Finding{Code: "citation." + string(change.Kind), Severity: publish.Blocks}
	switch change.Kind {
	case law.Renumbered:
		found.Sentence = fmt.Sprintf("这一条改了号：%s 起，这段话在%s。", change.Effective, change.To.Provision())
		found.Mend = r.Laws.Register().Label(change.To)
	case law.Removed:
		found.Sentence = fmt.Sprintf("%s 起没有这一条（款、项）了，请另找依据。", change.Effective)
	case law.LawRepealed:
		found.Code, found.Sentence = "citation.repealed", "这部法律已经废止，请换成现在的法律。"
	default:
		found.Severity, found.Sentence = publish.Asks, fmt.Sprintf("%s 起这一条的文字改了。请对照新的条文，看这里写的还对不对。", cmpOr(change.Effective, "最近"))
	}
	r.at(w.field, w.start, w.end, found)
}

func cmpOr(value, otherwise string) string {
	if value == "" {
		return otherwise
	}
	return value
}

// bothWays finds citations of the text that the list does not name, and the other way round.
func (r *run) bothWays(listed, used []written, in, out []law.Citation) {
	for i, w := range used {
		if out[i].Law != "" && !slices.Contains(in, out[i]) {
			r.at(w.field, w.start, w.end, publish.Finding{
				Code: "citation.not_listed", Severity: publish.Blocks, Sentence: "文后的法律依据里没有这一条，请补上。",
			})
		}
	}
	for i, w := range listed {
		switch {
		case in[i].Law == "":
		case slices.Index(in, in[i]) < i:
			r.at(w.field, w.start, w.end, publish.Finding{Code: "citation.twice", Severity: publish.Blocks, Sentence: "这一条列了两遍，留一条就好。"})
		case len(used) > 0 && !slices.Contains(out, in[i]):
			r.at(w.field, w.start, w.end, publish.Finding{
				Code: "citation.not_used", Severity: publish.Blocks, Sentence: "正文里没有用到这一条：用在它支持的那句话后面，或者从这里拿掉。",
			})
		}
	}
}

// claimWords are what a sentence says when it says what the law is.
var claimWords = regexp.MustCompile(`应当|不得|必须|有权|依法|禁止|法律规定|按规定|规定[，,：:]|违法|犯罪|有罪|拘留|罚款|判刑|徒刑|拘役|管制|处罚|赔偿|告诫书|保护令|起诉|诉讼|强制执行|抚养费|抚养权|彩礼.{0,6}(?:退|返还)|离婚.{0,8}(?:财产|补偿|法院)|可以(?:直接)?(?:去|到|向)[^，。]{0,8}(?:法院|公安|派出所|妇联)[^，。]{0,6}(?:起诉|申请|告|要求)|直接去法院|(?:法院|公安机关|派出所|民政|学校|单位)(?:会|要|应|得)[^。]{2,}`)

// Uncited is the finding of a sentence that says what the law is and names none. What mends it is a citation behind it, which
// only a person can choose.
const Uncited = "law.uncited"

// spokenOf are words of a sentence that only asks or tells, and claims nothing.
var spokenOf = regexp.MustCompile(`[？?]\s*[”"]?$`)

// claims finds sentences that say what the law is and carry no citation: neither in themselves nor in what follows of their
// paragraph. A citation stands for the sentences before it.
func (r *run) claims() {
	for _, f := range r.text.fields {
		if f.role != claiming {
			continue
		}
		for _, p := range paragraphs(f.text) {
			rest := p
			for _, s := range sentences(f.text, p) {
				rest.start = s.start
				if bracketed.MatchString(f.text[rest.start:rest.end]) || citedBelow(f.text[p.end:]) {
					continue
				}
				words := f.text[s.start:s.end]
				if claimWords.MatchString(words) && !spokenOf.MatchString(words) {
					r.at(f, s.start, s.end, publish.Finding{
						Code: Uncited, Severity: publish.Asks, Sentence: "这里说了法律，没有出处。请在这句话后面加上是哪部法律的哪一条。",
					})
				}
			}
		}
	}
}

// citedBelow says whether the next paragraph is nothing but a citation, which then belongs to the one above.
func citedBelow(below string) bool {
	line, _, _ := strings.Cut(strings.TrimLeft(below, "\r\n "), "\n")
	line = strings.TrimSpace(line)
	return line != "" && strings.Trim(bracketed.ReplaceAllString(line, ""), " 。，、") == ""
}
