package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pugongying/internal/backup"
	"pugongying/internal/config"
	"pugongying/internal/store"
	"pugongying/internal/testkit"
)

// contentsOf are all documents of a configuration's engine, as they are compared.
func contentsOf(t *testing.T, c config.Config) map[string]string {
	t.Helper()
	engine, err := openDocuments(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]string{}
	err = store.NewBackup(engine).Documents(t.Context(), func(d backup.Document) error {
		all[d.Collection+"/"+d.ID] = string(d.Bytes)
		return nil
	})
	if err = errors.Join(err, engine.Close(context.Background())); err != nil {
		t.Fatal(err)
	}
	return all
}

// inhabited is a configuration on the embedded engines in which people have been, and a recording.
func inhabited(t *testing.T) config.Config {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	a, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for range 20 {
		if _, err := a.Members.SignInGuest(t.Context(), true); err != nil {
			t.Fatal(err)
		}
	}
	voice := bytes.NewReader([]byte("ID3\x04\x00\x00\x00\x00\x02\x01" + strings.Repeat("a voice ", 9000)))
	if _, err := a.Audio.Add(t.Context(), "voice", voice); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// keyed is an empty data folder with another one's root key.
func keyed(t *testing.T, of config.Config) config.Config {
	t.Helper()
	c := config.Default()
	c.Data = t.TempDir()
	key, err := os.ReadFile(filepath.Join(of.Data, "root.key"))
	if err == nil {
		err = os.WriteFile(filepath.Join(c.Data, "root.key"), key, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// moved backs one configuration up and restores it into another.
func moved(t *testing.T, from, to config.Config) {
	t.Helper()
	identity, dir := filepath.Join(t.TempDir(), "identity"), filepath.Join(t.TempDir(), "backup")
	recipient, err := backup.CreateIdentity(identity, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Backup(t.Context(), from, dir, []string{recipient}, "test"); err != nil {
		t.Fatal(err)
	}
	r, err := Restore(t.Context(), to, slog.New(slog.DiscardHandler), RestoreFrom{Dir: dir, Identity: identity})
	if err != nil || r.Media != 1 {
		t.Fatalf("%+v %v", r, err)
	}
	if _, err := Restore(t.Context(), to, slog.New(slog.DiscardHandler), RestoreFrom{Dir: dir, Identity: identity}); !errors.Is(err, backup.ErrNotEmpty) {
		t.Errorf("a second time: %v", err)
	}
}

// TestABackupMovesBetweenEngines brings documents and a recording from the embedded engines to MongoDB and S3 and back.
func TestABackupMovesBetweenEngines(t *testing.T) {
	home := inhabited(t)
	far := keyed(t, home)
	far.Mongo.URI, far.Mongo.Database = testkit.MongoURI(t), testkit.MongoDatabase(t)
	s3 := testkit.S3(t)
	secrets := t.TempDir()
	far.S3.Endpoint, far.S3.Bucket = s3.Endpoint, "backup-"+strings.ToLower(rand.Text()[:12])
	far.S3.AccessFile, far.S3.SecretFile = filepath.Join(secrets, "access"), filepath.Join(secrets, "secret")
	if err := errors.Join(os.WriteFile(far.S3.AccessFile, []byte(s3.AccessKey), 0o600), os.WriteFile(far.S3.SecretFile, []byte(s3.SecretKey), 0o600)); err != nil {
		t.Fatal(err)
	}
	before := contentsOf(t, home)
	moved(t, home, far)
	back := keyed(t, home)
	moved(t, far, back)
	after := contentsOf(t, back)
	if len(before) < 100 {
		t.Fatalf("only %d documents", len(before))
	}
	for _, id := range slices.Sorted(maps.Keys(before)) {
		if strings.HasPrefix(id, "clock/") { // goes on
			continue
		}
		if after[id] != before[id] {
			t.Errorf("%s came back as %q, was %q", id, after[id], before[id])
		}
	}
	if len(after) < len(before) {
		t.Errorf("%d documents came back of %d", len(after), len(before))
	}
	t.Logf("%d documents to MongoDB and S3 and back", len(before))
}

// TestDoctorSaysWhenTheLastBackupWas is young, old, gone, and none at all.
func TestDoctorSaysWhenTheLastBackupWas(t *testing.T) {
	now := testkit.NewClock()
	c := config.Default()
	c.Data = t.TempDir()
	says := func() string {
		d := &examination{config: c, now: now.Now}
		d.backups()
		return fmt.Sprint(d.findings)
	}
	if got := says(); got != "[]" {
		t.Errorf("a trial that was never backed up: %s", got)
	}
	c.Env = config.Production
	if got := says(); !strings.Contains(got, "还没有做过备份") || !strings.Contains(got, "true") {
		t.Errorf("never: %s", got)
	}
	dir := t.TempDir()
	if err := writeLastBackup(c, LastBackup{Dir: dir, Name: "x", Taken: now.Now()}); err != nil {
		t.Fatal(err)
	}
	now.Advance(BackupTooOld)
	if got := says(); !strings.Contains(got, "上次备份是") || strings.Contains(got, "太久了") {
		t.Errorf("young: %s", got)
	}
	now.Advance(time.Minute)
	if got := says(); !strings.Contains(got, "太久了（16m0s 前）") {
		t.Errorf("old: %s", got)
	}
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	if got := says(); !strings.Contains(got, "读不了") {
		t.Errorf("its disk is gone: %s", got)
	}
	if err := os.WriteFile(filepath.Join(c.Data, lastBackup), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := says(); !strings.Contains(got, "不知道上次备份") {
		t.Errorf("unreadable: %s", got)
	}
}

// TestABackupThroughTheSocketIsTheSame reads one server's documents and media directly and through its handler.
func TestABackupThroughTheSocketIsTheSame(t *testing.T) {
	c := inhabited(t)
	a, err := Open(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(context.Background()); err != nil {
			t.Error(err)
		}
	}()
	private, err := listenSocket(c)
	if err != nil {
		t.Fatal(err)
	}
	server := a.newServer(a.operator)
	go func() { _ = server.Serve(private) }()
	defer server.Close()
	through, err := openSource(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	if _, remote := through.(remoteSource); !remote {
		t.Fatalf("%T", through)
	}
	all := func(s source) string {
		var text strings.Builder
		err := s.Documents(t.Context(), func(d backup.Document) error {
			_, err := fmt.Fprintln(&text, d.Collection, d.ID, d.Bytes)
			return err
		})
		files, listing := s.Media(t.Context())
		list, encoding := json.Marshal(files)
		if err := errors.Join(err, listing, encoding); err != nil || len(files) != 1 {
			t.Fatal(err, files)
		}
		body, err := s.Open(t.Context(), files[0].Key)
		if err != nil {
			t.Fatal(err)
		}
		defer body.Close()
		_, err = fmt.Fprintln(&text, string(list), s.believed(t.Context()))
		var voice bytes.Buffer
		_, copying := voice.ReadFrom(body)
		if err := errors.Join(err, copying); err != nil {
			t.Fatal(err)
		}
		return text.String() + voice.String()
	}
	if here, there := all(a.source()), all(through); here != there {
		t.Errorf("%d bytes directly, %d through the socket", len(here), len(there))
	}
	if _, err := through.Open(t.Context(), "audio/none.mp3"); err == nil {
		t.Error("a recording that is not there was opened")
	}
}
