package quiz

import (
	"errors"
	"strings"
	"testing"

	"pugongying/internal/fault"
)

func TestParseReadsEveryKind(t *testing.T) {
	laws := testLaws(t)
	for _, kind := range []Kind{Single, Multiple, TrueFalse, Scenario} {
		q, err := Parse([]byte(yamlQuestion("q1", kind, "定义", "ex1")), laws)
		if err != nil {
			t.Errorf("%s: %v", kind, err)
			continue
		}
		if q.ID != "q1" || q.Kind != kind || q.Several != (kind == Multiple) || q.Explainer != "ex1" || q.Difficulty != 2 {
			t.Errorf("%s: read as %+v", kind, q)
		}
		if len(q.Citations) != 1 || q.Citations[0].Label != "反家庭暴力法 第二条" {
			t.Errorf("%s: citations %+v", kind, q.Citations)
		}
		if (q.Situation != "") != (kind == Scenario) {
			t.Errorf("%s: situation %q", kind, q.Situation)
		}
	}
}

func TestParseNamesEveryFault(t *testing.T) {
	laws, sound := testLaws(t), yamlQuestion("q1", Single, "定义", "")
	for name, c := range map[string]struct{ old, new, at string }{
		"unknown key":        {"stem:", "steem:", "yaml"},
		"not yaml":           {"id: q1", "id: [", "yaml"},
		"two documents":      {"difficulty: 2\n", "difficulty: 2\n---\nid: q2\n", "yaml"},
		"wrong type":         {"difficulty: 2", "difficulty: 很难", "yaml"},
		"id":                 {"id: q1", "id: Q 1", "id"},
		"no stem":            {"stem: 题目q1", "stem: ' '", "stem"},
		"long stem":          {"stem: 题目q1", "stem: " + strings.Repeat("长", 201), "stem"},
		"hidden character":   {"stem: 题目q1", "stem: \"题\\u202e目\"", "stem"},
		"no explanation":     {"explanation: " + canaryWhy + "q1", "explanation: ''", "explanation"},
		"no concept":         {"concept: 定义", "concept: ''", "concept"},
		"difficulty":         {"difficulty: 2", "difficulty: 6", "difficulty"},
		"kind":               {"kind: single", "kind: essay", "kind"},
		"scenario missing":   {"kind: single", "kind: scenario", "scenario"},
		"scenario where not": {"kind: single", "kind: single\nscenario: 有一天", "scenario"},
		"several of single":  {"kind: single", "kind: single\nmultiple: true", "multiple"},
		"truefalse of four":  {"kind: single", "kind: truefalse", "options"},
		"one option":         {", {id: b, text: 乙, right: true}, {id: c, text: 丙}, {id: d, text: 丁}", "", "options"},
		"none right":         {", right: true", "", "options"},
		"two right":          {"text: 甲", "text: 甲, right: true", "options"},
		"same option id":     {"id: c", "id: b", "options.2"},
		"same option text":   {"text: 丙", "text: 乙", "options.2"},
		"no citation":        {"[反家庭暴力法第二条]", "[]", "citations"},
		"unknown article":    {"第二条", "第九十九条", "citations.0"},
		"unknown law":        {"反家庭暴力法第二条", "某某法第二条", "citations.0"},
	} {
		body := strings.Replace(sound, c.old, c.new, 1)
		if body == sound {
			t.Fatalf("%s: the case changes nothing", name)
		}
		_, err := Parse([]byte(body), laws)
		if !errors.Is(err, ErrQuestion) || !names(err, c.at) {
			t.Errorf("%s: %v with fields %+v, want one at %s", name, err, fault.From(err).Fields, c.at)
		}
	}
}

func names(err error, location string) bool {
	for _, f := range fault.From(err).Fields {
		if f.Location == location && f.Message != "" {
			return true
		}
	}
	return false
}

func TestParseTopicNamesEveryFault(t *testing.T) {
	sound := yamlTopic("first", 2, []string{"q1", "q2", "q3"})
	topic, err := ParseTopic([]byte(sound))
	if err != nil || topic.Draw != 2 || topic.Slug != "first" || len(topic.Questions) != 3 || topic.Minutes != 3 {
		t.Fatalf("ParseTopic = %+v, %v", topic, err)
	}
	for name, c := range map[string]struct{ old, new, at string }{
		"unknown key":      {"draw:", "drew:", "yaml"},
		"slug":             {"slug: first", "slug: 第一", "slug"},
		"no title":         {"title: 家里的事", "title: ''", "title"},
		"draws none":       {"draw: 2", "draw: 0", "draw"},
		"draws too many":   {"draw: 2", "draw: 4", "questions"},
		"no minutes":       {"minutes: 3", "minutes: 0", "minutes"},
		"question twice":   {"q2", "q1", "questions.1"},
		"question id":      {"q2", "q_2", "questions.1"},
		"summary too long": {"几道小题", strings.Repeat("长", 121), "summary"},
	} {
		_, err := ParseTopic([]byte(strings.Replace(sound, c.old, c.new, 1)))
		if !errors.Is(err, ErrTopic) || !names(err, c.at) {
			t.Errorf("%s: %v with fields %+v, want one at %s", name, err, fault.From(err).Fields, c.at)
		}
	}
}

func TestGradingNeedsExactlyTheRightOptions(t *testing.T) {
	laws := testLaws(t)
	for _, c := range []struct {
		kind   Kind
		chosen string
		want   bool
	}{
		{Single, "b", true}, {Single, "a", false}, {Single, "", false},
		{TrueFalse, "b", true}, {TrueFalse, "a", false}, {Scenario, "b", true}, {Scenario, "d", false},
		{Multiple, "a c", true}, {Multiple, "c a", true}, {Multiple, "a", false}, {Multiple, "a b c", false},
		{Multiple, "b", false}, {Multiple, "", false}, {Multiple, "a b", false},
	} {
		q, err := Parse([]byte(yamlQuestion("q1", c.kind, "定义", "")), laws)
		if err != nil {
			t.Fatal(err)
		}
		if got := q.right(strings.Fields(c.chosen)); got != c.want {
			t.Errorf("%s, chosen %q: right = %v, want %v", c.kind, c.chosen, got, c.want)
		}
	}
}

func FuzzParse(f *testing.F) {
	laws := testLaws(f)
	for _, kind := range []Kind{Single, Multiple, TrueFalse, Scenario} {
		f.Add([]byte(yamlQuestion("q1", kind, "定义", "ex1")))
	}
	f.Add([]byte("id: &a [*a]"))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := Parse(body, laws)
		if err != nil {
			if !errors.Is(err, ErrQuestion) || len(fault.From(err).Fields) == 0 {
				t.Fatalf("refused without a reason: %v", err)
			}
			return
		}
		lesson := q.lesson(shuffleOptions(q, seeded(1)))
		if !q.right(lesson.Answer) || q.right(nil) || len(q.Citations) == 0 || !q.Several && len(lesson.Answer) != 1 {
			t.Fatalf("accepted a question that cannot be answered: %+v", q)
		}
	})
}

// What is to be judged may be false: outside a paper it never stands bare.
func TestAStatementToBeJudgedIsAskedAbout(t *testing.T) {
	for kind, want := range map[Kind]string{TrueFalse: "这句话对吗？羊会飞。", Single: "羊会飞。", Multiple: "羊会飞。", Scenario: "羊会飞。"} {
		if got := (&Question{Kind: kind, Stem: "羊会飞。"}).Asked(); got != want {
			t.Errorf("%s is asked as %q", kind, got)
		}
	}
}
