package law_test

import (
	"errors"
	"testing"

	"pugongying/internal/law"
)

// meant is what citations say today, as a text that is written now stores it.
func meant(t *testing.T, r *room, written ...string) []law.Pin {
	t.Helper()
	var cited []law.Citation
	for _, w := range written {
		c, err := r.AllVersions().Parse(w)
		if err != nil {
			t.Fatal(w, err)
		}
		cited = append(cited, c)
	}
	pins, err := r.Meant(t.Context(), cited)
	if err != nil {
		t.Fatal(err)
	}
	return pins
}

// Two texts cite one article, one before and one after the law changed: only the first has to be looked at.
func TestWhatATextMeantIsItsOwn(t *testing.T) {
	r := newRoom(t)
	r.bring(kites("风筝法", "2010-01-01", "一。", "二。", "三。"))
	before := meant(t, r, "风筝法第一条", "风筝法第二条", "风筝法第三条")
	r.bring(kites("风筝法", "2026-12-01", "一。", "插进来的。", "二。", "三，改了。"))
	since, err := r.Since(t.Context(), before)
	ahead, err2 := r.Ahead(t.Context(), before)
	if err != nil || err2 != nil || len(since) != 0 || len(ahead) != 2 {
		t.Errorf("the day before: %v %v, ahead %v %v", since, err, ahead, err2)
	}
	r.on("2026-12-01")
	after := meant(t, r, "风筝法第一条", "风筝法第二条", "风筝法第三条")
	for range 2 { // the second answer is remembered
		since, err = r.Since(t.Context(), append(before, after...))
		if err != nil || len(since) != 2 || since[before[1]].Kind != law.Renumbered || since[before[1]].To.Article != 3 || since[before[2]].Kind != law.TextChanged {
			t.Errorf("since %+v, %v", since, err)
		}
	}
	old, err := r.Words(t.Context(), before[2])
	if err != nil || old.Article.Text() != "三。" {
		t.Errorf("it said %q, %v", old.Article.Text(), err)
	}
	if _, err := r.Words(t.Context(), law.Pin{Citation: before[2].Citation, SHA256: "none"}); !errors.Is(err, law.ErrNoText) {
		t.Errorf("words nobody imported: %v", err)
	}
}

func TestWhatALawWithoutTextMeans(t *testing.T) {
	r := newRoom(t)
	pins := meant(t, r, "风筝法第一条")
	if pins[0].SHA256 != "" {
		t.Errorf("%+v", pins)
	}
	r.bring(kites("风筝法", "2010-01-01", "一。"))
	if since, err := r.Since(t.Context(), pins); err != nil || len(since) != 0 {
		t.Errorf("nobody knows what it said: %+v, %v", since, err)
	}
	// An article that is gone is noticed without a hash, and a law that was repealed by any.
	gone := law.Pin{Citation: law.Citation{Law: "fz", Article: 9}}
	if since, _ := r.Since(t.Context(), []law.Pin{gone}); since[gone].Kind != law.Removed {
		t.Errorf("%+v", since)
	}
}

func TestAPinInsideTheBinaryStandsInForATextsOwn(t *testing.T) {
	first := newRoom(t)
	first.bring(kites("风筝法", "2010-01-01", "一。", "二。"))
	shipped := meant(t, first, "风筝法第一条", "风筝法第二条")
	r := newRoom(t, shipped...)
	r.bring(kites("风筝法", "2010-01-01", "一，改了。", "二。"))
	bare := []law.Pin{{Citation: shipped[0].Citation}, {Citation: shipped[1].Citation}}
	since, err := r.Since(t.Context(), bare)
	if err != nil || len(since) != 1 || since[bare[0]].Kind != law.TextChanged {
		t.Errorf("%+v, %v", since, err)
	}
	if r.ShippedPin(shipped[0].Citation) != shipped[0] || r.ShippedPin(law.Citation{Law: "fz", Article: 9}).SHA256 != "" {
		t.Error("the pin inside the binary")
	}
	// The control: a text that was written since means the new words.
	own := meant(t, r, "风筝法第一条")
	if since, err := r.Since(t.Context(), own); err != nil || len(since) != 0 {
		t.Errorf("%+v, %v", since, err)
	}
}
