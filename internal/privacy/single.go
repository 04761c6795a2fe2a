package privacy

import (
	"regexp"
	"slices"
	"strings"
)

// clue is one thing that narrows down who somebody is.
type clue uint

// The clues.
const (
	age      clue = 1 << iota // exact
	place                     // named, smaller than a banner
	anyPlace                  // a village or town without its name
	day
	year
	work
	only // the only one, or the first
	class
	child
	school
	named   // by a full name
	certain // a number, an address, a name within a combination
)

type clueForm struct {
	clue clue
	form *regexp.Regexp
}

const numeral = `(?:[0-9]{1,3}|[一二三四五六七八九]?十?[一二三四五六七八九十])`

// narrowing are the forms of which each combination needs one: the others are looked for only beside them.
var narrowing = []clueForm{
	{age, regexp.MustCompile(`(?:今年|当年|刚满|[她他我],?|年)(?:才|已经|刚|都)?` + numeral + `(?:周?岁半?|[,。;\s]|了|$)|` + numeral + `(?:周?岁半?|整岁)`)},
	{only, regexp.MustCompile(`唯一|独一|仅有|只有一个|就[她他这]?(?:这|就)?一(?:个|家|位|户)|就她|只此一家|头一(?:家|个)|第一(?:个|家)|就一个|女的就|的那个|那个唯一|女[\p{Han}]{0,2}站长|就\p{Han}{0,2}一个女|得过.{0,4}奖`)},
	{class, regexp.MustCompile(`(?:[一二三四五六七八九1-9]年级|初[一二三123]|高[一二三123]|[大中小]) ?[\(]?(?:[0-9]{1,2}|[一二三四五六七八九十甲乙丙丁]{1,2})[\)]? ?班|[一二三四五六七八九1-9]年级`)},
}

var other = []clueForm{
	{place, regexp.MustCompile(`\p{Han}{2,5}?(?:嘎查|苏木|社区|村|屯|镇|乡|街道|旗|县)`)},
	{anyPlace, regexp.MustCompile(`[全镇乡村旗县苏木嘎查](?:上|里|中学|小学|医院|幼儿园|村|镇|旗|嘎查|苏木|就)|方圆|桥头`)},
	{day, regexp.MustCompile(`[0-9]{1,2}月[0-9]{1,2}[日号]?|[正一二三四五六七八九十冬腊]{1,2}月(?:初[一二三四五六七八九十]|十[一二三四五六七八九]?|二十[一二三四五六七八九]?|三十|廿[一二三四五六七八九])|国庆|元旦|除夕|中秋|端午`)},
	{year, regexp.MustCompile(`(?:19|20)[0-9]{2}年|[一二]〇?[〇零一二三四五六七八九]{3}年|去年|前年|今年(?:春|夏|秋|冬|正月)`)},
	{work, regexp.MustCompile(works)},
	{school, regexp.MustCompile(`(?:小学|中学|幼儿园|中心校|学校|[一二三四五六七八九]小|[一二三四五六七八九十]中|蒙小|蒙中|初级中学|实验小学|高中)`)},
	{child, regexp.MustCompile(`(?:班长|委员|双胞胎|女孩|男孩|女生|男生|小朋友|儿子|女儿|孩子|老[大二三]|小[\p{Han}](?:,|\())`)},
}

const works = `医生|大夫|B超|b超|老师|教师|代课|护士|会计|站长|园长|所长|院长|校长|投递员|村官|网格员|支书|书记|村医|铁匠|匠人|裁缝|木匠|修鞋|做豆腐|豆腐|理发|美发|` +
	`放羊|放牧|养骆驼|养鹿|养蜂|接羔|厨师|做饭|四胡|马头琴|正骨|摔跤|网约车|开大车|司机|老板娘|嘎查达|村主任|卖[\p{Han}]{1,3}的|播天气|主持|唱二人台|乌兰牧骑|白事|蛋糕店|` +
	`电工|兽医|化妆|摄影|律师|记者|法官|警察|保育员|月嫂|信贷员|柜员|邮递|喇嘛|教练|画家|歌手|收银|售票|服务员|种瓜|榨油|磨坊|赶车|挤奶`

