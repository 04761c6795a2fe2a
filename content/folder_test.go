package content

import (
	"archive/zip"
	"bytes"
	"io/fs"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"pugongying/internal/publish"
	"pugongying/internal/quiz"
)

func unpacked(t testing.TB, f Folder) fs.FS {
	t.Helper()
	var out bytes.Buffer
	if err := f.Write(&out, func(*zip.Writer) error { return nil }); err != nil {
		t.Fatal(err)
	}
	archive, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len()))
	if err != nil {
		t.Fatal(err)
	}
	return archive
}

// files of the classroom's texts, by name.
func textFiles(t testing.TB, from fs.FS) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, pattern := range []string{"explainers/*.md", "questions/*.yaml", "topics.yaml", "drafts/*/*", "withdrawn/*/*", "drafts/*.yaml"} {
		names, err := fs.Glob(from, pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			data, err := fs.ReadFile(from, name)
			if err != nil {
				t.Fatal(err)
			}
			found[name] = string(data)
		}
	}
	return found
}

func TestAnUnchangedClassroomIsTheShippedFiles(t *testing.T) {
	items, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	slices.Reverse(items) // their order says nothing
	got := textFiles(t, unpacked(t, Folder{Live: items}))
	if want := textFiles(t, files); !reflect.DeepEqual(got, want) || len(want) < 30 {
		for name := range want {
			if got[name] != want[name] {
				t.Errorf("%s differs", name)
			}
		}
		t.Errorf("%d files, want %d", len(got), len(want))
	}
}

func TestOneChangedEntryChangesItsOwnLinesAlone(t *testing.T) {
	base := fstest.MapFS{
		"questions/a.yaml": {Data: []byte("# 第一组\n- id: Q1 # 这里\n  stem: 问一\n\n# 下面一道\n- id: Q2\n  stem: >-\n    问二\n\n# 完\n")},
		"questions/b.yaml": {Data: []byte("- {id: Q3, stem: 问三}\n")},
		"topics.yaml":      {Data: []byte("- slug: songguo\n  title: 松果\n")},
	}
	question := func(id, stem string) publish.Shipped {
		return publish.Shipped{ID: id, Kind: publish.KindQuestion, Body: []byte("id: " + id + "\nstem: " + stem + "\n")}
	}
	topic := publish.Shipped{ID: "topic-songguo", Kind: publish.KindTopic, Slug: "songguo", Body: []byte("slug: songguo\ntitle: 松果\n")}
	got, err := layout([]publish.Shipped{question("Q1", "改过的"), question("Q2", "问二"), question("Q9", "新的"), topic}, base)
	want := map[string]string{
		"questions/a.yaml":     "# 第一组\n- id: Q1\n  stem: 改过的\n\n# 下面一道\n- id: Q2\n  stem: >-\n    问二\n\n# 完\n",
		"questions/added.yaml": "- id: Q9\n  stem: 新的\n",
		"topics.yaml":          "- slug: songguo\n  title: 松果\n",
	}
	for name, text := range want {
		if string(got[name]) != text {
			t.Errorf("%s:\n%s", name, got[name])
		}
	}
	if err != nil || len(got) != len(want) {
		t.Errorf("%d files, %v: the file of a question that left is empty and must not be there", len(got), err)
	}
}

// Whatever an author wrote into a question is read back as it was, byte for byte.
func TestAnyQuestionComesBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("问 #-\n:\"'\\|>&*!%@`?[]{}~0123是no")))
		q := &quiz.Question{ID: "Q", Kind: quiz.Single, Stem: text.Draw(t, "stem"), Explanation: text.Draw(t, "why"), Difficulty: 1}
		q.Options = []quiz.Option{{ID: "a", Text: text.Draw(t, "a"), Right: true}, {ID: "b", Text: text.Draw(t, "b")}}
		body, err := q.Body()
		if err != nil {
			t.Fatal(err)
		}
		item := publish.Shipped{ID: "Q", Kind: publish.KindQuestion, Body: body}
		made, err := layout([]publish.Shipped{item}, nil)
		if err != nil {
			t.Fatalf("%s: %v", body, err)
		}
		got, err := ReadFolder(fstest.MapFS{addedFile: {Data: made[addedFile]}})
		if err != nil || len(got.Live) != 1 || !reflect.DeepEqual(got.Live[0], item) {
			t.Fatalf("%s became %v, %v", made[addedFile], got, err)
		}
	})
}

func TestAFolderKeepsWhatEachTextIs(t *testing.T) {
	items, err := Shipped()
	if err != nil {
		t.Fatal(err)
	}
	half := publish.Shipped{ID: "CQW3Y46HY6NUEK6YE37CM7GF67", Kind: publish.KindExplainer, Body: []byte("---\nid: CQW3Y46HY6NUEK6YE37CM7GF67\n---\n## 发生了什么\n才写了一句\n")}
	q := publish.Shipped{ID: "Q9", Kind: publish.KindQuestion, Body: []byte("id: Q9\n")}
	before := Folder{Live: items[5:], Drafts: []publish.Shipped{half, q}, Withdrawn: items[:1]}
	after, err := ReadFolder(unpacked(t, before))
	if err != nil {
		t.Fatal(err)
	}
	for name, lists := range map[string][2][]publish.Shipped{
		"live": {before.Live, after.Live}, "drafts": {before.Drafts, after.Drafts}, "withdrawn": {before.Withdrawn, after.Withdrawn},
	} {
		if !reflect.DeepEqual(byID(lists[0]), byID(lists[1])) {
			t.Errorf("%s: %d became %d", name, len(lists[0]), len(lists[1]))
		}
	}
}

func byID(items []publish.Shipped) map[string]string {
	found := map[string]string{}
	for _, item := range items {
		found[item.ID] = string(item.Kind) + " " + item.Slug + " " + string(item.Body)
	}
	return found
}

func TestAFolderThatCannotBeReadNamesItsPlaces(t *testing.T) {
	for name, c := range map[string]struct {
		from fstest.MapFS
		want string
	}{
		"nothing":           {fstest.MapFS{}, "there is none of them"},
		"a draft with none": {fstest.MapFS{"drafts/explainers/a.md": {Data: []byte("---\ntitle: a\n---\n")}}, "drafts/explainers/a.md: an explainer needs an id"},
		"no front matter":   {fstest.MapFS{"withdrawn/explainers/a.md": {Data: []byte("a")}}, "withdrawn/explainers/a.md"},
		"half a live text":  {fstest.MapFS{"explainers/a.md": {Data: []byte("---\nid: a\n---\n")}}, "explainers/a.md"},
		"a list that is no": {fstest.MapFS{"questions/a.yaml": {Data: []byte("id: a\n")}}, "questions/a.yaml:1"},
	} {
		if _, err := ReadFolder(c.from); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestABodyThatWouldComeBackChangedIsNotWritten(t *testing.T) {
	for _, body := range []string{"id: Q # 说明\n", "- a\n", "id: [\n", "id: Q\nstem: 'x'\n"} {
		if _, err := layout([]publish.Shipped{{ID: "Q", Kind: publish.KindQuestion, Body: []byte(body)}}, nil); err == nil {
			t.Errorf("%q was written", body)
		}
	}
}
