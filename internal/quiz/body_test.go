package quiz

import (
	"errors"
	"reflect"
	"testing"

	"pugongying/internal/fault"
)

func TestABodyReadsBackAsTheQuestion(t *testing.T) {
	for _, kind := range []Kind{Single, Multiple, TrueFalse, Scenario} {
		for _, explainer := range []string{"", "wanfeng"} {
			q, err := Parse([]byte(yamlQuestion("Q1", kind, "a.b", explainer)), testLaws(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, stem := range []string{q.Stem, "yes", "12", "- 一\n- 二", "井号 # 和：冒号", "“引”'号'\"", "末尾\n\n第二段"} {
				q.Stem = stem
				body, err := q.Body()
				if err != nil {
					t.Fatal(err)
				}
				again, err := Parse(body, testLaws(t))
				if err != nil || !reflect.DeepEqual(again, q) {
					t.Errorf("%s came back as %+v, %v", body, again, err)
				}
			}
		}
	}
}

func TestABodyIsWrittenAsContentIs(t *testing.T) {
	const want = `id: Q1
kind: scenario
scenario: 她把工资卡交了出去。
multiple: true
stem: 怎么办？
options:
  - id: a
    text: 甲
    right: true
  - id: b
    text: 乙
explanation: 因为。
concept: a.b
difficulty: 2
citations:
  - 反家庭暴力法 第二条
`
	q, err := Parse([]byte(want), testLaws(t))
	if err != nil {
		t.Fatal(err)
	}
	if body, err := q.Body(); err != nil || string(body) != want {
		t.Errorf("Body = %s, %v", body, err)
	}
}

func TestCheckNamesEveryFault(t *testing.T) {
	q, err := Parse([]byte(yamlQuestion("Q1", Single, "a.b", "")), testLaws(t))
	if err != nil {
		t.Fatal(err)
	}
	if err := q.Check(); err != nil {
		t.Errorf("Check of a sound question = %v", err)
	}
	q.Stem, q.Citations, q.Difficulty = "", nil, 9
	var e *fault.Error
	if err := q.Check(); !errors.Is(err, ErrQuestion) || !errors.As(err, &e) || len(e.Fields) != 3 {
		t.Errorf("Check = %v, %+v", err, e)
	}
}
