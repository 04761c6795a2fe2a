package privacy

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// names finds full names: of a surname with a given name, and of Mongolian words.
func (f *plain) names() []Found {
	n := namer{plain: f, letters: []rune(f.text)}
	n.at = make([]int, 0, len(n.letters)+1)
	for i := range f.text {
		n.at = append(n.at, i)
	}
	n.at = append(n.at, len(f.text))
	for i := 0; i < len(n.letters); {
		if width := n.name(i); width > 0 {
			n.all = append(n.all, f.found(Name, n.at[i], n.at[i+width]))
			i += width
			continue
		}
		i++
	}
	return n.all
}

type namer struct {
	*plain
	letters []rune
	at      []int // byte of the normalised text
	all     []Found
}

// name is the width in characters of the name that begins at i, 0 where none does.
func (n *namer) name(i int) int {
	if !unicode.Is(unicode.Han, n.letters[i]) {
		return 0
	}
	if width := n.mongolian(i); width > 0 {
		return width
	}
	return n.han(i)
}

// han is a surname with one or two characters of a given name: two, unless only one leaves a word's end behind it.
func (n *namer) han(i int) int {
	surname := n.surname(i)
	if surname == 0 || n.ending(i) {
		return 0
	}
	two, one := n.full(i, surname, 2), n.full(i, surname, 1)
	if two > 0 && one > 0 && n.ends(i+one) && !n.ends(i+two) {
		return one
	}
	return max(two, one)
}

// full is the width of a surname with so many characters of a given name, 0 where they make no name.
func (n *namer) full(i, surname, given int) int {
	width, name := n.given(i, surname, given)
	if width == 0 || common[name] && !n.introduced(i) {
		return 0
	}
	letters := []rune(name)
	alone := n.boundary(i) && n.ends(i+width)
	sure := n.introduced(i) && strings.ContainsRune(givenNames, letters[len(letters)-1])
	if given == 2 && !sure && (common[string(letters[:surname+1])] || !alone && words[string(letters[surname:])]) {
		return 0
	}
	if !n.likely(i, i+width, surname, letters[surname:]) {
		return 0
	}
	return width
}

// ending says whether the surname only ends another word: 主张, 儿童, 海关.
func (n *namer) ending(i int) bool {
	return i > 0 && endings[string(n.letters[i-1:i+1])] && !n.introduced(i)
}

func (n *namer) surname(i int) int {
	if i+1 < len(n.letters) && doubleSurnames[string(n.letters[i:i+2])] {
		return 2
	}
	if strings.ContainsRune(surnames, n.letters[i]) {
		return 1
	}
	return 0
}

// given reads that many characters after the surname, past the spaces with which names of two characters are set out.
func (n *namer) given(i, surname, given int) (width int, name string) {
	j := i + surname
	if given == 1 {
		for j < len(n.letters) && n.letters[j] == ' ' && j-i-surname < 2 {
			j++
		}
	}
	if j+given > len(n.letters) {
		return 0, ""
	}
	for _, r := range n.letters[j : j+given] {
		if !unicode.Is(unicode.Han, r) {
			return 0, ""
		}
	}
	return j + given - i, string(n.letters[i:i+surname]) + string(n.letters[j:j+given])
}

// likely weighs a candidate: how much like names its characters are, what stands before it and behind it.
func (n *namer) likely(i, end, surname int, given []rune) bool {
	final := given[len(given)-1]
	last := strings.ContainsRune(givenNames, final)
	first := strings.ContainsRune(givenNames, given[0]) || len(given) == 2 && strings.ContainsRune(firstOfTwo, given[0])
	left, right, introduced := n.boundary(i), n.ends(end), n.introduced(i)
	wordy := surname == 1 && strings.ContainsRune(wordySurnames, n.letters[i])
	switch {
	case n.place(end), strings.ContainsRune(neverGiven, final), !first && strings.ContainsRune(neverGiven, given[0]):
		return false
	case introduced && right:
		return first || last || len(given) == 2
	case surname == 2:
		return last && (left || right)
	case len(given) == 1:
		return last && left && right && (!wordy || strings.ContainsRune(strongGiven, final))
	case first && last && !wordy:
		return true
	}
	return last && left && right && (first || !wordy)
}

