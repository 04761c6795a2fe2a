package app

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/config"
	"pugongying/internal/publish/publishtest"
	"pugongying/internal/region"
	"pugongying/internal/seal"
	"pugongying/internal/testkit"
)

// seenTime is within what a withdrawal has to be seen everywhere.
const seenTime = 60 * time.Second

// server is a whole server on shared documents, with its loops.
func server(t *testing.T, c config.Config) *App {
	t.Helper()
	c.Data = t.TempDir()
	a, err := Open(t.Context(), c, NewLogger(c.Log, &lines{}))
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	a.StartLoops(ctx, &group)
	t.Cleanup(func() {
		stop()
		group.Wait()
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

// shows reports whether a server gives anything of a story: its own page, the lists, the home page, the search.
func shows(t *testing.T, a *App, slug, tag string) []string {
	t.Helper()
	var where []string
	for _, path := range []string{"/explainers/" + slug, "/explainers?limit=50", "/home", "/search?q=" + slug} {
		r := httptest.NewRequest(http.MethodGet, "/api/v1"+path, nil)
		if tag != "" && strings.HasSuffix(path, slug) {
			r.Header.Set("If-None-Match", tag)
		}
		w := httptest.NewRecorder()
		a.Handler.ServeHTTP(w, r)
		if w.Code == http.StatusNotModified || w.Code == http.StatusOK && strings.Contains(w.Body.String(), `"`+slug+`"`) {
			where = append(where, path)
		}
	}
	return where
}

// One reviewer takes a story down at one server: the other one, which has it in its memory, its kept answers and its index,
// and a third that starts afterwards show nothing of it within a minute. Whoever opens a link that was shared reads a
// neutral sentence.
func TestAWithdrawalIsSeenEverywhere(t *testing.T) {
	c := config.Default()
	c.Mongo.URI, c.Mongo.Database = testkit.MongoURI(t), testkit.MongoDatabase(t)
	c.Keys.RootFile = filepath.Join(t.TempDir(), "root.key") // one key for all of them
	if _, err := seal.Create(c.Keys.RootFile); err != nil {
		t.Fatal(err)
	}
	one, other := server(t, c), server(t, c)
	story := other.library.All()[0]
	slug, id := story.Slug, story.ID
	w := httptest.NewRecorder()
	other.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/explainers/"+slug, nil))
	tag := w.Header().Get("Etag")
	if before := shows(t, other, slug, tag); len(before) < 2 {
		t.Fatalf("negative control: before, the other server shows it only in %v", before)
	}
	reviewer := publishtest.Person("REVIEWER", region.Code(c.League), access.Editor2)
	start := time.Now()
	if err := one.Workflow.TakeDown(t.Context(), reviewer, id); err != nil {
		t.Fatal(err)
	}
	worst := map[string]time.Duration{}
	for name, a := range map[string]*App{"this server": one, "the other server": other} {
		for where := shows(t, a, slug, tag); len(where) > 0; where = shows(t, a, slug, tag) {
			if time.Since(start) > seenTime {
				t.Fatalf("%s still shows it in %v", name, where)
			}
			time.Sleep(50 * time.Millisecond)
		}
		worst[name] = time.Since(start)
	}
	cold := server(t, c)
	if where := shows(t, cold, slug, tag); len(where) > 0 {
		t.Errorf("a server that starts afterwards shows it in %v", where)
	}
	w = httptest.NewRecorder()
	cold.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/api/v1/explainers/"+slug, nil))
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), "撤下") || strings.Contains(w.Body.String(), story.Title) {
		t.Errorf("a shared link says %d %s", w.Code, w.Body)
	}
	slowest := max(worst["this server"], worst["the other server"])
	testkit.Score(t, "withdrawal seen by two servers and a cold one, worst", slowest.Round(100*time.Millisecond).String(), slowest <= seenTime,
		"before it the other server shows the story in at least two places")
	t.Logf("seen after %v", worst)
}
