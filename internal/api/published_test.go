package api

import (
	"context"
	"fmt"
	"strings"
	"testing"
)

// keptPaths are addresses answered from kept bytes.
func keptPaths(r *rig) []string {
	return []string{"/api/v1/home", "/api/v1/explainers", "/api/v1/quizzes", "/api/v1/explainers/" + r.story(), "/api/v1/quizzes/" + r.topic()}
}

func TestWhatIsPublishedIsAnsweredOnceAndThenNotModified(t *testing.T) {
	r := newRig(t)
	before := strings.Count(r.log.String(), "msg=request")
	for _, path := range keptPaths(r) {
		w := r.want(200, nobody, "GET", path, "")
		tag := w.Header().Get("Etag")
		again := r.want(304, nobody, "GET", path, "", "If-None-Match", tag)
		if tag == "" || again.Body.Len() > 0 || again.Header().Get("Etag") != tag {
			t.Errorf("%s: 304 with %q, %d bytes", path, tag, again.Body.Len())
		}
		if worked := r.want(200, r.guest(), "GET", path, ""); worked.Body.String() != w.Body.String() {
			t.Errorf("%s: kept %s, worked out %s", path, w.Body, worked.Body)
		}
	}
	kept := strings.Count(r.log.String(), "msg=request") - before - 2*len(keptPaths(r)) // a sign-in and a read with it each
	if kept != 0 {
		t.Errorf("%d reads without a session are in the log", kept)
	}
}

func TestAWithdrawnStoryIsGoneFromEveryAnswer(t *testing.T) {
	r := newRig(t)
	slug := r.story()
	told := read[Explainer](t, r.want(200, nobody, "GET", "/api/v1/explainers/"+slug, ""))
	tags, bodies := map[string]string{}, map[string]string{}
	for _, path := range keptPaths(r)[:2] {
		w := r.want(200, nobody, "GET", path, "")
		tags[path], bodies[path] = w.Header().Get("Etag"), w.Body.String()
	}
	old := r.begin(nobody)
	r.must(r.publish.Withdraw(context.Background(), told.ID))
	r.reload()
	r.must(r.api.Refresh())
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
