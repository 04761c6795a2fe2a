package law_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/fault"
	"pugongying/internal/law"
)

// form is one line of testdata/forms.txt.
type form struct {
	line              int
	within, written   string
	citations, refuse string
}

func forms(t testing.TB) []form {
	t.Helper()
	data, err := os.ReadFile("testdata/forms.txt")
	if err != nil {
		t.Fatal(err)
	}
	var all []form
	for i, line := range strings.Split(string(data), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := form{line: i + 1}
		var ok bool
		if f.written, f.citations, ok = strings.Cut(line, " → "); !ok {
			if f.written, f.refuse, ok = strings.Cut(line, " × "); !ok {
				t.Fatalf("line %d says nothing", i+1)
			}
		}
		if rest, of := strings.CutPrefix(f.written, "@"); of {
			f.within, f.written, _ = strings.Cut(rest, " ")
		}
		all = append(all, f)
	}
	return all
}

// spell writes citations in the notation of testdata/forms.txt.
func spell(cited []law.Citation) string {
	words := make([]string, len(cited))
	for i, c := range cited {
		words[i] = c.Law + ":" + c.Number()
		switch {
		case c.Item > 0 && c.Paragraph > 0:
			words[i] += "/" + strconv.Itoa(c.Paragraph) + "/" + strconv.Itoa(c.Item)
		case c.Item > 0:
			words[i] += "//" + strconv.Itoa(c.Item)
		case c.Paragraph > 0:
			words[i] += "/" + strconv.Itoa(c.Paragraph)
		}
	}
	return strings.Join(words, " ")
}

func TestEveryWrittenForm(t *testing.T) {
	r, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	read, refused, seen := 0, 0, map[string]bool{}
	for _, f := range forms(t) {
		if seen[f.within+" "+f.written] {
			t.Errorf("line %d: %s stands in the table twice", f.line, f.written)
		}
		seen[f.within+" "+f.written] = true
		all := r.ParseAll
		if f.within != "" {
			all = func(written string) ([]law.Citation, error) { return r.ParseAllIn(f.within, written) }
		}
		got, err := all(f.written)
		if f.refuse != "" {
			refused++
			if err == nil || fault.From(err).Code != f.refuse {
				t.Errorf("line %d: %s is read as %s, %v, want %s", f.line, f.written, spell(got), err, f.refuse)
			}
			continue
		}
		read++
		if err != nil || spell(got) != f.citations {
			t.Errorf("line %d: %s is read as %s, %v, want %s", f.line, f.written, spell(got), err, f.citations)
		}
	}
	if read < 300 || refused < 40 {
		t.Errorf("the table has %d forms and %d refusals, want 300 and 40", read, refused)
	}
	t.Logf("%d written forms read, %d refused", read, refused)
}

// A form that names exactly one provision is parsed the same by Parse and by FindIn in running text.
func TestWrittenFormsInRunningText(t *testing.T) {
	r, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	for _, f := range forms(t) {
		if f.within != "" || f.refuse != "" {
			continue
		}
		if c, err := r.Parse(f.written); err == nil && spell([]law.Citation{c}) != f.citations {
			t.Errorf("line %d: Parse(%s) = %s, want %s", f.line, f.written, spell([]law.Citation{c}), f.citations)
		}
		const before, after = "你可以看", "，上面写着。"
		text := before + f.written + after
		var cited []law.Citation
		for _, c := range r.FindIn(text) {
			if c.Start < len(before) || c.End > len(text)-len(after) || c.Start >= c.End {
				t.Errorf("line %d: %s is found at %d to %d of %s", f.line, f.written, c.Start, c.End, text)
			}
			cited = append(cited, c.Citation)
		}
		if spell(cited) == f.citations {
			found++
		} else if !strings.HasPrefix(f.citations, spell(cited)) {
			t.Errorf("line %d: in running text %s is found as %s, want %s", f.line, f.written, spell(cited), f.citations)
		}
	}
	if found < 270 {
		t.Errorf("only %d forms are found in running text", found)
	}
	t.Logf("%d forms found in running text", found)
}

// FuzzParseAll checks that a parsed list is bounded, cites only what the register has, and parses to itself from its
// labels.
func FuzzParseAll(f *testing.F) {
	r, err := content.Laws()
	if err != nil {
		f.Fatal(err)
	}
	for _, form := range forms(f) {
		f.Add(form.written)
	}
	f.Fuzz(func(t *testing.T, written string) {
		cited, err := r.ParseAll(written)
		if err != nil {
			if fault.From(err).Kind == fault.Internal {
				t.Fatalf("ParseAll(%q) = %v, not a fault somebody may be told", written, err)
			}
			return
		}
		if len(cited) == 0 || len(cited) > 100 {
			t.Fatalf("ParseAll(%q) gives %d citations", written, len(cited))
		}
		labels := make([]string, len(cited))
		for i, c := range cited {
			labels[i] = r.Label(c)
		}
		again, err := r.ParseAll(strings.Join(labels, "、"))
		if err != nil || spell(again) != spell(cited) {
			t.Fatalf("ParseAll(%q) = %s, but its labels read %s, %v", written, spell(cited), spell(again), err)
		}
		if one, err := r.Parse(written); err == nil && (len(cited) != 1 || one != cited[0]) {
			t.Fatalf("Parse(%q) = %+v, ParseAll %s", written, one, spell(cited))
		}
	})
}

