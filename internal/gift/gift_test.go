package gift

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func choice(stem string, answers ...string) Question {
	q := Question{Stem: stem}
	for _, a := range answers {
		q.Answers = append(q.Answers, Answer{Text: a[1:], Right: a[0] == '='})
	}
	return q
}

func TestReadTakesWhatMoodleWrites(t *testing.T) {
	several := choice("谁可以？", "=妇联", "~邻居", "=派出所")
	several.Several = true
	truth, lie := Question{Stem: "一加一等于二。", Form: TrueFalse, True: true}, Question{Stem: "一加一等于三。", Form: TrueFalse}
	titled := choice("问：{一}", "=甲=乙", "~丙#丁")
	titled.Title = "第一题: 名"
	tagged := choice("问", "=甲", "~乙")
	tagged.ID, tagged.Tags = "AB]C", []string{"难度：2", "法律依据：反家庭暴力法 第二条"}
	explained := choice("问", "=甲", "~乙")
	explained.Answers[0].Feedback, explained.Answers[1].Feedback, explained.Feedback = "对了", "再想想", "因为。\n所以。"
	words := choice("粗的\n& 细的", "=甲", "~乙 < 丙")
	words.Formatted = true
	anyOf := several
	anyOf.AnyRight = true
	bare := choice("下列不属于的是？", "=甲", "~乙")
	bare.Formatted = true
	seen := choice("看图：\n这是什么？", "=甲", "~乙")
	seen.Pictures = true
	for name, c := range map[string]struct {
		text string
		want Question
	}{
		"one line":           {"谁在那里？{~甲 =乙 ~丙}", choice("谁在那里？", "~甲", "=乙", "~丙")},
		"lines":              {"谁在那里？{\n\t~甲\n\t=乙\n}\n", choice("谁在那里？", "~甲", "=乙")},
		"windows":            {"\ufeff问 {\r\n=甲\r\n~乙\r\n}\r\n", choice("问", "=甲", "~乙")},
		"missing word":       {"她可以去{=妇联 ~集市}求助。", choice("她可以去 _____ 求助。", "=妇联", "~集市")},
		"true":               {"一加一等于二。{TRUE}", truth},
		"true, with words":   {"一加一等于二。{T#不对#对}", truth},
		"false":              {"一加一等于三。{ f }", lie},
		"weights":            {"谁可以？{~%50%妇联 ~%-100%邻居 ~%50%派出所}", several},
		"several right":      {"谁可以？{=妇联 ~邻居 =派出所}", anyOf},
		"a tag, no style":    {"下列<b>不</b>属于的是？{=甲 ~乙}", bare},
		"markdown":           {"[markdown]下列**不**属于的是？{=甲 ~乙}", bare},
		"a picture":          {"[html]<p>看图：<img src\\=\"a.png\" alt\\=\"图\"/></p><p>这是什么？</p>{=甲 ~乙}", seen},
		"a picture, marked":  {"[markdown]看图：![图](a.png)\\n这是什么？{=甲 ~乙}", seen},
		"angle brackets":     {"a<b 且 1<2，<某某>对吗？{=甲 ~乙}", choice("a<b 且 1<2，<某某>对吗？", "=甲", "~乙")},
		"stars of its own":   {"[plain]2*3*4{=甲 ~乙}", choice("2*3*4", "=甲", "~乙")},
		"title and escapes":  {`::第一题\: 名:: 问\：\{一\}{=甲\=乙 ~丙\#丁}`, titled},
		"id and tags":        {"// question: 12  name: x\n// [id:AB\\]C] [tag:难度：2]\n// [tag:法律依据：反家庭暴力法 第二条] [tag: ]\n问{=甲 ~乙}", tagged},
		"feedback":           {"问{=甲#对了 ~乙 # 再想想 ####因为。\\n所以。}", explained},
		"html":               {"[html]<p>粗的</p>&amp; <b>细的</b>{=甲 ~乙 &lt; 丙}", words},
		"category":           {"$CATEGORY: 一/二\n\n问{=甲 ~乙}", choice("问", "=甲", "~乙")},
		"a zero weight":      {"问{=甲 ~%0%乙}", choice("问", "=甲", "~乙")},
		"a style of its own": {"问{=[markdown]甲 ~[plain]%50%}", choice("问", "=甲", "~%50%")},
		"a stray backslash":  {`C:\甲{=甲 ~乙\}`, Question{}},
	} {
		got, faults := Read(c.text)
		if name == "a stray backslash" {
			if len(got) != 0 || len(faults) != 1 {
				t.Errorf("%s: %+v %v", name, got, faults)
			}
			continue
		}
		if len(got) != 1 || len(faults) != 0 {
			t.Errorf("%s: %+v, %v", name, got, faults)
			continue
		}
		got[0].Line = 0
		if name == "title and escapes" {
			c.want.Stem = "问\\：{一}" // a full-width colon has no meaning in GIFT, so the backslash has none either
		}
		if !reflect.DeepEqual(got[0], c.want) {
			t.Errorf("%s: %+v, want %+v", name, got[0], c.want)
		}
	}
}

func TestReadNamesWhatItRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"问":                         noAnswers,
		"问 }{":                      notClosed,
		"问 {=甲 ~乙":                  notClosed,
		"{=甲 ~乙}":                   noStem,
		"问{}":                       notChoice,
		"问{=甲 =乙}":                  notChoice,
		"问{#3:1}":                   notChoice,
		"问{=甲 -> 乙 =丙 -> 丁}":        notChoice,
		"问{甲 ~乙}":                   notChoice,
		"问{=甲 ~}":                   emptyText,
		"问{~甲 ~乙}":                  allWrong,
		"问{=甲 ~%50%乙}":              inParts,
		"问{~%-50%甲 ~%0%乙}":          allWrong,
		"// 只有说明":                   "",
		"$CATEGORY: 只有分类\n\n\n// x": "",
	} {
		questions, faults := Read("\n" + text)
		switch {
		case want == "":
			if len(questions)+len(faults) != 0 {
				t.Errorf("%q: %v, %v", text, questions, faults)
			}
		case len(faults) != 1 || faults[0].Text != want || faults[0].Line != 2 || len(questions) != 0:
			t.Errorf("%q: %v, %v, want %q", text, questions, faults, want)
		}
	}
}

func TestReadGoesOnBehindAFault(t *testing.T) {
	questions, faults := Read("一{=甲 ~乙}\n\n二\n\n// [id:X]\n三{=甲 ~乙}\n\n四{}\n")
	if len(questions) != 2 || questions[0].Line != 1 || questions[1].Line != 6 || questions[1].ID != "X" {
		t.Errorf("questions %+v", questions)
	}
	if len(faults) != 2 || faults[0].Line != 3 || faults[1].Line != 8 {
		t.Errorf("faults %+v", faults)
	}
}

func TestWriteIsWhatMoodleReads(t *testing.T) {
	q := choice("谁可以：", "=妇联", "~邻居", "=派出所", "=[院]")
	q.Several, q.ID, q.Tags, q.Title, q.Feedback = true, "Q]1", []string{"难度：2"}, "一", "因为\n所以"
	const want = "// [id:Q\\]1]\n// [tag:难度：2]\n::一:: [plain]谁可以：{\n\t~%33.33333%妇联\n\t~%-100%邻居\n" +
		"\t~%33.33333%派出所\n\t~%33.33333%[plain][院]\n\t####因为\\n所以\n}\n\n"
	var b strings.Builder
	if err := Write(&b, []Question{q}); err != nil || b.String() != want {
		t.Errorf("Write = %q, %v", b.String(), err)
	}
}

// words generates texts without blanks around them, full of characters with a meaning in GIFT.
func words(t *rapid.T, name string) string {
	parts := rapid.SliceOfN(rapid.SampledFrom([]string{
		"她", "法", " ", "~", "=", "#", "####", "{", "}", ":", "::", "\\", "\\n", "\n", "//", "[", "]", "[html]", "%50%", "->", "<b>", "&amp;", "a", "T", "$CATEGORY:", "：", "\u3000",
	}), 1, 9).Draw(t, name)
	if s := strings.TrimSpace(strings.Join(parts, "")); s != "" {
		return s
	}
	return "字"
}

func randomQuestion(t *rapid.T) Question {
	q := Question{Stem: words(t, "stem")}
	if rapid.Bool().Draw(t, "marked") {
		oneLine := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\n", "")) + "." }
		q.ID, q.Title, q.Feedback = oneLine(words(t, "id")), words(t, "title"), words(t, "feedback")
		q.Tags = []string{oneLine(words(t, "tag")), oneLine(words(t, "tag"))}
	}
	if rapid.Bool().Draw(t, "judged") {
		q.Form, q.True = TrueFalse, rapid.Bool().Draw(t, "true")
		return q
	}
	n := rapid.IntRange(2, 6).Draw(t, "options")
	for range n {
		q.Answers = append(q.Answers, Answer{Text: words(t, "option"), Right: rapid.Bool().Draw(t, "right")})
	}
	rights := len(slices.DeleteFunc(slices.Clone(q.Answers), func(a Answer) bool { return !a.Right }))
	if rights == 0 {
		q.Answers[0].Right = true
	}
	q.Several = rights > 1 || rights == n || rapid.Bool().Draw(t, "several")
	if rapid.Bool().Draw(t, "explained") {
		q.Answers[0].Feedback = words(t, "answer's feedback")
	}
	return q
}

func TestWhatIsWrittenReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Custom(randomQuestion), 0, 4).Draw(t, "questions")
		var b strings.Builder
		if err := Write(&b, want); err != nil {
			t.Fatal(err)
		}
		got, faults := Read(b.String())
		for i := range got {
			got[i].Line = 0
		}
		if len(faults) > 0 || len(got) != len(want) || len(want) > 0 && !reflect.DeepEqual(got, want) {
			t.Fatalf("%s\ncame back as %+v, %v\nwant %+v", b.String(), got, faults, want)
		}
	})
}

// FuzzRead looks for a text that makes the reader panic or hang, or that is read differently after it was written out.
func FuzzRead(f *testing.F) {
	for _, s := range []string{
		"问{=甲 ~乙}", "// [id:A]\n::一:: [html]<p>问</p>{~%50%甲 ~%50%乙 ~%-100%丙####因为}", "对吗{T}", "\\", "a{=\\", "x{~=}", "{}{}", "::::{=a~b}",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		first, _ := Read(text)
		var b strings.Builder
		if err := Write(&b, first); err != nil {
			t.Fatal(err)
		}
		again, faults := Read(b.String())
		if len(faults) > 0 || len(again) != len(first) {
			t.Fatalf("%q: %d questions became %d, %v: %q", text, len(first), len(again), faults, b.String())
		}
		for i := range first {
			first[i].Line, again[i].Line = 0, 0
			if !reflect.DeepEqual(first[i], again[i]) {
				t.Fatalf("%q: %+v became %+v", text, first[i], again[i])
			}
		}
	})
}
