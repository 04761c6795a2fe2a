package publish

import (
	"context"
	"errors"
	"testing"

	"pugongying/internal/audit"
)

func TestWithdraw(t *testing.T) {
	ctx := context.Background()
	f, a := newFake(), story("a", "one")
	seed(t, f, approving(a), a)
	s := New(f, approving(a), clock)
	before, _ := s.Generation(ctx)
	if err := s.Withdraw(ctx, audit.Operator, "a"); err != nil {
		t.Fatalf("Withdraw = %v", err)
	}
	after, err := s.Generation(ctx)
	if err != nil || after <= before {
		t.Errorf("the generation went from %d to %d, %v", before, after, err)
	}
	if p := f.publications["a"]; p.State != StateWithdrawn || p.Withdrawn != ByStaff || p.Sample || live(t, f) != "" {
		t.Errorf("withdrawn: %+v", p)
	}
	if err := s.Withdraw(ctx, audit.Operator, "a"); !errors.Is(err, ErrTransition) {
		t.Errorf("Withdraw again = %v, want ErrTransition", err)
	}
	if err := s.Withdraw(ctx, audit.Operator, "b"); !errors.Is(err, ErrNotFound) {
		t.Errorf("Withdraw of nothing = %v, want ErrNotFound", err)
	}
	f.stale = true
	b := f.publications["a"]
	b.State, b.Live = StateLive, 1
	f.publications["a"] = b
	if err := s.Withdraw(ctx, audit.Operator, "a"); !errors.Is(err, ErrStale) {
		t.Errorf("Withdraw beside another change = %v, want ErrStale", err)
	}
}

func TestGenerationBeforeAnythingWasPublished(t *testing.T) {
	if g, err := New(newFake(), Manifest{}, clock).Generation(context.Background()); err != nil || g != 0 {
		t.Errorf("Generation = %d, %v", g, err)
	}
}

func TestLiveEndsWithTheReadersError(t *testing.T) {
	f, a, b := newFake(), story("a", "one"), story("b", "two")
	seed(t, f, approving(a, b), a, b)
	enough, calls := errors.New("enough"), 0
	err := New(f, Manifest{}, clock).Live(context.Background(), KindExplainer, func(Item) error { calls++; return enough })
	if !errors.Is(err, enough) || calls != 1 {
		t.Errorf("Live = %v after %d calls", err, calls)
	}
	if err := New(f, Manifest{}, clock).Live(context.Background(), KindTopic, func(Item) error { return enough }); err != nil {
		t.Errorf("Live of another kind = %v", err)
	}
}
