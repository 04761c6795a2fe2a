package check

import (
	"pugongying/internal/privacy"
	"pugongying/internal/publish"
)

// sentencesOf are what is said of personal data, by kind.
var sentencesOf = map[privacy.Kind]string{
	privacy.Mobile:      "这里有一个手机号码。请拿掉，或者写“她的电话”。",
	privacy.Landline:    "这里有一个电话号码。请拿掉；要是公家的电话，写它的名字就好。",
	privacy.Identity:    "这里有一个身份证号。请拿掉。",
	privacy.Plate:       "这里有一个车牌号。请拿掉，写“一辆面包车”就够了。",
	privacy.Handle:      "这里有微信号或 QQ 号。请拿掉。",
	privacy.Mail:        "这里有一个邮箱地址。请拿掉。",
	privacy.Card:        "这里有一个银行卡号。请拿掉。",
	privacy.Name:        "这里像是一个人的全名。要是真名，换成“她”或者一个小名。",
	privacy.Address:     "这里写到了住在哪一家。换成“家里”，或者只说镇上、村里。",
	privacy.Combination: "地方、日子、年纪、做什么，几样凑在一起，能认出是谁。少说一两样。",
	privacy.Minor:       "学校、班级加上年纪或名字，能认出是哪个孩子。只说“一个孩子”。",
}

// personal finds what tells who somebody is. In a true story all of it blocks but a name, which may be a made-up one; in an
// invented one names are only noted and combinations asked about.
func (r *run) personal() {
	for _, f := range r.text.fields {
		if f.role == citation {
			continue
		}
		for _, p := range r.Personal(f.text, r.text.generalise) {
			r.at(f, p.Start, p.End, p)
		}
	}
}

// Personal finds what tells who somebody is in one text, real or invented, also in one that is no publication yet.
func (c *Checker) Personal(text string, real bool) (found []publish.Finding) {
	for _, p := range privacy.Find(text) {
		if p.Digits != "" && c.Links != nil && c.Links.Public(p.Digits) {
			continue
		}
		found = append(found, publish.Finding{
			Code: "privacy." + string(p.Kind), Severity: weight(p.Kind, real), Start: p.Start, End: p.End, Sentence: sentencesOf[p.Kind], Mend: p.Instead,
		})
	}
	return found
}

func weight(kind privacy.Kind, real bool) publish.Severity {
	switch {
	case kind == privacy.Name && real:
		return publish.Asks
	case kind == privacy.Name:
		return publish.Notes
	case (kind == privacy.Combination || kind == privacy.Minor) && !real:
		return publish.Asks
	}
	return publish.Blocks
}
