package content

import (
	"bytes"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"go.yaml.in/yaml/v3"

	"pugongying/internal/publish"
)

const storyFile = `---
id: CQW3Y46HY6NUEK6YE37CM7GF67
slug: wanfeng
title: 晚风
summary: 晚上的风
lang: zh-CN
tags: [家里的事]
minutes: 5
provenance: invented
checkedBy: 编辑
checkedAt: 2026-11-23
share: 晚风
questions: []
citations:
  - 反家庭暴力法 第二条
---
## 发生了什么

一。

## 她怎么做的

二。

## 法律怎么说

三。〔反家庭暴力法 第二条〕

## 明天可以做什么

四。
`

func folder(change func(fstest.MapFS)) fstest.MapFS {
	f := fstest.MapFS{
		"explainers/wanfeng.md": {Data: []byte(storyFile)},
		"questions/a.yaml":      {Data: []byte("- id: Q1\n  stem: 问一\n- id: Q2\n  stem: 问二\n")},
		"topics.yaml":           {Data: []byte("- slug: songguo\n  title: 松果\n")},
	}
	if change != nil {
		change(f)
	}
	return f
}

func TestReadTakesStoriesByteForByte(t *testing.T) {
	items, err := Read(folder(nil))
	if err != nil || len(items) != 4 {
		t.Fatalf("Read = %d items, %v", len(items), err)
	}
	want := publish.Shipped{ID: "CQW3Y46HY6NUEK6YE37CM7GF67", Kind: publish.KindExplainer, Slug: "wanfeng", Body: []byte(storyFile)}
	if !reflect.DeepEqual(items[0], want) {
		t.Errorf("the story became %+v", items[0])
	}
	if q := items[2]; q.ID != "Q2" || q.Kind != publish.KindQuestion || string(q.Body) != "id: Q2\nstem: 问二\n" {
		t.Errorf("the second question became %+v: %s", q, q.Body)
	}
	if topic := items[3]; topic.ID != "topic-songguo" || topic.Slug != "songguo" || topic.Kind != publish.KindTopic {
		t.Errorf("the topic became %+v", topic)
	}
}

func TestReadNamesFileAndLine(t *testing.T) {
	put := func(name, text string) func(fstest.MapFS) {
		return func(f fstest.MapFS) { f[name] = &fstest.MapFile{Data: []byte(text)} }
	}
	for name, c := range map[string]struct {
		change func(fstest.MapFS)
		want   string
	}{
		"front matter":        {put("explainers/wanfeng.md", strings.Replace(storyFile, "minutes: 5", "minutes: viele", 1)), "explainers/wanfeng.md: explainer.invalid: line 8:"},
		"unknown key":         {put("explainers/wanfeng.md", strings.Replace(storyFile, "minutes: 5", "minuten: 5", 1)), "line 8: yaml"},
		"a rule":              {put("explainers/wanfeng.md", strings.Replace(storyFile, "minutes: 5", "minutes: 50", 1)), "line 8: minutes"},
		"file and slug":       {put("explainers/andere.md", storyFile), "explainers/andere.md: the file of the slug wanfeng is wanfeng.md"},
		"no list":             {put("questions/a.yaml", "id: Q1\n"), "questions/a.yaml:1: the file holds one list"},
		"no mapping":          {put("questions/a.yaml", "- id: Q1\n- Q2\n"), "questions/a.yaml:2: an entry is keys"},
		"no yaml":             {put("questions/a.yaml", "- id: Q1\n  stem: [\n"), "questions/a.yaml: yaml: line"},
		"no id":               {put("questions/a.yaml", "- stem: 问\n"), "questions/a.yaml:1: a question needs an id"},
		"no slug":             {put("topics.yaml", "- title: 松果\n"), "topics.yaml:1: a topic needs a slug"},
		"an id twice":         {put("questions/b.yaml", "- id: Q0\n- id: Q1\n"), "questions/b.yaml:2: the id Q1 is already used at questions/a.yaml:1"},
		"an alias":            {put("questions/a.yaml", "- &x {id: Q1}\n- {id: Q2, same: *x}\n"), "line 1: write it out"},
		"no topics":           {func(f fstest.MapFS) { delete(f, "topics.yaml") }, "topics.yaml: file does not exist"},
		"every fault at once": {func(f fstest.MapFS) { put("topics.yaml", "- {}\n")(f); put("questions/a.yaml", "- {}\n")(f) }, "topic needs"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Read(folder(c.change))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("Read = %v, want %q", err, c.want)
			}
			if name == "every fault at once" && !strings.Contains(err.Error(), "question needs") {
				t.Errorf("Read = %v names only one of two faults", err)
			}
		})
	}
}