// FuzzFindIn checks that every citation found is in the register, in text order and at character boundaries.
func FuzzFindIn(f *testing.F) {
	r, err := content.Laws()
	if err != nil {
		f.Fatal(err)
	}
	for _, form := range forms(f) {
		f.Add("依照" + form.written + "的规定，本法第二条")
	}
	f.Fuzz(func(t *testing.T, text string) {
		end := 0
		for _, c := range r.FindWithin("fjtblf", text) {
			if r.Label(c.Citation) == "" {
				t.Fatalf("FindWithin(%q) finds %+v, which is nowhere", text, c)
			}
			if c.Start < 0 || c.Start >= c.End || c.End > len(text) || c.End < end || !boundary(text, c.Start) || !boundary(text, c.End) {
				t.Fatalf("FindWithin(%q) finds %+v behind %d", text, c, end)
			}
			end = c.End
		}
	})
}

func boundary(text string, at int) bool {
	return at == len(text) || text[at]&0xC0 != 0x80 || strings.ToValidUTF8(text, "") != text
}

func TestFindInGuessesNothing(t *testing.T) {
	r, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"根据《反家庭暴力法》第二十三条第二款，她可以请妇联代为申请。":            "《反家庭暴力法》第二十三条第二款=fjtblf:23/2",
		"《中华人民共和国反家庭暴力法》第三十七条规定了共同生活的人。":            "《中华人民共和国反家庭暴力法》第三十七条=fjtblf:37",
		"见民法典第1079条第三款第（二）项、第1091条第（三）项的规定":         "民法典第1079条第三款第（二）项=mfd:1079/3/2 第1091条第（三）项=mfd:1091//3",
		"反家庭暴力法第二十三条和法院的裁定":                         "反家庭暴力法第二十三条=fjtblf:23",
		"反家庭暴力法第二十三条、3条建议":                          "反家庭暴力法第二十三条=fjtblf:23",
		"反家庭暴力法第二十三条到法院去":                           "反家庭暴力法第二十三条=fjtblf:23",
		"反家庭暴力法第二十三条一项制度":                           "反家庭暴力法第二十三条=fjtblf:23",
		"反家庭暴力法第二十三条至第二十四条":                         "反家庭暴力法第二十三条至第二十四条=fjtblf:23 反家庭暴力法第二十三条至第二十四条=fjtblf:24",
		"反家庭暴力法第二十三条、婚姻法第三十二条、民法典第一条":               "反家庭暴力法第二十三条=fjtblf:23 民法典第一条=mfd:1",
		"《最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》第五条很有用": "《最高人民法院关于适用〈中华人民共和国民法典〉婚姻家庭编的解释（一）》第五条=fs-2020-22:5",
		"民法典婚姻家庭编解释（三）第五条":                          "",
		"《婚姻法》第三十二条":                                "",
		"德国民法典第823条":                                "",
		"《德国民法典》第823条":                              "",
		"《某省实施反家庭暴力法》第二条":                           "",
		"旧刑法第一百六十条，原治安管理处罚法第四十三条":                   "",
		"《治安管理处罚法》（2012修正）第四十三条":                    "",
		"反家庭暴力法第三十九条":                               "",
		"民法典第二十三条例外":                                "",
		"第二十三条，本法第二条":                               "",
		"民法典2020年公布，有1260条":                         "",
		"刑法修正案（十一）第五条":                              "",
		"":                                          "",
		"\xff\xfe反家暴法第2条\xff":                       "反家暴法第2条=fjtblf:2",
	} {
		var found []string
		for _, c := range r.FindIn(text) {
			found = append(found, text[c.Start:c.End]+"="+spell([]law.Citation{c.Citation}))
		}
		if got := strings.Join(found, " "); got != want {
			t.Errorf("FindIn(%s) = %s, want %s", text, got, want)
		}
	}
	within := r.FindWithin("fjtblf", "违反本法第二十三条、第二十四条，本条例第二条，同法第三条")
	if len(within) != 3 || within[0].Article != 23 || within[1].Article != 24 || within[2].Article != 3 {
		t.Errorf("FindWithin = %+v", within)
	}
	if found := r.FindWithin("nothing", "本法第二条，反家暴法第二条"); len(found) != 1 {
		t.Errorf("FindWithin an unknown law = %+v", found)
	}
}

func TestParseProvision(t *testing.T) {
	for written, want := range map[string]string{
		"第二十三条": ":23", "23条": ":23", "第23条第2款": ":23/2", "第二十九条第（三）项": ":29//3", "260条之一": ":260-1", "（第二十三条）": ":23",
		"二十三": "", "23": "", "": "", "第二十三条、第二十四条": "", "第二十三条至第二十四条": "", "反家暴法第二条": "", "第二十四条至第二十三条": "", "第二款": "",
	} {
		c, ok := law.ParseProvision(written)
		if got := spell([]law.Citation{c}); ok != (want != "") || ok && got != want {
			t.Errorf("ParseProvision(%s) = %s, %v, want %s", written, got, ok, want)
		}
	}
}

func TestParseAllIn(t *testing.T) {
	r, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.ParseAllIn("nothing", "第二条"); fault.From(err).Code != law.ErrUnknown.Code {
		t.Errorf("ParseAllIn an unknown law = %v", err)
	}
	if got, err := r.ParseIn("fjtblf", "本法第二条"); err != nil || got.Article != 2 {
		t.Errorf("ParseIn(本法第二条) = %+v, %v", got, err)
	}
}
