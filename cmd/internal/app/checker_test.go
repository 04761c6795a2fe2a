package app

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/access"
	"pugongying/internal/check"
	"pugongying/internal/media"
	"pugongying/internal/publish"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/region"
	"pugongying/internal/store"
)

// TestTheMachineChecksOverWhatThisServerHas: WeChat is asked for who is on her phone, and for nobody at a desk.
func TestTheMachineChecksOverWhatThisServerHas(t *testing.T) {
	a := opened(t)
	body := []byte("---\ntitle: 冬天的炉火\nprovenance: invented\nquestions: [MEIYOU]\n---\n## 发生了什么\n她的电话 13800138000，![图](MEIYOU)\n")
	found, err := a.checker().Check(context.Background(), publish.KindExplainer, body)
	if err == nil {
		t.Error("a text from a desk passed WeChat, which was not asked")
	}
	codes := map[string]bool{}
	for _, f := range found {
		codes[f.Code] = true
	}
	for _, code := range []string{"privacy.mobile", "picture.unknown", "link.question", "form.citations"} {
		if !codes[code] {
			t.Errorf("%s is not found: %+v", code, found)
		}
	}
	if _, err := (textSafety{a.wechat}).Text(check.By(context.Background(), "not an openid"), "她走了"); err == nil {
		t.Error("WeChat passed for somebody it does not know")
	}
}

// TestAPictureOfTheLibraryIsKnown: one that is there is found with what WeChat said of it, one that is not is no error.
func TestAPictureOfTheLibraryIsKnown(t *testing.T) {
	a, ctx := opened(t), context.Background()
	records, id := store.NewPictures(a.Documents), strings.Repeat("A", 26)
	p := media.Picture{ID: id, By: "B", Region: region.Code(a.config.League), State: media.Ready, Description: "一碗奶茶", Original: media.Original{SHA256: "00"}, Safety: media.Safety{State: media.SafetyRisky}}
	if _, _, err := records.Begin(ctx, p, media.Quota{Person: 1 << 20, Total: 1 << 20}); err != nil {
		t.Fatal(err)
	}
	for asked, want := range map[string]check.Picture{
		id: {Known: true, Described: true, Safety: check.Risky}, strings.Repeat("B", 26): {}, "MEIYOU": {},
	} {
		if got, err := (knownPictures{records}).Picture(ctx, asked); err != nil || got != want {
			t.Errorf("%s: %+v %v, want %+v", asked, got, err, want)
		}
	}
}

// TestATextIsCheckedWhenItIsHandedIn goes the way of a volunteer: what blocks comes back to her with its place, and what
// asks comes to a reviewer, who has to answer it. At a desk WeChat was not asked: a person looks.
func TestATextIsCheckedWhenItIsHandedIn(t *testing.T) {
	a := opened(t)
	ctx := context.Background()
	item, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(item, func(s publish.Shipped) bool { return s.Kind == publish.KindExplainer })
	body := bytes.Replace(item[i].Body, []byte("## 她怎么做的\n"), []byte("## 她怎么做的\n\n她的电话是１３８－００１３－８０００。\n"), 1)
	begun, err := a.Workflow.Create(ctx, publishtest.Writer, publish.Beginning{ID: "CHECKED", Kind: publish.KindExplainer, Body: body, Region: publishtest.League})
	if err != nil {
		t.Fatal(err)
	}
	found, err := a.Workflow.Submit(ctx, publishtest.Writer, publish.At{ID: begun.ID, N: 1, SHA256: begun.LastSHA})
	at := slices.IndexFunc(found, func(f publish.Finding) bool { return f.Code == "privacy.mobile" })
	if !errors.Is(err, publish.ErrFindings) || at < 0 || found[at].Field != "sections.1" {
		t.Fatalf("%v: %+v", err, found)
	}
	clean, err := a.Workflow.Revise(ctx, publishtest.Writer, publish.Revision{ID: begun.ID, Rev: rev(t, a, begun.ID), Body: item[i].Body})
	if err != nil {
		t.Fatal(err)
	}
	found, err = a.Workflow.Submit(ctx, publishtest.Writer, publish.At{ID: begun.ID, N: clean.Last, SHA256: clean.LastSHA})
	if err != nil || !slices.ContainsFunc(found, func(f publish.Finding) bool { return f.Code == publish.CodeNotRun && f.Severity == publish.Asks }) {
		t.Fatalf("%v: %+v", err, found)
	}
	first := publishtest.Person("FIRST", region.Code(a.config.League), access.Editor1)
	err = a.Workflow.Pass(ctx, first, publish.Passing{At: publish.At{ID: begun.ID, N: clean.Last, SHA256: clean.LastSHA}})
	if !errors.Is(err, publish.ErrReason) {
		t.Errorf("nobody looked at what WeChat was not asked: %v", err)
	}
}

// rev is the revision that a publication has now.
func rev(t *testing.T, a *App, id string) int64 {
	t.Helper()
	text, err := a.Workflow.Newer(context.Background(), publishtest.Writer, id)
	if err != nil {
		t.Fatal(err)
	}
	return text.Publication.Rev
}
