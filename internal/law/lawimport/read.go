package lawimport

import (
	"bytes"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/law"
)

// Text is a law as parsed from one file, or joined from several.
type Text struct {
	Title     string
	Number    string // 法释〔2022〕17号; empty when it has none
	Issued    string
	Revised   string
	Effective string
	Stated    bool // Effective comes from the metadata beside the text, not from the text itself
	Repealed  string
	Repeals   []string // titles of the laws that the text repeals
	Standing  law.Standing
	Source    string
	Parts     []law.Part
	Articles  []law.Article
}

// MaxFile is the largest accepted file, in bytes; the longest law is under one megabyte.
const MaxFile = 4 << 20

// Refusal is the reason why a file is not imported, in Chinese, for staff.
type Refusal struct {
	File   string
	Line   int // 0 when the refusal concerns the whole file
	Reason string
}

// Error is the refusal in one line.
func (r *Refusal) Error() string {
	if r.Line == 0 {
		return r.File + "：" + r.Reason
	}
	return fmt.Sprintf("%s 第 %d 行：%s", r.File, r.Line, r.Reason)
}

// kind is the kind of a file.
type kind int

const (
	noLaw kind = iota // a README, an index: skipped
	whole             // one law
	piece             // a 编 of a law in several files
	cover             // title and dates of such a law
)

// parsed is the result of reading one file.
type parsed struct {
	kind  kind
	file  string
	group string // shared by the parts of one law
	text  Text
	notes []string // how the law came about, one line each
	name  string   // the heading of a part
	lines []int    // the line of each article; of a joined law, its parts have them

	rewritten string // the day of the last revision as a whole (修订)
	// pieces are the parts of a joined law, in order.
	pieces []*parsed
}

// read parses one file in any layout: our own header comment, LawRefBook's INFO END, or just-laws' plain Markdown with or
// without front matter. A *Refusal says what cannot be read.
func read(file string, data []byte) (*parsed, error) {
	switch {
	case len(data) > MaxFile:
		return nil, &Refusal{File: file, Reason: "文件太大，不像一部法律。"}
	case !utf8.Valid(data):
		return nil, &Refusal{File: file, Line: 1 + bytes.Count(validPrefix(data), []byte("\n")), Reason: "不是 UTF-8 编码的文字。"}
	}
	r := &fileReader{parsed: &parsed{file: file, text: Text{Source: file}}}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	for number, line := range strings.Split(string(data), "\n") {
		if err := r.line(number+1, strings.TrimFunc(line, blank)); err != nil {
			return nil, err
		}
	}
	return r.finish()
}

func validPrefix(data []byte) []byte {
	for i := 0; i < len(data); {
		r, size := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && size == 1 {
			return data[:i]
		}
		i += size
	}
	return data
}

// fileReader parses one file line by line.
type fileReader struct {
	*parsed
	titles []string // the # lines before the text
	header bool     // our own header comment was read
	info   bool     // LawRefBook's header was read
	front  bool     // inside front matter
	hidden bool     // the front matter says that the file is not a page
	top    string   // our own header comment as far as it was read
	aside  aside    // the code block or comment it is in
	lost   int      // the line of the first article after an annex that would continue the law
	begun  bool     // the text has begun
	toc    string   // the first entry of a table of contents that is skipped; "?" before that entry
	ended  bool     // an annex has begun
	open   bool     // the last article may continue
	below  []string // buffered lines under the last 款 or 项; joined at once, because appending many one by one would take hours
}

func (r *fileReader) line(number int, line string) error {
	if line = r.visible(number, line); line == "" {
		return nil
	}
	if depth, words := heading(line); depth > 0 {
		r.heading(depth, words)
		return nil
	}
	if strings.HasPrefix(line, ">") {
		r.note(clean(strings.TrimLeft(line, "> ")))
		return nil
	}
	if m := matchArticle(line); m != nil && !r.ended {
		return r.article(number, m)
	} else if m != nil && r.lost == 0 && r.goesOn(m) {
		r.lost = number
	}
	if line = clean(line); line != "" && !r.ended {
		r.words(line)
	}
	return nil
}

