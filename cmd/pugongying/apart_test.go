package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// TestTwoServersWhoseClocksStandApart: two servers on one MongoDB, the second an hour ahead, an hour behind, or more than a
// guest's day ahead. Who is signed in at one is signed in at the other and leaves both; what has expired by the wrong clock
// is refused there and is still here afterwards; the wrong server says that it differs, and the right one believes its
// time before, meanwhile and after. The control is the hour itself: each row first shows that the second server differs.
func TestTwoServersWhoseClocksStandApart(t *testing.T) {
	uri, database := testkit.MongoURI(t), testkit.MongoDatabase(t)
	dir := t.TempDir()
	if out, err := call(t, "key", "create", filepath.Join(dir, "root.key")); err != nil {
		t.Fatal(out, err)
	}
	environ := []string{"PGY_MONGO_URI=" + uri, "PGY_MONGO_DATABASE=" + database, "PGY_KEYS_ROOT_FILE=" + filepath.Join(dir, "root.key")}
	right := start(t, filepath.Join(dir, "right"), environ...)
	believed := func(when string) {
		t.Helper()
		if status, body := right.get("/readyz"); status != http.StatusOK || !strings.Contains(body, `"clock":"ok"`) {
			t.Errorf("%s: %d %s", when, status, body)
		}
	}
	signIn := func(at *server) (bearer []string, end string) {
		t.Helper()
		status, text, err := request(http.DefaultClient, "POST", at.url+"/api/v1/sessions", `{"provider":"guest"}`)
		if err != nil || status != http.StatusCreated {
			t.Fatal(status, text, err)
		}
		return []string{"Authorization", "Bearer " + between(text, `"token":"`)}, between(text, `"endKey":"`)
	}
	for shift, served := range map[string]int{"1h": http.StatusOK, "-1h": http.StatusOK, "25h": http.StatusUnauthorized} {
		believed("before " + shift)
		bearer, _ := signIn(right)
		wrong := start(t, filepath.Join(dir, "wrong"+shift), append(environ, "PGY_CLOCK_SHIFT="+shift)...)
		if _, body := wrong.get("/readyz"); strings.Contains(body, `"clock":"ok"`) || !strings.Contains(body, "MongoDB") {
			t.Errorf("%s: readyz of the wrong server says %s", shift, body)
		}
		if status, body := wrong.get("/api/v1/me", bearer...); status != served {
			t.Errorf("%s: signed in here, there %d %s", shift, status, body)
		}
		theirs, end := signIn(wrong)
		if status, body := right.get("/api/v1/me", theirs...); status != http.StatusOK {
			t.Errorf("%s: signed in there, here %d %s", shift, status, body)
		}
		if status, body, err := request(http.DefaultClient, "POST", wrong.url+"/api/v1/sessions/end", `{"key":"`+end+`"}`); err != nil || status != http.StatusNoContent {
			t.Errorf("%s: leaves: %d %s %v", shift, status, body, err)
		}
		for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) {
			status, body := right.get("/api/v1/me", theirs...)
			if status == http.StatusUnauthorized {
				break
			}
			if time.Since(begun) > time.Minute {
				t.Fatalf("%s: she left there, and here %d %s", shift, status, body)
			}
		}
		if out, err := call(t, "clock", "trust", "--data", wrong.dir); err == nil {
			t.Errorf("%s: a clock that MongoDB contradicts was believed: %s", shift, out)
		}
		time.Sleep(2 * time.Second) // a start sweeps at once
		believed("beside " + shift)
		wrong.stop()
		if status, body := right.get("/api/v1/me", bearer...); status != http.StatusOK {
			t.Errorf("%s: the wrong server took her session with it: %d %s", shift, status, body)
		}
		believed("after " + shift)
	}
	right.stop()
	testkit.Score(t, "two servers whose clocks stand an hour and a day apart: sessions destroyed", "0", !t.Failed(), "the wrong server refuses what has expired by its clock")
}
