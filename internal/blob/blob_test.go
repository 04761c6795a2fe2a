package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pugongying/internal/media"
	"pugongying/internal/testkit"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(writerFolder); dir != "" {
		writeUntilKilled(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// engine is the common interface of both stores.
type engine interface {
	media.Store
	Link(ctx context.Context, key media.Key, life time.Duration) (string, error)
	Ping(ctx context.Context) error
}

func openEmbedded(t *testing.T, dir string) *Folder {
	t.Helper()
	store, err := Embedded(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Error(err)
		}
	})
	return store
}

func openS3(t *testing.T, server *testkit.S3Server, bucket string) *S3 {
	t.Helper()
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(server.SecretKey+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	store, err := Open(Config{Endpoint: server.Endpoint, Bucket: bucket, AccessKey: server.AccessKey, SecretFile: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return store
}

func freshBucket() string { return fmt.Sprintf("pgy-test-%x", rand.Uint64()) }

// onEach runs one contract on the folder and on MinIO (or what S3_ENDPOINT names).
func onEach(t *testing.T, contract func(t *testing.T, store engine)) {
	t.Run("embedded", func(t *testing.T) { t.Parallel(); contract(t, openEmbedded(t, t.TempDir())) })
	t.Run("s3", func(t *testing.T) { t.Parallel(); contract(t, openS3(t, testkit.S3(t), freshBucket())) })
}

func content(seed uint64, size int) []byte {
	b := make([]byte, size)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(b)
	return b
}

func hashOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func mustPut(t *testing.T, store engine, key media.Key, contentType string, body []byte) {
	t.Helper()
	got, err := store.Put(t.Context(), key, contentType, bytes.NewReader(body))
	want := media.Info{Key: key, ContentType: contentType, Size: int64(len(body)), SHA256: hashOf(body)}
	if err != nil || got != want {
		t.Fatalf("Put(%s) = %+v, %v, want %+v", key, got, err, want)
	}
}

func read(t *testing.T, store engine, key media.Key) ([]byte, media.Info) {
	t.Helper()
	file, info, err := store.Get(t.Context(), key)
	if err != nil {
		t.Fatalf("Get(%s) = %v", key, err)
	}
	defer file.Close()
	body, err := io.ReadAll(file)
	if err != nil {
		t.Fatalf("read %s: %v", key, err)
	}
	return body, info
}

func TestFilesComeBackAsTheyWere(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		for key, file := range map[media.Key]struct {
			contentType string
			size        int
		}{
			"code/one-byte.png":     {"image/png", 1},
			"code/c-07.jpg":         {"image/jpeg", 4096},
			"code/as-large-as.png":  {"image/png", 1 << 20},
			"audio/as-large-as.mp3": {"audio/mpeg", 20 << 20},
			"audio/gaojieshu.m4a":   {"audio/mp4", 3<<20 + 17},
		} {
			body := content(7, file.size)
			mustPut(t, store, key, file.contentType, body)
			got, info := read(t, store, key)
			stat, err := store.Stat(t.Context(), key)
			if err != nil || stat != info || !bytes.Equal(got, body) {
				t.Fatalf("%s: Stat = %+v, %v; Get = %+v, same bytes %v", key, stat, err, info, bytes.Equal(got, body))
			}
			if info.ContentType != file.contentType || info.Size != int64(file.size) || info.SHA256 != hashOf(body) || info.Key != key {
				t.Fatalf("%s: metadata = %+v", key, info)
			}
			if age := time.Since(info.Modified); age < -5*time.Second || age > time.Minute {
				t.Fatalf("%s: modified %v ago", key, age)
			}
		}
	})
}

func TestALaterFileTakesTheEarliersPlace(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		mustPut(t, store, "audio/story.mp3", "audio/mpeg", content(1, 9000))
		mustPut(t, store, "audio/story.mp3", "audio/x-other", content(2, 40))
		if got, info := read(t, store, "audio/story.mp3"); !bytes.Equal(got, content(2, 40)) || info.ContentType != "audio/x-other" || info.SHA256 != hashOf(got) {
			t.Fatalf("Get = %d bytes, %+v", len(got), info)
		}
	})
}