func (r *fileReader) heading(depth int, words string) {
	switch normal := squeeze(words); {
	case r.ended:
		return
	case normal == "目录":
		r.toc, r.begun = "?", true
		return
	case isAnnex(words) || amendments.MatchString(words) && len(r.text.Articles) == 0 && depth <= 2 && len(r.titles) > 0 || normal == "修正案":
		r.ended, r.open = true, false
		return
	case depth == 1 && !r.begun && !partHeading.MatchString(words) && (normal != "附则" || len(r.titles) > 0):
		r.titles = append(r.titles, words)
		return
	}
	r.part(words)
}

func (r *fileReader) part(words string) {
	r.begun, r.toc, r.open = true, "", false
	title, rank := partOf(words)
	if r.name == "" && len(r.text.Articles) == 0 {
		r.name = title
	}
	r.text.Parts = append(r.text.Parts, law.Part{Level: rank, Title: title, First: len(r.text.Articles)})
}

// article begins an article (第X条).
func (r *fileReader) article(number int, m []string) error {
	article, ok := law.ParseNumber(squeeze(m[1]))
	sub := 0
	if ok && m[2] != "" {
		sub, ok = law.ParseNumber(m[2])
	}
	if !ok {
		return &Refusal{File: r.file, Line: number, Reason: "条号读不懂：第" + m[1] + "条"}
	}
	r.lostName()
	r.begun, r.toc, r.open = true, "", true
	r.text.Articles = append(r.text.Articles, law.Article{Article: article, Sub: sub})
	r.lines = append(r.lines, number)
	if rest := clean(m[3]); rest != "" {
		r.words(rest)
	}
	return nil
}

// goesOn reports whether an article's number is the next one of the law.
func (r *fileReader) goesOn(m []string) bool {
	n := len(r.text.Articles)
	next, ok := law.ParseNumber(squeeze(m[1]))
	return ok && n > 0 && m[2] == "" && next == r.text.Articles[n-1].Article+1
}

// lostName turns the last paragraph of the last article into a heading when it is not a sentence: it is then the heading
// of the next article, without its number.
func (r *fileReader) lostName() {
	r.attachLines()
	if len(r.text.Articles) == 0 || !r.open {
		return
	}
	a := &r.text.Articles[len(r.text.Articles)-1]
	n := len(a.Paragraphs)
	if n < 2 || len(a.Paragraphs[n-1].Items) > 0 || !bareName(a.Paragraphs[n-1].Text) || !strings.HasSuffix(a.Paragraphs[n-2].String(), "。") {
		return
	}
	name := a.Paragraphs[n-1].Text
	a.Paragraphs = a.Paragraphs[:n-1]
	if last := len(r.text.Parts) - 1; last >= 0 && r.text.Parts[last].First == len(r.text.Articles) {
		return
	}
	r.part(name)
}

// words handles a line of text: a note before the law begins, otherwise 款 and 项.
func (r *fileReader) words(line string) {
	switch {
	case r.toc != "":
		r.contents(line)
	case isAnnex(line):
		r.ended, r.open = true, false
	case bareHeading(line) && (r.open || r.info || len(r.text.Articles) > 0):
		r.lostName()
		r.part(line)
	case len(line) < 64 && squeeze(line) == "目录":
		r.toc = "?"
	case !r.open:
		r.note(line)
	default:
		r.add(line)
	}
}

// contents skips a table of contents, which ends where its first entry is repeated.
func (r *fileReader) contents(line string) {
	switch {
	case r.toc == "?":
		r.toc = squeeze(line)
	case squeeze(line) == r.toc:
		r.toc = ""
		r.words(line)
	}
}

// note stores a line before the first article as a note on how the law came about; later lines of this kind are ignored.
func (r *fileReader) note(line string) {
	if len(r.text.Articles) == 0 {
		r.notes = append(r.notes, line)
	}
}