// What looks like an exact clue and is none.
var (
	looseAge  = regexp.MustCompile(`^(?:多|来|几|左右|上下|以[上下内]|出头|不到)`)
	general   = regexp.MustCompile(`(?:不满|未满|满|超过|不足|以[上下])$`)
	leading   = regexp.MustCompile(`^.{0,2}[是在到从去回了把被]`)
	fullPlace = regexp.MustCompile(`^(?:这个|那个|一个|每个|各|全|本|哪个|城|农|新|老|某|外|小|我们|你们)`)
)

// singles finds combinations that single somebody out, and children that can be recognised.
func (f *plain) singles(names []Found) []Found {
	var all []Found
	for _, s := range f.sentences() {
		var in []placed
		for len(names) > 0 && names[0].start < s.end {
			in, names = append(in, placed{clue: named, start: names[0].start, end: names[0].end}), names[1:]
		}
		first := f.clues(narrowing, s)
		if len(first) == 0 {
			continue
		}
		in = append(append(in, first...), f.clues(other, s)...)
		if kind := singled(in); kind != "" {
			all = append(all, f.combined(kind, in))
		}
	}
	return all
}

// placed is a clue in the normalised text.
type placed struct {
	clue
	start, end int
	hides      Kind // of a certain finding
}

// clues finds what some forms tell of a sentence.
func (f *plain) clues(forms []clueForm, in placed) []placed {
	var all []placed
	for _, form := range forms {
		for _, m := range form.form.FindAllStringIndex(f.text[in.start:in.end], -1) {
			start, end := in.start+m[0], in.start+m[1]
			for end > start+1 && strings.ContainsRune(",。;) ", rune(f.text[end-1])) {
				end--
			}
			if form.clue == place {
				start += len(leading.FindString(f.text[start:end]))
			}
			if f.exact(form.clue, start, end) {
				all = append(all, placed{clue: form.clue, start: start, end: end})
			}
		}
	}
	return all
}

func (f *plain) exact(c clue, start, end int) bool {
	switch c {
	case age:
		return !looseAge.MatchString(f.after(end, 2)) && !general.MatchString(f.before(start, 2)) && !strings.HasPrefix(f.after(end, 2), "年")
	case place:
		return !fullPlace.MatchString(f.text[start:end])
	}
	return true
}

// longestSentence is where a text without full stops is cut, in bytes of the normalised text, at its next comma or break.
const longestSentence = 400

// sentences are the ranges between full stops; clues of two sentences are not put together.
func (f *plain) sentences() []placed {
	var all []placed
	start := 0
	for i, r := range f.text {
		if strings.ContainsRune("。!?;\n", r) || i-start > longestSentence && strings.ContainsRune(",、 \t", r) || i-start > 4*longestSentence {
			all = append(all, placed{start: start, end: i})
			start = i
		}
	}
	return append(all, placed{start: start, end: len(f.text)})
}

// singled says what the clues of one sentence come to.
func singled(in []placed) Kind {
	var seen clue
	for _, p := range in {
		seen |= p.clue
	}
	has := func(all clue) bool { return seen&all == all }
	any := func(some clue) bool { return seen&some != 0 }
	switch {
	case has(school|class) && any(age|child|only|named):
		return Minor
	case has(only) && any(place|anyPlace) && any(age|day|work):
		return Combination
	case has(place|age) && any(work|day):
		return Combination
	case has(place|work) && any(day):
		return Combination
	case has(only | age | work), has(anyPlace|age|work) && any(day|year):
		return Combination
	}
	return ""
}

// combined is the range from the first clue to the last.
func (f *plain) combined(kind Kind, in []placed) Found {
	start, end := in[0].start, in[0].end
	for _, p := range in {
		start, end = min(start, p.start), max(end, p.end)
	}
	slices.SortFunc(in, func(a, b placed) int { return a.start - b.start })
	found := f.found(kind, start, end)
	found.clues = in
	return found
}