func TestWhatIsNotThere(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		ctx := t.Context()
		if _, err := store.Stat(ctx, "code/none.png"); !errors.Is(err, media.ErrNotFound) {
			t.Errorf("Stat = %v, want ErrNotFound", err)
		}
		if _, _, err := store.Get(ctx, "code/none.png"); !errors.Is(err, media.ErrNotFound) {
			t.Errorf("Get = %v, want ErrNotFound", err)
		}
		if err := store.Delete(ctx, "code/none.png"); err != nil {
			t.Errorf("Delete = %v, want nil", err)
		}
		if keys := list(t, store, ""); len(keys) != 0 {
			t.Errorf("List of nothing = %v", keys)
		}
		mustPut(t, store, "code/some.png", "image/png", content(1, 10))
		if err := store.Delete(ctx, "code/some.png"); err != nil {
			t.Errorf("Delete = %v", err)
		}
		if _, err := store.Stat(ctx, "code/some.png"); !errors.Is(err, media.ErrNotFound) {
			t.Errorf("Stat after Delete = %v, want ErrNotFound", err)
		}
	})
}

func TestKeysThatMediaWouldNotBuildAreRefused(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		ctx := t.Context()
		for _, key := range []media.Key{
			"", "code", "code/", "/code/a.png", "code/../a.png", "../code/a.png", "code/a/../../b.png", "code/..png", "code/.png",
			"code/a.exe", "code/a.mp3", "audio/a.png", "film/a.mp4", "code/A.png", "code/a b.png", "code/a%2f.png", "code/a\x00.png",
			"code//a.png", `code\a.png`, "code/./a.png", "code/告.png", media.Key("code/" + strings.Repeat("a", 101) + ".png"),
		} {
			_, putErr := store.Put(ctx, key, "image/png", bytes.NewReader([]byte("x")))
			_, _, getErr := store.Get(ctx, key)
			_, statErr := store.Stat(ctx, key)
			_, linkErr := store.Link(ctx, key, time.Minute)
			for name, err := range map[string]error{"Put": putErr, "Get": getErr, "Stat": statErr, "Link": linkErr, "Delete": store.Delete(ctx, key)} {
				if !errors.Is(err, media.ErrKey) {
					t.Errorf("%s(%q) = %v, want ErrKey", name, key, err)
				}
			}
		}
		if keys := list(t, store, ""); len(keys) != 0 {
			t.Errorf("stored all the same: %v", keys)
		}
	})
}

func TestSizesAreBounded(t *testing.T) {
	store := openEmbedded(t, t.TempDir())
	for name, row := range map[string]struct {
		key  media.Key
		size int
		want error
	}{
		"empty":      {"code/a.png", 0, media.ErrEmpty},
		"large code": {"code/a.png", 1<<20 + 1, media.ErrTooLarge},
		"large talk": {"audio/a.mp3", 20<<20 + 1, media.ErrTooLarge},
	} {
		if _, err := store.Put(t.Context(), row.key, "image/png", bytes.NewReader(make([]byte, row.size))); !errors.Is(err, row.want) {
			t.Errorf("%s: Put = %v, want %v", name, err, row.want)
		}
	}
}

func list(t *testing.T, store engine, prefix string) (keys []media.Key) {
	t.Helper()
	for info, err := range store.List(t.Context(), prefix) {
		if err != nil {
			t.Fatalf("List(%q) = %v", prefix, err)
		}
		keys = append(keys, info.Key)
	}
	return keys
}

func TestAListGoesOnOverPages(t *testing.T) {
	onEach(t, func(t *testing.T, store engine) {
		const many = 103
		if s3, ok := store.(*S3); ok {
			s3.page = 10
		}
		var wait sync.WaitGroup
		for worker := range 8 {
			wait.Go(func() {
				for i := worker; i < many; i += 8 {
					if _, err := store.Put(t.Context(), media.Key(fmt.Sprintf("code/n-%03d.png", i)), "image/png", strings.NewReader("x")); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		mustPut(t, store, "audio/other.mp3", "audio/mpeg", []byte("x"))
		keys := list(t, store, "code/")
		if len(keys) != many {
			t.Fatalf("List gave %d keys, want %d", len(keys), many)
		}
		for i, key := range keys {
			if want := media.Key(fmt.Sprintf("code/n-%03d.png", i)); key != want {
				t.Fatalf("key %d = %s, want %s", i, key, want)
			}
		}
		if got := list(t, store, "code/n-00"); len(got) != 10 {
			t.Fatalf("List(prefix) = %v", got)
		}
		if got := list(t, store, ""); len(got) != many+1 || got[0] != "audio/other.mp3" {
			t.Fatalf("List of all gave %d keys, the first %s", len(got), got[0])
		}
		for range store.List(t.Context(), "") {
			break
		}
	})
}
