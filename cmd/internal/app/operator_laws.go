package app

import (
	"archive/tar"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"path"
	"strings"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/law"
	"pugongying/internal/law/lawimport"
	"pugongying/internal/operate"
)

// ImportLine is one line of the answer to an import: the outcome of a file; at the end the dependants and Done, or an error.
type ImportLine struct {
	Outcome    *lawimport.Outcome  `json:"outcome,omitempty"`
	Dependants []operate.Dependant `json:"dependants,omitempty"`
	Done       bool                `json:"done,omitempty"`
	Error      string              `json:"error,omitempty"`
}

// addLaws puts the law commands behind the socket.
func (a *App) addLaws(mux *http.ServeMux) {
	mux.HandleFunc("GET /laws", func(w http.ResponseWriter, _ *http.Request) { a.answer(w, a.Laws.List(), nil) })
	mux.HandleFunc("GET /laws/dependants", func(w http.ResponseWriter, r *http.Request) {
		found, err := a.Laws.Dependants(r.Context(), r.URL.Query().Get("law"))
		a.answer(w, found, err)
	})
	mux.HandleFunc("GET /laws/versions", func(w http.ResponseWriter, r *http.Request) {
		found, err := a.Laws.Versions(r.Context(), r.URL.Query().Get("law"))
		a.answer(w, found, err)
	})
	mux.HandleFunc("POST /laws/withdraw", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		found, err := a.Laws.Withdraw(r.Context(), law.Withdrawal{
			By: audit.Operator, Law: q.Get("law"), Version: q.Get("version"), Restore: q.Get("restore") != "",
		})
		a.answer(w, found, err)
	})
	mux.HandleFunc("POST /laws/import", a.receiveLaws)
}

// receiveLaws imports a tar while it arrives and answers one line for every file.
func (a *App) receiveLaws(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	// A whole public repository takes longer than a request may; only this user can open the socket.
	if err := errors.Join(control.EnableFullDuplex(), control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Time{})); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	lines := json.NewEncoder(w)
	send := func(l ImportLine) {
		_ = lines.Encode(l) // when the command was stopped nobody reads this;
		_ = control.Flush() // reading its files fails next
	}
	o := lawimport.Options{Effective: r.URL.Query().Get("effective"), Replace: r.URL.Query().Get("replace") != ""}
	for _, word := range r.URL.Query()["accept"] {
		o.Accept = append(o.Accept, law.Standing(word))
	}
	files := func(each func(string, []byte) error) error { return unpackLaws(r.Body, each) }
	found, err := a.Laws.Import(r.Context(), files, o, func(o lawimport.Outcome) { send(ImportLine{Outcome: &o}) })
	if err != nil {
		a.log.Error("law import", "cause", err)
		send(ImportLine{Error: operate.Sentence(err)})
		return
	}
	send(ImportLine{Dependants: found})
	send(ImportLine{Done: true})
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
		if header.Typeflag != tar.TypeReg || !lawimport.IsText(name) {
			continue
		}
		data, err := io.ReadAll(io.LimitReader(archive, lawimport.MaxFile+1))
		if err != nil {
			return err
		}
		if err := each(name, data); err != nil {
			return err
		}
	}
}
