package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"pugongying/internal/backup"
	"pugongying/internal/config"
	"pugongying/internal/media"
	"pugongying/internal/operate"
	"pugongying/internal/store"
)

// How long backups are kept. What opens sealed records goes within seven days even when the rotation, which looks once an
// hour, has just looked.
const (
	keepDocuments = 30 * 24 * time.Hour
	keepKeys      = 7*24*time.Hour - 2*time.Hour
	// BackupTooOld is the age from which doctor complains: three of the timer's rounds were missed.
	BackupTooOld = 15 * time.Minute
	lastBackup   = "backup.json"
)

// LastBackup is what the data folder remembers of the last backup that was made of it.
type LastBackup struct {
	Dir   string    `json:"dir"`
	Name  string    `json:"name"`
	Taken time.Time `json:"taken"`
}

// Backup makes a backup of everything in dir, beside a running server or without one, sealed to these public keys (none:
// those of the configuration). program is the version that makes it.
func Backup(ctx context.Context, c config.Config, dir string, recipients []string, program string) (r backup.Report, err error) {
	o, err := backupOptions(c, dir, recipients)
	if err != nil {
		return r, err
	}
	o.Program = program
	from, err := openSource(ctx, c)
	if err != nil {
		return r, err
	}
	o.Believed = func() bool { return from.believed(ctx) }
	r, err = backup.Make(ctx, o, from)
	if r.Name != "" {
		err = errors.Join(err, writeLastBackup(c, LastBackup{o.Dir, r.Name, r.Taken}))
	}
	return r, errors.Join(err, from.close(ctx))
}

func backupOptions(c config.Config, dir string, recipients []string) (backup.Options, error) {
	o := backup.Options{
		Short: store.ShortLived(), Keep: backup.Keep{Documents: keepDocuments, Short: keepKeys}, Now: machineOf(c).Now, Figures: store.NewFigures(),
	}
	if len(recipients) == 0 {
		recipients = c.Backup.Recipients
	}
	var err error
	if o.Recipients, err = backup.Recipients(recipients); err != nil {
		return o, err
	}
	if o.Dir, err = outside(c.Data, dir); err != nil {
		return o, err
	}
	o.Secret, err = backupSecret(c)
	return o, err
}

// backupSecret derives from the root key what names chunks and authenticates manifests. A root key is never made here.
func backupSecret(c config.Config) ([]byte, error) {
	path := c.Keys.RootFile
	if path == "" {
		path = filepath.Join(c.Data, "root.key")
	}
	if _, err := os.Stat(path); err != nil {
		return nil, &OpenError{rootKey, fmt.Errorf("%s 不在：备份和恢复都要用这套数据自己的根密钥，先把它放回来（%w）", path, err)}
	}
	keys, err := openKeys(c)
	if err != nil {
		return nil, &OpenError{rootKey, err}
	}
	return keys.Secret("backup"), nil
}

// outside gives the absolute path of a backup folder; backup.ErrInside for one that goes with the data.
func outside(data, dir string) (string, error) {
	where, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	home, err := filepath.Abs(data)
	if err != nil {
		return "", err
	}
	if within, err := filepath.Rel(home, where); err == nil && within != ".." && !strings.HasPrefix(within, "../") {
		return "", backup.ErrInside
	}
	return where, nil
}

func writeLastBackup(c config.Config, last LastBackup) error {
	text, err := json.Marshal(last)
	if err != nil {
		return err
	}
	path := filepath.Join(c.Data, lastBackup)
	if err := os.WriteFile(path+".new", text, 0o600); err != nil {
		return fmt.Errorf("这一份备份做好了，data 目录里没有记下：%w", err)
	}
	return os.Rename(path+".new", path)
}

// backups says when the last backup was made of this data folder. Outside production only one that has stopped is worth a
// word.
func (d *examination) backups() {
	text, err := os.ReadFile(filepath.Join(d.config.Data, lastBackup))
	if errors.Is(err, os.ErrNotExist) {
		if d.config.Env == config.Production {
			d.warn("还没有做过备份", "按 README.zh-CN.md 的“备份”做：写上 backup.recipients，systemctl enable --now pugongying-backup.timer")
		}
		return
	}
	var last LastBackup
	if err == nil {
		err = json.Unmarshal(text, &last)
	}
	if err != nil {
		d.warn("不知道上次备份是什么时候", "再做一次 pugongying backup")
		return
	}
	age := d.now().Sub(last.Taken)
	what := fmt.Sprintf("上次备份是 %s，在 %s", last.Taken.Local().Format("2006-01-02 15:04:05"), last.Dir)
	switch _, err := os.Stat(last.Dir); {
	case err != nil:
		d.warn(what, "那个目录现在读不了：看看放备份的盘还在不在")
	case age > BackupTooOld:
		d.warn(what, fmt.Sprintf("太久了（%s 前），丢了盘就丢这么多：systemctl status pugongying-backup.timer，journalctl -u pugongying-backup", age.Round(time.Minute)))
	default:
		d.note(what, "")
	}
}

// source is what is backed up, and what says whether time is believed.
type source interface {
	backup.Source
	believed(ctx context.Context) bool
	close(ctx context.Context) error
}

