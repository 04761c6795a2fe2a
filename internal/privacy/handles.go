package privacy

import (
	"regexp"
	"strings"
)

var (
	// plate is a vehicle's plate: province, league, five or six characters without I and O.
	plate = regexp.MustCompile(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ \t·.・\-]{0,3}[a-z][ \t·.・\-]{0,3}[a-hj-np-z0-9](?:[ \t·\-]?[a-hj-np-z0-9]){4,5}`)
	mail  = regexp.MustCompile(`[a-z0-9][a-z0-9._%+\-]{0,63}(?: {0,3}@ {0,3}| at )[a-z0-9][a-z0-9\-]{0,62}(?:(?: ?[.。] ?| dot )[a-z]{2,24})+`)
	// wxid is a name that WeChat gave, and own is one that somebody chose, which only the words before it tell.
	wxid = regexp.MustCompile(`wxid_[a-z0-9]{6,30}`)
	own  = regexp.MustCompile(`(?:微信|威信|薇信|加薇|加v|v信|微[♥❤]|绿泡泡|(?:^|[^a-z0-9])(?:vx|wx|wechat|wei ?xin))(?:号码|号|id|名)?(?:还是|就是|是|为|用|加|搜|上)?[ \t:,"“(]{0,4}([a-z][a-z0-9_\-]{5,19})`)
	qq   = regexp.MustCompile(`(?:\bqq?|扣扣|企鹅|球球)(?:号码|号)?(?:就是|是|为|:|,)?[ \t:]{0,3}$`)
)

// handles finds plates and the names by which a person is reached over a network.
func (f *plain) handles() []Found {
	var all []Found
	for _, kind := range []struct {
		kind Kind
		form *regexp.Regexp
	}{{Plate, plate}, {Mail, mail}, {Handle, wxid}, {Handle, own}} {
		for _, m := range kind.form.FindAllStringSubmatchIndex(f.text, -1) {
			start, end := m[0], m[1]
			if len(m) > 2 {
				start, end = m[2], m[3]
			}
			if kind.kind == Plate && !isPlate(f, start, end) {
				continue
			}
			all = append(all, f.found(kind.kind, start, end))
		}
	}
	return append(all, f.qq()...)
}

// isPlate wants a digit, and nothing of the same word after it.
func isPlate(f *plain, start, end int) bool {
	next := f.after(end, 1)
	return strings.ContainsAny(f.text[start:end], "0123456789") && (next == "" || !strings.Contains("abcdefghijklmnopqrstuvwxyz0123456789", next))
}

// qq finds numbers of QQ, which only the words before them tell.
func (f *plain) qq() []Found {
	var all []Found
	for _, r := range f.runs {
		if !qq.MatchString(f.before(r[0].start, 8)) {
			continue
		}
		for _, c := range r.candidates(0) {
			if len(c.value) < 5 || len(c.value) > 11 {
				continue
			}
			found := f.found(Handle, c.start(), c.end())
			if n := len(all); n > 0 && all[n-1].Start == found.Start {
				all[n-1] = found
				continue
			}
			all = append(all, found)
		}
	}
	return all
}
