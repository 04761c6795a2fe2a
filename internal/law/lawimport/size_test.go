package lawimport

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/law"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// lines is an article's text as many short lines, which are far larger as a document than as a text.
func lines(word string, n int) string { return strings.Repeat(word+"\n", n) }

// The computed size is never less than the encoded one, and not much more.
func TestASizeBoundsTheDocument(t *testing.T) {
	folder := mapFS(map[string]string{
		"a.md": ours, "b.md": kites("云法", "2020-01-01", lines("云", 5_000), "二："+lines("\n（一）云", 3_000)+lines("1．云", 3_000)),
		"c.md": strings.Replace(lawRefBook, "第三条 本法", "第二条之二 云。\n第二条之三 鸟。\n第三条 "+strings.Repeat("《云法》、", 2_000)+"《鸟法》同时废止。本法", 1),
	})
	store := law.NewMemory()
	for _, files := range []any{folder, corpusFolder + "/corpus"} {
		m, err := NewImporter(context.Background(), store, none(t), Options{Replace: true}, clock, func(Outcome) {})
		if path, is := files.(string); is {
			if _, missing := os.Stat(filepath.Clean(path)); missing != nil {
				t.Log("NOT RUN on the official texts: they are not beside the repository")
				continue
			}
			err = m.ImportFolder(context.Background(), os.DirFS(path))
		} else if err == nil {
			err = m.ImportFolder(context.Background(), folder)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	measured := 0
	for id, v := range versionsOf(t, store) {
		raw, err := bson.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		l := &parsed{text: Text{Title: v.Title, Number: v.Number, Source: v.Fact.Source, Repeals: v.Fact.Repeals, Parts: v.Parts, Articles: v.Articles}}
		size := l.restSize()
		for i, a := range v.Articles {
			size += memberSize(i, articleSize(a))
		}
		if measured++; size < len(raw) || float64(size) > 1.5*float64(len(raw))+2*slugsSize {
			t.Errorf("%s: %d bytes are counted, %d encoded", id, size, len(raw))
		}
	}
	for _, e := range entriesOf(t, store) {
		raw, err := bson.Marshal(e)
		if err != nil || entrySize(e) < len(raw) {
			t.Errorf("%s: %d bytes are counted, %d encoded, %v", e.Slug, entrySize(e), len(raw), err)
		}
	}
	if measured < 3 {
		t.Errorf("negative control: %d texts were measured", measured)
	}
}

// In one text or in several joined files, a law that exceeds a document is refused with the line at which it does; a
// slightly smaller one is imported, and so is the rest of the folder.
func TestALawLargerThanADocument(t *testing.T) {
	pieces := func(n int) map[string]string {
		folder := map[string]string{"d/README.md": "# 线轴典\n\n2020年5月28日通过\n", "z.md": kites("云法", "2020-01-01", "一。")}
		for i := range n {
			folder[fmt.Sprintf("d/%d.md", i+1)] = fmt.Sprintf("# 第%s编　线\n\n第%s条　%s。\n", law.Numeral(i+1), law.Numeral(i+1), strings.Repeat("线", MaxFile/3-50))
		}
		return folder
	}
	// As a document, short lines are nine times as large as the text.
	giant := kites("线轴典", "2020-01-01", "线。\n"+lines("x", 250_000), "线。\n"+lines("x", 250_000))
	for name, c := range map[string]struct {
		folder map[string]string
		want   string
	}{
		"several files that fit": {pieces(3), ""},
		"several files":          {pieces(5), "d/4.md 第 3 行：到第四条，整部法律已经超过 15 MB"},
		"one text":               {map[string]string{"a.md": giant, "z.md": kites("云法", "2020-01-01", "一。")}, "a.md 第 250014 行：到第二条，整部法律已经超过 15 MB"},
	} {
		got := importing(t, c.folder, Options{})
		for again := range 2 {
			said := ""
			for _, o := range got.outcomes {
				if o.Kind == Refused {
					said += (&Refusal{o.File, o.Line, o.Reason}).Error()
				}
			}
			if !strings.HasPrefix(said, c.want) || (said == "") != (c.want == "") {
				t.Errorf("%s, time %d: %q, want %q", name, again+1, said, c.want)
			}
			laws, _ := got.store.Laws(context.Background(), 0)
			if want := map[bool]int{true: 2, false: 1}[c.want == ""]; len(laws) != want {
				t.Errorf("%s: %d laws came in, want %d", name, len(laws), want)
			}
			got.take(t, c.folder, Options{})
		}
	}
}

// A law whose many long versions have facts that fill a document accepts no further version.
func TestTooManyVersionsOfOneLaw(t *testing.T) {
	fact := law.Fact{Version: "2001-01-01.x", Issued: "2001-01-01", Effective: "2001-01-01", SHA256: "x", Last: 1, Repeals: strings.Split(strings.Repeat("云法,", 800_000), ",")}
	for versions, want := range map[int]Kind{1: Newer, 2: Refused} {
		store := law.NewMemory()
		e := law.Entry{Slug: "l", Title: "风筝法", Versions: slices.Repeat([]law.Fact{fact}, versions)}
		if err := store.Apply(context.Background(), law.Write{Added: []law.Entry{e}}); err != nil {
			t.Fatal(err)
		}
		m, outcomes := feed(t, store, Options{}, kites("风筝法", "2020-01-01", "一。", fmt.Sprint(versions)), kites("云法", "2020-01-01", fmt.Sprint(versions)))
		if err := m.Close(context.Background()); err != nil || len(*outcomes) != 2 {
			t.Fatal(*outcomes, err)
		}
		if o := (*outcomes)[0]; o.Kind != want || (want == Refused) != strings.Contains(o.Reason, "太多") || o.File != "0.md" {
			t.Errorf("%d versions: %+v", versions, o)
		}
		if o := (*outcomes)[1]; o.Kind == Refused {
			t.Errorf("the other law: %+v", o)
		}
		at := slices.IndexFunc(entriesOf(t, store), func(e law.Entry) bool { return e.Slug == "l" })
		if n := len(entriesOf(t, store)[at].Versions); (n == versions) != (want == Refused) {
			t.Errorf("%d versions became %d", versions, n)
		}
	}
}

func TestATitleOfManyWordsIsNone(t *testing.T) {
	for n, want := range map[int]Kind{longestTitle: Added, longestTitle + 1: Refused, 100_000: Refused} {
		got := importing(t, map[string]string{"a.md": kites(strings.Repeat("云", n), "2020-01-01", "一。")}, Options{})
		if o := got.outcomes[0]; o.Kind != want || (want == Refused) != strings.Contains(o.Reason, fmt.Sprintf("标题有 %d 个字", n)) {
			t.Errorf("%d: %s %s", n, o.Kind, o.Reason)
		}
	}
}
