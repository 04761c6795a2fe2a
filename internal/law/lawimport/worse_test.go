package lawimport

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/law"
)

const kiteDay = "2010-01-01"

// give imports texts of 风筝法, which the register knows to have four articles, and returns the outcomes in short.
func (r *room) give(o Options, texts ...string) string {
	r.tb.Helper()
	var said []string
	m, err := NewImporter(context.Background(), r.store, kiteFacts(r.tb), o, clock, func(o Outcome) { said = append(said, string(o.Kind)+" "+o.Reason) })
	for i, text := range texts {
		err = errors.Join(err, m.Add(context.Background(), fmt.Sprintf("%d.md", i), []byte(text)))
	}
	if err = errors.Join(err, m.Close(context.Background()), r.Reload(context.Background())); err != nil {
		r.tb.Fatal(err)
	}
	return strings.Join(said, "\n")
}

// second is the second article of the text in force.
func (r *room) second() string {
	r.tb.Helper()
	v, err := r.Version(context.Background(), "fz", "")
	if err != nil {
		r.tb.Fatal(err)
	}
	return v.Articles[1].Text()
}

func TestAWorseTextNeverWins(t *testing.T) {
	right := kites("风筝法", kiteDay, "一。", "七十二小时内。", "三。", "四。")
	wrong := kites("风筝法", kiteDay, "一。", "七十一小时内。", "三。", "四。")
	cut := kites("风筝法", kiteDay, "一。", "七十二小时内。")
	r := newRoom(t)
	if got := r.give(Options{}, right); got != "added " {
		t.Fatal(got)
	}
	for name, c := range map[string]struct{ text, says string }{
		"a cut one":    {cut, "refused 只到第二条，登记的这部法律有 4 条"},
		"another word": {wrong, "refused 同样日期（公布 2010-01-01，施行 2010-01-01）的文本已经有一份（"},
	} {
		for range 2 { // such a refusal is not remembered as a file that is known
			if got := r.give(Options{}, c.text); !strings.HasPrefix(got, c.says) || r.second() != "七十二小时内。" {
				t.Errorf("%s: %s, in force %s", name, got, r.second())
			}
		}
	}
	if got := r.give(Options{}, wrong); !strings.Contains(got, "有 1 条不一样，第一处是第二条；那份 4 条，这份 4 条") {
		t.Error(got)
	}
	if got := r.give(Options{Replace: true}, cut); !strings.HasPrefix(got, "refused 只到第二条") {
		t.Errorf("--replace takes a cut text: %s", got)
	}
	// The control: said so, it takes its place, and the right one comes back the same way.
	if got := r.give(Options{Replace: true}, wrong); !strings.HasPrefix(got, "instead ") || r.second() != "七十一小时内。" {
		t.Errorf("replaced: %s, in force %s", got, r.second())
	}
	if got := r.give(Options{}, right); !strings.HasPrefix(got, "refused 这份文本 2026-11-25 撤下过") || r.second() != "七十一小时内。" {
		t.Errorf("the right one again: %s", got)
	}
	if got := r.give(Options{Replace: true}, right); !strings.HasPrefix(got, "instead ") || r.second() != "七十二小时内。" {
		t.Errorf("the right one again, said so: %s, in force %s", got, r.second())
	}
	if h := r.law("fz"); len(h.Versions) != 1 {
		t.Errorf("%d versions are shown", len(h.Versions))
	}
}

func TestTwoTextsOfTheSameDatesInOneFolder(t *testing.T) {
	r := newRoom(t)
	got := r.give(Options{}, kites("风筝法", kiteDay, "一。", "二。", "三。", "四。"), kites("风筝法", kiteDay, "一。", "二，又。", "三。", "四。"))
	if !strings.HasPrefix(got, "added \nrefused 同样日期") || r.second() != "二。" {
		t.Errorf("%s, in force %s", got, r.second())
	}
}

func TestAVersionIsWithdrawnAndRestored(t *testing.T) {
	r, ctx := newRoom(t), context.Background()
	r.give(Options{}, kites("风筝法", kiteDay, "一。", "二。", "三。", "四。"))
	r.give(Options{}, kites("风筝法", "2020-05-01", "一。", "二，新。", "三。", "四。"))
	newest := r.law("fz").Versions[1].Version
	do := func(w law.Withdrawal) error {
		w.By, w.At, w.Day = audit.Operator, time.Date(2026, 11, 25, 4, 0, 0, 0, time.UTC), "2026-11-25"
		_, err := law.Withdraw(ctx, r.store, w)
		return errors.Join(err, r.Reload(ctx))
	}
	for name, c := range map[string]struct {
		w    law.Withdrawal
		want error
	}{
		"no law": {law.Withdrawal{Law: "无", Version: newest}, law.ErrUnknown}, "no version": {law.Withdrawal{Law: "fz", Version: "x"}, law.ErrNoVersion},
		"not withdrawn": {law.Withdrawal{Law: "fz", Version: newest, Restore: true}, law.ErrNotWithdrawn},
	} {
		if err := do(c.w); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if err := do(law.Withdrawal{Law: "中华人民共和国风筝法", Version: newest}); err != nil || r.second() != "二。" || len(r.law("fz").Versions) != 1 {
		t.Errorf("withdrawn: %v, in force %s", err, r.second())
	}
	if err := do(law.Withdrawal{Law: "fz", Version: newest}); !errors.Is(err, law.ErrWithdrawn) {
		t.Error(err)
	}
	if err := do(law.Withdrawal{Law: "fz", Version: newest, Restore: true}); err != nil || r.second() != "二，新。" {
		t.Errorf("restored: %v, in force %s", err, r.second())
	}
	if err := do(law.Withdrawal{Law: "fz", Version: newest}); err != nil {
		t.Fatal(err)
	}
	r.give(Options{}, kites("风筝法", "2020-05-01", "一。", "二，别的。", "三。", "四。"))
	if err := do(law.Withdrawal{Law: "fz", Version: newest, Restore: true}); !errors.Is(err, law.ErrSameDates) || r.second() != "二，别的。" {
		t.Errorf("restored beside another of the same dates: %v", err)
	}
}
