package content_test

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/explainer"
	"pugongying/internal/markdown"
	"pugongying/internal/notify"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

var update = flag.Bool("update", false, "write content/manifest.yaml anew")

func mustShipped(t testing.TB) []publish.Shipped {
	t.Helper()
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func mustStories(t testing.TB) []*explainer.Authored {
	t.Helper()
	var stories []*explainer.Authored
	for _, item := range mustShipped(t) {
		if item.Kind != publish.KindExplainer {
			continue
		}
		e, err := explainer.Parse(item.Body)
		if err != nil {
			t.Fatalf("%s: %v", item.Slug, err)
		}
		stories = append(stories, e)
	}
	return stories
}

func mustQuestions(t testing.TB) []*quiz.Question {
	t.Helper()
	var questions []*quiz.Question
	for _, item := range mustShipped(t) {
		if item.Kind != publish.KindQuestion {
			continue
		}
		q, err := quiz.Parse(item.Body, mustLaws(t))
		if err != nil {
			t.Fatalf("question %s: %v", item.ID, err)
		}
		questions = append(questions, q)
	}
	return questions
}

func mustTopics(t testing.TB) []*quiz.Topic {
	t.Helper()
	var topics []*quiz.Topic
	for _, item := range mustShipped(t) {
		if item.Kind != publish.KindTopic {
			continue
		}
		topic, err := quiz.ParseTopic(item.Body)
		if err != nil {
			t.Fatalf("topic %s: %v", item.Slug, err)
		}
		topics = append(topics, topic)
	}
	return topics
}

func TestTheManifestIsCurrent(t *testing.T) {
	before, err := content.Manifest()
	if err != nil {
		t.Fatal(err)
	}
	want := content.MakeManifest(before, mustShipped(t))
	if *update {
		if err := os.WriteFile(content.ManifestFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	got, err := os.ReadFile(content.ManifestFile)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("the manifest is not that of these texts; read them, then run: pugongying content manifest")
	}
	if len(before.Entries) != len(mustShipped(t)) {
		t.Errorf("Manifest has %d entries", len(before.Entries))
	}
}

func TestThereIsEnoughToBeginWith(t *testing.T) {
	if n := len(mustStories(t)); n < 14 {
		t.Errorf("%d stories, want 14", n)
	}
	if n := len(mustQuestions(t)); n < 170 {
		t.Errorf("%d questions, want 170", n)
	}
	if n := len(mustTopics(t)); n < 12 {
		t.Errorf("%d topics, want 12", n)
	}
}

func TestEveryStoryIsShownWithItsLaw(t *testing.T) {
	laws, render := mustLaws(t), markdown.New()
	for _, e := range mustStories(t) {
		page, cited, err := explainer.Compose(e, laws, render)
		if err != nil {
			t.Errorf("%s: %v", e.Slug, err)
			continue
		}
		if len(cited) != len(e.Cites) || strings.Count(page, "<h2>") != 4 || strings.ContainsAny(page, "*〔") {
			t.Errorf("%s: %d citations and %d parts, or marks left over:\n%s", e.Slug, len(cited), strings.Count(page, "<h2>"), page)
		}
		for i, c := range cited {
			if c.Label != e.Cites[i] {
				t.Errorf("%s: write %s, not %s", e.Slug, c.Label, e.Cites[i])
			}
		}
	}
}

// This test checks every string that is displayed where an onlooker may see it.
func TestNothingAnOnlookerSeesTellsOnHer(t *testing.T) {
	words := notify.ForOnlookers()
	seen := map[string]string{}
	for _, e := range mustStories(t) {
		for key, s := range map[string]string{"slug": e.Slug, "title": e.Title, "summary": e.Summary, "share": e.Share, "tags": strings.Join(e.Tags, " "), "audio": e.Audio} {
			seen[e.Slug+" "+key] = s
		}
	}
	for _, topic := range mustTopics(t) {
		seen["topic "+topic.Slug] = strings.Join([]string{topic.Slug, topic.Title, topic.Summary}, " ")
	}
	for _, l := range mustLaws(t).Laws() {
		seen["law "+l.Slug] = l.Slug
	}
	names, err := filepath.Glob("*/*")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		seen["file "+name] = name
	}
	for place, s := range seen {
		if word := words.Find(s); word != "" {
			t.Errorf("%s says %q: %s", place, word, s)
		}
	}
	if words.Find("她报警了") == "" { // the control
		t.Error("the list of words finds nothing")
	}
}

// Phone numbers other than 110 and 120 belong on the help page, where they are verified by calling.
var phoneNumber = regexp.MustCompile(`\d{3,4}-\d{5,8}|\b1[0-9]{10}\b|\b12[0-9]{3}\b|\b9[0-9]{4}\b|\b119\b`)

func TestStoriesAndQuestionsSpeakAsTheyShould(t *testing.T) {
	forbidden := []string{"您", "治疗", "诊断", "患者", "UNCHECKED", "以上都对", "TODO"}
	for _, item := range mustShipped(t) {
		text := string(item.Body)
		for _, word := range forbidden {
			if strings.Contains(text, word) {
				t.Errorf("%s %s says %s", item.Kind, item.ID, word)
			}
		}
		if number := phoneNumber.FindString(withoutIDs(text)); number != "" {
			t.Errorf("%s %s names the number %s", item.Kind, item.ID, number)
		}
	}
	for _, number := range []string{"打 12338 问", "0482-1234567", "13812345678"} { // the control
		if phoneNumber.FindString(number) == "" {
			t.Errorf("no number found in %s", number)
		}
	}
}

var ids = regexp.MustCompile(`[A-Z2-7]{26}|"?\d{12}"?`)

func withoutIDs(text string) string { return ids.ReplaceAllString(text, "") }

func TestStoriesQuestionsAndTopicsBelongTogether(t *testing.T) {
	storyOf, drawn := map[string]string{}, map[string]bool{}
	for _, q := range mustQuestions(t) {
		storyOf[q.ID] = q.Explainer
	}
	stories := map[string][]string{}
	for _, e := range mustStories(t) {
		stories[e.Slug] = e.Questions
		if n := len(e.Questions); n < 4 || n > 8 {
			t.Errorf("%s has %d questions", e.Slug, n)
		}
		for _, id := range e.Questions {
			if of, ok := storyOf[id]; !ok || of != e.Slug {
				t.Errorf("%s lists the question %s, which belongs to %q", e.Slug, id, of)
			}
		}
	}
	for _, topic := range mustTopics(t) {
		for _, id := range topic.Questions {
			drawn[id] = true
			if _, ok := storyOf[id]; !ok {
				t.Errorf("topic %s draws the unknown question %s", topic.Slug, id)
			}
		}
	}
	for id, slug := range storyOf {
		if slug != "" && !slices.Contains(stories[slug], id) && stories[slug] == nil {
			t.Errorf("question %s belongs to %s, which is no story", id, slug)
		}
		if !drawn[id] {
			t.Errorf("question %s is in no topic", id)
		}
	}
}
