package privacy

import (
	"regexp"
	"strings"
	"time"
)

// numbers finds identity numbers, cards, mobile and landline telephones, in this order of certainty.
func (f *plain) numbers() []Found {
	var all []Found
	for _, r := range f.runs {
		for i := 0; i < len(r); {
			found, used := f.number(r, i)
			if used == 0 {
				i++
				continue
			}
			all, i = append(all, found), i+used
		}
	}
	return all
}

// number reads a number that begins with the i-th chunk of a run, and how many chunks it took; 0 when there is none.
func (f *plain) number(r run, i int) (Found, int) {
	possible := r.candidates(i)
	for _, kind := range []struct {
		kind Kind
		is   func(candidate) (end int, ok bool)
	}{{Identity, f.identity}, {Card, f.card}, {Mobile, f.mobile}, {Landline, f.landline}} {
		for _, c := range possible {
			end, ok := kind.is(c)
			if !ok {
				continue
			}
			found := f.found(kind.kind, f.opening(c), end)
			found.Digits = c.value
			return found, len(c.chunks)
		}
	}
	return Found{}, 0
}

// opening takes the sign or bracket along that a number begins with.
func (f *plain) opening(c candidate) int {
	start := c.start()
	for start > 0 && strings.ContainsRune("+(", rune(f.text[start-1])) {
		start--
	}
	return start
}

// mobile is a Chinese mobile number: 11 digits from 13 to 19, with or without the country code.
func (f *plain) mobile(c candidate) (int, bool) {
	n := national(c.value)
	if len(n) != 11 || n[0] != '1' || n[1] < '3' || !c.spelt() || f.counts(c.end()) {
		return 0, false
	}
	return c.end(), true
}

// national takes the country code off.
func national(value string) string {
	for _, code := range []string{"0086", "86"} {
		if rest, ok := strings.CutPrefix(value, code); ok && len(rest) >= 9 {
			return rest
		}
	}
	return value
}

// units follow an amount, which is no telephone number.
var units = regexp.MustCompile(`^ ?(?:元|块|万|亿|头|只|匹|吨|斤|公斤|亩|度|人次|件|年|岁|%)`)

func (f *plain) counts(end int) bool { return units.MatchString(f.after(end, 3)) }

var (
	extension  = regexp.MustCompile(`^ ?(?:转|分机|-) ?\d{1,5}`)
	ofLandline = regexp.MustCompile(`(?:座机|固话|固定电话|家电|电话|传真|打到)(?:号码|号)?(?:是|为|:|,)? {0,2}\(?$`)
)

// landline is an area code with a number of seven or eight digits, or such a number alone after a word that says so.
// A number that begins with 0 or 1 or 9 in its area is a service's.
func (f *plain) landline(c candidate) (int, bool) {
	n := national(c.value)
	if n != c.value {
		n = "0" + strings.TrimPrefix(n, "0")
	}
	local := ""
	switch {
	case len(n) < 7 || len(n) > 12 || len(c.chunks[0].value) == 2 && n == c.value || !c.spelt():
	case (strings.HasPrefix(n, "010") || strings.HasPrefix(n, "02")) && len(n) == 11:
		local = n[3:]
	case len(n) > 4 && n[0] == '0' && n[1] >= '3' && (len(n) == 11 || len(n) == 12):
		local = n[4:]
	case (len(n) == 7 || len(n) == 8) && ofLandline.MatchString(f.before(c.start(), 8)):
		local = n
	}
	if local == "" || local[0] < '2' || local[0] > '8' || f.counts(c.end()) {
		return 0, false
	}
	end := c.end()
	if m := extension.FindString(f.text[end:min(end+16, len(f.text))]); m != "" {
		end += len(m)
	}
	return end, true
}

// provinces are the first two digits of identity numbers.
const provinces = " 11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 "

var ofIdentity = regexp.MustCompile(`身份|证号|证件|户口|公民|驾驶证|全号`)

// identity is an identity number (GB 11643): province, a day of birth that was, a check character. One whose check
// character is wrong counts where the words before it say what it is: people mistype.
func (f *plain) identity(c candidate) (int, bool) {
	end, check := c.end(), byte(0)
	switch {
	case len(c.value) == 18:
		check = c.value[17]
	case len(c.value) == 17:
		if rest := strings.TrimLeft(f.after(end, 3), separators); strings.HasPrefix(rest, "x") {
			end, check = end+strings.IndexByte(f.text[end:], 'x')+1, 'X'
		}
	case len(c.value) == 15 && ofIdentity.MatchString(f.before(c.start(), 10)):
		return end, born(c.value, "19"+c.value[6:12])
	}
	if check == 0 || !c.spelt() || !born(c.value, c.value[6:14]) {
		return 0, false
	}
	return end, check == checkCharacter(c.value) || ofIdentity.MatchString(f.before(c.start(), 14))
}

func born(value, day string) bool {
	at, err := time.Parse("20060102", day)
	return err == nil && at.Year() >= 1900 && at.Year() < 2100 && strings.Contains(provinces, " "+value[:2]+" ")
}

// checkCharacter is the last character of an identity number (ISO 7064, MOD 11-2).
func checkCharacter(value string) byte {
	sum := 0
	for i, weight := range [...]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += int(value[i]-'0') * weight
	}
	return "10X98765432"[sum%11]
}

var ofCard = regexp.MustCompile(`卡|账|帐|户名|打款|汇|转`)

// card is a payment card: 16 to 19 digits with the check digit of Luhn. Those of other networks than UnionPay (62) count
// where the words before say what it is.
func (f *plain) card(c candidate) (int, bool) {
	if len(c.value) < 16 || len(c.value) > 19 || !c.spelt() || !luhn(c.value) {
		return 0, false
	}
	ours := strings.HasPrefix(c.value, "62")
	theirs := strings.ContainsRune("23459", rune(c.value[0])) && ofCard.MatchString(f.before(c.start(), 12))
	return c.end(), ours || theirs
}

func luhn(value string) bool {
	sum := 0
	for i := range len(value) {
		n := int(value[len(value)-1-i] - '0')
		if i%2 == 1 {
			n *= 2
		}
		sum += n/10 + n%10
	}
	return sum%10 == 0
}
