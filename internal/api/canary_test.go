package api

import (
	"bytes"
	"fmt"
	"maps"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"pugongying/internal/store/bolt"
	"pugongying/internal/testkit"
	"pugongying/internal/wechat/sandbox"
)

// markers are the canaries by where they were typed. Each is looked for in every sink.
type markers map[string]string

// put makes a canary for a place a person can type in.
func (m markers) put(where string) string {
	m[where] = fmt.Sprintf("canary-%02d-x7q9z", len(m))
	return m[where]
}

// tainted is the walk through the API with a canary in everything that is typed or issued.
type tainted struct {
	*rig
	dir     string
	markers markers
	errors  []string // bodies and headers of every refusal
	answers []string
}

// send sends a request with canaries in what any client sends, and keeps what comes back.
func (c *tainted) send(w who, method, path, body string, pairs ...string) *httptest.ResponseRecorder {
	pairs = append([]string{
		"User-Agent", c.markers["user agent"], "X-Forwarded-For", "198.51.100.77", "X-Real-Ip", "198.51.100.77", "Forwarded", "for=198.51.100.77", "Referer", c.markers["referer"],
		"Cookie", c.markers["cookie"], "X-Request-Id", c.markers["request id"], "If-None-Match", c.markers["etag"], "Accept-Language", c.markers["language"],
	}, pairs...)
	answer := c.do(w, method, path, body, pairs...)
	if answer.Code >= 400 {
		c.errors = append(c.errors, answer.Body.String()+fmt.Sprint(answer.Header()))
	}
	c.answers = append(c.answers, answer.Body.String())
	return answer
}

func newTainted(t *testing.T) *tainted {
	dir, clock := t.TempDir(), testkit.NewClock()
	engine, err := bolt.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = engine.Close(t.Context()) })
	c := &tainted{rig: newRigOn(t, clock, engine, true), dir: dir, markers: markers{}}
	for _, where := range []string{"user agent", "referer", "cookie", "request id", "etag", "language"} {
		c.markers.put(where)
	}
	return c
}

func (c *tainted) walk() {
	m := c.markers
	guest := c.signInAs(`{"provider":"guest","remember":true}`, "guest")
	her := c.signInAs(`{"provider":"wechat","code":"sandbox-canary"}`, "her")
	m["openid"] = sandbox.OpenID(c.appID, "canary")
	c.send(nobody, "POST", "/api/v1/sessions", `{"provider":"wechat","code":"`+m.put("a login code that is none")+`"}`)
	c.send(nobody, "POST", "/api/v1/sessions", `{"provider":"`+m.put("provider")+`"}`)
	c.send(nobody, "POST", "/api/v1/sessions/end", `{"key":"`+m.put("end key that is none")+`"}`)
	c.send(who{Token: m.put("token that is none")}, "GET", "/api/v1/me", "")
	c.send(nobody, "GET", "/api/v1/me", "", "Authorization", "Basic "+m.put("basic credentials"))
	for where, path := range map[string]string{
		"tag": "/api/v1/explainers?tag=", "cursor": "/api/v1/explainers?after=", "unknown query": "/api/v1/home?q=", "slug": "/api/v1/explainers/", "region": "/api/v1/regions/",
		"parent": "/api/v1/regions?parent=", "scene": "/api/v1/scenes/", "hotline region": "/api/v1/hotlines?region=", "attempt": "/api/v1/attempts/", "path": "/", "recording": "/api/v1/media/audio/", "law": "/api/v1/laws/", "law cursor": "/api/v1/laws?after=", "article": "/api/v1/laws/" + kiteSlug + "/articles/",
		"law version": "/api/v1/laws/" + kiteSlug + "?version=", "article version": "/api/v1/laws/" + kiteSlug + "/articles/2?version=", "compared version": "/api/v1/laws/" + kiteSlug + "/changes?from=",
		"search": "/api/v1/search?q=", "search kind": "/api/v1/search?q=23&kind=", "a search that is too long": "/api/v1/search?q=" + strings.Repeat("a", 1000), "search with an unknown query": "/api/v1/search?q=23&zz=",
	} {
		c.send(nobody, "GET", path+m.put(where), "")
	}
	key := m.put("idempotency key")
	a := c.begin(guest)
	c.send(guest, "POST", "/api/v1/me/daily", `{"scene":"`+m.put("scene of a sitting")+`"}`, "Idempotency-Key", key)
	c.send(guest, "POST", "/api/v1/me/daily", `{}`, "Idempotency-Key", key)
	c.send(nobody, "POST", "/api/v1/explainers/"+c.story()+"/readings", `{"scene":"`+m.put("scene of a reading")+`"}`, "Idempotency-Key", m.put("key of a reading"))
	c.send(guest, "PUT", "/api/v1/attempts/"+a.ID+"/answers/"+m.put("question"), `{"options":[]}`)
	c.send(guest, "PUT", "/api/v1/attempts/"+a.ID+"/answers/"+a.Questions[0].ID, `{"options":["`+m.put("option")+`"]}`)
	c.send(guest, "POST", "/api/v1/attempts/"+a.ID+"/submission", `{"answers":{"`+m.put("answered question")+`":[]}}`)
	c.send(guest, "POST", "/api/v1/attempts/"+a.ID+"/submission", `{"`+m.put("unknown field")+`":1}`)
	c.send(guest, "POST", "/api/v1/attempts/"+a.ID+"/submission", `{"answers":"`+m.put("wrong type")+`"`)
	c.send(guest, "POST", "/api/v1/attempts/"+a.ID+"/submission", `{}`)
	c.send(guest, "PATCH", "/api/v1/me", `{"ageBand":"`+m.put("age band")+`"}`)
	c.send(guest, "PATCH", "/api/v1/me", `{"region":"x7q9z-canary"}`)
	m["keeping code"] = "73519042"
	c.send(guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true,"newCode":"73519042","adopt":"`+a.ID+`"}`)
	c.send(guest, "GET", "/api/v1/me/mistakes", "", "X-Keeping-Code", "73519042")
	m["wrong keeping code"] = "84620153"
	c.send(guest, "GET", "/api/v1/me/mistakes", "", "X-Keeping-Code", "84620153")
	c.learned(guest, 3)
	for _, sent := range []string{"84620153", "73519042"} {
		c.send(guest, "GET", "/api/v1/me/reviews", "", "X-Keeping-Code", sent)
		c.send(guest, "POST", "/api/v1/me/daily", `{}`, "X-Keeping-Code", sent)
		c.send(guest, "POST", "/api/v1/me/reviews/attempts", `{"scene":"`+m.put("scene of a review")+`"}`, "X-Keeping-Code", sent)
	}
	c.send(guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true,"newCode":"x7q9zcan"}`)
	c.send(guest, "PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true,"adopt":"`+m.put("adopted attempt")+`"}`, "X-Keeping-Code", "73519042")
	c.send(guest, "PUT", "/api/v1/me/shelf/read/"+m.put("shelf slug"), "", "X-Keeping-Code", "73519042")
	c.send(guest, "DELETE", "/api/v1/me/mistakes/"+m.put("dismissed question"), "", "X-Keeping-Code", "73519042")
	m["claim code"] = c.claimCode(guest)
	c.send(her, "POST", "/api/v1/me/claim", `{"code":"`+m.put("claim code that is none")+`"}`)
	c.send(her, "POST", "/api/v1/me/claim", `{"code":"`+m["claim code"]+`"}`)
	for range 8 { // past the rate as well
		c.send(her, "GET", "/api/v1/me/export", "", "X-Keeping-Code", "73519042")
	}
}

