package lawimport

import (
	"fmt"
	"regexp"
	"strings"

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
