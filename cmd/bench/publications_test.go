package main

import (
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"pugongying/cmd/internal/app"
	"pugongying/internal/config"
	"pugongying/internal/publish"
)

// few makes the part's fixtures small.
func few(t *testing.T, n int) {
	old := publicationCount
	publicationCount = n
	t.Cleanup(func() { publicationCount = old })
}

// TestPublicationsAreFilled opens the folder again and signs the publisher in as the part does; she sees what was filled.
func TestPublicationsAreFilled(t *testing.T) {
	few(t, 30)
	data := t.TempDir()
	if err := fillPublications(t.Context(), data); err != nil {
		t.Fatal(err)
	}
	c := config.Default()
	c.Data = data
	a, err := app.Open(t.Context(), c, slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close(t.Context()) }()
	server := httptest.NewServer(a.Handler)
	defer server.Close()
	session, err := signInStaff(t.Context(), strings.TrimPrefix(server.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{consolePath + "/texts?tab=live&title=" + url.QueryEscape("第 28"): "第 28 件", consolePath + "/texts/P0000002": "第 2 件"} {
		if body := asked(t, server.URL+path, session); !strings.Contains(body, want) {
			t.Errorf("%s does not show %s", path, want)
		}
		if body := asked(t, server.URL+path, "console=nobody"); strings.Contains(body, want) {
			t.Errorf("%s shows %s to nobody", path, want)
		}
	}
}

func asked(t *testing.T, address, session string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	request.Header.Set("Cookie", session)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

func TestOneOfEveryStateIsMade(t *testing.T) {
	states := map[publish.State]int{}
	for i := range 60 {
		p, v := newPublication(i, "A")
		states[p.State]++
		if p.Place.Changed == "" || v.Publication != p.ID || v.SHA256 != publish.Sum(v.Body) {
			t.Errorf("%+v", p)
		}
	}
	if states[publish.StateLive] != 30 || len(states) != 4 {
		t.Errorf("%v", states)
	}
}

// TestPocketbaseIsGivenTheSameRecords stands in for PocketBase and counts what it is given.
func TestPocketbaseIsGivenTheSameRecords(t *testing.T) {
	few(t, 25)
	made := map[string]int{}
	var tokens []string
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tokens = append(tokens, r.Header.Get("Authorization"))
		if strings.HasSuffix(r.URL.Path, "auth-with-password") {
			_, _ = io.WriteString(w, `{"token":"t"}`)
			return
		}
		var sent struct {
			Name     string
			Requests []struct{ URL string }
		}
		if err := json.NewDecoder(r.Body).Decode(&sent); err != nil {
			t.Error(err)
		}
		made[sent.Name]++
		for _, one := range sent.Requests {
			made[one.URL]++
		}
	}))
	defer fake.Close()
	p := &pocketbase{child: &child{address: strings.TrimPrefix(fake.URL, "http://")}}
	if err := errors.Join(p.prepare(t.Context()), p.insertPublications(t.Context())); err != nil {
		t.Fatal(err)
	}
	for what, n := range map[string]int{"people": 1, "publications": 1, "versions": 1, "explainers": 1, recordsPath("people"): pocketbasePeople, recordsPath("publications"): 25, recordsPath("versions"): 25} {
		if made[what] != n {
			t.Errorf("%s was made %d times, not %d", what, made[what], n)
		}
	}
	if tokens[0] != "" || tokens[len(tokens)-1] != "t" {
		t.Errorf("tokens %q", tokens)
	}
}

func TestWhatPocketbaseRefusesIsSaid(t *testing.T) {
	fake := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no such field", http.StatusBadRequest) }))
	defer fake.Close()
	p := &pocketbase{child: &child{address: strings.TrimPrefix(fake.URL, "http://")}}
	if err := p.insert(t.Context(), nil); !errors.Is(err, errStatus) || !strings.Contains(err.Error(), "no such field") {
		t.Error(err)
	}
	b := &bench{pocket: "/nothing/pocketbase", scratch: t.TempDir()}
	if err := b.pocketbaseNeed(); err == nil || !strings.Contains(err.Error(), "make bench") {
		t.Error(err)
	}
}

func TestRecordsAreDrawnAtRandom(t *testing.T) {
	b := &bench{scratch: t.TempDir()}
	file, err := b.script("texts", consolePath+"/texts/P%07d", "100")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil || !strings.Contains(string(text), "string.format('/console/texts/P%07d', math.random(0, 100 - 1))") {
		t.Errorf("%s %v", text, err)
	}
	if recordID("p", 37) != "p00000000000037" || len(recordID("p", 37)) != 15 {
		t.Error(recordID("p", 37))
	}
}
