package cache

import (
	"crypto/sha256"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"pugongying/internal/testkit"
)

// underAccount opens a cache on a Redis that knows the account of configs/redis-users.acl alone, changed by change.
func underAccount(t *testing.T, change func(string) string) (c *Cache, address string, log *lines) {
	t.Helper()
	template, err := os.ReadFile("../../configs/redis-users.acl")
	if err != nil {
		t.Fatal(err)
	}
	const password = "a password of the test"
	users := change(strings.Replace(string(template), "SHA256", fmt.Sprintf("%x", sha256.Sum256([]byte(password))), 1))
	dir := t.TempDir()
	log = &lines{}
	for name, text := range map[string]string{"users.acl": users, "password": password + "\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	server := testkit.OwnRedis(t, "--aclfile", filepath.Join(dir, "users.acl"))
	return open(t, Config{
		URL: strings.Replace(server.URL, "//", "//pugongying@", 1), PasswordFile: filepath.Join(dir, "password"),
		Log: slog.New(slog.NewTextHandler(log, nil)),
	}), server.URL, log
}

// used does everything the server asks of its Redis and gives what failed.
func used(t *testing.T, c *Cache) error {
	t.Helper()
	ctx := t.Context()
	if err := c.Ping(ctx); err != nil {
		return err
	}
	if c.Describe() == "Redis" {
		return fmt.Errorf("the version is not told")
	}
	if _, err := c.Time(ctx); err != nil {
		return err
	}
	if ok, _, err := c.Limiter().Allow(ctx, "k", Rate{time.Hour, 1}); !ok || err != nil {
		return fmt.Errorf("Allow = %v, %w", ok, err)
	}
	c.Sessions().Put(ctx, "h", []byte("v"), time.Second)
	if _, ok := c.Sessions().Get(ctx, "h"); !ok {
		return fmt.Errorf("the session is gone")
	}
	c.Sessions().Delete(ctx, "h")
	if err := c.Tokens().SetContext(ctx, "wx", "t", time.Minute); err != nil {
		return err
	}
	if c.Tokens().GetContext(ctx, "wx") != "t" {
		return fmt.Errorf("the token is gone")
	}
	if c.Failures() != 0 {
		return fmt.Errorf("%d failures", c.Failures())
	}
	return nil
}

// TestTheAccountIsEnoughAndNoMore does the server's work under the account that configs gives it. Without any one of the
// grants something fails, so none is superfluous.
func TestTheAccountIsEnoughAndNoMore(t *testing.T) {
	c, address, log := underAccount(t, func(users string) string { return users })
	if err := used(t, c); err != nil {
		t.Fatalf("%v\n%s", err, log)
	}
	ctx := t.Context()
	for name, try := range map[string]func() error{
		"FLUSHALL":       func() error { return c.client.do(ctx, "flushall").Err() },
		"KEYS":           func() error { return c.client.do(ctx, "keys", "*").Err() },
		"CONFIG":         func() error { return c.client.do(ctx, "config", "get", "*").Err() },
		"another's key":  func() error { return c.client.get(ctx, "else").Err() },
		"a script's key": func() error { return c.client.do(ctx, "eval", "return redis.call('GET', 'else')", 0).Err() },
		"publishing":     func() error { return c.client.do(ctx, "publish", "c", "m").Err() },
	} {
		if err := try(); err == nil || !strings.Contains(err.Error(), "permissions") && !strings.Contains(err.Error(), "NOPERM") && !strings.Contains(err.Error(), "can't access") {
			t.Errorf("%s = %v", name, err)
		}
	}
	stranger := open(t, Config{URL: address})
	if err := stranger.Ping(ctx); err == nil {
		t.Error("without the account there is an answer")
	}
	for _, grant := range regexp.MustCompile(`\+\w+`).FindAllString(grants(t), -1) {
		c, _, _ := underAccount(t, func(users string) string { return strings.Replace(users, " "+grant, "", 1) })
		if err := used(t, c); err == nil {
			t.Errorf("%s is granted and not needed", grant)
		}
	}
}

func grants(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../configs/redis-users.acl")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
