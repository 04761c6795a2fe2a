package blob

import (
	"bytes"
	"errors"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pugongying/internal/media"
	"pugongying/internal/testkit"
)

func TestAWrongKeyIsRefused(t *testing.T) {
	t.Run("s3", func(t *testing.T) {
		store := openS3(t, testkit.S3(t), freshBucket())
		mustPut(t, store, "code/secret.png", "image/png", content(1, 100)) // the control: the right keys are accepted
		value, err := store.client.GetCreds()
		if err != nil {
			t.Fatal(err)
		}
		cfg := Config{Endpoint: store.client.EndpointURL().String(), Bucket: store.bucket, AccessKey: value.AccessKeyID}
		stranger := cfg
		stranger.AccessKey = "SOMEBODYELSE"
		for name, try := range map[string]struct {
			cfg    Config
			secret string
		}{
			"wrong secret":  {cfg, value.SecretAccessKey + "x"},
			"wrong account": {stranger, value.SecretAccessKey},
		} {
			other, err := dial(try.cfg, try.secret)
			if err != nil {
				t.Fatal(err)
			}
			defer other.Close()
			_, putErr := other.Put(t.Context(), "code/mine.png", "image/png", bytes.NewReader([]byte("x")))
			_, _, getErr := other.Get(t.Context(), "code/secret.png")
			_, statErr := other.Stat(t.Context(), "code/secret.png")
			for call, err := range map[string]error{"Put": putErr, "Get": getErr, "Stat": statErr, "Ping": other.Ping(t.Context()), "Delete": other.Delete(t.Context(), "code/secret.png")} {
				if !errors.Is(err, media.ErrUnavailable) {
					t.Errorf("%s: %s = %v, want a refusal", name, call, err)
				}
			}
		}
		if got := list(t, store, ""); len(got) != 1 || got[0] != "code/secret.png" {
			t.Errorf("the bucket holds %v", got)
		}
	})
}

func TestALinkOpensOneFileForItsTime(t *testing.T) {
	if _, err := openEmbedded(t, t.TempDir()).Link(t.Context(), "code/a.png", time.Minute); !errors.Is(err, ErrNoLink) {
		t.Errorf("a link of the embedded store = %v, want ErrNoLink", err)
	}
	t.Run("s3", func(t *testing.T) {
		store := openS3(t, testkit.S3(t), freshBucket())
		defer http.DefaultClient.CloseIdleConnections()
		mustPut(t, store, "code/a.png", "image/png", []byte("a"))
		mustPut(t, store, "code/b.png", "image/png", []byte("b"))
		link, err := store.Link(t.Context(), "code/a.png", 2*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := fetch(t, link, ""); status != http.StatusOK || string(body) != "a" {
			t.Fatalf("the link answers %d, %q", status, body)
		}
		parsed, err := url.Parse(link)
		if err != nil {
			t.Fatal(err)
		}
		query := parsed.Query()
		query.Set("X-Amz-Expires", "604800")
		for name, forged := range map[string]string{
			"unsigned":   strings.Split(link, "?")[0],
			"other file": strings.Replace(link, "/a.png", "/b.png", 1),
			"longer":     strings.Split(link, "?")[0] + "?" + query.Encode(),
			"cut":        link[:len(link)-1],
		} {
			if status, body := fetch(t, forged, ""); status/100 != 4 || string(body) == "a" || string(body) == "b" {
				t.Errorf("%s: %d, %q", name, status, body)
			}
		}
		time.Sleep(3 * time.Second)
		if status, body := fetch(t, link, ""); status != http.StatusForbidden || string(body) == "a" {
			t.Errorf("an expired link answers %d, %q", status, body)
		}
	})
}

func TestFaultsOfTheConfigurationAreNamed(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	empty := filepath.Join(t.TempDir(), "empty")
	for path, text := range map[string]string{secret: "s3cr3t", empty: "\n"} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	good := Config{Endpoint: "https://s3.example.com", Bucket: "pugongying", AccessKey: "id", SecretFile: secret}
	if _, err := Open(good); err != nil {
		t.Fatal(err)
	}
	for name, row := range map[string]struct {
		change func(*Config)
		want   error
	}{
		"no endpoint":    {func(c *Config) { c.Endpoint = "" }, ErrEndpoint},
		"no scheme":      {func(c *Config) { c.Endpoint = "s3.example.com:9000" }, ErrEndpoint},
		"other scheme":   {func(c *Config) { c.Endpoint = "ftp://s3.example.com" }, ErrEndpoint},
		"path":           {func(c *Config) { c.Endpoint = "https://s3.example.com/bucket" }, ErrEndpoint},
		"password":       {func(c *Config) { c.Endpoint = "https://a:hunter2@s3.example.com" }, ErrEndpoint},
		"bucket":         {func(c *Config) { c.Bucket = "Ab" }, ErrBucket},
		"bucket path":    {func(c *Config) { c.Bucket = "../etc" }, ErrBucket},
		"no key":         {func(c *Config) { c.AccessKey = "" }, ErrKeys},
		"no secret":      {func(c *Config) { c.SecretFile = "" }, ErrKeys},
		"empty secret":   {func(c *Config) { c.SecretFile = empty }, ErrKeys},
		"missing secret": {func(c *Config) { c.SecretFile = secret + "x" }, os.ErrNotExist},
	} {
		cfg := good
		row.change(&cfg)
		if _, err := Open(cfg); !errors.Is(err, row.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s: Open = %v, want %v", name, err, row.want)
		}
	}
}

func TestAMissingBucketIsMade(t *testing.T) {
	server := testkit.S3(t)
	store := openS3(t, server, freshBucket())
	mustPut(t, store, "code/first.png", "image/png", []byte("x"))
	for range 2 {
		if err := openS3(t, server, store.bucket).Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if want := "S3 " + strings.TrimPrefix(server.Endpoint, "http://") + "/" + store.bucket; store.Describe() != want {
		t.Fatalf("Describe = %q, want %q", store.Describe(), want)
	}
}
