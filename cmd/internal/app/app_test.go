package app

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/api"
	"pugongying/internal/audit"
	"pugongying/internal/config"
	"pugongying/internal/console"
	"pugongying/internal/publish"
	"pugongying/internal/quiz"
	"pugongying/internal/store"
	"pugongying/internal/web"
)

// opened is the whole server without its sockets and loops.
func opened(t *testing.T) *App {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	a, err := Open(t.Context(), c, NewLogger(c.Log, &lines{}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	return a
}

func (a *App) status(method, path string) int {
	w := httptest.NewRecorder()
	a.Handler.ServeHTTP(w, httptest.NewRequest(method, path, nil))
	return w.Code
}

// TestAServerFollowsWhatIsPublished also where it had noticed a change and could not show it yet.
func TestAServerFollowsWhatIsPublished(t *testing.T) {
	a := opened(t)
	var stories []publish.Item
	err := a.publish.Live(t.Context(), publish.KindExplainer, func(item publish.Item) error {
		stories = append(stories, item)
		return nil
	})
	if err != nil || len(stories) < 2 {
		t.Fatalf("%d stories, %v", len(stories), err)
	}
	for i, interrupted := range []bool{false, true} {
		path := "/api/v1/explainers/" + stories[i].Slug
		if err := a.publish.Withdraw(t.Context(), audit.Operator, stories[i].ID); err != nil {
			t.Fatal(err)
		}
		if status := a.status("GET", path); status != http.StatusOK {
			t.Errorf("negative control: gone before the server followed: %d", status)
		}
		if interrupted {
			if err := a.library.Reload(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		if err := a.Follow(t.Context()); err != nil {
			t.Fatal(err)
		}
		if status := a.status("GET", path); status != http.StatusNotFound {
			t.Errorf("after a withdrawal (interrupted: %v): %d", interrupted, status)
		}
	}
}

// outsideTheAPI are the public routes that no table of permissions names, each with its reason to be open.
var outsideTheAPI = []string{
	"GET /healthz", "GET /readyz", "GET /metrics", // an operator's; metrics on this machine alone
	"GET /openapi.json", "GET /docs", // the contract
	"GET /wechat/push", "POST /wechat/push", // signed by WeChat
	"GET /wechat/pictures/{name}", "HEAD /wechat/pictures/{name}", // one picture, while WeChat looks at it, under a name it alone was given
	"GET /sandbox", "POST /sandbox", "GET /sandbox/*rest", "POST /sandbox/*rest", // loopback, never in production
}

// inBraces writes a path of Gin's as the tables of permissions do.
func inBraces(path string) string {
	parts := strings.Split(path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, ":") {
			parts[i] = "{" + part[1:] + "}"
		}
	}
	return strings.Join(parts, "/")
}

func TestEveryRouteIsInTheTableOrNamedHere(t *testing.T) {
	unknown := slices.Clone(outsideTheAPI)
	for route := range api.Routes {
		unknown = append(unknown, string(route))
	}
	for route := range api.StaffRoutes {
		unknown = append(unknown, string(route))
	}
	a := opened(t)
	for _, r := range a.console.Routes() {
		unknown = append(unknown, r.Method+" "+console.Prefix+inBraces(r.Path))
	}
	for _, r := range a.Handler.(*web.Engine).Routes() {
		if strings.HasPrefix(r.Path, console.Prefix+"/static/") {
			continue // the console's own style and script
		}
		route := r.Method + " " + inBraces(r.Path)
		at := slices.Index(unknown, route)
		if at < 0 {
			t.Errorf("%s stands in no table", route)
			continue
		}
		unknown = slices.Delete(unknown, at, at+1)
	}
	if len(unknown) > 0 {
		t.Errorf("the router lacks %v", unknown)
	}
}

// TestOnlyAServerTakesShippedContentIn runs commands on a folder that no server has used, and on one that a newer binary
// has used.
func TestOnlyAServerTakesShippedContentIn(t *testing.T) {
	dir := t.TempDir()
	counts := func(seed bool) (g publish.Generations) {
		t.Helper()
		c := config.Default()
		c.Data = dir
		a := New(c, slog.New(slog.DiscardHandler))
		steps := append(a.documentSteps(), step{"content", a.openContent})
		if seed {
			steps = append(steps, step{"seed", a.seed})
		}
		_, err := a.open(t.Context(), steps)
		if err == nil {
			g, err = store.NewPublications(a.Documents).Generations(t.Context())
		}
		if err = errors.Join(err, a.Close(t.Context())); err != nil {
			t.Fatal(err)
		}
		return g
	}
	commands := func() {
		t.Helper()
		c := config.Default()
		c.Data = dir
		a, err := OpenOffline(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		_, err = a.Bank.Waiting(t.Context())
		if err = errors.Join(err, a.Close(t.Context())); err != nil {
			t.Error(err)
		}
	}
	commands()
	if g := counts(false); g != (publish.Generations{}) {
		t.Errorf("commands on an empty folder published: %+v", g)
	}
	seeded := counts(true) // the control: what a server does
	if seeded.Live != 1 {
		t.Errorf("a server published %+v", seeded)
	}
	commands()
	if g := counts(false); g != seeded {
		t.Errorf("commands moved %+v to %+v", seeded, g)
	}
}

// TestOneUnreadableDocumentCostsItselfAlone breaks one stored question: all others are asked, and it is named.
func TestOneUnreadableDocumentCostsItselfAlone(t *testing.T) {
	onEngines(t, func(t *testing.T, a *App) {
		before := a.Questions.Size()
		broken, stories := a.Questions.Live()[0].ID, a.library.Count()
		for collection, id := range map[string]string{"versions": publish.VersionID(broken, 1), "publications": a.Questions.Live()[1].ID} {
			changed, err := a.Documents.Collection(collection).Update(t.Context(), bson.D{{Key: "_id", Value: id}},
				bson.D{{Key: "$set", Value: bson.D{{Key: "schema", Value: "not a number"}}}})
			if !changed || err != nil {
				t.Fatal(id, changed, err)
			}
		}
		a.Questions = quiz.NewBank(a.publish, a.laws)
		if err := a.Questions.Reload(t.Context()); err == nil || !strings.Contains(err.Error(), broken) {
			t.Errorf("it is said as %v", err)
		}
		if got := a.Questions.Size(); got != before-2 || before < 10 || a.library.Count() != stories {
			t.Errorf("%d questions of %d", got, before)
		}
		if left := a.Questions.LeftOut(); len(left) != 2 || !slices.Contains(left, broken) {
			t.Errorf("left out: %q", left)
		}
		if err := a.seed(t.Context()); err != nil {
			t.Error("seeding:", err)
		}
	})
}

// TestACommandThatReadsLawsLoadsNothingElse opens a folder that a server has used.
func TestACommandThatReadsLawsLoadsNothingElse(t *testing.T) {
	c := config.Default()
	c.Data = t.TempDir()
	served, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := served.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for name, open := range map[string]func(context.Context, config.Config) (*App, error){"OpenLaws": OpenLaws, "OpenOffline": OpenOffline} {
		a, err := open(t.Context(), c)
		if err != nil {
			t.Fatal(err)
		}
		if rows := a.Laws.List(); len(rows) < 5 {
			t.Errorf("%s: %d laws", name, len(rows))
		}
		content := len(a.library.All()) + len(a.Questions.Questions())
		if all := name == "OpenOffline"; (content > 0) != all { // the control is what loads everything
			t.Errorf("%s: %d explainers and questions are loaded", name, content)
		}
		if err := a.Close(t.Context()); err != nil {
			t.Error(err)
		}
	}
}
