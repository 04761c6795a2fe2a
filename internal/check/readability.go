package check

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"pugongying/internal/publish"
)

// What a reader of primary school follows on a small screen, in characters.
const (
	longSentence  = 60
	longParagraph = 4 * 19 // four lines of a telephone at the size stories are set in
	perMinute     = 200    // read to oneself, aloud; letters without marks
)

// officialWords are words of offices with what people say.
var officialWords = [][2]string{
	{"予以", "给"}, {"上述", "上面说的"}, {"逾期", "过了期限"}, {"之日起", "那天起"}, {"告知", "告诉"}, {"获悉", "知道"}, {"系因", "是因为"},
	{"届时", "到那时"}, {"酌情", "看情况"}, {"拒不", "就是不"}, {"鉴于", "因为"}, {"其丈夫", "她丈夫"}, {"该女", "她"}, {"致使", "让"}, {"进行殴打", "打"},
	{"不予", "不"}, {"凭据", "凭证"}, {"务必", "一定要"}, {"如若", "要是"}, {"亦可", "也可以"},
}

var official = regexp.MustCompile(func() string {
	var all []string
	for _, w := range officialWords {
		all = append(all, w[0])
	}
	return strings.Join(all, "|")
}())

// readability notes what is hard to read: long sentences, long paragraphs, words of offices, and minutes that are not right.
func (r *run) readability() {
	total := 0
	for _, f := range r.text.fields {
		if f.role != prose && f.role != claiming {
			continue
		}
		total += letters(f.text)
		noted := 0
		for _, p := range paragraphs(f.text) {
			for _, s := range sentences(f.text, p) {
				if n := letters(f.text[s.start:s.end]); n > longSentence && noted < mostOfOneKind {
					noted++
					r.at(f, s.start, s.end, publish.Finding{Code: "reading.long_sentence", Severity: publish.Notes, Sentence: fmt.Sprintf("这句话有 %d 个字，念起来要换气。断成两句更好懂。", n)})
				}
			}
			if n := letters(f.text[p.start:p.end]); n > longParagraph && strings.HasPrefix(f.name, "sections.") && noted < mostOfOneKind {
				noted++
				r.at(f, p.start, p.end, publish.Finding{Code: "reading.long_paragraph", Severity: publish.Notes, Sentence: "这一段在手机上超过四行，分成两段更好读。"})
			}
		}
		for _, m := range official.FindAllStringIndex(f.text, mostOfOneKind) {
			r.official(f, m[0], m[1])
		}
	}
	r.duration(total)
}

func (r *run) official(f field, start, end int) {
	for _, w := range officialWords {
		if w[0] == f.text[start:end] {
			r.at(f, start, end, publish.Finding{Code: "reading.official", Severity: publish.Notes, Sentence: "这是公文里的词，平常说“" + w[1] + "”。", Mend: w[1]})
		}
	}
}

// duration compares the minutes an author gives with the length.
func (r *run) duration(total int) {
	if r.text.minutes == 0 {
		return
	}
	right := max((total+perMinute/2)/perMinute, 1)
	if diff := right - r.text.minutes; diff > 1 || diff < -1 {
		r.whole("minutes", publish.Finding{
			Code: "reading.minutes", Severity: publish.Asks, Mend: strconv.Itoa(right),
			Sentence: fmt.Sprintf("正文 %d 个字，念完大约 %d 分钟，这里写的是 %d 分钟。", total, right, r.text.minutes),
		})
	}
}
