package api

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/notify"
)

// publishedPaths are addresses of every published read that is answered from snapshots, with and without parameters.
func publishedPaths(r *rig) []string {
	return []string{
		"/api/v1/home", "/api/v1/explainers", "/api/v1/quizzes", "/api/v1/explainers/" + r.story(), "/api/v1/quizzes/" + r.topic(),
		"/api/v1/explainers?limit=2", "/api/v1/explainers?tag=%E5%91%8A%E8%AF%AB%E4%B9%A6", "/api/v1/laws", "/api/v1/laws?limit=1&status=in_force",
		"/api/v1/laws/" + kiteSlug, "/api/v1/laws/" + kiteSlug + "/articles/2", "/api/v1/laws/" + kiteSlug + "/changes",
		"/api/v1/regions", "/api/v1/regions?parent=150400000000", "/api/v1/regions/150424000000", "/api/v1/hotlines", "/api/v1/hotlines?region=150424000000",
		"/api/v1/appointments/options",
	}
}

// TestPublishedPathsNameEveryPublishedRead keeps the list above whole; a recording is streamed, not prepared.
func TestPublishedPathsNameEveryPublishedRead(t *testing.T) {
	r := newRig(t)
	for _, path := range publishedPaths(r) {
		r.want(200, nobody, "GET", path, "")
	}
	asked := map[string]bool{}
	for _, line := range strings.Split(r.scrape(), "\n") {
		if route, _, found := strings.Cut(strings.TrimPrefix(line, `http_requests_total{method="GET",route="`), `"`); found {
			asked[route] = true
		}
	}
	for route, action := range Routes {
		_, path, _ := strings.Cut(string(route), " ")
		path = strings.NewReplacer("{", ":", "}", "").Replace(path)
		if action == access.ReadPublished && !asked[path] && !strings.Contains(path, "/media/") {
			t.Errorf("%s is in no list", route)
		}
	}
}

func (r *rig) scrape() string {
	w := httptest.NewRecorder()
	promhttp.HandlerFor(r.metrics, promhttp.HandlerOpts{}).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestWhatIsPublishedIsAnsweredOnceAndThenNotModified(t *testing.T) {
	r := newRig(t)
	before := strings.Count(r.log.String(), "msg=request")
	paths := publishedPaths(r)
	for _, path := range paths {
		w := r.want(200, nobody, "GET", path, "")
		tag := w.Header().Get("Etag")
		again := r.want(304, nobody, "GET", path, "", "If-None-Match", tag)
		if tag == "" || again.Body.Len() > 0 || again.Header().Get("Etag") != tag {
			t.Errorf("%s: 304 with %q, %d bytes", path, tag, again.Body.Len())
		}
		prepared := r.want(200, nobody, "GET", path, "")
		if prepared.Body.String() != w.Body.String() || prepared.Header().Get("Etag") != tag || prepared.Header().Get("X-Request-Id") != "" {
			t.Errorf("%s the second time: %v %s, the first %s", path, prepared.Header(), prepared.Body, w.Body)
		}
		if signedIn := r.want(200, r.guest(), "GET", path, ""); signedIn.Body.String() != w.Body.String() || signedIn.Header().Get("X-Request-Id") == "" {
			t.Errorf("%s with a session: %v %s, without %s", path, signedIn.Header(), signedIn.Body, w.Body)
		}
	}
	reads := strings.Count(r.log.String(), "msg=request") - before - len(paths) // a sign-in each
	if reads != 0 {
		t.Errorf("%d published reads are in the log", reads)
	}
}

// TestAPersonalAnswerIsInNoSnapshot: a personal answer is made for each request, and no published read reuses what was
// returned to a request with a session.
func TestAPersonalAnswerIsInNoSnapshot(t *testing.T) {
	r := newRig(t)
	one, other := r.guest(), r.guest()
	for _, path := range []string{"/api/v1/me", "/api/v1/me/keeping", "/api/v1/me/reviews"} {
		first := r.want(200, one, "GET", path, "")
		r.want(401, nobody, "GET", path, "")
		second := r.want(200, other, "GET", path, "")
		for _, w := range []*httptest.ResponseRecorder{first, second} {
			if w.Header().Get("Etag") != "" || w.Header().Get("X-Accel-Expires") != "" || w.Header().Get("X-Request-Id") == "" {
				t.Errorf("%s may be kept: %v", path, w.Header())
			}
		}
	}
	r.want(200, one, "GET", "/api/v1/home", "")
	if w := r.want(200, nobody, "GET", "/api/v1/home", ""); w.Header().Get("X-Request-Id") == "" {
		t.Error("a request with a session left a snapshot")
	}
	if w := r.want(200, nobody, "GET", "/api/v1/home", ""); w.Header().Get("X-Request-Id") != "" || w.Header().Get("X-Accel-Expires") != "5" {
		t.Errorf("negative control: a request without one left none: %v", w.Header())
	}
}

// TestAnswersChangeAtMidnight: laws come into force and hotlines grow old on a day, without anybody publishing anything.
func TestAnswersChangeAtMidnight(t *testing.T) {
	r := newRig(t)
	r.bring(kiteLaw("2026-11-24", "风筝应当有线。", "明天起线要有轴。"))
	r.reload()
	article := "/api/v1/laws/" + kiteSlug + "/articles/2"
	today := read[Article](t, r.want(200, nobody, "GET", article, "")).Version
	r.want(200, nobody, "GET", article, "")
	r.clock.Advance(24 * time.Hour)
	r.must(r.laws.Reload(context.Background()))
	if tomorrow := read[Article](t, r.want(200, nobody, "GET", article, "")).Version; tomorrow == today || !strings.HasPrefix(tomorrow, "2026-11-24") {
		t.Errorf("a day later still %s, %s before", tomorrow, today)
	}
}

func TestAWithdrawnStoryIsGoneFromEveryAnswer(t *testing.T) {
	r := newRig(t)
	slug := r.story()
	live := read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+slug, ""))
	tags, bodies := map[string]string{}, map[string]string{}
	for _, path := range publishedPaths(r)[:2] {
		w := r.want(200, nobody, "GET", path, "")
		tags[path], bodies[path] = w.Header().Get("Etag"), w.Body.String()
	}
	old := r.begin(nobody)
	r.must(r.publish.Withdraw(context.Background(), audit.Operator, live.ID))
	r.reload()
	r.want(404, nobody, "GET", "/api/v1/explainers/"+slug, "")
	r.want(404, nobody, "POST", "/api/v1/explainers/"+slug+"/attempts", "{}")
	for path, tag := range tags {
		w := r.want(200, nobody, "GET", path, "", "If-None-Match", tag)
		if strings.Contains(w.Body.String(), `"slug":"`+slug+`"`) || w.Header().Get("Etag") == tag {
			t.Errorf("%s still tells of it", path)
		}
		if !strings.Contains(bodies["/api/v1/explainers"], `"slug":"`+slug+`"`) {
			t.Errorf("negative control: %s did not tell of it before", path)
		}
	}
	r.want(200, nobody, "POST", "/api/v1/attempts/"+old.ID+"/submission", "{}")
}

