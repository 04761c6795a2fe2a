package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"

	"pugongying/internal/api"
)

// Accounts of the PocketBase that is measured; it listens on loopback and ends with the measurement.
const (
	pocketbaseAdmin    = "bench@example.com"
	pocketbaseStaff    = "staff@example.com"
	pocketbasePassword = "bench-pocketbase"
	pocketbasePeople   = 12
)

// pocketbase is an unmodified PocketBase with our records, and the session of an ordinary account there.
type pocketbase struct {
	*child
	token string
}

func (b *bench) pocketbaseNeed() error {
	if _, err := exec.LookPath(b.pocket); err != nil {
		return fmt.Errorf("没有 PocketBase：%s（make bench 会装）", b.pocket)
	}
	return nil
}

func recordsPath(collection string) string { return "/api/collections/" + collection + "/records" }

// recordID is a record's id as PocketBase wants it: fifteen letters and digits.
func recordID(letter string, n int) string { return fmt.Sprintf("%s%014d", letter, n) }

// servePocketbase starts it on the core of the servers and gives it the publications and the explainers that our server
// shows. Its log of requests is off, and its lists have an index of their own.
func (b *bench) servePocketbase(ctx context.Context, ours string) (_ *pocketbase, err error) {
	dir := filepath.Join(b.scratch, "pocketbase")
	if printed, err := exec.CommandContext(ctx, b.pocket, "superuser", "upsert", pocketbaseAdmin, pocketbasePassword, "--dir", dir).CombinedOutput(); err != nil {
		return nil, fmt.Errorf("pocketbase superuser：%w：%s", err, printed)
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	c, err := b.serveOther(ctx, address, "api/health", b.pocket, "serve", "--http", address, "--dir", dir)
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			c.end()
		}
	}()
	p := &pocketbase{child: c}
	if err := p.prepare(ctx); err != nil {
		return nil, err
	}
	b.say("给 PocketBase 写入 %d 件", publicationCount)
	if err := errors.Join(p.insertPublications(ctx), p.insertExplainers(ctx, ours)); err != nil {
		return nil, err
	}
	p.token, err = p.signIn(ctx, "users", pocketbaseStaff)
	return p, err
}

// prepare makes the collections and the account.
func (p *pocketbase) prepare(ctx context.Context) (err error) {
	if p.token, err = p.signIn(ctx, "_superusers", pocketbaseAdmin); err != nil {
		return err
	}
	settings := map[string]any{"batch": map[string]any{"enabled": true, "maxRequests": 2 * publicationsBatch, "timeout": 120}, "logs": map[string]any{"maxDays": 0}}
	if err := p.ask(ctx, http.MethodPatch, "/api/settings", settings, nil); err != nil {
		return err
	}
	for _, c := range collections() {
		if err := p.ask(ctx, http.MethodPost, "/api/collections", c, nil); err != nil {
			return err
		}
	}
	account := map[string]any{"email": pocketbaseStaff, "password": pocketbasePassword, "passwordConfirm": pocketbasePassword}
	return p.ask(ctx, http.MethodPost, recordsPath("users"), account, nil)
}

// collections are people, publications and their versions for whoever is signed in, and explainers for everybody; a
// collection is named after those it points to.
func collections() []map[string]any {
	signedIn, everybody := "@request.auth.id != ''", ""
	text := func(name string) any {
		return map[string]any{"name": name, "type": "text", "max": 100_000}
	}
	relation := func(name, to string) any {
		return map[string]any{"name": name, "type": "relation", "collectionId": to, "maxSelect": 1}
	}
	of := func(id, rule string, fields ...any) map[string]any {
		return map[string]any{"id": id, "name": id, "type": "base", "listRule": rule, "viewRule": rule, "fields": fields}
	}
	publications := of("publications", signedIn, text("title"), text("kind"), text("state"), text("region"), relation("author", "people"), map[string]any{"name": "changed", "type": "date"})
	publications["indexes"] = []string{
		"CREATE INDEX byState ON publications (state, changed)", "CREATE INDEX byChanged ON publications (changed)", "CREATE INDEX byAuthor ON publications (author, changed)",
	}
	versions := of("versions", signedIn, relation("publication", "publications"), map[string]any{"name": "n", "type": "number"}, text("state"), text("sha256"), text("body"))
	versions["indexes"] = []string{"CREATE INDEX byPublication ON versions (publication, n)"}
	explainers := of("explainers", everybody, text("slug"), text("title"), map[string]any{"name": "body", "type": "json"})
	return []map[string]any{of("people", signedIn, text("name")), publications, versions, explainers}
}

