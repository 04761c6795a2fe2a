package lawimport

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"pugongying/internal/law"
)

// join makes one law of its parts: title and dates from the cover, the parts in the order of their articles (附则 is in a
// file of its own that may sort anywhere).
func join(members []*parsed) (*parsed, error) {
	joined := &parsed{kind: whole, file: members[0].file, group: members[0].group}
	var pieces []*parsed
	for _, l := range members {
		if l.kind == cover {
			joined.text, joined.notes, joined.file = l.text, l.notes, l.file
			continue
		}
		pieces = append(pieces, l)
	}
	if joined.text.Title == "" && len(pieces) > 0 {
		joined.text, joined.notes, joined.file = pieces[0].text, pieces[0].notes, pieces[0].file
	}
	if joined.text.Title == "" {
		return nil, &Refusal{File: joined.file, Reason: "不知道这是哪部法律的一部分：文件夹里没有写标题和日期的 README.md。"}
	}
	slices.SortStableFunc(pieces, func(a, b *parsed) int { return cmp.Compare(a.first(), b.first()) })
	joined.text.Parts, joined.text.Articles, joined.pieces = nil, nil, pieces
	for _, l := range pieces {
		for _, p := range l.text.Parts {
			p.First += len(joined.text.Articles)
			joined.text.Parts = append(joined.text.Parts, p)
		}
		if err := joined.follow(l); err != nil {
			return nil, err
		}
		joined.text.Standing = max(joined.text.Standing, l.text.Standing)
	}
	return joined, nil
}

func (l *parsed) first() int {
	if len(l.text.Articles) == 0 {
		return 0
	}
	return l.text.Articles[0].Article
}

// follow appends a part's articles; their numbers must continue the law's, and an error names the part.
func (l *parsed) follow(next *parsed) error {
	last := law.Article{}
	if n := len(l.text.Articles); n > 0 {
		last = l.text.Articles[n-1]
	}
	if err := next.sound(last); err != nil {
		return err
	}
	l.text.Articles = append(l.text.Articles, next.text.Articles...)
	return nil
}

// sound refuses duplicate, missing or misordered article numbers after the article last, and articles without text.
func (l *parsed) sound(last law.Article) error {
	for i, a := range l.text.Articles {
		next := a.Sub == 0 && a.Article == last.Article+1 || a.Sub == last.Sub+1 && a.Article == last.Article && a.Article > 0
		if next && len(a.Paragraphs) > 0 {
			last = a
			continue
		}
		reason := a.Label() + "前面少了条文：上一条是" + last.Label() + l.after(i) + "。"
		if next {
			reason = a.Label() + "没有内容。"
		} else if last.Article == 0 {
			reason = "第一条不在开头：最先出现的是" + a.Label() + "。"
		} else if a.Article < last.Article || a.Article == last.Article && a.Sub <= last.Sub {
			reason = a.Label() + "重复了，或者顺序不对：上一条是" + last.Label() + "。"
		}
		return &Refusal{File: l.file, Line: l.lines[i], Reason: reason}
	}
	return nil
}

// longestTitle is in characters; the titles of joint interpretations have about a hundred.
const longestTitle = 300

var fileDay = regexp.MustCompile(`[(（]([0-9]{4}-[0-9]{2}-[0-9]{2})[)）]`)

// finalise validates a complete law and determines its dates.
func (l *parsed) finalise() (*Text, error) {
	t := &l.text
	if l.pieces == nil { // the parts of a joined law were checked one by one
		if err := l.sound(law.Article{}); err != nil {
			return nil, err
		}
	}
	switch {
	case len(t.Articles) == 0:
		return nil, &Refusal{File: l.file, Reason: "没有“第X条”，不能按条引用。"}
	case utf8.RuneCountInString(t.Title) > longestTitle:
		return nil, &Refusal{File: l.file, Reason: "标题有 " + strconv.Itoa(utf8.RuneCountInString(t.Title)) + " 个字，不像一部法律。"}
	}
	l.came()
	if t.Effective == "" || t.Issued == "" {
		return nil, &Refusal{File: l.file, Reason: "找不到公布和施行的日期：用 --effective 2026-01-01 写明施行日期。"}
	}
	t.Parts = levels(t.Parts, len(t.Articles))
	if err := l.fits(); err != nil {
		return nil, err
	}
	return t, nil
}

// after says on which line the article before the i-th stands.
func (l *parsed) after(i int) string {
	if i == 0 {
		return ""
	}
	return "，在第 " + strconv.Itoa(l.lines[i-1]) + " 行"
}

// came determines the dates from, in this order, the metadata beside the text, the last articles, and the file name.
func (l *parsed) came() {
	t := &l.text
	stated := ""
	for _, note := range l.notes {
		if day := appliesFrom(note); day != "" {
			stated = day
		}
		l.happened(events(note))
		if t.Number == "" {
			t.Number = squeeze(documentForm.FindString(note))
		}
	}
	named := ""
	if m := fileDay.FindStringSubmatch(l.file); m != nil {
		named = strings.Join(days(m[1]), "")
	}
	if t.Issued == "" {
		t.Issued = named
	} else if named > t.Issued {
		t.Revised = max(t.Revised, named)
	}
	if t.Effective == "" && stated != "" {
		t.Effective, t.Stated = stated, true
	}
	l.words()
	if t.Issued == "" {
		t.Issued = t.Effective
	}
	if t.Effective == "" {
		t.Effective = max(t.Issued, t.Revised)
	}
	if t.Revised <= t.Issued {
		t.Revised = ""
	}
}

// happened takes the days on which a law was passed and revised. A revision as a whole (修订) issues the law anew: 自公布之日起
// then means its day; an amendment (修正) leaves that sentence as it was.
func (l *parsed) happened(events []event) {
	t := &l.text
	if len(events) > 0 && t.Issued == "" {
		t.Issued = events[0].day
	}
	for _, e := range events {
		if revising.MatchString(e.what) {
			t.Revised = max(t.Revised, e.day)
		}
		if rewriting.MatchString(e.what) {
			l.rewritten = max(l.rewritten, e.day)
		}
	}
}

// words searches the last articles for the effective day and for the laws that this law repeals.
func (l *parsed) words() {
	t := &l.text
	for _, a := range t.Articles[max(0, len(t.Articles)-5):] {
		text := a.Text()
		if strings.Contains(text, "同时") {
			t.Repeals = append(t.Repeals, repealed(text)...)
		}
		if t.Stated || !strings.Contains(text, "本") {
			continue
		}
		if day := appliesFrom(text); day != "" {
			t.Effective = day
		} else if fromIssue.MatchString(law.Plain(text)) && t.Effective == "" {
			t.Effective = max(t.Issued, l.rewritten)
		}
	}
}

// levels numbers the heading ranks that a law really uses from 1 and removes headings without articles.
func levels(parts []law.Part, articles int) []law.Part {
	stored := slices.DeleteFunc(parts, func(p law.Part) bool { return p.First >= articles })
	var used []int
	for _, p := range stored {
		if !slices.Contains(used, p.Level) {
			used = append(used, p.Level)
		}
	}
	slices.Sort(used)
	for i := range stored {
		stored[i].Level = slices.Index(used, stored[i].Level) + 1
	}
	return stored
}

// sum is a hash of a text's articles, independent of the file's layout.
func (t *Text) sum() string {
	var b strings.Builder
	for _, a := range t.Articles {
		b.WriteString(a.Number() + " " + a.SHA256 + "\n")
	}
	return law.Hash(b.String())
}
