package store_test

import (
	"context"
	"errors"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/law"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

func TestAnExcerptIsWhatTheWholeVersionSays(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), lawsOn(t, e)
		text := strings.Replace(inventedLaw("风筝法", 30, "风"), "第十三条", "第十二条之一 插进来的。\n\n## 第二章 风\n\n第十三条", 1)
		importLaws(t, s, fstest.MapFS{"a.md": {Data: []byte(text)}})
		entries, err := s.Laws(ctx, 0)
		if err != nil || len(entries) != 1 {
			t.Fatal(entries, err)
		}
		id := law.VersionID(entries[0].Slug, entries[0].Versions[0].Version)
		v, err := s.Version(ctx, id)
		if err != nil || len(v.Articles) != 31 {
			t.Fatal(err)
		}
		for _, a := range v.Articles {
			want, _ := v.Excerpt(a.Article, a.Sub)
			got, err := s.Excerpt(ctx, id, a.Article, a.Sub)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("%s: %+v, %v, want %+v", a.Label(), got, err, want)
			}
		}
		if x, _ := s.Excerpt(ctx, id, 12, 1); x.Previous != "12" || x.Next != "13" || strings.Join(x.Headings, "") != "第一章 总则" {
			t.Errorf("12-1: %+v", x)
		}
		for number, sub := range map[int]int{31: 0, 12: 2, 0: 0} {
			if _, err := s.Excerpt(ctx, id, number, sub); !errors.Is(err, law.ErrNoArticle) {
				t.Errorf("%d-%d: %v", number, sub, err)
			}
		}
		if _, err := s.Excerpt(ctx, "none@1", 1, 0); !errors.Is(err, law.ErrNoVersion) {
			t.Errorf("of no version: %v", err)
		}
	})
}

func TestLawsThatChangedAreFoundByTheirGeneration(t *testing.T) {
	testkit.Engines(t, func(t *testing.T, e document.Engine) {
		ctx, s := context.Background(), lawsOn(t, e)
		importLaws(t, s, fstest.MapFS{"a.md": {Data: []byte(inventedLaw("风筝法", 3, "风"))}, "b.md": {Data: []byte(inventedLaw("线轴法", 3, "线"))}})
		importLaws(t, s, fstest.MapFS{"c.md": {Data: []byte(inventedLaw("云法", 3, "云"))}})
		importLaws(t, s, fstest.MapFS{"d.md": {Data: []byte(inventedLaw("风筝法", 4, "风"))}})
		for after, want := range map[int64]string{0: "云法 线轴法 风筝法", 1: "云法 风筝法", 2: "风筝法", 3: ""} {
			changed, err := s.Laws(ctx, after)
			titles := map[string]bool{}
			for _, l := range changed {
				titles[l.Title] = true
			}
			for title := range strings.FieldsSeq(want) {
				if !titles[title] {
					t.Errorf("after %d %s is missing", after, title)
				}
			}
			if len(titles) != len(strings.Fields(want)) || err != nil {
				t.Errorf("after %d: %v, %v", after, titles, err)
			}
		}
		if g, err := s.Generation(ctx); g != (law.Generation{Number: 3, Tracked: 1}) || err != nil {
			t.Errorf("%+v, %v", g, err)
		}
		// A program of before replaces the document and knows no such field.
		before := bson.D{{Key: "_id", Value: "laws"}, {Key: "rev", Value: int64(4)}, {Key: "schema", Value: int32(1)}}
		if err := e.Collection("lawHeads").Replace(ctx, "laws", 3, before); err != nil {
			t.Fatal(err)
		}
		if g, err := s.Generation(ctx); g != (law.Generation{Number: 4}) || err != nil {
			t.Errorf("after a program of before: %+v, %v", g, err)
		}
		importLaws(t, s, fstest.MapFS{"e.md": {Data: []byte(inventedLaw("鸟法", 3, "鸟"))}})
		if g, err := s.Generation(ctx); g != (law.Generation{Number: 5, Tracked: 5}) || err != nil {
			t.Errorf("and then this one: %+v, %v", g, err)
		}
	})
}
