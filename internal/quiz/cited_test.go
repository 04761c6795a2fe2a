package quiz

import (
	"context"
	"errors"
	"slices"
	"testing"

	"pugongying/internal/law"
)

// moving are laws of which provisions change.
type moving struct {
	*law.Library
	head    int64
	changed []law.Citation
}

func (m *moving) Head() int64 { return m.head }

func (m *moving) Changed(c law.Citation) (law.Change, bool) {
	return law.Change{Kind: law.TextChanged}, slices.Contains(m.changed, c)
}

func TestAQuestionWhoseLawChangedLeavesTheDraws(t *testing.T) {
	ctx, b := context.Background(), newBench(t)
	laws := &moving{Library: law.Fixed(testLaws(t))}
	b.Bank = NewBank(b.source, laws)
	if err := b.Bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	first := b.Bank.Questions()[0].Citations[0]
	if n, topics := b.Bank.Citing(first.Law, first.Number()); n == 0 || len(topics) == 0 || b.Bank.Size() != 6 || len(b.Bank.Held()) != 0 {
		t.Fatalf("%d cite %s, %d in all", n, first.Label, b.Bank.Size())
	}
	sat, err := b.Start(ctx, "", StartRequest{Origin: FromTopic, Slug: "first"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	laws.changed = []law.Citation{first.Citation}
	if err := b.Bank.Reload(ctx); err != nil || b.Bank.Size() != 6 {
		t.Errorf("negative control: reloaded although no head moved: %v", err)
	}
	laws.head++
	if err := b.Bank.Reload(ctx); err != nil {
		t.Fatal(err)
	}
	held := b.Bank.Held()
	if len(held) == 0 || len(held)+b.Bank.Size() != 6 || cites(b.Bank, first) != 0 {
		t.Errorf("%d held, %d drawn", len(held), b.Bank.Size())
	}
	if _, err := b.Start(ctx, "", StartRequest{Origin: FromTopic, Slug: "first"}, nil); err != nil && !errors.Is(err, ErrTopicUnknown) {
		t.Error(err)
	}
	again, _, err := b.Resume(ctx, "", sat.ID)
	if err != nil || len(again.Questions) != len(sat.Questions) {
		t.Errorf("her sitting shows %d of %d questions, %v", len(again.Questions), len(sat.Questions), err)
	}
	result, err := b.Submit(ctx, "", sat.ID, nil)
	if err != nil || len(result.Marks) != len(sat.Questions) {
		t.Errorf("and is graded by %d of them, %v", len(result.Marks), err)
	}
	laws.changed, laws.head = nil, laws.head+1
	if err := b.Bank.Reload(ctx); err != nil || b.Bank.Size() != 6 {
		t.Errorf("pinned anew they do not come back: %d, %v", b.Bank.Size(), err)
	}
}

// cites counts the questions and the topics that stand on an article.
func cites(b *Bank, c law.Resolved) int {
	n, topics := b.Citing(c.Law, c.Number())
	return n + len(topics)
}