func (p *pocketbase) signIn(ctx context.Context, collection, who string) (string, error) {
	var signed struct {
		Token string `json:"token"`
	}
	err := p.ask(ctx, http.MethodPost, "/api/collections/"+collection+"/auth-with-password", map[string]string{"identity": who, "password": pocketbasePassword}, &signed)
	return signed.Token, err
}

func (p *pocketbase) insertPublications(ctx context.Context) error {
	var people []any
	for i := range pocketbasePeople {
		people = append(people, creation("people", map[string]any{"id": recordID("a", i), "name": fmt.Sprintf("第 %d 位", i)}))
	}
	if err := p.insert(ctx, people); err != nil {
		return err
	}
	for from := 0; from < publicationCount; from += publicationsBatch {
		var all []any
		for i := from; i < min(from+publicationsBatch, publicationCount); i++ {
			text, version := newPublication(i, recordID("a", i%pocketbasePeople))
			all = append(all, creation("publications", map[string]any{
				"id": recordID("p", i), "title": text.Title, "kind": text.Kind, "state": text.State, "region": text.Region, "author": text.Authors[0], "changed": text.ChangedAt,
			}), creation("versions", map[string]any{
				"id": recordID("v", i), "publication": recordID("p", i), "n": version.N, "state": version.State, "sha256": version.SHA256, "body": string(version.Body),
			}))
		}
		if err := p.insert(ctx, all); err != nil {
			return err
		}
	}
	return nil
}

func (p *pocketbase) insert(ctx context.Context, all []any) error {
	return p.ask(ctx, http.MethodPost, "/api/batch", map[string]any{"requests": all}, nil)
}

func creation(collection string, body any) any {
	return map[string]any{"method": http.MethodPost, "url": recordsPath(collection), "body": body}
}

// insertExplainers gives it what our server answers with, in the order of our list.
func (p *pocketbase) insertExplainers(ctx context.Context, ours string) error {
	slugs, err := explainers(ctx, ours)
	if err != nil {
		return err
	}
	var all []any
	for i, slug := range slugs {
		body, err := get(ctx, "http://"+ours+api.Base+"/explainers/"+url.PathEscape(slug), nil)
		if err != nil {
			return err
		}
		var one struct {
			Title string `json:"title"`
		}
		if err := json.Unmarshal(body, &one); err != nil {
			return err
		}
		all = append(all, creation("explainers", map[string]any{"id": recordID("e", i), "slug": slug, "title": one.Title, "body": json.RawMessage(body)}))
	}
	return p.insert(ctx, all)
}

// explainers are the slugs of the stories that our server shows.
func explainers(ctx context.Context, address string) ([]string, error) {
	body, err := get(ctx, fmt.Sprintf("http://%s%s/explainers?limit=%d", address, api.Base, pageOfExplainers), nil)
	if err != nil {
		return nil, err
	}
	var list struct {
		Items []struct {
			Slug string `json:"slug"`
		} `json:"items"`
	}
	if err := json.Unmarshal(body, &list); err != nil || len(list.Items) == 0 {
		return nil, errors.Join(errors.New("没有故事"), err)
	}
	var slugs []string
	for _, e := range list.Items {
		slugs = append(slugs, e.Slug)
	}
	return slugs, nil
}

// ask sends JSON and reads the answer into what out points to, if anything.
func (p *pocketbase) ask(ctx context.Context, method, path string, body, out any) error {
	sent, err := json.Marshal(body)
	if err != nil {
		return err
	}
	request, err := http.NewRequestWithContext(ctx, method, "http://"+p.address+path, bytes.NewReader(sent))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", p.token)
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	got, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	if answer.StatusCode >= http.StatusMultipleChoices {
		return fmt.Errorf("%w %d: PocketBase %s: %s", errStatus, answer.StatusCode, path, got[:min(len(got), 400)])
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(got, out)
}
