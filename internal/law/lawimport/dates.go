package lawimport

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"pugongying/internal/civil"
	"pugongying/internal/law"
)

var (
	dayForm = regexp.MustCompile(`([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})|([0-9]{4}|[零一二三四五六七八九]{4})年([0-9]{1,2}|[一二三四五六七八九十]{1,3})月([0-9]{1,2}|[一二三四五六七八九十]{1,3})日`)
	// since matches the day from which a text says it applies.
	since        = regexp.MustCompile(`(?:` + dayForm.String() + `)(?:起|开始)?(?:正式)?(?:施行|实施|执行|生效)`)
	fromIssue    = regexp.MustCompile(`自(?:公布|发布|颁布|印发|下发|通过)之日起(?:施行|实施|执行|生效)`)
	repealList   = regexp.MustCompile(`((?:《[^《》]+(?:〈[^〈〉]+〉[^《》]*)?》[^《》。；条款]{0,40})+)同时(?:废止|失效)`)
	bookTitle    = regexp.MustCompile(`《([^《》]+)》`)
	documentForm = regexp.MustCompile(`(?:法释|法发|高检发释字|高检发|公通字|高检会)\s*[〔\[［(（﹝]\s*[0-9]{4}\s*[〕\]］)）﹞]\s*[0-9]+\s*号`)
)

// days returns the days a text names, in order, each as "2016-03-01". Dates that are not in the calendar are left out.
func days(text string) []string {
	var found []string
	for _, m := range dayForm.FindAllStringSubmatch(law.Plain(text), -1) {
		if day := dayOf(m[1:]); day != "" {
			found = append(found, day)
		}
	}
	return found
}

// event is a day that a note on how a law came about names, and what happened on it.
type event struct{ day, what string }

var (
	passing   = regexp.MustCompile(`通过|公布|发布|颁布|批准|印发|下发|令第|号令|第.{1,6}号|修|制定`)
	revising  = regexp.MustCompile(`修订|修正|修改|修 ?正案|第[一二三四五六七八九十]+次修`)
	rewriting = regexp.MustCompile(`修订`)
)

// events returns the days of a note with the words that follow each, up to the next one. In a preamble days are history,
// not how the law came about: there nothing was passed, issued or revised.
func events(note string) []event {
	plain := law.Plain(note)
	at := dayForm.FindAllStringSubmatchIndex(plain, -1)
	var found []event
	for i, m := range at {
		end := len(plain)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		groups := make([]string, 0, 6)
		for g := 2; g < len(m); g += 2 {
			text := ""
			if m[g] >= 0 {
				text = plain[m[g]:m[g+1]]
			}
			groups = append(groups, text)
		}
		what := plain[m[1]:end]
		alone := strings.Trim(plain[:m[0]]+what, " \t()（）") == ""
		if day := dayOf(groups); day != "" && (alone || passing.MatchString(plain[:m[0]]+what) && !preamble(plain)) {
			found = append(found, event{day, what})
		}
	}
	return found
}

// longestNote is how many characters a note on how a law came about has at most; the 刑法's list of its amendments has 900.
const longestNote = 2_000

// preamble says whether a paragraph tells history and reasons rather than dates.
func preamble(note string) bool {
	return strings.HasSuffix(strings.TrimSpace(note), "。") && !revising.MatchString(note) && !strings.Contains(note, "通过") || utf8.RuneCountInString(note) > longestNote
}

// appliesFrom is the last day from which a text says it applies; "" when it names none.
func appliesFrom(text string) string {
	last := ""
	for _, m := range since.FindAllStringSubmatch(law.Plain(text), -1) {
		if day := dayOf(m[1:]); day != "" {
			last = day
		}
	}
	return last
}

func dayOf(m []string) string {
	if m[0] == "" {
		m = m[3:]
	}
	year, _ := law.ParseNumber(m[0])
	month, _ := law.ParseNumber(strings.TrimPrefix(m[1], "0"))
	day, _ := law.ParseNumber(strings.TrimPrefix(m[2], "0"))
	written := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
	if !civil.IsDay(written) {
		return ""
	}
	return written
}

// repealed returns the titles of the laws that a text repeals.
func repealed(text string) []string {
	var titles []string
	for _, list := range repealList.FindAllStringSubmatch(text, -1) {
		for _, m := range bookTitle.FindAllStringSubmatch(list[1], -1) {
			titles = append(titles, m[1])
		}
	}
	return titles
}
