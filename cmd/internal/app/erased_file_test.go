package app

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/jobs"
	"pugongying/internal/member"
	"pugongying/internal/store"
	"pugongying/internal/store/document"
	"pugongying/internal/testkit"
)

// person is somebody who uses the classroom through its door.
type person struct {
	t     *testing.T
	app   *App
	token string
}

func (p *person) ask(method, path, body string, into any) int {
	p.t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if p.token != "" {
		r.Header.Set("Authorization", "Bearer "+p.token)
	}
	p.app.Handler.ServeHTTP(w, r)
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			p.t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	return w.Code
}

// somebody signs in and has something stored of every kind; it gives her id.
func somebody(t *testing.T, a *App) (*person, member.ID) {
	t.Helper()
	p := &person{t: t, app: a}
	var in struct {
		Token  string
		Member struct{ ID member.ID }
	}
	if status := p.ask("POST", "/api/v1/sessions", `{"provider":"guest","remember":true}`, &in); status != 201 {
		t.Fatalf("sign-in: %d", status)
	}
	p.token = in.Token
	for i := range 8 {
		var paper struct{ ID string }
		status := []int{
			p.ask("PUT", "/api/v1/me/keeping", `{"mistakes":true,"reading":true,"favourites":true}`, nil),
			p.ask("PUT", "/api/v1/me/shelf/read/wanfeng", "", nil),
			p.ask("POST", "/api/v1/me/daily", "{}", &paper),
			p.ask("POST", "/api/v1/attempts/"+paper.ID+"/submission", "{}", nil),
		}
		if !slices.Equal(status, []int{204, 204, 201, 200}) {
			t.Fatalf("round %d: %v", i, status)
		}
	}
	p.ask("POST", "/api/v1/me/claim-code", "", nil)
	if _, err := a.Quiz.Count(t.Context()); err != nil {
		t.Fatal(err)
	}
	return p, in.Member.ID
}

// wordsOf are the ids of every document that was stored since these were there, with the member's own.
func (a *App) wordsOf(t *testing.T, before map[string]bool) []string {
	t.Helper()
	var words []string
	for id := range a.ids(t) {
		if !before[id] {
			words = append(words, id[strings.Index(id, "/")+1:])
		}
	}
	return words
}

// ids are all documents of collections that name members, and their keys, as "collection/id".
func (a *App) ids(t *testing.T) map[string]bool {
	t.Helper()
	found := map[string]bool{}
	for collection := range store.Owners() {
		a.eachID(t, collection, found)
	}
	a.eachID(t, "keys", found)
	return found
}

func (a *App) eachID(t *testing.T, collection string, found map[string]bool) {
	t.Helper()
	err := a.Documents.Collection(collection).Find(t.Context(), document.Query{}, func(raw bson.Raw) error {
		found[collection+"/"+raw.Lookup("_id").StringValue()] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// finishErasures does what the jobs would do a minute later.
func (a *App) finishErasures(t *testing.T) {
	t.Helper()
	later := func() time.Time { return a.now().Add(2 * time.Minute) }
	worker := &jobs.Worker{Name: "later", Now: later, Log: slog.New(slog.DiscardHandler), Alone: true, Kinds: slices.DeleteFunc(
		slices.Clone(a.jobKinds), func(k jobs.Kind) bool { return k.Name != "erasures" })}
	if err := worker.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// TestNothingOfHerIsLeftInTheFile looks for an erased member in the raw bytes of the embedded file.
func TestNothingOfHerIsLeftInTheFile(t *testing.T) {
	a := opened(t)
	somebody(t, a)
	before := a.ids(t)
	her, id := somebody(t, a)
	words := a.wordsOf(t, before)
	if len(words) < 12 || !slices.Contains(words, string(id)) {
		t.Fatalf("control: only %q lead to her", words)
	}
	if status := her.ask("DELETE", "/api/v1/me", "", nil); status != 204 {
		t.Fatalf("erasing: %d", status)
	}
	a.finishErasures(t)
	began := time.Now()
	control := a.copiesOf(t, words)
	if control == 0 {
		t.Fatal("control: nothing of her was in the free pages")
	}
	left := control
	for left > 0 && time.Since(began) < time.Minute {
		time.Sleep(200 * time.Millisecond)
		left = a.copiesOf(t, words)
	}
	took := time.Since(began).Round(100 * time.Millisecond)
	t.Logf("%d ids led to her, %d copies of them in the file when she was erased, %d after %s", len(words), control, left, took)
	testkit.Score(t, "raw bytes of the embedded file that hold an erased member", fmt.Sprintf("%d after %s", left, took), left == 0,
		fmt.Sprintf("%d copies before they were overwritten", control))
	if left > 0 {
		t.Errorf("%d copies are left", left)
	}
}

// copiesOf counts the words in the raw bytes of the file.
func (a *App) copiesOf(t *testing.T, words []string) (n int) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(a.config.Data, "documents.db"))
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words {
		n += bytes.Count(raw, []byte(word))
	}
	return n
}

// TestErasingAMemberWithAThousandAttempts measures what she waits for.
func TestErasingAMemberWithAThousandAttempts(t *testing.T) {
	const attempts, limit = 1000, 2 * time.Second
	onEngines(t, func(t *testing.T, a *App) {
		her, _ := somebody(t, a)
		a.multiply(t, attempts)
		began := time.Now()
		if status := her.ask("DELETE", "/api/v1/me", "", nil); status != 204 {
			t.Fatalf("erasing: %d", status)
		}
		took := time.Since(began)
		n, err := a.Documents.Collection("attempts").Count(t.Context(), nil, 0)
		if err != nil || n != 0 {
			t.Fatalf("%d attempts are left, %v", n, err)
		}
		t.Logf("%s: %d attempts erased in %s", a.Documents.Describe(), attempts, took.Round(time.Millisecond))
		if strings.HasPrefix(a.Documents.Describe(), "bbolt") {
			testkit.Score(t, "erasing a member with 1,000 attempts", took.Round(time.Millisecond).String(), took <= limit, fmt.Sprintf("%d attempts were there before, 0 after", attempts))
		}
	})
}

// multiply copies an attempt of the only member until there are n.
func (a *App) multiply(t *testing.T, n int) {
	t.Helper()
	c := a.Documents.Collection("attempts")
	var one bson.D
	err := c.Find(t.Context(), document.Query{Limit: 1}, func(raw bson.Raw) error { return bson.Unmarshal(slices.Clone(raw), &one) })
	if err != nil {
		t.Fatal(err)
	}
	have, err := c.Count(t.Context(), nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	for ; have < int64(n); have++ {
		next := slices.DeleteFunc(slices.Clone(one), func(e bson.E) bool { return e.Key == "_id" || e.Key == "once" })
		if err := c.Insert(context.WithoutCancel(t.Context()), append(bson.D{{Key: "_id", Value: fmt.Sprint("copy", have)}}, next...)); err != nil {
			t.Fatal(err)
		}
	}
}