var (
	introducers = regexp.MustCompile(`(?:叫|名叫|叫做|姓名:? ?|真名|化名|我是|落款:?|签名:?|证人:? ?|报案人:? ?|受害人:? ?|当事人:? ?|来访人:? ?|申请人:? ?|被申请人:? ?|原告:? ?|被告:? ?|女方:? ?|男方:? ?|收款人:? ?|联系人:? ?|户主:? ?|家长:? ?|学生:? ?|签到:? ?|念到|写的是)$`)
	places      = regexp.MustCompile(`^(?:[村屯镇乡旗县市盟区省沟窑坡湾营店桥庄河湖山路街巷]|苏木|嘎查|社区|街道|小区|塔拉|浩特|大街|淖尔|花园|草原|队)`)
	meaning     = regexp.MustCompile(`^(?:的意思|是[花美太英月星富]|[这那]个?名字|来了)`)
)

// introduced says whether the words before say that a name follows.
func (n *namer) introduced(i int) bool { return introducers.MatchString(n.before(n.at[i], 6)) }

// place says whether what follows makes a place of the name.
func (n *namer) place(end int) bool { return places.MatchString(n.after(n.at[end], 2)) }

// boundary says whether a word may begin at i: after no Chinese character, or after one that words end with.
func (n *namer) boundary(i int) bool {
	if i == 0 || !unicode.Is(unicode.Han, n.letters[i-1]) {
		return true
	}
	return strings.ContainsRune(beforeNames, n.letters[i-1])
}

// ends says whether a word may end here: before no Chinese character, or before one that words begin with.
func (n *namer) ends(i int) bool {
	if i == len(n.letters) || !unicode.Is(unicode.Han, n.letters[i]) {
		return true
	}
	return strings.ContainsRune(afterNames, n.letters[i])
}

// mostParts is how many Mongolian words one name has at most; it bounds the time a row of them takes.
const mostParts = 8

// mongolian is a name of Mongolian words as they are written in Chinese: one that is a name alone, or several in a row,
// with a dot between or none.
func (n *namer) mongolian(i int) int {
	if dot := n.abbreviated(i); dot > 0 || n.part(i) == 0 {
		return dot
	}
	if i > 0 && unicode.Is(unicode.Han, n.letters[i-1]) && !strings.ContainsRune(beforeNames, n.letters[i-1]) && n.part(i-1) == 0 && !n.afterKin(i) && !n.introduced(i) {
		return 0
	}
	end, parts, whole, dotted := i, 0, false, false
	for end < len(n.letters) && parts < mostParts {
		at := end
		if parts > 0 && strings.ContainsRune("··•・.‧", n.letters[at]) {
			at++
		}
		width := n.part(at)
		if width == 0 || unit[n.after(n.at[at], 2)] {
			break
		}
		dotted = dotted || at > end
		whole = whole || wholeNames[string(n.letters[at:at+width])]
		end, parts = at+width, parts+1
	}
	if parts == 0 || !whole && !dotted && (parts < 2 || end-i < 3) && !n.introduced(i) {
		return 0
	}
	if end-i < 2 || n.place(end) || !dotted && (meaning.MatchString(n.after(n.at[end], 4)) || !n.mayFollow(end)) {
		return 0
	}
	return end - i
}

// afterKin says whether a word for a relative or an office stands before i.
func (n *namer) afterKin(i int) bool {
	return slices.ContainsFunc(kin, func(word string) bool { return strings.HasSuffix(n.before(n.at[i], 3), word) })
}

// mayFollow keeps words that only begin like a name out: a name is followed by no Chinese character that makes another
// word of it.
func (n *namer) mayFollow(end int) bool {
	return n.ends(end) || !strings.ContainsRune("是呢树花草地方语族文歌舞", n.letters[end])
}

// unit are words of places that begin like parts of names.
var unit = set("苏木 嘎查")

// abbreviated is a name whose clan is one character: 巴·达瓦.
func (n *namer) abbreviated(i int) int {
	if i+2 >= len(n.letters) || n.letters[i+1] < 0x7f || !strings.ContainsRune("··•・‧", n.letters[i+1]) || !n.boundary(i) {
		return 0
	}
	if width := n.part(i + 2); width > 0 {
		return 2 + width
	}
	return 0
}

// part is the width of the longest Mongolian word that begins at i.
func (n *namer) part(i int) int {
	for width := longestPart; width >= 1; width-- {
		if i+width <= len(n.letters) && mongolianParts[string(n.letters[i:i+width])] {
			return width
		}
	}
	return 0
}

// set makes a set of the words of a text.
func set(words string) map[string]bool {
	all := map[string]bool{}
	for _, w := range strings.Fields(words) {
		all[w] = true
	}
	return all
}

func longestOf(words map[string]bool) (longest int) {
	for w := range words {
		longest = max(longest, utf8.RuneCountInString(w))
	}
	return longest
}