func TestCanonicalMovesOnlyWithTheMeaning(t *testing.T) {
	write := func(text string) (any, []byte) {
		t.Helper()
		var node yaml.Node
		if err := yaml.Unmarshal([]byte(text), &node); err != nil {
			t.Fatal(err)
		}
		var meant any
		if err := node.Decode(&meant); err != nil {
			t.Fatal(err)
		}
		out, err := canonical(node.Content[0])
		if err != nil {
			t.Fatal(err)
		}
		return meant, out
	}
	meant, first := write("id: Q1 # a note\nstem: >-\n  第一行\n  第二行\noptions:\n  - {id: t, text: 对, right: true}\n  - {id: \"123\", text: '2026-11-23'}\n")
	_, second := write("# another\nid: 'Q1'\nstem: 第一行 第二行\noptions: [{id: \"t\", text: 对, right: true}, {id: '123', text: \"2026-11-23\"}]\n")
	if !bytes.Equal(first, second) {
		t.Errorf("one meaning, two bodies:\n%s\n%s", first, second)
	}
	var again any
	if err := yaml.Unmarshal(first, &again); err != nil || !reflect.DeepEqual(again, meant) {
		t.Errorf("the canonical form reads %v, %v, want %v", again, err, meant)
	}
	if _, other := write("id: Q1\nstem: 第一行\n"); bytes.Equal(first, other) {
		t.Error("another meaning, the same body")
	}
}

func TestManifestReadsBack(t *testing.T) {
	items, err := Read(folder(nil))
	if err != nil {
		t.Fatal(err)
	}
	made := MakeManifest(publish.Manifest{}, items)
	items[0], items[3] = items[3], items[0]
	if !bytes.Equal(made, MakeManifest(publish.Manifest{}, items)) {
		t.Error("the order of the items moves the manifest")
	}
	manifest, err := parseManifest(made)
	if err != nil || len(manifest.Entries) != len(items) || manifest.Edition != 1 {
		t.Fatalf("parseManifest = %+v, %v", manifest, err)
	}
	for _, e := range manifest.Entries {
		for _, item := range items {
			if item.ID == e.ID && (item.Kind != e.Kind || publish.Sum(item.Body) != e.SHA256) {
				t.Errorf("the entry of %s is %+v", item.ID, e)
			}
		}
	}
	if again, err := parseManifest(MakeManifest(manifest, items)); err != nil || again.Edition != 1 {
		t.Errorf("the same entries became edition %d, %v", again.Edition, err)
	}
	if none, err := parseManifest(MakeManifest(manifest, nil)); err != nil || len(none.Entries) != 0 || none.Edition != 2 {
		t.Errorf("the manifest of nothing = %v, %v", none, err)
	}
}

func TestManifestRefuses(t *testing.T) {
	sum := publish.Sum(nil)
	entry := func(fields ...string) string {
		text := "edition: 3\nentries:\n"
		for _, f := range fields {
			text += "  - {kind: topic, " + f + "}\n"
		}
		return text
	}
	for text, want := range map[string]string{
		entry("id: a, sha256: abc"):                         "no sha256",
		entry("id: '', sha256: " + sum):                     "is empty or",
		entry("id: a, sha256: "+sum, "id: a, sha256: "+sum): "used twice",
		entry("id: a, sha: " + sum):                         "field sha not found",
		"- {kind: topic, id: a}\n":                          "cannot unmarshal",
		"entries: []\n":                                     "counts from 1",
		"edition: 0\nentries: []\n":                         "counts from 1",
	} {
		if _, err := parseManifest([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("parseManifest(%q) = %v, want %q", text, err, want)
		}
	}
	if m, err := parseManifest([]byte(entry("id: a, sha256: " + sum))); err != nil || m.Edition != 3 || len(m.Entries) != 1 { // the control
		t.Errorf("parseManifest = %+v, %v", m, err)
	}
}

func TestLawsRefuse(t *testing.T) {
	for text, want := range map[string]string{
		"- {slug: aa, title: 甲, short: 甲, issued: \"2001-01-01\", effective: \"2001-01-01\"}\n": "number of articles",
		"- {slug: aa, name: 甲}\n": "field name not found",
	} {
		if _, err := readLaws([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("readLaws(%q) = %v, want %q", text, err, want)
		}
	}
}