// signInAs remembers the token and the end key as canaries.
func (c *tainted) signInAs(body, name string) who {
	w := c.rig.signIn(body)
	c.markers[name+"'s token"], c.markers[name+"'s end key"] = w.Token, w.EndKey
	return w
}

// sinks are all the places where data may end up: what a log reader, an operator, a database administrator or a thief of
// the disk could read.
func (c *tainted) sinks() map[string]string {
	page := httptest.NewRecorder()
	promhttp.HandlerFor(c.metrics, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest("GET", "/metrics", nil))
	var cached strings.Builder
	for _, key := range c.redis.Keys() {
		value, _ := c.redis.Get(key)
		fmt.Fprintln(&cached, key, value)
	}
	var disk bytes.Buffer
	c.must(filepath.WalkDir(c.dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		disk.Write(data)
		return err
	}))
	return map[string]string{
		"log": c.log.String(), "metrics": page.Body.String(), "documents": fmt.Sprint(slices.Collect(maps.Values(c.documents()))), "disk": disk.String(), "cache": cached.String(),
		"refusals": strings.Join(c.errors, "\n"),
	}
}

// found names every canary in every sink.
func (m markers) found(sinks map[string]string) []string {
	var hits []string
	for sink, text := range sinks {
		for where, marker := range m {
			if strings.Contains(text, marker) {
				hits = append(hits, where+" in "+sink)
			}
		}
	}
	return hits
}

// echoed is what a refusal may repeat: the name of an unknown field, to the client that sent it.
var echoed = map[string]bool{"unknown field in refusals": true}

func TestCanaries(t *testing.T) {
	c := newTainted(t)
	c.walk()
	c.markers["address"] = "198.51.100.77"
	c.markers["peer"] = "192.0.2.1" // of every httptest request
	sinks := c.sinks()
	for _, hit := range c.markers.found(sinks) {
		if !echoed[hit] {
			t.Error(hit)
		}
	}
	sizes := map[string]int{}
	for sink, text := range sinks {
		if sizes[sink] = len(text); len(text) == 0 {
			t.Errorf("%s is empty, so this shows nothing of it", sink)
		}
	}
	t.Logf("canaries: %d in %d requests, searched in %v bytes; hits where they must not be: 0 expected", len(c.markers), len(c.answers), sizes)
	c.controls(t)
	testkit.Score(t, "canary hits outside allowed places", fmt.Sprintf("0 of %d canaries in %d sinks", len(c.markers), len(sizes)), !t.Failed(),
		"one planted in each of 6 sinks is found")
}

// controls plants one canary in each sink in the way it would get there, and requires that it is found.
func (c *tainted) controls(t *testing.T) {
	c.markers["planted"] = "planted-canary"
	_, _ = c.log.Write([]byte("planted-canary"))
	c.errors = append(c.errors, "planted-canary")
	c.must(c.redis.Set("planted-canary", "1"))
	c.must(c.engine.Collection("attempts").Insert(t.Context(), map[string]any{"_id": "planted-canary", "rev": int64(1), "startedAt": time.Now()}))
	c.metrics.MustRegister(prometheus.NewGauge(prometheus.GaugeOpts{Name: "planted", Help: "planted-canary"}))
	hits := c.markers.found(c.sinks())
	for _, sink := range []string{"log", "metrics", "documents", "disk", "cache", "refusals"} {
		if !slices.Contains(hits, "planted in "+sink) {
			t.Errorf("negative control: a canary in %s is not found", sink)
		}
	}
	// What was handed out is searched for as it was handed out: her token is in the answer that gave it to her.
	if !slices.Contains(c.markers.found(map[string]string{"answers": strings.Join(c.answers, "\n")}), "unknown field in answers") {
		t.Error("negative control: no canary came through the door at all")
	}
}
