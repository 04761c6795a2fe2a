package law_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pugongying/internal/law"
)

// statuses lists the status of each version of a law, earliest first.
func statuses(h law.Record) string {
	said := make([]string, len(h.Versions))
	for i, v := range h.Versions {
		said[i] = fmt.Sprintf("%s until %q", v.Status, v.Until)
	}
	return strings.Join(said, ", ")
}

func TestStatusAtTheEdgesOfADay(t *testing.T) {
	plain := func(from, repealed, came string, standing law.Standing) law.Fact {
		return law.Fact{Effective: from, Repealed: repealed, Issued: came, Standing: standing}
	}
	for name, c := range map[string]struct {
		facts []law.Fact
		day   string
		want  string
	}{
		"effective today":     {[]law.Fact{plain("2026-11-25", "", "", law.Whole)}, "2026-11-25", `in_force until "" 0`},
		"effective tomorrow":  {[]law.Fact{plain("2026-11-26", "", "", law.Whole)}, "2026-11-25", `to_come until "" 0`},
		"repealed tomorrow":   {[]law.Fact{plain("2020-01-01", "2026-11-26", "", law.Whole)}, "2026-11-25", `in_force until "2026-11-25" 0`},
		"repealed today":      {[]law.Fact{plain("2020-01-01", "2026-11-25", "", law.Whole)}, "2026-11-25", `repealed until "2026-11-24" 0`},
		"the last day of one": {[]law.Fact{plain("2020-01-01", "", "", law.Whole), plain("2026-11-26", "", "", law.Whole)}, "2026-11-25", `in_force until "2026-11-25", to_come until "" 0`},
		"the first of another": {[]law.Fact{plain("2020-01-01", "", "", law.Whole), plain("2026-11-26", "", "", law.Whole)}, "2026-11-26",
			`superseded until "2026-11-25", in_force until "" 1`},
		"repealed before the next": {[]law.Fact{plain("2020-01-01", "2022-01-01", "", law.Whole), plain("2027-01-01", "", "", law.Whole)}, "2026-11-25",
			`repealed until "2021-12-31", to_come until "" 1`},
		"a leap day": {[]law.Fact{plain("2020-01-01", "", "", law.Whole), plain("2024-03-01", "", "", law.Whole)}, "2024-02-29", `in_force until "2024-02-29", to_come until "" 0`},
		"corrected, in force": {[]law.Fact{plain("2020-01-01", "", "", law.Whole), plain("2020-01-01", "", "", law.Whole)}, "2026-11-25",
			`superseded until "", in_force until "" 1`},
		"corrected, to come": {[]law.Fact{plain("2010-01-01", "", "", law.Whole), plain("2027-01-01", "", "", law.Whole), plain("2027-01-01", "", "", law.Whole)}, "2026-11-25",
			`in_force until "2026-12-31", superseded until "", to_come until "" 0`},
		"a later text that is outdated": {[]law.Fact{plain("2010-01-01", "", "", law.Whole), plain("2015-01-01", "", "", law.Outdated)}, "2026-11-25",
			`in_force until "", repealed until "" 0`},
		"an outdated one between two": {[]law.Fact{plain("2010-01-01", "", "", law.Whole), plain("2015-01-01", "", "", law.Outdated), plain("2020-01-01", "", "", law.Whole)}, "2026-11-25",
			`superseded until "2019-12-31", superseded until "2019-12-31", in_force until "" 2`},
		"nothing but outdated": {[]law.Fact{plain("2010-01-01", "", "", law.Outdated)}, "2026-11-25", `repealed until "" 0`},
	} {
		versions, current := law.DatedOn(c.facts, c.day)
		if got := fmt.Sprint(statuses(law.Record{Versions: versions}), " ", current); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A text that was corrected before it applied is superseded by the correction, which is compared with the version before
// both.
func TestACorrectedTextOfTheSameDayTakesThePlaceOfTheFirst(t *testing.T) {
	ctx, pin := context.Background(), law.Pin{Citation: law.Citation{Law: "fz", Article: 2}, SHA256: law.Hash("二。")}
	r := newRoom(t, pin)
	r.bring(kites("风筝法", "2010-01-01", "一。", "二。"))
	r.bring(kites("风筝法", "2027-01-01", "一。", "二，写错了。"))
	if _, coming := r.Coming(pin.Citation); !coming {
		t.Error("negative control: the slip is not noticed")
	}
	r.bring(kites("风筝法", "2027-01-01", "一。", "二。", "三。"))
	if change, coming := r.Coming(pin.Citation); coming {
		t.Errorf("what was corrected is still coming: %+v", change)
	}
	h := r.law("fz")
	c, err := r.Changes(ctx, "fz", "", "")
	if err != nil || c.To != 1 || c.From != 0 || c.Same != 2 || len(c.Items) != 1 {
		t.Errorf("%s: %d to %d, %+v, %v", statuses(h), c.From, c.To, c.Items, err)
	}
	r.on("2027-01-01")
	if s, err := r.Article(ctx, "fz", "2", ""); err != nil || s.At != 1 || s.Before != nil {
		t.Errorf("%+v, %v", s, err)
	}
	if s, err := r.Article(ctx, "fz", "3", ""); err != nil || s.Before == nil || s.Before.Effective != "2010-01-01" {
		t.Errorf("%+v, %v", s.Before, err)
	}
}

// When only the new text is imported, it is compared with the pins, so that coming changes are reported all the same.
func TestAVersionToComeAloneIsComparedWithThePins(t *testing.T) {
	pin := law.Pin{Citation: law.Citation{Law: "fz", Article: 2}, SHA256: law.Hash("二。")}
	r := newRoom(t, pin)
	r.bring(kites("风筝法", "2027-01-01", "一。", "新的二。"))
	if change, ok := r.Coming(pin.Citation); !ok || change.Effective != "2027-01-01" {
		t.Errorf("%+v, %v", change, ok)
	}
	if change, ok := r.Changed(pin.Citation); ok {
		t.Errorf("changed before the day: %+v", change)
	}
	r.on("2027-01-01")
	if change, ok := r.Changed(pin.Citation); !ok || change.Kind != law.TextChanged {
		t.Errorf("on the day: %+v, %v", change, ok)
	}
}

// The words of a version that does not apply are not quoted as the law.
func TestOnlyWhatIsInForceIsQuoted(t *testing.T) {
	ctx, c := context.Background(), law.Citation{Law: "fz", Article: 1}
	for name, text := range map[string]string{
		"a text older than the facts": kites("风筝法", "2005-01-01", "从前的一。", "二。", "三。", "四。"),
		"a text to come":              kites("风筝法", "2027-01-01", "将来的一。", "二。", "三。", "四。"),
	} {
		r := newRoom(t)
		r.bring(text)
		if q, err := r.Provision(ctx, c); !errors.Is(err, law.ErrNotInForce) {
			t.Errorf("%s: %q, %v", name, q.Article.Text(), err)
		}
		r.bring(kites("风筝法", "2010-01-01", "今天的一。", "二。", "三。", "四。"))
		if q, err := r.Provision(ctx, c); err != nil || q.Article.Text() != "今天的一。" {
			t.Errorf("%s: negative control: %q, %v", name, q.Article.Text(), err)
		}
	}
}
