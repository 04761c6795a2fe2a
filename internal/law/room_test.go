package law_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
)

// kites is an invented law of plain articles, in force from a day.
func kites(title, from string, articles ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "# %s\n\n%s 通过\n\n%s 施行\n\n<!-- INFO END -->\n\n第一章 总则\n\n", title, chinese(from), chinese(from))
	for i, text := range articles {
		fmt.Fprintf(&b, "第%s条 %s\n\n", law.Numeral(i+1), text)
	}
	return b.String()
}

func chinese(day string) string {
	return day[:4] + "年" + strings.TrimPrefix(day[5:7], "0") + "月" + strings.TrimPrefix(day[8:], "0") + "日"
}

// kiteFacts is the register of these tests.
func kiteFacts(tb testing.TB) *law.Register { return kiteRegister(tb, 4) }

// kiteRegister knows how many articles 风筝法 has; a text with fewer is not imported.
func kiteRegister(tb testing.TB, articles int) *law.Register {
	tb.Helper()
	r, err := law.NewRegister([]law.Law{
		{Slug: "fz", Title: "中华人民共和国风筝法", Short: "风筝法", Aliases: []string{"筝法"}, Issued: "2010-01-01", Effective: "2010-01-01", Articles: articles},
		{Slug: "xz", Title: "线轴法", Short: "线轴法", Issued: "2030-01-01", Effective: "2030-01-01", Articles: 2},
	})
	if err != nil {
		tb.Fatal(err)
	}
	return r
}

// room is a library over a store in memory, on a day that the test can change.
type room struct {
	tb    testing.TB
	store *law.Memory
	day   string
	*law.Library
}

func newRoom(tb testing.TB, pins ...law.Pin) *room {
	r := &room{tb: tb, store: law.NewMemory(), day: "2026-11-25"}
	r.Library = law.NewLibrary(r.store, kiteFacts(tb), pins, func() string { return r.day })
	return r
}

func (r *room) bring(texts ...string) {
	r.tb.Helper()
	m, err := lawimport.NewImporter(context.Background(), r.store, kiteRegister(r.tb, 1), lawimport.Options{Accept: []law.Standing{law.Outdated}, Replace: true}, clock, func(o lawimport.Outcome) {
		if o.Kind == lawimport.Refused {
			r.tb.Error(o)
		}
	})
	for i, text := range texts {
		err = errors.Join(err, m.Add(context.Background(), fmt.Sprintf("%d.md", i), []byte(text)))
	}
	if err = errors.Join(err, m.Close(context.Background()), r.Reload(context.Background())); err != nil {
		r.tb.Fatal(err)
	}
}

// on sets the day.
func (r *room) on(day string) *room {
	r.tb.Helper()
	r.day = day
	if err := r.Reload(context.Background()); err != nil {
		r.tb.Fatal(err)
	}
	return r
}

func (r *room) law(name string) law.Record {
	r.tb.Helper()
	h, err := r.Law(name)
	if err != nil {
		r.tb.Fatal(name, err)
	}
	return h
}
