package main

import (
	"archive/tar"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"pugongying/content"
	"pugongying/internal/law"
	"pugongying/internal/store"
)

// lawShown is a law as law list tells it.
type lawShown struct {
	Law, Title, Effective string
	Status                law.Status
	Articles, Versions    int
}

// dependant is one citation of live content that hangs on a law.
type dependant struct {
	Kind     string // 故事 or 题目
	ID       string
	Title    string
	Law      string
	Citation string
	Change   string // what became of the provision
}

// addLaws puts the law commands behind the socket.
func (a *app) addLaws(mux *http.ServeMux, answer func(http.ResponseWriter, any, error)) {
	mux.HandleFunc("GET /laws", func(w http.ResponseWriter, _ *http.Request) { answer(w, a.lawsShown(), nil) })
	mux.HandleFunc("GET /laws/dependants", func(w http.ResponseWriter, r *http.Request) {
		found, err := a.dependantsOf(r.URL.Query().Get("law"))
		answer(w, found, err)
	})
	mux.HandleFunc("POST /laws/import", a.receiveLaws)
}

// receiveLaws imports a tar as it comes and answers meanwhile, a line for every file.
func (a *app) receiveLaws(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	// A whole public repository takes longer than a request may; the socket is this user's alone.
	if err := errors.Join(control.EnableFullDuplex(), control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Time{})); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	lines := json.NewEncoder(w)
	tell := func(l lawLine) {
		_ = lines.Encode(l) // a command that was stopped is told nothing;
		_ = control.Flush() // reading its files fails next
	}
	o := law.Options{Effective: r.URL.Query().Get("effective")}
	for _, word := range r.URL.Query()["accept"] {
		o.Accept = append(o.Accept, law.Standing(word))
	}
	files := func(each func(string, []byte) error) error { return unpackLaws(r.Body, each) }
	if err := a.importLaws(r.Context(), files, o, tell); err != nil {
		a.log.Error("law import", "cause", err)
		tell(lawLine{Error: err.Error()})
		return
	}
	tell(lawLine{Done: true})
}

// unpackLaws calls each with every file of a tar that can be a law.
func unpackLaws(from io.Reader, each func(string, []byte) error) error {
	archive := tar.NewReader(from)
	for {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		name := strings.TrimPrefix(path.Clean("/"+header.Name), "/")
		if header.Typeflag != tar.TypeReg || !law.IsText(name) {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(archive, law.MaxFile+1))
		if err != nil {
			return err
		}
		if err := each(name, data); err != nil {
			return err
		}
	}
}

// importLaws takes files in and tells of each; then of the live content whose provisions changed by it.
func (a *app) importLaws(ctx context.Context, files func(each func(string, []byte) error) error, o law.Options, tell func(lawLine)) error {
	facts, err := content.Laws()
	if err != nil {
		return err
	}
	before := a.dependants("")
	m, err := law.NewImporter(ctx, store.NewLaws(a.documents), facts, o, a.now, func(o law.Outcome) {
		tell(lawLine{Outcome: &o})
	})
	if err != nil {
		return err
	}
	if err := files(func(file string, data []byte) error { return m.Add(ctx, file, data) }); err != nil {
		return err
	}
	if err := m.Close(ctx); err != nil {
		return err
	}
	if err := a.takeIn(ctx); err != nil {
		return err
	}
	found := a.dependants("")
	tell(lawLine{Dependants: slices.DeleteFunc(found, func(d dependant) bool { return slices.Contains(before, d) })})
	return nil
}

// takeIn shows at once what was imported: in the answers of a running server, else in this process alone.
func (a *app) takeIn(ctx context.Context) error {
	if a.api != nil {
		return a.follow(ctx)
	}
	return a.reload(ctx)
}

func (a *app) lawsShown() []lawShown {
	shown := []lawShown{}
	for _, h := range a.laws.Laws() {
		shown = append(shown, lawShown{
			Law: h.Slug, Title: h.Title, Effective: h.Effective, Status: h.Status, Articles: h.Count(), Versions: len(h.Versions),
		})
	}
	return shown
}

// dependantsOf is what hangs on one law, changed or not, or all whose provision changed.
func (a *app) dependantsOf(name string) ([]dependant, error) {
	if name == "" {
		return a.dependants(""), nil
	}
	h, err := a.laws.Law(name)
	if err != nil {
		return nil, err
	}
	return a.dependants(h.Slug), nil
}

// dependants are the citations of live content that point into a law; without one, those whose provision says something
// else now or will with the next version.
func (a *app) dependants(slug string) []dependant {
	found := []dependant{}
	note := func(kind, id, title string, cited []law.Resolved) {
		for _, r := range cited {
			change := a.change(r.Citation)
			if slug != r.Law && (slug != "" || change == "") {
				continue
			}
			if change == "" {
				change = "没有变"
			}
			found = append(found, dependant{Kind: kind, ID: id, Title: title, Law: r.Law, Citation: r.Label, Change: change})
		}
	}
	for _, s := range a.library.Stories() {
		note("故事", s.Slug, s.Title, s.Citations)
	}
	for _, q := range a.quiz.Bank.Held() {
		note("题目（已停用）", q.ID, q.Stem, q.Citations)
	}
	for _, q := range a.quiz.Bank.Questions() {
		note("题目", q.ID, q.Stem, q.Citations)
	}
	return found
}

func (a *app) change(c law.Citation) string {
	if change, changed := a.laws.Changed(c); changed {
		return change.Text()
	}
	if change, coming := a.laws.Coming(c); coming {
		return change.Text() + "（现在还没有变）"
	}
	return ""
}
