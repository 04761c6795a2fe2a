package questionio

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pugongying/internal/quiz"
)

func TestShippedQuestionsComeBackAsTheyAre(t *testing.T) {
	k := newKit(t, true)
	all := k.all(t)
	generation, err := k.publish.DraftGeneration(context.Background())
	if err != nil || len(all) < 100 {
		t.Fatalf("%d questions, %v", len(all), err)
	}
	for _, form := range []string{"xlsx", "gift"} {
		f := through(t, form, all)
		questions, faults := f.read(t)
		if faults != "" || len(questions) != len(all) || len(f.notes) > 0 {
			t.Fatalf("%s: %d of %d came back, %v, %s", form, len(questions), len(all), f.notes, faults)
		}
		for i, q := range questions {
			if !reflect.DeepEqual(q, all[i].Question) {
				t.Errorf("%s: %+v came back as %+v", form, all[i].Question, q)
			}
		}
		r := k.bring(t, f)
		if r.Same != len(all) || r.Added+r.Changed+len(r.Known)+len(r.Faults) != 0 {
			t.Errorf("%s: imported again: %s, faults %v", form, r.Summary(), r.Faults)
		}
	}
	if now, _ := k.publish.DraftGeneration(context.Background()); now != generation {
		t.Error("an import that changed nothing moved the drafts")
	}
	t.Logf("%d shipped questions out and in again, twice", len(all))
}

// randomQuestion generates any question quiz would accept, its texts full of characters with a meaning in one of the
// formats.
func randomQuestion(t *rapid.T) *quiz.Question {
	bits := rapid.SliceOfN(rapid.SampledFrom([]string{
		"她", "法", " ", "A.", "B、", "=", "~", "#", "####", "{", "}", ":", "：", "\\", "\\n", "\n", "\n\n", "[html]", "%50%", "；", "、", "(A)",
		"+", "-", "@", "_x000D_", "\"", "'", "&", "<b>", "12", "对", "１", "1.", "//", "::", "yes", "【示例", "|", "TRUE",
	}), 1, 7)
	text := func(name string) string {
		if s := clean(strings.Join(bits.Draw(t, name), "")); s != "" {
			return s
		}
		return "字"
	}
	name := rapid.StringMatching(`[A-Za-z0-9-]{1,8}`)
	laws := sharedLaws
	q := &quiz.Question{
		ID: name.Draw(t, "id"), Stem: tight(text("stem")), Explanation: text("explanation"), Concept: line(text("concept")),
		Difficulty: rapid.IntRange(1, 5).Draw(t, "difficulty"), Kind: rapid.SampledFrom([]quiz.Kind{quiz.Single, quiz.Multiple, quiz.TrueFalse, quiz.Scenario}).Draw(t, "kind"),
	}
	if rapid.Bool().Draw(t, "explained") {
		q.Explainer = name.Draw(t, "explainer")
	}
	if q.Kind == quiz.Scenario {
		q.Situation = text("situation")
	}
	q.Several = q.Kind == quiz.Multiple || q.Kind == quiz.Scenario && rapid.Bool().Draw(t, "several")
	for _, written := range rapid.SliceOfNDistinct(rapid.SampledFrom([]string{
		"反家庭暴力法 第二条", "民法典 第一千零七十九条第三款第（二）项", "刑法 第二百六十条之一", "办理人身安全保护令案件规定 第一条第二款",
	}), 1, 4, rapid.ID[string]).Draw(t, "citations") {
		c, err := laws.Parse(written)
		if err != nil {
			t.Fatal(err)
		}
		r, err := laws.Resolve(c)
		if err != nil {
			t.Fatal(err)
		}
		q.Citations = append(q.Citations, r)
	}
	q.Options = randomOptions(t, q, text)
	return q
}

func randomOptions(t *rapid.T, q *quiz.Question, text func(string) string) []quiz.Option {
	right := rapid.IntRange(0, 1).Draw(t, "right")
	if q.Kind == quiz.TrueFalse && rapid.Bool().Draw(t, "usual") {
		return []quiz.Option{{ID: "t", Text: "对", Right: right == 0}, {ID: "f", Text: "不对", Right: right == 1}}
	}
	n := 2
	if q.Kind != quiz.TrueFalse {
		n = rapid.IntRange(2, 6).Draw(t, "options")
	}
	ids := []string{"a", "b", "c", "d", "e", "f"}
	if rapid.Bool().Draw(t, "own ids") {
		ids = rapid.SliceOfNDistinct(rapid.StringMatching(`[a-z0-9-]{1,4}`), n, n, rapid.ID[string]).Draw(t, "ids")
	}
	var options []quiz.Option
	for i := range n {
		o := quiz.Option{ID: ids[i], Text: text("option"), Right: i == right || q.Several && rapid.Bool().Draw(t, "also right")}
		if slices.ContainsFunc(options, func(p quiz.Option) bool { return p.Text == o.Text }) {
			o.Text += fmt.Sprint(i)
		}
		options = append(options, o)
	}
	return options
}

var sharedLaws = testLaws(new(testing.T))

func TestAnyQuestionComesBackAsItIs(t *testing.T) {
	for _, form := range []string{"xlsx", "gift"} {
		t.Run(form, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				q := randomQuestion(rt)
				if q.Check() != nil || isExample(q.Stem) {
					rt.Skip("quiz refuses it")
				}
				back, faults := through(t, form, []BankQuestion{{Question: q}}).read(t)
				if faults != "" || len(back) != 1 || !reflect.DeepEqual(back[0], q) {
					rt.Fatalf("%+v\ncame back as %+v\n%s", q, back, faults)
				}
			})
		})
	}
}
