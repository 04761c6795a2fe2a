package api

import (
	"context"
	"strings"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/region"
	"pugongying/internal/store"
	"pugongying/internal/testkit"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// A report says which text, and nothing about who said so; whether there is such a text, the answer does not tell.
func TestAReportNamesATextAndNobody(t *testing.T) {
	r := newRig(t)
	slug := r.story()
	story := read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+slug, ""))
	somebody := r.guest()
	for _, path := range []string{"explainers/" + slug, "explainers/none", "questions/none", "questions/" + story.ID} {
		w := r.want(204, somebody, "POST", "/api/v1/"+path+"/reports", "")
		if w.Body.Len() > 0 {
			t.Errorf("%s answers %s", path, w.Body)
		}
	}
	desk := publishtest.Workflow(store.NewPublications(r.engine), r.clock.Now)
	board, err := desk.Board(context.Background(), publishtest.Person("E", "150000000000", access.Editor1), 10)
	if err != nil || len(board) != 1 || board[0].Publication != story.ID || board[0].Times != 2 {
		t.Fatalf("the board has %+v, %v", board, err)
	}
	if left := board[0].Due.Sub(r.clock.Now()); left > 24*time.Hour || left < 23*time.Hour {
		t.Errorf("staff have %v", left)
	}
	r.must(r.engine.Snapshot(context.Background(), func(collection string, doc bson.Raw) error {
		if collection == "textReports" && strings.Contains(doc.String(), somebody.ID) {
			t.Errorf("the report says who: %s", doc)
		}
		return nil
	}))
}

func TestReportsAreFew(t *testing.T) {
	r := newRigOn(t, testkit.NewClock(), testkit.Embedded(t), true)
	path := "/api/v1/explainers/" + r.story() + "/reports"
	for range 3 {
		r.want(204, nobody, "POST", path, "")
	}
	r.want(429, nobody, "POST", path, "")
}

// What nobody looked at again in time is shown with the mark; the answers that were kept do not outlive it.
func TestReadersLearnThatATextIsBeingRechecked(t *testing.T) {
	r := newRig(t)
	slug := r.story()
	before := read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+slug, ""))
	documents := store.NewPublications(r.engine)
	p, err := documents.Publication(context.Background(), before.ID)
	r.must(err)
	if before.Rechecking {
		t.Error("marked from the start")
	}
	r.clock.Set(p.ReviewAt.Add(31 * 24 * time.Hour))
	ids, err := documents.Jobs().Due(context.Background(), r.clock.Now(), 500)
	r.must(err)
	desk := publishtest.Workflow(documents, r.clock.Now)
	for _, id := range ids {
		if strings.Contains(id, "|"+before.ID+"|") {
			r.must(desk.Do(context.Background(), id))
		}
	}
	r.reload()
	if !read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+slug, "")).Rechecking {
		t.Error("not marked a month after its review-at date")
	}
	now, err := documents.Publication(context.Background(), before.ID)
	r.must(err)
	r.must(desk.SetReviewAt(context.Background(), publishtest.Person("P", region.Code("150000000000"), access.Publisher), before.ID, now.Rev, r.clock.Now().AddDate(1, 0, 0)))
	r.reload()
	if read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+slug, "")).Rechecking {
		t.Error("still marked after somebody looked")
	}
}