func TestPagesOfStoriesMakeTheWholeList(t *testing.T) {
	r := newRig(t)
	whole := read[Page[Brief]](t, r.want(200, nobody, "GET", "/api/v1/explainers?limit=50", "")).Items
	for _, limit := range []int{1, 2, 5} {
		var slugs []string
		for after, more := "", true; more; more = after != "" {
			page := read[Page[Brief]](t, r.want(200, nobody, "GET", fmt.Sprintf("/api/v1/explainers?limit=%d&after=%s", limit, after), ""))
			if len(page.Items) > limit {
				t.Fatalf("a page of %d", len(page.Items))
			}
			for _, b := range page.Items {
				slugs = append(slugs, b.Slug)
			}
			after = page.Next
		}
		for i, b := range whole {
			if i >= len(slugs) || slugs[i] != b.Slug || len(slugs) != len(whole) {
				t.Fatalf("in pages of %d: %v", limit, slugs)
			}
		}
	}
	tag := whole[0].Tags[0]
	for _, b := range read[Page[Brief]](t, r.want(200, nobody, "GET", "/api/v1/explainers?tag="+tag, "")).Items {
		if !strings.Contains(strings.Join(b.Tags, " "), tag) {
			t.Errorf("%s has no tag %s", b.Slug, tag)
		}
	}
}

func TestRecordingsAreServedWithRange(t *testing.T) {
	r := newRig(t)
	if w := r.want(200, nobody, "GET", "/api/v1/media/audio/walk.mp3", ""); w.Body.String() != "not a sound" || w.Header().Get("Content-Type") != "audio/mpeg" {
		t.Errorf("%s %v", w.Body, w.Header())
	}
	if w := r.want(206, nobody, "GET", "/api/v1/media/audio/walk.mp3", "", "Range", "bytes=4-4"); w.Body.String() != "a" {
		t.Errorf("%q", w.Body)
	}
	for _, name := range []string{"other.mp3", "..%2fcode%2fa.png", "walk", "WALK.mp3", "a%5cb.mp3"} {
		r.want(404, nobody, "GET", "/api/v1/media/audio/"+name, "")
	}
}

func TestPlacesAndScenes(t *testing.T) {
	r := newRig(t)
	leagues := read[Regions](t, r.want(200, nobody, "GET", "/api/v1/regions", ""))
	if len(leagues.Items) != 12 || leagues.Year != 2023 || leagues.Items[0].Level != 2 || !leagues.Items[0].HasChildren {
		t.Errorf("%d leagues of %d: %+v", len(leagues.Items), leagues.Year, leagues.Items[0])
	}
	inside := read[Regions](t, r.want(200, nobody, "GET", "/api/v1/regions?parent="+leagues.Items[0].Code, ""))
	place := read[RegionDetail](t, r.want(200, nobody, "GET", "/api/v1/regions/"+inside.Items[0].Code, ""))
	if len(place.Path) != 3 || place.Path[1].Code != leagues.Items[0].Code {
		t.Errorf("the way to a banner: %+v", place.Path)
	}
	scene := read[Scene](t, r.want(200, nobody, "GET", "/api/v1/scenes/~demo1", ""))
	if scene.Project == nil || scene.Project.LogoLine == "" || scene.Region == nil || !strings.HasPrefix(scene.Page, "/pages/") {
		t.Errorf("a scene: %+v", scene)
	}
	for _, path := range []string{"/regions/999999999999", "/regions/1", "/regions?parent=x", "/scenes/nothing", "/hotlines?region=7"} {
		r.want(404, nobody, "GET", "/api/v1"+path, "")
	}
	for _, h := range read[Hotlines](t, r.want(200, nobody, "GET", "/api/v1/hotlines", "")).Items {
		if h.Number == "110" || h.Number == "120" || h.TestedDay == "" {
			t.Errorf("a hotline: %+v", h)
		}
	}
}

// TestNoRouteSaysWhatItIsFor: addresses are seen by whoever looks over her shoulder, in a browser's history and in a network's log.
func TestNoRouteSaysWhatItIsFor(t *testing.T) {
	onlookers := notify.ForOnlookers()
	for route := range Routes {
		if word := onlookers.Find(string(route)); word != "" {
			t.Errorf("%s says %q", route, word)
		}
	}
	if onlookers.Find("GET /api/v1/counsellors") == "" {
		t.Error("negative control: a route that names counselling is not found")
	}
}
