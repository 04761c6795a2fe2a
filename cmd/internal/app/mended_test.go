package app

import (
	"fmt"
	"strings"
	"testing"

	"pugongying/content"
	"pugongying/internal/access"
	"pugongying/internal/desk"
	"pugongying/internal/law"
	"pugongying/internal/publish"
	"pugongying/internal/region"
	"pugongying/internal/staff"
)

// TestAChangedLawIsMendedAndLiveAgain walks on where the drill ends: the editors see what changed with both its words, one
// act replaces each citation in all texts, three people pass the drafts, and the questions are asked again.
func TestAChangedLawIsMendedAndLiveAgain(t *testing.T) {
	was := shaped(t)
	is := append([]string{}, was[:19]...)
	is[12] = strings.ReplaceAll(is[12], "句", "改过的句")
	is = append(append(is, "插进来的一条，后面的都往后挪一位。"), was[19:]...)
	title := "中华人民共和国反家庭暴力法"
	d := newDrill(t, kites(title, "2016-03-01", was...))
	d.bring(lawFolder(t, map[string]string{"law.md": kites(title, "2016-03-01", was...)}))
	all := len(d.app.Questions.Questions())
	d.bring(lawFolder(t, map[string]string{"law.md": kites(title, "2026-12-01", is...)}))
	d.on("2026-12-01")
	outdated := d.app.Questions.Outdated()
	changes := desk.NewChanges(d.app.laws, d.app.library, d.app.Questions)
	list, err := changes.List(t.Context())
	if err != nil || len(list) == 0 || len(outdated) == 0 {
		t.Fatalf("%d provisions, %d questions out of the draws, %v", len(list), len(outdated), err)
	}
	p, err := d.app.publish.Version(t.Context(), outdated[0].ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	workflow, here := d.app.Workflow, region.Code(d.app.config.League)
	editor := people(here, "EDITOR", access.Editor1)
	if overdue, err := workflow.Overdue(t.Context(), people(here, "PUBLISHER", access.Publisher), 500); err != nil || len(overdue) < len(outdated) {
		t.Errorf("%d are to be looked at again, %v", len(overdue), err)
	}
	stranger := staff.Principal{Account: "S", Kind: staff.Console, Grants: []access.Grant{{Role: access.Editor1, Scope: region.ScopeOf(demoBanner(d.app.regions.Tree(), here))}}}
	if theirs, err := d.app.desk().Changed(t.Context(), stranger); err != nil || len(theirs) != len(list) || len(theirs[0].Pieces) != 0 || theirs[0].Others == 0 {
		t.Errorf("an editor of one banner may change what the whole league reads: %+v, %v", theirs, err)
	}
	if hers, err := d.app.desk().Changed(t.Context(), editor); err != nil || len(hers[0].Pieces) != len(list[0].Pieces) || hers[0].Others != 0 {
		t.Errorf("an editor of the league sees %+v, %v", hers, err)
	}
	handed := map[string]bool{}
	for _, m := range list {
		if m.Before == "" || m.After == "" || m.Instead == "" {
			t.Fatalf("without both its words: %+v", m)
		}
		var ids []string
		for _, piece := range m.Pieces {
			ids = append(ids, piece.ID)
		}
		outcomes, err := d.app.desk().Replace(t.Context(), editor, desk.Replacement{From: m.Pin.Citation, To: m.Instead, IDs: ids})
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range outcomes {
			if o.Err != nil {
				text, _ := workflow.Newer(t.Context(), editor, o.ID)
				t.Fatalf("%s: %v %+v", o.Title, o.Err, text.Version.Findings)
			}
			handed[o.ID] = handed[o.ID] || o.Left == 0
		}
	}
	for id, done := range handed {
		if !done {
			t.Fatalf("%s was never handed in", id)
		}
		live(t, d, id)
	}
	if err := d.app.Follow(t.Context()); err != nil {
		t.Fatal(err)
	}
	if left, err := changes.List(t.Context()); err != nil || len(left) != 0 || len(d.app.Questions.Outdated()) != 0 || len(d.app.Questions.Questions()) != all {
		t.Errorf("left %d, out of the draws %d of %d, %v", len(left), len(d.app.Questions.Outdated()), all, err)
	}
	if now, err := d.app.publish.Version(t.Context(), outdated[0].ID, 1); err != nil || string(now.Body) != string(p.Body) {
		t.Errorf("the version that was live before is another: %v", err)
	}
	t.Logf("%d provisions in %d texts: replaced, reviewed three times, live again", len(list), len(handed))
}

// shaped are 38 invented articles in which everything exists that shipped content cites.
func shaped(t *testing.T) []string {
	t.Helper()
	items, err := content.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	laws, err := content.Laws()
	if err != nil {
		t.Fatal(err)
	}
	cites, err := content.Cited(items, laws)
	if err != nil {
		t.Fatal(err)
	}
	paragraphs, numbered := map[int]int{}, map[[2]int]int{}
	for _, c := range cites {
		if c.Law == "fjtblf" {
			at := [2]int{c.Article, max(c.Paragraph, 1)}
			paragraphs[c.Article], numbered[at] = max(paragraphs[c.Article], c.Paragraph), max(numbered[at], c.Item)
		}
	}
	articles := make([]string, 38)
	for i := range articles {
		var b strings.Builder
		for p := 1; p <= max(paragraphs[i+1], 1); p++ {
			fmt.Fprintf(&b, "编出来的第%d条，第%d句。\n\n", i+1, p)
			for n := 1; n <= numbered[[2]int{i + 1, p}]; n++ {
				fmt.Fprintf(&b, "（%s）第%d条第%d句第%d项；\n\n", law.Numeral(n), i+1, p, n)
			}
		}
		articles[i] = strings.TrimSpace(b.String())
	}
	return articles
}

func people(in region.Code, account string, role access.Role) staff.Principal {
	return staff.Principal{Account: account, Name: account, Kind: staff.Console, Grants: []access.Grant{{Role: role, Scope: region.ScopeOf(in)}}}
}

// live takes a text that was handed in through its three reviews.
func live(t *testing.T, d *drill, id string) {
	t.Helper()
	w, here := d.app.Workflow, region.Code(d.app.config.League)
	for i, role := range []access.Role{access.Editor1, access.Editor2, access.Editor3} {
		who := people(here, fmt.Sprintf("REVIEWER%d", i+1), role)
		text, err := w.Newer(t.Context(), who, id)
		if err != nil {
			t.Fatal(err)
		}
		pass := publish.Passing{At: publish.At{ID: id, N: text.Version.N, SHA256: text.Version.SHA256}, Reasons: map[int]string{}}
		for n, f := range text.Version.Findings {
			if f.Severity == publish.Asks {
				pass.Reasons[n] = "看过了"
			}
		}
		if err := w.Pass(t.Context(), who, pass); err != nil {
			t.Fatalf("%s: %v", id, err)
		}
	}
	who := people(here, "PUBLISHER", access.Publisher)
	text, err := w.Newer(t.Context(), who, id)
	if err == nil {
		err = w.Release(t.Context(), who, publish.At{ID: id, N: text.Version.N, SHA256: text.Version.SHA256})
	}
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
}
