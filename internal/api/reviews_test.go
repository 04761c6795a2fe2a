package api

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/quiz"
)

func TestReviewsAreEmptyWhereNothingIsSaved(t *testing.T) {
	r := newRig(t)
	w := r.guest()
	r.learned(w, 3) // in her book, but her keeping is off
	if got := r.want(200, w, "GET", "/api/v1/me/reviews", ""); read[Reviews](t, got).Saved || len(read[Reviews](t, got).Concepts) > 0 {
		t.Errorf("kept nothing, yet: %s", got.Body)
	}
	if got := r.want(404, w, "POST", "/api/v1/me/reviews/attempts", "{}"); !strings.Contains(got.Body.String(), `"quiz.nothing_due"`) {
		t.Errorf("a review of nothing: %s", got.Body)
	}
	r.want(204, w, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":false,"favourites":false}`)
	if got := read[Reviews](t, r.want(200, w, "GET", "/api/v1/me/reviews", "")); !got.Saved || got.Due != len(got.Concepts) || got.Due == 0 {
		t.Errorf("control: with keeping on her schedule is %+v", got)
	}
	r.want(201, w, "POST", "/api/v1/me/reviews/attempts", "{}")
	r.want(204, w, "PUT", "/api/v1/me/keeping", `{"mistakes":false,"reading":false,"favourites":false}`)
	for name, raw := range r.of(w) {
		if strings.HasPrefix(name, "attempts") && (strings.Contains(raw, "review") || strings.Contains(raw, "shaky")) {
			t.Errorf("turned off, and %s still tells of her schedule", name)
		}
	}
}

func TestAReviewCountsWhereTheCodeWasScanned(t *testing.T) {
	r := newRig(t)
	w := r.guest()
	r.want(204, w, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":false,"favourites":false}`)
	r.learned(w, 3)
	a := read[Attempt](t, r.want(201, w, "POST", "/api/v1/me/reviews/attempts", `{"scene":"~demo1"}`))
	saved := need(r.attempts.Get(context.Background(), a.ID))(t)
	if saved.Origin != quiz.FromReview || saved.Where.Region == "" || saved.Where.Project == "" || string(saved.Owner) != r.handles(w)[0] {
		t.Errorf("begun as %+v", saved)
	}
	r.want(200, w, "POST", "/api/v1/attempts/"+a.ID+"/submission", "{}")
	r.want(404, w, "POST", "/api/v1/me/reviews/attempts", "{}")
	if got := read[Reviews](t, r.want(200, w, "GET", "/api/v1/me/reviews", "")); got.Due != 0 || got.Tomorrow != len(a.Questions) {
		t.Errorf("after all of it was wrong: %+v", got)
	}
}

// BenchmarkReviews requests the review schedule of a member with as many stored attempts as are read, through the whole
// API.
func BenchmarkReviews(b *testing.B) {
	r := newRig(b)
	w := r.guest()
	r.want(204, w, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":false,"favourites":false}`)
	const attempts = 500
	for i := range attempts {
		a := need(r.attempts.Get(context.Background(), r.begin(w).ID))(b)
		at := r.clock.Now().Add(-time.Duration(attempts-i) * 12 * time.Hour)
		sat := *a
		sat.ID, sat.State, sat.Keep, sat.StartedAt, sat.SubmittedAt, sat.RemoveAt = fmt.Sprintf("sat%d", i), quiz.Submitted, true, at, at, nil
		sat.Wrong = []string{sat.Drawn[i%len(sat.Drawn)].Question}
		need(r.attempts.Create(context.Background(), &sat))(b)
		if _, err := r.engine.Collection("attempts").Delete(context.Background(), bson.D{{Key: "_id", Value: a.ID}}); err != nil {
			b.Fatal(err)
		}
	}
	got := read[Reviews](b, r.want(http.StatusOK, w, "GET", "/api/v1/me/reviews", ""))
	for what, route := range map[string]request{
		"GET /me/reviews": {method: "GET", path: "/api/v1/me/reviews"}, "GET /me/mistakes": {method: "GET", path: "/api/v1/me/mistakes"},
		"POST /me/daily": {method: "POST", path: "/api/v1/me/daily", body: "{}"}, "GET /me": {method: "GET", path: "/api/v1/me"},
	} {
		b.Run(what, func(b *testing.B) {
			for b.Loop() {
				if w := r.send(w, route); w.Code >= 300 {
					b.Fatal(w.Code, w.Body)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N)/1000, "ms/request")
			b.ReportMetric(0, "ns/op")
		})
	}
	b.Logf("%d kept sittings, %d concepts, %d due", attempts, len(got.Concepts), got.Due)
}
