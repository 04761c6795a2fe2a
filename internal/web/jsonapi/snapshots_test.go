package jsonapi

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// fresh reports whether an answer was made for this request; one from a snapshot bears no request id.
func (r *rig) fresh(t *testing.T, path string, headers ...string) bool {
	t.Helper()
	w := r.do("GET", path, "", headers...)
	if w.Code != 200 {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	return w.Header().Get("X-Request-Id") != ""
}

func TestAPublishedReadIsPreparedOnce(t *testing.T) {
	r := newRig(t)
	first := r.do("GET", "/read/a?size=400", "")
	again := r.do("GET", "/read/a?size=400", "")
	if r.calls != 1 || again.Code != 200 || again.Body.String() != first.Body.String() {
		t.Fatalf("%d calls, %d %s", r.calls, again.Code, again.Body)
	}
	for name, want := range map[string]string{"Content-Type": "application/json", "Cache-Control": "no-store", "X-Accel-Expires": "5", "X-Content-Type-Options": "nosniff", "Vary": "Accept-Encoding"} {
		if first.Header().Get(name) != want || again.Header().Get(name) != want {
			t.Errorf("%s: %q, then %q, want %q", name, first.Header().Get(name), again.Header().Get(name), want)
		}
	}
	tag := first.Header().Get("Etag")
	if w := r.do("GET", "/read/a?size=400", "", "If-None-Match", tag); w.Code != 304 || w.Body.Len() != 0 || w.Header().Get("Etag") != tag {
		t.Errorf("with its tag: %d %v", w.Code, w.Header())
	}
	if w := r.do("GET", "/read/b?size=400", "", "If-None-Match", tag); w.Code != 304 {
		t.Errorf("with its tag, before it is prepared: %d", w.Code)
	}
	if w := r.do("GET", "/read/a?size=400", "", "Accept-Encoding", "br, gzip"); w.Header().Get("Content-Encoding") != "gzip" || w.Body.Len() > 200 {
		t.Errorf("compressed: %v, %d bytes", w.Header(), w.Body.Len())
	}
	if w := r.do("GET", "/read/gone", ""); w.Code != 404 || r.do("GET", "/read/gone", "").Header().Get("X-Request-Id") == "" {
		t.Errorf("a refusal was prepared: %d", w.Code)
	}
	if strings.Contains(r.log.String(), "msg=request") {
		t.Errorf("published reads are in the log:\n%s", r.log)
	}
	if r.do("GET", "/nowhere", ""); !strings.Contains(r.log.String(), "msg=request") {
		t.Error("negative control: nothing is in the log at all")
	}
}

func TestWhatMakesAnAnswerAgain(t *testing.T) {
	for name, change := range map[string]func(r *rig){
		"published anew": func(r *rig) { r.api.Snapshots.Renew() },
		"a day later":    func(r *rig) { r.now = r.now.Add(24 * time.Hour) },
		"a clock set back before the snapshots began": func(r *rig) { r.now = r.now.Add(-48 * time.Hour) },
	} {
		r := newRig(t)
		if !r.fresh(t, "/read/a") || r.fresh(t, "/read/a") {
			t.Fatal("the first answer is not made, or the second is")
		}
		r.now = r.now.Add(time.Minute)
		if r.fresh(t, "/read/a") {
			t.Errorf("%s: a minute made it old", name)
		}
		if change(r); !r.fresh(t, "/read/a") {
			t.Errorf("%s: still the old answer", name)
		}
		if r.fresh(t, "/read/a") {
			t.Errorf("%s: and no new snapshot", name)
		}
	}
}

// TestAnAnswerThatBecameOldWhileItWasMadeIsNotStored: it was read before the change, so it may show either state.
func TestAnAnswerThatBecameOldWhileItWasMadeIsNotStored(t *testing.T) {
	r := newRig(t)
	for range 3 {
		if !r.fresh(t, "/read/renewed") {
			t.Fatal("an answer from before the change was kept")
		}
	}
}

func TestWhatLooksAtNoSnapshotAndLeavesNone(t *testing.T) {
	for name, tt := range map[string]struct {
		path    string
		headers []string
	}{
		"a session":                  {"/read/a", []string{"Authorization", "Bearer x"}},
		"a parameter twice":          {"/read/a?tag=x&tag=x", nil},
		"another spelling":           {"/read/a?tag=%78", nil},
		"an empty part":              {"/read/a?tag=x&", nil},
		"an answer that is too long": {"/read/a?size=6000", nil},
	} {
		r := newRig(t)
		for range 3 {
			if !r.fresh(t, tt.path, tt.headers...) {
				t.Errorf("%s: answered from a snapshot", name)
			}
		}
		if len(tt.headers) > 0 && !r.fresh(t, tt.path) {
			t.Errorf("%s left a snapshot", name)
		}
	}
	r := newRig(t)
	for _, path := range []string{"/read/a", "/read/a?tag=x", "/read/a?size=1&tag=x", "/read/a?tag=x&size=1", "/read/a?tag=%E5%91%8A"} {
		if !r.fresh(t, path) || r.fresh(t, path) {
			t.Errorf("negative control: %s has no snapshot of its own", path)
		}
	}
	if w := r.do("POST", "/read/a", ""); w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
		t.Errorf("POST: %d, Allow %q", w.Code, w.Header().Get("Allow"))
	}
}

// TestSnapshotsStayWithinTheirMemory asks for more than fits, often for one: that one stays.
func TestSnapshotsStayWithinTheirMemory(t *testing.T) {
	r := newRig(t)
	for i := range 500 {
		r.fresh(t, fmt.Sprintf("/read/a?tag=%d", i))
		r.fresh(t, "/read/often")
	}
	s := r.api.Snapshots
	if s.bytes > s.options.Bytes || s.bytes < s.options.Bytes/2 || s.prepared.Len() > 64 {
		t.Errorf("%d snapshots of %d bytes, %d allowed", s.prepared.Len(), s.bytes, s.options.Bytes)
	}
	if r.fresh(t, "/read/often") || !r.fresh(t, "/read/a?tag=0") {
		t.Error("what is asked for often made room for what is not")
	}
	if s.Renew(); s.bytes != 0 || s.prepared.Len() != 0 {
		t.Errorf("after a change %d bytes are left", s.bytes)
	}
}
