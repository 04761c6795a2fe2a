package quiz

import (
	"context"
	"fmt"
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pugongying/internal/law"
	"pugongying/internal/publish"
)

// shownBy is everything a bank shows, as a text.
func shownBy(b *Bank) string {
	now, text := b.current.Load(), ""
	for _, q := range now.all {
		text += fmt.Sprintf("%s@%d %s %s\n", q.ID, q.Version, q.Stem, q.Concept)
	}
	for _, q := range now.outdated {
		text += "outdated " + q.ID + "\n"
	}
	return text + fmt.Sprintf("%+v %v %v %d", now.topics, now.bySlug, now.explained, len(now.concepts))
}

// However publications are added, changed and withdrawn, a bank that reads only the changes shows the same as one that
// reads everything.
func TestABankThatFollowsShowsWhatOneShowsThatReadsAll(t *testing.T) {
	laws, ctx := law.Fixed(testLaws(t)), context.Background()
	rapid.Check(t, func(t *rapid.T) {
		source := &fakeSource{}
		source.put(publish.KindQuestion, "q0", "", yamlQuestion("q0", Single, "c0", ""))
		follows := NewBank(source, laws)
		for step := range rapid.IntRange(1, 12).Draw(t, "steps") {
			for range rapid.IntRange(0, 3).Draw(t, "changes") {
				change(t, source, step)
			}
			got := follows.Reload(ctx)
			whole := NewBank(source, laws)
			want := whole.Reload(ctx)
			if shownBy(follows) != shownBy(whole) {
				t.Fatalf("after step %d:\n%s\nread as a whole:\n%s", step, shownBy(follows), shownBy(whole))
			}
			// A fault is reported by the reload that meets the change, and by every later one until it is fixed.
			if want == nil && got != nil {
				t.Fatalf("after step %d: %v, read as a whole: nothing", step, got)
			}
		}
	})
}

// change changes one of a few publications at random: a new text, one that cannot be read, or a withdrawal.
func change(t *rapid.T, source *fakeSource, step int) {
	id := fmt.Sprint("q", rapid.IntRange(0, 4).Draw(t, "question"))
	switch rapid.IntRange(0, 4).Draw(t, "kind") {
	case 0:
		source.put(publish.KindQuestion, id, "", "id: [")
	case 1:
		if _, known := source.versions[id]; known {
			source.withdraw(id)
		}
	case 2:
		source.put(publish.KindTopic, "t1", "first", yamlTopic("first", 2, []string{"q0", "q1", "q2"}))
	default:
		source.put(publish.KindQuestion, id, "", yamlQuestion(id, Single, fmt.Sprint("c", step%3), "ex1"))
	}
}

// TestAReloadReadsOnlyWhatChanged prints the time a change of one question takes, for banks of different sizes.
func TestAReloadReadsOnlyWhatChanged(t *testing.T) {
	laws, ctx := law.Fixed(testLaws(t)), context.Background()
	for _, times := range []int{1, 10, 100} {
		source := &fakeSource{}
		for i := range 100 * times {
			id := fmt.Sprintf("q%05d", i)
			source.put(publish.KindQuestion, id, "", yamlQuestion(id, Single, fmt.Sprint("c", i%30), ""))
		}
		bank := NewBank(source, laws)
		began := time.Now()
		if err := bank.Reload(ctx); err != nil {
			t.Fatal(err)
		}
		whole, before := time.Since(began), bank.current.Load().questions["q00001"]
		source.put(publish.KindQuestion, "q00000", "", yamlQuestion("q00000", Multiple, "c0", ""))
		source.given, began = 0, time.Now()
		if err := bank.Reload(ctx); err != nil {
			t.Fatal(err)
		}
		t.Logf("%d questions: whole %v, one changed %v", 100*times, whole.Round(time.Microsecond), time.Since(began).Round(time.Microsecond))
		now := bank.current.Load()
		if source.given != 1 || now.questions["q00001"] != before || now.questions["q00000"].Kind != Multiple {
			t.Errorf("%d questions: %d read for one change", 100*times, source.given)
		}
	}
}

func TestAChangeOfTheLawsReadsAllAgain(t *testing.T) {
	b := newBench(t)
	b.source.given = 0
	moved := &moving{Library: law.Fixed(testLaws(t))}
	bank := NewBank(b.source, moved)
	for range 2 {
		if err := bank.Reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		moved.header++
	}
	if want := 2 * (bank.Size() + len(bank.Topics())); b.source.given != want {
		t.Errorf("%d read, want %d", b.source.given, want)
	}
	if reflect.DeepEqual(b.bank.Topics(), []Topic{}) {
		t.Error("no topics in the control")
	}
}
