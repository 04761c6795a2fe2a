package privacy

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// count is a number in an address: digits, Chinese numerals, or a stem (甲6号).
const count = `(?:[甲乙丙丁]? ?[0-9]{1,5}|[零〇一二三四五六七八九十百两]{1,5}|[a-z甲乙丙丁])`

// household are the forms that lead to one door. Each alone is enough; what stands before it is taken along.
var household = regexp.MustCompile(strings.Join([]string{
	// 号院、号楼、栋、单元、室 and what follows them, at least two together
	count + ` ?(?:号院|号楼|栋|幢|座|号|#|区|期) ?` + count + ` ?(?:号楼|号房|号|栋|幢|单元|室|层|楼|排|门|户|-)`,
	count + ` ?(?:号楼|栋|幢|单元|排) ?(?:` + count + ` ?(?:室|户|号|门|层|楼|单元|)|[东西南北中]户|顶头|楼下)`,
	count + ` ?(?:号楼|栋|幢|座|门) ?[0-9]{3,4}`,
	count + ` ?(?:栋|幢|号楼)(?:楼下|门口|前面|后面)`,
	`[^0-9\-][0-9]{1,3}(?:#|号楼|栋)?-[0-9]{1,2}-[0-9]{3,4}`,
	`[0-9]{1,3}#[0-9]{1,2}-[0-9]{3,4}`,
	// 某路某号
	`[路街巷道里弄胡同] ?` + count + ` ?号`,
	// 某村某组某号、某户
	count + ` ?(?:组|社|队|委|小队|屯|村) ?(?:` + count + ` ?(?:组|队)|) ?(?:[0-9]{1,4} ?号|` + count + `号)`,
	`(?:村|嘎查|屯|社区|组|社|队|沟|营子)[^,。;!?\s]{0,12}?第` + count + ` ?(?:家|户|趟房|排)`,
	`(?:村|嘎查|屯|社区|组|社|队|站)[^,。;!?\s]{0,10}?(?:隔壁|旁边|跟前|对面|后头|后面|前面|房后)(?:的|那)?(?:那|第)?[^,。;!?\s]{0,3}?(?:家|户|门面|排房|趟房|间)`,
	`(?:社|组|队|村)[^,。;!?\s]{0,5}(?:隔壁|对门)`,
	`(?:村|嘎查|沟|屯) ?[0-9]{1,4} ?号`,
	`(?:站|库|厂|校|店)[^,。;!?\s]{0,3}(?:那|第)[^,。;!?\s]{0,6}?(?:家|户|门面|顶头一家)`,
	`(?:嘎查|村|屯)[^,。;!?\s]{0,6}(?:南坡|北坡|山坡|山下|井房|敖包|水塔)[^,。;!?\s]{0,4}(?:旁边|跟前|后面|那家)`,
	// a room of an inn, a flat of a building
	`(?:旅馆|宾馆|酒店|招待所|公寓|民宿)[^,。;!?\s]{0,3}?[a-z0-9]{0,3} ?[0-9]{3,4} ?(?:房间|房|室|号|)`,
}, "|"))

// continues is what goes on behind a household's form: floors, sides, doors.
var continues = regexp.MustCompile(`^[ ,]?(?:` + count + ` ?(?:号院|号楼|号|栋|幢|单元|楼|层|室|门|户|排|组|座)|[0-9]{3,4}室?|-[0-9]{1,4}|[东西南北中]户|[东西南北]门|后院小平房|后院|顶头一家|院|室)`)

// office are words of a place that is open to the public: its address is nobody's secret.
var office = regexp.MustCompile(`法院|检察院|法庭|妇联|派出所|公安|政务|大厅|窗口|民政局?|医院|卫生院|司法[局所]|服务中心|办事处|信访|援助中心|救助站|庇护|工会|旗委|党群|委员会|图书馆|婚姻登记|居委会|热线|便民|办公室|联合会`)

// homes keep an address a home's where an office stands beside it: the flats of a bureau.
var homes = regexp.MustCompile(`家属|宿舍|平房|小区|单元|[她他]家|住`)

// addresses finds what leads to one household.
func (f *plain) addresses() []Found {
	var all []Found
	for at := 0; at < len(f.text); {
		m := household.FindStringIndex(f.text[at:])
		if m == nil {
			break
		}
		start, end := f.widen(at, at+m[0]), f.carryOn(at+m[1])
		if f.lived(start, end) {
			all = append(all, f.found(Address, start, end))
		}
		at = end
	}
	return all
}

// widest is how far before a household's form the names of its places may begin, in characters.
const widest = 24

// widen takes the places along that stand before: to the next mark, or to a word that begins an address.
func (f *plain) widen(from, start int) int {
	for range widest {
		r, width := utf8.DecodeLastRuneInString(f.text[from:start])
		if width == 0 || strings.ContainsRune(",。;:!?\n\t\"“”'()（）|", r) || strings.ContainsRune("住在到是去给我她他你就按了把躲写填送", r) {
			break
		}
		start -= width
	}
	for start < len(f.text) && f.text[start] == ' ' {
		start++
	}
	return start
}

func (f *plain) carryOn(end int) int {
	for {
		m := continues.FindString(f.after(end, 12))
		if m == "" {
			return end
		}
		end += len(m)
	}
}

// lived says whether somebody lives there: neither an office in the sentence nor a bare form without any place before it.
func (f *plain) lived(start, end int) bool {
	around := f.before(start, 14) + f.text[start:end] + f.after(end, 6)
	if cut := strings.LastIndexAny(f.before(start, 14), "。;!?\n"); cut >= 0 {
		around = f.before(start, 14)[cut+1:] + f.text[start:end] + f.after(end, 6)
	}
	if office.MatchString(around) && !homes.MatchString(around) {
		return false
	}
	return utf8.RuneCountInString(f.text[start:end]) >= 5
}