// openSource opens what is backed up: through the server that runs on the data folder, else the engines themselves.
func openSource(ctx context.Context, c config.Config) (source, error) {
	a := New(c, NewLogger(c.Log, io.Discard))
	if c.Mongo.URI == "" && c.Mongo.URIFile == "" {
		if _, err := os.Stat(c.Data); err != nil {
			return nil, &OpenError{dataFolder, err} // opening would make an empty one
		}
	}
	_, err := a.open(ctx, []step{
		{dataFolder, a.openLock}, {documentStore, a.openDocuments}, {documentStore, a.refuseHalfRestored}, {clockName, a.openClock}, {mediaStore, a.openMedia},
	})
	if errors.Is(err, ErrDataInUse) {
		return remoteSource{NewOperatorClient(c)}, nil
	}
	if err != nil {
		return nil, err
	}
	return a.source(), nil
}

// source is this server's documents and media.
func (a *App) source() localSource { return localSource{store.NewBackup(a.Documents), a.media, a} }

type localSource struct {
	*store.Backup
	media mediaEngine
	app   *App
}

func (s localSource) believed(context.Context) bool {
	_, ok := s.app.clock.Believed()
	return ok
}

func (s localSource) close(ctx context.Context) error { return s.app.Close(context.WithoutCancel(ctx)) }

// Media lists the files with their hashes.
func (s localSource) Media(ctx context.Context) ([]backup.File, error) {
	var all []backup.File
	for info, err := range s.media.List(ctx, "") {
		if err != nil {
			return nil, err
		}
		info, err := s.media.Stat(ctx, info.Key)
		if errors.Is(err, media.ErrNotFound) {
			continue // removed since it was listed
		}
		if err != nil {
			return nil, err
		}
		all = append(all, backup.File{Key: string(info.Key), Type: info.ContentType, Size: info.Size, SHA256: info.SHA256})
	}
	return all, nil
}

// Open opens a file.
func (s localSource) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	body, _, err := s.media.Get(ctx, media.Key(key))
	return body, err
}

// remoteSource is the documents and media of the server that runs on the data folder.
type remoteSource struct{ *OperatorClient }

// believed asks the server; one that does not answer believes nothing.
func (s remoteSource) believed(ctx context.Context) bool {
	var is bool
	return s.Ask(ctx, http.MethodGet, "/backup/clock", &is) == nil && is
}

func (remoteSource) close(context.Context) error { return nil }

// Documents reads the server's stream.
func (s remoteSource) Documents(ctx context.Context, each func(backup.Document) error) error {
	stream, err := s.Stream(ctx, OperatorRequest{Method: http.MethodGet, Path: "/backup/documents"})
	if err != nil {
		return err
	}
	defer stream.Close()
	return backup.Receive(stream, each)
}

// Media asks the server for its list.
func (s remoteSource) Media(ctx context.Context) (all []backup.File, err error) {
	err = s.Ask(ctx, http.MethodGet, "/backup/media", &all)
	return all, err
}

// Open asks the server for a file.
func (s remoteSource) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	return s.Stream(ctx, OperatorRequest{Method: http.MethodGet, Path: "/backup/media/" + (&url.URL{Path: key}).EscapedPath()})
}

// addBackup puts what a backup reads behind the socket.
func (a *App) addBackup(mux *http.ServeMux) {
	mux.HandleFunc("GET /backup/documents", func(w http.ResponseWriter, r *http.Request) {
		to := &paced{to: patient{w, http.NewResponseController(w)}, asked: a.asked.Load}
		switch err := backup.Send(r.Context(), to, a.source()); {
		case r.Context().Err() != nil: // the command was stopped; what it wrote is refused as half a backup
			a.log.Warn("backup given up by its command")
		case err != nil:
			a.log.Error("backup", "cause", err)
		}
	})
	mux.HandleFunc("GET /backup/clock", func(w http.ResponseWriter, r *http.Request) {
		a.answer(w, a.source().believed(r.Context()), nil)
	})
	mux.HandleFunc("GET /backup/media", func(w http.ResponseWriter, r *http.Request) {
		all, err := a.source().Media(r.Context())
		a.answer(w, all, err)
	})
	mux.HandleFunc("GET /backup/media/{key...}", func(w http.ResponseWriter, r *http.Request) {
		body, err := a.source().Open(r.Context(), r.PathValue("key"))
		if err != nil {
			http.Error(w, operate.Sentence(err), http.StatusNotFound)
			return
		}
		defer body.Close()
		_, _ = io.Copy(patient{w, http.NewResponseController(w)}, body) // a command that is gone reads no more; a cut file has another hash
	})
}

// stalled is how long a command may read nothing before it is given up: while it reads, the documents of that instant
// cannot be forgotten.
const stalled = 20 * time.Second

// patient writes for as long as somebody reads.
type patient struct {
	to      io.Writer
	control *http.ResponseController
}

// Write gives every write its own time.
func (p patient) Write(b []byte) (int, error) {
	if err := p.control.SetWriteDeadline(time.Now().Add(stalled)); err != nil {
		return 0, err
	}
	return p.to.Write(b)
}
