package api

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/audit"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
)

// Parts of a question about kites that nobody may see before answering it.
var kiteSecrets = []string{"选项暗号", "解析暗号", "知识点暗号"}

// kiteQuestion is one about an article of the invented law.
func kiteQuestion(id, stem, article string) publish.Shipped {
	return publish.Shipped{ID: id, Kind: publish.KindQuestion, Body: fmt.Appendf(nil, "id: %s\nkind: scenario\nscenario: 起风了。\nstem: %s\n"+
		"options: [{id: yes, text: 选项暗号甲, right: true}, {id: no, text: 选项暗号乙}]\nexplanation: 解析暗号\nconcept: 知识点暗号\ndifficulty: 2\ncitations: [风筝法%s]\n", id, stem, article)}
}

// publishes puts items live beside what is shipped.
func (r *rig) publishes(items ...publish.Shipped) {
	r.t.Helper()
	approved, all := need(content.Manifest())(r.t), need(content.Shipped())(r.t)
	for _, item := range items {
		approved.Entries = append(approved.Entries, publish.Entry{Kind: item.Kind, ID: item.ID, SHA256: publish.Sum(item.Body)})
	}
	r.publish = publish.New(store.NewPublications(r.engine), approved, r.clock.Now)
	need(r.publish.Seed(context.Background(), append(slices.Clone(all), items...)))(r.t)
	r.reload()
}

// withKites is a rig in which a topic has questions about two articles of the invented law, and one question is in no
// topic.
func withKites(t *testing.T) *rig {
	r := newRig(t)
	topic := "slug: fengzheng\ntitle: 风筝\nsummary: 几道小题\ndraw: 2\nminutes: 2\nquestions: [KITEB, KITEA, KITED]\n"
	r.publishes(
		kiteQuestion("KITEA", "线应当有什么？", "第二条"), kiteQuestion("KITEB", "轴应当怎样？", "第二条第一款第（一）项"), kiteQuestion("KITEC", "轴不用的时候呢？", "第二条第二款"),
		kiteQuestion("KITED", "可以有尾巴吗？", "第四条"), publish.Shipped{ID: "KITES", Kind: publish.KindTopic, Slug: "fengzheng", Body: []byte(topic)},
	)
	return r
}

// stems are the questions an article of the invented law is shown with, each with its topic.
func (r *rig) stems(article string) []string {
	r.t.Helper()
	a := read[Article](r.t, r.want(200, nobody, "GET", "/api/v1/laws/"+kiteSlug+"/articles/"+article, ""))
	said := []string{}
	for _, q := range a.CitedBy.Questions {
		topic := "none"
		if q.Topic != nil {
			topic = q.Topic.Slug + " " + q.Topic.Title
		}
		said = append(said, topic+": "+q.Stem)
	}
	return said
}

func TestAnArticleListsTheQuestionsThatCiteIt(t *testing.T) {
	r := withKites(t)
	for article, want := range map[string][]string{
		"1": {}, "4": {"fengzheng 风筝: 可以有尾巴吗？"},
		"2": {"fengzheng 风筝: 轴应当怎样？", "fengzheng 风筝: 线应当有什么？", "none: 轴不用的时候呢？"},
	} {
		if got := r.stems(article); !slices.Equal(got, want) {
			t.Errorf("article %s: %q, want %q", article, got, want)
		}
	}
	r.must(r.publish.Withdraw(context.Background(), audit.Operator, "KITEB"))
	r.reload()
	if got := r.stems("2"); len(got) != 2 || strings.Contains(fmt.Sprint(got), "轴应当怎样") {
		t.Errorf("a withdrawn one is listed: %q", got)
	}
	before := read[LawDetail](t, r.want(200, nobody, "GET", "/api/v1/laws/"+kiteSlug, "")).Version
	r.bring(kiteLaw("2026-06-01", "风筝应当有线。", "线应当有轴，轴应当圆：", "轴应当结实。"))
	r.reload()
	if got := r.stems("4?version=" + before); len(got) != 0 {
		t.Errorf("one whose article is no longer law is listed: %q", got)
	}
	if got := r.stems("2"); len(got) != 2 {
		t.Errorf("the others are gone with it: %q", got)
	}
}

// TestAnArticleGivesNoAnswerAway: an article lists only the stem of a question; the result of the same questions, which
// shows everything, is the control.
func TestAnArticleGivesNoAnswerAway(t *testing.T) {
	r := withKites(t)
	shown := func(body string) (found []string) {
		for _, secret := range append(kiteSecrets, `"options"`, `"answer"`, `"correct"`, `"right"`, `"explanation"`, `"concept"`, `"score"`, "KITEA") {
			if strings.Contains(body, secret) {
				found = append(found, secret)
			}
		}
		return found
	}
	w := r.want(200, nobody, "GET", "/api/v1/laws/"+kiteSlug+"/articles/2", "")
	if found := shown(w.Body.String()); len(found) > 0 {
		t.Errorf("an article tells %q", found)
	}
	var wire struct {
		CitedBy struct{ Questions []map[string]any }
	}
	r.must(json.Unmarshal(w.Body.Bytes(), &wire))
	for _, q := range wire.CitedBy.Questions {
		for field := range q {
			if !slices.Contains([]string{"scenario", "stem", "topic"}, field) {
				t.Errorf("a question has the field %q", field)
			}
		}
	}
	if len(wire.CitedBy.Questions) != 3 {
		t.Errorf("only %d questions were looked at", len(wire.CitedBy.Questions))
	}
	a := read[Attempt](t, r.want(201, nobody, "POST", "/api/v1/quizzes/fengzheng/attempts", "{}"))
	result := r.want(200, nobody, "POST", "/api/v1/attempts/"+a.ID+"/submission", "{}").Body.String()
	for _, secret := range append(kiteSecrets, `"options"`, `"answer"`, `"explanation"`) {
		if !slices.Contains(shown(result), secret) {
			t.Errorf("negative control: %q is not found in a result: %s", secret, result)
		}
	}
}

// The shipped content is checked as well: no article reveals a right answer or an explanation of a question that cites it.
func TestNoShippedAnswerIsGivenAwayByAnArticle(t *testing.T) {
	r := newRig(t)
	listed := 0
	for _, q := range r.questions.Questions() {
		for _, c := range q.Citations {
			cited := r.api.door.citedBy(c.Law, c.Number())
			body := string(need(json.Marshal(cited))(t))
			if !slices.ContainsFunc(cited.Questions, func(shown CitingQuestion) bool { return shown.Stem == q.Asked() }) {
				t.Errorf("%s is not listed under %s", q.ID, c.Label)
			}
			if givenAway(body, q) {
				t.Errorf("%s: %s gives it away", q.ID, c.Label)
			}
			listed++
		}
	}
	if q := r.questions.Questions()[0]; listed < 200 || !givenAway(string(need(json.Marshal(q))(t)), q) {
		t.Errorf("negative control: a question that is told whole gives nothing away, or only %d were looked at", listed)
	}
}

// givenAway reports whether a text has a question's explanation, or one of its right options where that is a sentence of its own.
func givenAway(body string, q *quiz.Question) bool {
	return strings.Contains(body, q.Explanation) || slices.ContainsFunc(q.Options, func(o quiz.Option) bool {
		return o.Right && len([]rune(o.Text)) > 12 && strings.Contains(body, o.Text)
	})
}
