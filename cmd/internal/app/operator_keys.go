package app

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"

	"pugongying/internal/config"
	"pugongying/internal/operate"
	"pugongying/internal/seal"
	"pugongying/internal/store"
)

// OpenKeys opens the documents and the root key, for a command on keys beside no running server; ErrDataInUse where one runs.
func OpenKeys(ctx context.Context, c config.Config) (*App, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	return a.open(ctx, append(a.documentSteps(), step{rootKey, a.openKeys}))
}

// KeyStatus says what every root key is needed for.
func (a *App) KeyStatus(ctx context.Context) (seal.Status, error) { return a.vault.Status(ctx) }

// Rewrap wraps every record key by the primary root key. What the old ones wrapped is overwritten where the engine can.
func (a *App) Rewrap(ctx context.Context, progress func(done, all int64)) (seal.Status, error) {
	if err := a.vault.Rewrap(ctx, progress); err != nil {
		return seal.Status{}, err
	}
	if err := store.NewKeys(a.Documents).Overwrite(ctx); err != nil {
		return seal.Status{}, err
	}
	return a.vault.Status(ctx)
}

// RewrapLine is one line of the answer to a rewrapping: how far it is, and at the end the status, or an error.
type RewrapLine struct {
	Done   int64        `json:"done"`
	All    int64        `json:"all"`
	Status *seal.Status `json:"status,omitempty"`
	Error  string       `json:"error,omitempty"`
}

// addKeys puts the commands on keys behind the socket.
func (a *App) addKeys(mux *http.ServeMux) {
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, r *http.Request) {
		status, err := a.KeyStatus(r.Context())
		a.answer(w, status, err)
	})
	mux.HandleFunc("POST /keys/rewrap", a.rewrapAndTell)
}

// rewrapAndTell answers one line a batch.
func (a *App) rewrapAndTell(w http.ResponseWriter, r *http.Request) {
	control := http.NewResponseController(w)
	if err := errors.Join(control.SetReadDeadline(time.Time{}), control.SetWriteDeadline(time.Time{})); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	lines := json.NewEncoder(w)
	send := func(l RewrapLine) {
		_ = lines.Encode(l) // when the command was stopped nobody reads this, and r's context ends
		_ = control.Flush()
	}
	status, err := a.Rewrap(r.Context(), func(done, all int64) { send(RewrapLine{Done: done, All: all}) })
	if err != nil {
		a.log.Error("key rewrap", "cause", err)
		send(RewrapLine{Error: operate.Sentence(err)})
		return
	}
	send(RewrapLine{Status: &status})
}

// followRootKey reads the root key file again when it was replaced.
func (a *App) followRootKey(context.Context) error {
	changed, err := a.keys.Refresh()
	if changed {
		a.log.Info("the root key file was read again", "settings", a.keys.Describe())
	}
	return err
}
