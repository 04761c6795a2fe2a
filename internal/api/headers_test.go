package api

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
)

// traces says what of an answer a browser or the next site would remember of her; "" when nothing.
func traces(w *httptest.ResponseRecorder) string {
	h := w.Header()
	wanted := map[string]string{"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff"}
	if w.Code == http.StatusNotModified { // has no content whose type or links could matter
		wanted = map[string]string{"Cache-Control": "no-store"}
	}
	for name, want := range wanted {
		if h.Get(name) != want {
			return name + ": " + h.Get(name)
		}
	}
	if h.Get("Set-Cookie") != "" {
		return "a cookie"
	}
	return ""
}

// TestNoAnswerIsStoredByABrowser tries every operation with and without a session, including published reads from
// snapshots and 304 responses: a folder of cached stories, or of recordings listened to, would reveal what she read.
func TestNoAnswerIsStoredByABrowser(t *testing.T) {
	r := newRig(t)
	seen := map[int]int{}
	look := func(name string, w *httptest.ResponseRecorder) {
		t.Helper()
		seen[w.Code/100]++
		if left := traces(w); left != "" {
			t.Errorf("%s, %d: %s", name, w.Code, left)
		}
	}
	for _, route := range slices.Sorted(maps.Keys(Routes)) {
		her := r.weChat("she")
		a := r.begin(her)
		q := r.fill(route, ids{a.ID, a.Questions[0].ID, r.claimCode(r.guest())})
		read := r.send(nobody, q)
		look(string(route)+" of nobody", read)
		look(string(route), r.send(her, q))
		look(string(route)+" misspelt", r.do(her, q.method, queried(q.path, "zz=1"), q.body))
		if tag := read.Header().Get("Etag"); tag != "" {
			look(string(route)+" again", r.do(nobody, q.method, q.path, q.body, "If-None-Match", tag))
		}
	}
	if seen[2] < len(Routes) || seen[3] < 2 || seen[4] < len(Routes) {
		t.Errorf("hardly anything was looked at: %v", seen)
	}
	w := httptest.NewRecorder()
	w.Header().Set("Cache-Control", "public, max-age=86400")
	if traces(w) == "" {
		t.Error("negative control: an answer to be kept for a day passes")
	}
}

// FuzzToken: a token that is not exactly one that was issued opens nothing, and is always refused in the same way.
func FuzzToken(f *testing.F) {
	r := newRig(f)
	good, ended := r.guest().Token, r.guest()
	r.want(204, ended, "DELETE", "/api/v1/sessions/current", "")
	unknown := r.do(who{Token: ended.Token}, "GET", "/api/v1/me", "").Body.String()
	for _, seed := range []string{
		"Bearer " + good, "Bearer " + ended.Token, "bearer " + good, "Bearer  " + good, "Bearer " + good + "=", good, "Basic eDp5", "Bearer ", "\xff",
		"Bearer " + strings.ToLower(good), "Bearer " + good[:42] + "A", "Bearer " + good + "\n", "Bearer " + strings.Repeat("a", 43),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header string) {
		w := r.do(nobody, "GET", "/api/v1/me", "", "Authorization", header)
		switch {
		case header == "Bearer "+good:
			if w.Code != 200 {
				t.Fatalf("her own token: %d %s", w.Code, w.Body)
			}
		case w.Code != 401:
			t.Fatalf("%q: %d %s", header, w.Code, w.Body)
		case header != "" && w.Body.String() != unknown:
			t.Fatalf("%q is told from a session that ended: %s", header, w.Body)
		}
	})
}
