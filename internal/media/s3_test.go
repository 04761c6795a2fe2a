package media_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"pugongying/internal/blob"
	"pugongying/internal/media"
	"pugongying/internal/testkit"
)

// s3 is a fresh bucket of the real store.
func s3(t *testing.T) media.Store {
	t.Helper()
	server := testkit.S3(t)
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte(server.SecretKey), 0o600); err != nil {
		t.Fatal(err)
	}
	bucket, err := blob.Open(blob.Config{Endpoint: server.Endpoint, Bucket: fmt.Sprintf("pgy-test-%x", rand.Uint64()), AccessKey: server.AccessKey, SecretFile: secret})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { bucket.Close() })
	return bucket
}