// add appends a line to the last article: a 款, a 项 of the last 款, or a line under it.
func (r *fileReader) add(line string) {
	a := &r.text.Articles[len(r.text.Articles)-1]
	last := len(a.Paragraphs) - 1
	number, rest := law.CutItem(line)
	if number == 0 && last >= 0 && (isSubItem(line) || strings.HasPrefix(line, "|")) {
		r.below = append(r.below, line)
		return
	}
	r.attachLines()
	if number == 0 {
		a.Paragraphs = append(a.Paragraphs, law.Paragraph{Text: line})
		return
	}
	if last < 0 {
		a.Paragraphs, last = append(a.Paragraphs, law.Paragraph{}), 0
	}
	p := &a.Paragraphs[last]
	p.Items = append(p.Items, "（"+law.Numeral(number)+"）"+rest)
}

// attachLines appends the buffered lines to the last 项, otherwise to the last 款.
func (r *fileReader) attachLines() {
	if len(r.below) == 0 {
		return
	}
	paragraphs := r.text.Articles[len(r.text.Articles)-1].Paragraphs
	p := &paragraphs[len(paragraphs)-1]
	under := &p.Text
	if n := len(p.Items); n > 0 {
		under = &p.Items[n-1]
	}
	*under += "\n" + strings.Join(r.below, "\n")
	r.below = nil
}

// finish determines the kind of the file and validates it.
func (r *fileReader) finish() (*parsed, error) {
	r.attachLines()
	for i := range r.text.Articles {
		r.text.Articles[i].SHA256 = law.Hash(r.text.Articles[i].Text())
	}
	switch strings.TrimPrefix(firstFolder(r.file), "_") {
	case "partial":
		r.text.Standing = law.Partial
	case "outdated":
		r.text.Standing = law.Outdated
	}
	if len(r.titles) > 0 && r.text.Title == "" {
		r.text.Title = squeeze(r.titles[0])
	}
	articles := len(r.text.Articles)
	known := r.header || r.info || r.top != ""
	if err := r.unended(); err != nil && (known || articles > 0) {
		return nil, err
	}
	switch {
	case r.lost > 0:
		return nil, &Refusal{File: r.file, Line: r.lost, Reason: "附件后面接着还有条文。"}
	case r.hidden, articles == 0 && !known && !r.isCover():
		return r.parsed, nil
	case articles == 0 && known && r.text.Standing == law.Whole:
		return nil, &Refusal{File: r.file, Reason: "没有“第X条”（批复、修正案、决定这类文件不能按条引用），没有收进来。"}
	case articles == 0 && known:
		r.kind = whole
	case articles == 0:
		r.kind, r.group = cover, path.Dir(r.file)
	case r.info && len(r.titles) > 1:
		r.kind, r.group, r.name = piece, path.Dir(r.file)+"|"+r.text.Title, squeeze(r.titles[1])
		r.text.Parts = slices.Insert(r.text.Parts, 0, law.Part{Level: 1, Title: r.name})
	case r.text.Title == "":
		r.kind, r.group = piece, path.Dir(r.file)
	default:
		r.kind = whole
	}
	if r.text.Title == "" && r.kind == whole {
		return nil, &Refusal{File: r.file, Reason: "没有写是哪部法律。"}
	}
	return r.parsed, nil
}

// isCover reports whether the file can be the first page of a law in several files: a title and how the law came about,
// nothing else.
func (r *fileReader) isCover() bool {
	return len(r.titles) == 1 && path.Base(r.file) == "README.md" && len(r.text.Parts) == 0 && len(r.notes) > 0 && len(days(strings.Join(r.notes, "\n"))) > 0
}

// firstFolder returns the outermost folder in a file's path that declares a standing: _partial or _outdated.
func firstFolder(file string) string {
	for _, folder := range strings.Split(path.Dir(file), "/") {
		if folder == "_partial" || folder == "_outdated" {
			return folder
		}
	}
	return ""
}
