package quiz

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/publish"
)

func TestBankServesWhatIsLive(t *testing.T) {
	b := newBench(t)
	topics := b.bank.Topics()
	if len(topics) != 1 || topics[0].Slug != "first" || topics[0].Draw != 6 || b.bank.Size() != 6 {
		t.Fatalf("topics %+v, %d questions", topics, b.bank.Size())
	}
	if !b.bank.Has("q1") || b.bank.Has("nobody") {
		t.Error("the bank does not know what it has")
	}
	if got := b.bank.Explained("ex1"); !slices.Equal(got, []string{"q1", "q2"}) {
		t.Errorf("questions of ex1: %v", got)
	}
	topic, err := b.bank.Topic("first")
	if err != nil || !slices.Equal(b.bank.Explainers(topic), []string{"ex1"}) {
		t.Errorf("explainers of %+v: %v (%v)", topic, b.bank.Explainers(topic), err)
	}
	_, err = b.bank.Topic("second")
	wantErr(t, "unknown topic", err, ErrTopicUnknown)
}

func TestReloadServesTheSoundAndNamesTheRest(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	b.source.put(publish.KindQuestion, "q2", "", "stem: [")
	b.source.put(publish.KindTopic, "t2", "second", "draw: x")
	b.source.put(publish.KindTopic, "t3", "third", yamlTopic("other", 2, []string{"q1", "q2", "gone"}))
	b.source.put(publish.KindTopic, "t4", "fourth", yamlTopic("fourth", 1, []string{"q2"}))
	err := b.bank.Reload(ctx)
	if err == nil || !strings.Contains(err.Error(), "q2@2") || !strings.Contains(err.Error(), "t2@1") {
		t.Errorf("Reload = %v, want q2@2 and t2@1 named", err)
	}
	if b.bank.Size() != 5 || len(b.bank.Topics()) != 2 {
		t.Errorf("%d questions and %d topics served, want 5 and 2", b.bank.Size(), len(b.bank.Topics()))
	}
	third, err := b.bank.Topic("third")
	if err != nil || third.Draw != 1 || !slices.Equal(third.Questions, []string{"q1"}) {
		t.Errorf("a topic with one live question: %+v, %v", third, err)
	}
	if err := b.bank.Reload(ctx); err != nil {
		t.Errorf("Reload with nothing new reads again: %v", err)
	}
}

func TestReloadKeepsTheOldWhenTheSourceFails(t *testing.T) {
	b := newBench(t)
	b.source.err = errors.New("database is away")
	b.source.header++
	if err := b.bank.Reload(context.Background()); !errors.Is(err, b.source.err) || b.bank.Size() != 6 {
		t.Errorf("Reload = %v, %d questions served", err, b.bank.Size())
	}
	b.source.err = nil
	b.source.put(publish.KindQuestion, "q7", "", yamlQuestion("q7", Single, "定义", ""))
	if err := b.bank.Reload(context.Background()); err != nil || b.bank.Size() != 7 {
		t.Errorf("Reload = %v, %d questions served", err, b.bank.Size())
	}
}

func TestPastVersionsAreBoundedInMemory(t *testing.T) {
	b, ctx := newBench(t), context.Background()
	for range maxPast + 5 {
		b.source.put(publish.KindQuestion, "q1", "", yamlQuestion("q1", Single, "定义", ""))
	}
	for n := 1; n <= maxPast+5; n++ {
		q, err := b.bank.version(ctx, "q1", n)
		if err != nil || q.Version != n || q.ID != "q1" {
			t.Fatalf("version %d: %+v, %v", n, q, err)
		}
	}
	if b.bank.past.Len() > maxPast {
		t.Errorf("%d old versions in memory", b.bank.past.Len())
	}
	_, err := b.bank.version(ctx, "q1", maxPast+99)
	wantErr(t, "a version that never was", err, publish.ErrNotFound)
}
