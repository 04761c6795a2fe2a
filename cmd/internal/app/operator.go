package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"pugongying/internal/audit"
	"pugongying/internal/ledger"
	"pugongying/internal/operate"

	"pugongying/internal/store"
)

// noteAdmins adds a warning where too few could do what takes two; it is for the operator, not for whoever asks /readyz.
func (a *App) noteAdmins(ctx context.Context, h *Health) error {
	accounts, err := store.NewStaff(a.Documents, a.vault).Accounts(ctx)
	if f := adminsFinding(accounts, demoStaff(a.config)); err == nil && f != nil {
		h.Notes = append(h.Notes, *f)
	}
	return err
}

// newOperator makes the handler behind the unix socket: what a command asks of a running server.
func (a *App) newOperator() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /health", func(w http.ResponseWriter, r *http.Request) {
		h := a.health(r.Context())
		var err error
		if h.Stuck, err = store.StuckJobs(r.Context(), a.Documents); err == nil && a.Staff != nil {
			err = a.noteAdmins(r.Context(), &h)
		}
		a.answer(w, h, err)
	})
	mux.HandleFunc("GET /clock", func(w http.ResponseWriter, r *http.Request) {
		state, err := a.ClockState(r.Context())
		a.answer(w, state, err)
	})
	mux.HandleFunc("POST /clock/trust", func(w http.ResponseWriter, r *http.Request) {
		state, err := a.TrustClock(r.Context())
		a.answer(w, state, err)
	})
	a.addProjects(mux)
	a.addLaws(mux)
	a.addBank(mux)
	a.addContent(mux)
	a.addKeys(mux)
	a.addStaff(mux)
	a.addBackup(mux)
	mux.HandleFunc("GET /audit", func(w http.ResponseWriter, r *http.Request) {
		page, err := a.AuditPage(r.Context(), r.URL.Query().Get("after"))
		a.answer(w, page, err)
	})
	mux.HandleFunc("POST /audit/verify", func(w http.ResponseWriter, r *http.Request) {
		noted, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxTips))
		if err != nil {
			a.answer(w, nil, err)
			return
		}
		verdict, err := a.VerifyAudit(r.Context(), string(noted))
		a.answer(w, verdict, err)
	})
	mux.HandleFunc("POST /audio/{name}", func(w http.ResponseWriter, r *http.Request) {
		stored, err := a.Audio.Add(r.Context(), r.PathValue("name"), r.Body)
		a.answer(w, map[string]string{"audio": stored}, err)
	})
	mux.HandleFunc("POST /ledger/verify", func(w http.ResponseWriter, r *http.Request) {
		report, err := a.verifyLedger(r.Context())
		a.answer(w, report, err)
	})
	mux.HandleFunc("POST /ledger/rebuild", func(w http.ResponseWriter, r *http.Request) {
		err := a.ledger.Rebuild(r.Context())
		a.answer(w, map[string]bool{"rebuilt": err == nil}, err)
	})
	return mux
}

// Failure is how the operator's handler answers what it could not do.
type Failure struct {
	Error string `json:"error"`
}

// answer writes v, or why there is none.
func (a *App) answer(w http.ResponseWriter, v any, err error) {
	w.Header().Set("Content-Type", "application/json")
	if err != nil {
		a.log.Error("operator", "cause", err)
		w.WriteHeader(http.StatusInternalServerError)
		v = Failure{operate.Sentence(err)}
	}
	_ = json.NewEncoder(w).Encode(v) // when the command was stopped nobody reads this
}

// addBank puts the question bank behind the socket.
func (a *App) addBank(mux *http.ServeMux) {
	mux.HandleFunc("POST /bank/import", func(w http.ResponseWriter, r *http.Request) {
		data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, operate.LargestBankFile+1))
		if err != nil {
			a.answer(w, nil, err)
			return
		}
		report, err := a.Bank.Import(r.Context(), audit.Operator, operate.BankUpload{
			Name: r.URL.Query().Get("file"), Data: data, Confirmed: r.URL.Query().Get("confirm") != "",
		})
		a.answer(w, report, err)
	})
	mux.HandleFunc("GET /bank/export", func(w http.ResponseWriter, r *http.Request) {
		file, err := a.Bank.Export(r.Context(), r.URL.Query().Get("file"), r.URL.Query().Get("topic"))
		a.answer(w, file, err)
	})
	mux.HandleFunc("GET /bank/drafts", func(w http.ResponseWriter, r *http.Request) {
		waiting, err := a.Bank.Waiting(r.Context())
		a.answer(w, waiting, err)
	})
}

// AuditPage is a page of the record of staff acts, newest first; Next is "" at the end.
type AuditPage struct {
	Entries []audit.Entry `json:"entries"`
	Next    string        `json:"next"`
}

// auditPage is how many entries a terminal gets at once.
const auditPage = 50

// AuditPage returns the entries after a cursor, "" for the newest.
func (a *App) AuditPage(ctx context.Context, after string) (AuditPage, error) {
	entries, next, err := a.Audit.List(ctx, audit.Query{After: after, Limit: auditPage})
	return AuditPage{entries, next}, err
}

// maxTips bounds the tips that a command sends: a hundred thousand actors.
const maxTips = 16 << 20

// VerifyAudit verifies the whole record of staff acts, against tips noted elsewhere too (audit.ParseTips).
func (a *App) VerifyAudit(ctx context.Context, noted string) (audit.Verdict, error) {
	tips, bad, ok := audit.ParseTips(noted)
	if !ok {
		return audit.Verdict{}, fmt.Errorf("这一行不是记下的链尾：%q", bad)
	}
	closed, err := ledger.NewQuarters(store.NewLedger(a.Documents), nil, nil).Tips(ctx)
	if err != nil {
		return audit.Verdict{}, err
	}
	return a.Audit.Verify(ctx, append(tips, closed...))
}

// addProjects puts projects and their posters behind the socket.
func (a *App) addProjects(mux *http.ServeMux) {
	mux.HandleFunc("GET /projects", func(w http.ResponseWriter, r *http.Request) {
		projects, err := a.Projects.List(r.Context())
		a.answer(w, projects, err)
	})
	mux.HandleFunc("POST /projects/{id}/code", func(w http.ResponseWriter, r *http.Request) {
		poster, err := a.Projects.Poster(r.Context(), r.PathValue("id"))
		a.answer(w, poster, err)
	})
}
