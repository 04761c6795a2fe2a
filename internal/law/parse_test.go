package law

import (
	"errors"
	"testing"

	"pugongying/internal/fault"
)

func TestParseReadsTheFormsPeopleWrite(t *testing.T) {
	r := some(t)
	at := func(law string, numbers ...int) Citation {
		n := append(numbers, 0, 0, 0, 0)
		return Citation{Law: law, Article: n[0], Sub: n[1], Paragraph: n[2], Item: n[3]}
	}
	for written, want := range map[string]Citation{
		"反家庭暴力法 第二十三条第二款":                    at("fjtblf", 23, 0, 2),
		"《反家庭暴力法》第二十三条第二款":                   at("fjtblf", 23, 0, 2),
		"《中华人民共和国反家庭暴力法》第二十三条第二款":            at("fjtblf", 23, 0, 2),
		"中华人民共和国反家庭暴力法第23条第2款":               at("fjtblf", 23, 0, 2),
		"反家暴法23条2款":                          at("fjtblf", 23, 0, 2),
		"反家暴法２３条":                            at("fjtblf", 23),
		"反家庭暴力法　第二十三条":                       at("fjtblf", 23),
		"反家庭暴力法 第二十九条第（三）项":                  at("fjtblf", 29, 0, 0, 3),
		"反家庭暴力法第二十九条第三项":                     at("fjtblf", 29, 0, 0, 3),
		"反家庭暴力法第二十九条(三)项":                    at("fjtblf", 29, 0, 0, 3),
		"《反家庭暴力法》（2015）第二条":                  at("fjtblf", 2),
		"民法典1079条":                           at("mfd", 1079),
		"民法典第一〇七九条":                          at("mfd", 1079),
		"民法典第一千零七十九条第三款第（二）项":                at("mfd", 1079, 0, 3, 2),
		"民法典第1079条第三款第（二）项":                  at("mfd", 1079, 0, 3, 2),
		"民法典 第一千〇四十二条第3款":                    at("mfd", 1042, 0, 3),
		"民法典（2020年公布）第一条":                    at("mfd", 1),
		"刑法260条之一":                           at("xf", 260, 1),
		"刑法第260条之1第1款":                       at("xf", 260, 1, 1),
		"《刑法》第二百六十条之一":                       at("xf", 260, 1),
		"刑法第260之一条":                          at("xf", 260, 1),
		"刑法第一百二十条之六第（一）项":                    at("xf", 120, 6, 0, 1),
		"刑法（2023修正）第二百六十条":                   at("xf", 260),
		"法释〔2022〕17号第六条":                     at("fs-2022-17", 6),
		"法释[2022]17号 第六条第二款第（九）项":            at("fs-2022-17", 6, 0, 2, 9),
		"法释（2022）17号第六条":                     at("fs-2022-17", 6),
		"《办理人身安全保护令案件规定》（法释〔2022〕17号）第六条第一款": at("fs-2022-17", 6, 0, 1),
		"人身安全保护令规定(法释(2022)17号)第十二条":         at("fs-2022-17", 12),
		"《民法典婚姻家庭编解释（一）》（法释〔2020〕22号）第八十六条":  at("fs-2020-22", 86),
		"《治安管理处罚法》（2025年修订）第七十三条第（二）项":       at("zaglcff", 73, 0, 0, 2),
		"最高人民法院关于适用《中华人民共和国民法典》婚姻家庭编的解释（一）第五条": at("fs-2020-22", 5),
		"民法典第一千二百六十条":                 at("mfd", 1260),
		"\u200b反家庭暴力法\u00a0第 二 十 三 条": at("fjtblf", 23),
		"反家庭暴力法第二十二条第一款第(3)项":         at("fjtblf", 22, 0, 1, 3),
		"**反家庭暴力法** 第二条":              at("fjtblf", 2),
		"“反家庭暴力法”第二条":                 at("fjtblf", 2),
	} {
		if got, err := r.Parse(written); err != nil || got != want {
			t.Errorf("Parse(%s) = %+v, %v, want %+v", written, got, err, want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	r := some(t)
	for written, want := range map[string]*fault.Error{
		"":             ErrUnreadable,
		"你好":           ErrUnreadable,
		"反家庭暴力法":       ErrUnreadable,
		"反家庭暴力法第条":     ErrUnreadable,
		"反家庭暴力法二十三":    ErrUnreadable,
		"反家庭暴力法第二十三条第": ErrUnreadable,
		"反家庭暴力法第二十三条第二":                ErrUnreadable,
		"反家庭暴力法第二十三条规定":                ErrUnreadable,
		"反家庭暴力法第二十三条第二款第二款":            ErrUnreadable,
		"反家庭暴力法第二十三条第（二项":              ErrUnreadable,
		"反家庭暴力法第二十三条第一项第二款":            ErrUnreadable,
		"反家庭暴力法（2015第二条":               ErrUnreadable,
		"反家庭暴力法第二十三条、第二十四条":            ErrUnreadable,
		"民法典婚姻家庭编第一千零七十九条":             ErrUnreadable,
		"刑法第二百六十条之":                    ErrUnreadable,
		"婚姻法第三十二条":                     ErrUnknown,
		"第二十三条":                        ErrUnknown,
		"法释〔2022〕18号第六条":               ErrUnknown,
		"反家庭暴力法第三十九条":                  ErrNoArticle,
		"反家庭暴力法第二条之一":                  ErrNoArticle,
		"刑法第二百六十条之二":                   ErrNoArticle,
		"民法典第1261条":                    ErrNoArticle,
		"《治安管理处罚法》（2012修正）第四十三条":       ErrVersion,
		"人身安全保护令规定（法释〔2020〕22号）第六条":    ErrVersion,
		"《反家庭暴力法》（法释〔2022〕17号）第二条":     ErrVersion,
		"刑法（）第二条":                      ErrVersion,
		"反家庭暴力法\xff第二条":                ErrUnreadable,
		"反家庭暴力法第九九九九九九九九九九九九九九九九九九九九条": ErrUnreadable,
	} {
		if got, err := r.Parse(written); !errors.Is(err, want) {
			t.Errorf("Parse(%q) = %+v, %v, want %s", written, got, err, want.Code)
		}
	}
}

func TestParseInKnowsTheLawThatWasJustNamed(t *testing.T) {
	r := some(t)
	if got, err := r.ParseIn("fjtblf", "第二十四条"); err != nil || got != (Citation{Law: "fjtblf", Article: 24}) {
		t.Errorf("ParseIn = %+v, %v", got, err)
	}
	if got, err := r.ParseIn("fjtblf", "民法典第一条"); err != nil || got.Law != "mfd" {
		t.Errorf("ParseIn with a law named = %+v, %v", got, err)
	}
	if _, err := r.ParseIn("nothing", "第二十四条"); !errors.Is(err, ErrUnknown) {
		t.Errorf("ParseIn of an unknown law = %v", err)
	}
	if _, err := r.ParseIn("fjtblf", "第九十条"); !errors.Is(err, ErrNoArticle) {
		t.Errorf("ParseIn past the end = %v", err)
	}
}

func TestResolveAndLabel(t *testing.T) {
	r := some(t)
	for label, c := range map[string]Citation{
		"反家庭暴力法 第二十三条第二款":        {Law: "fjtblf", Article: 23, Paragraph: 2},
		"反家庭暴力法 第二十九条第（三）项":      {Law: "fjtblf", Article: 29, Item: 3},
		"刑法 第二百六十条之一第一款":         {Law: "xf", Article: 260, Sub: 1, Paragraph: 1},
		"民法典婚姻家庭编解释（一） 第八十六条":    {Law: "fs-2020-22", Article: 86},
		"民法典 第一千零七十九条第三款第（二）项":   {Law: "mfd", Article: 1079, Paragraph: 3, Item: 2},
		"治安管理处罚法 第七十三条第十款第（十二）项": {Law: "zaglcff", Article: 73, Paragraph: 10, Item: 12},
	} {
		got, err := r.Resolve(c)
		if err != nil || got.Label != label || r.Label(c) != label {
			t.Errorf("Resolve(%+v) = %q, %v, want %q", c, got.Label, err, label)
		}
	}
	got, err := r.Resolve(Citation{Law: "xf", Article: 260, Sub: 1})
	if err != nil || got.Number() != "260-1" || got.Title != "中华人民共和国刑法" || got.Short != "刑法" || got.Effective != "1997-10-01" {
		t.Errorf("Resolve = %+v, %v", got, err)
	}
	for _, c := range []Citation{{}, {Law: "xf"}, {Law: "xf", Article: 453}, {Law: "xf", Article: 1, Paragraph: -1}, {Law: "nothing", Article: 1}} {
		if _, err := r.Resolve(c); err == nil || r.Label(c) != "" {
			t.Errorf("Resolve(%+v) found something", c)
		}
	}
	var reported *fault.Error
	_, err = r.Resolve(Citation{Law: "fjtblf", Article: 39})
	if !errors.As(err, &reported) || len(reported.Fields) != 1 || reported.Fields[0].Message != "《反家庭暴力法》一共 38 条。" {
		t.Errorf("Resolve past the end tells %v", err)
	}
}

// FuzzParse checks for any input that a parsed citation is in the register and that its label parses to the same citation.
func FuzzParse(f *testing.F) {
	r := some(f)
	for _, seed := range []string{
		"反家庭暴力法 第二十三条第二款", "民法典1079条", "刑法260条之一", "法释〔2022〕17号第六条第二款第（九）项", "《治安管理处罚法》（2025修订）第73条", "第((((", "一千零零", "\xff\xfe",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, written string) {
		c, err := r.Parse(written)
		if err != nil {
			if fault.From(err).Kind == fault.Internal {
				t.Fatalf("Parse(%q) = %v, not a fault somebody may be told", written, err)
			}
			return
		}
		label := r.Label(c)
		if again, err := r.Parse(label); err != nil || again != c {
			t.Fatalf("Parse(%q) = %+v, but its label %q reads %+v, %v", written, c, label, again, err)
		}
	})
}

// Leading finds the longest name that a text begins with, including the characters around it, and no other.
func TestLeading(t *testing.T) {
	r := some(t)
	for written, want := range map[string]string{
		"反家庭暴力法第二条": "fjtblf 反家庭暴力法", "《反家庭暴力法》第二条": "fjtblf 《反家庭暴力法》", "《中华人民共和国反家庭暴力法》 第二条": "fjtblf 《中华人民共和国反家庭暴力法》 ",
		"反家暴法": "fjtblf 反家暴法", "民法典婚姻家庭编解释（一）第五条": "fs-2020-22 民法典婚姻家庭编解释（一）", "民法典第五条": "mfd 民法典",
		"法释〔2022〕17号第六条": "fs-2022-17 法释〔2022〕17号", "第二条": " ", "": " ", "好人法第一条": " ", "依照民法典": " ", "\xff民法典": " ",
	} {
		slug, width := r.Leading(written)
		if got := slug + " " + written[:width]; got != want {
			t.Errorf("Leading(%q) = %q, want %q", written, got, want)
		}
	}
}
