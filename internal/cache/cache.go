// Package cache keeps in Redis what may be lost at any moment: rate-limit state, session look-ups of the last two
// seconds, WeChat's access token. FLUSHALL, a killed Redis or an unreachable one costs speed, never an answer: limits go
// on in this process, sessions are read from their truth, the token from a local copy.
//
// It promises that no key in Redis holds a phone number, an openid or a token in clear (keys are HMACs under Config.Secret), that
// a dead Redis is asked at most once a second, and that its going and coming back is logged once each. It refuses to
// hold anything that could not be rebuilt.
package cache

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"hash"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Faults of the configuration, as an operator reads them.
var (
	ErrAddress  = errors.New("Redis 地址不对：请填 redis://主机:端口 或 rediss://主机:端口，或只填一组 主机:端口")
	ErrPassword = errors.New("Redis 口令只能放在文件里，不能写在地址中")
	ErrSecret   = errors.New("缓存的键名密钥太短，至少 16 字节")
)

const (
	dialTimeout   = time.Second
	answerTimeout = 500 * time.Millisecond
	shortSecret   = 16
)

// Config says where Redis is. Either URL (one server) or Addresses (Sentinels when Master is set, else a Cluster).
type Config struct {
	URL          string           // redis://host:port/db or rediss:// for TLS; may hold a user, never a password
	PasswordFile string           // path of a file that holds the password; empty for none
	Addresses    []string         // host:port of each Sentinel or Cluster node
	Master       string           // the master's name as the Sentinels know it
	Secret       []byte           // at least 16 bytes, the same on every server: hides what keys are named after
	Now          func() time.Time // for local limits and copies; Redis uses its own clock
	Log          *slog.Logger
}

// Cache is an open Redis. It is safe for concurrent use.
type Cache struct {
	client   client     // empty where alone
	macs     *sync.Pool // of hash.Hash, keyed with the secret
	now      func() time.Time
	ownClock bool           // in tests, the limiter sends this process's time instead of using the server's
	alone    bool           // no other process counts or signs in: limits and sessions need no Redis
	sessions *localSessions // where alone
	health   *health
	what     string
}

// Redis prepares a client and does not connect: a server starts without its Redis (see Ping). ErrAddress, ErrPassword,
// ErrSecret.
func Redis(cfg Config) (*Cache, error) {
	if len(cfg.Secret) < shortSecret {
		return nil, ErrSecret
	}
	options, err := universal(cfg)
	if err != nil {
		return nil, err
	}
	return &Cache{
		client: connect(options), macs: macs(cfg.Secret), now: cfg.Now,
		health: newHealth(cfg.Now, cfg.Log),
		what:   "Redis",
	}, nil
}

// Ping fails when Redis does not answer.
func (c *Cache) Ping(ctx context.Context) error {
	if c.alone {
		return nil
	}
	if err := c.client.do(ctx, "ping").Err(); err != nil {
		return fmt.Errorf("cache: ping: %w", err)
	}
	return nil
}

// Time is Redis's clock; the cache in this process has none of its own.
func (c *Cache) Time(ctx context.Context) (time.Time, error) {
	if c.alone {
		return c.now(), nil
	}
	cmd := redis.NewTimeCmd(ctx, "time")
	if err := c.client.process(ctx, cmd); err != nil {
		return time.Time{}, fmt.Errorf("cache: time: %w", err)
	}
	return cmd.Val().UTC(), nil
}

// Describe names the engine for a log line, with the server's version when it answers: "Redis 7.0.15", "in process (embedded)".
func (c *Cache) Describe() string {
	if c.alone {
		return c.what
	}
	info, err := c.client.do(context.Background(), "info", "server").Text()
	if err != nil {
		return c.what
	}
	for line := range strings.Lines(info) {
		if version, ok := strings.CutPrefix(strings.TrimSpace(line), "redis_version:"); ok {
			return c.what + " " + version
		}
	}
	return c.what
}

// reachable says whether there is a Redis that is worth asking now.
func (c *Cache) reachable() bool { return !c.alone && c.health.ask() }

// Failures counts how often Redis stopped answering since the start, for a metric.
func (c *Cache) Failures() uint64 { return c.health.failures.Load() }

// Close ends the connections to Redis.
func (c *Cache) Close() error {
	if c.alone {
		return nil
	}
	return c.client.end()
}

// key is what an entry is called in Redis: nobody can read name from it, or try names out, without the secret.
func (c *Cache) key(kind, name string) string {
	mac := c.macs.Get().(hash.Hash)
	defer c.macs.Put(mac)
	mac.Reset()
	var room [128]byte
	mac.Write(append(append(append(room[:0], kind...), 0), name...))
	sum := mac.Sum(room[:0])
	text := append(append(append(make([]byte, 0, 64), "pgy:"...), kind...), ':')
	return string(base64.RawURLEncoding.AppendEncode(text, sum[:18]))
}

// macs are keyed hashes for reuse: one takes six pieces of memory to make.
func macs(secret []byte) *sync.Pool {
	return &sync.Pool{New: func() any { return hmac.New(sha256.New, secret) }}
}

func universal(cfg Config) (*redis.UniversalOptions, error) {
	options := &redis.UniversalOptions{
		DialTimeout: dialTimeout, DialerRetries: 1, MaxRetries: 1,
		ReadTimeout: answerTimeout, WriteTimeout: answerTimeout, PoolTimeout: answerTimeout,
		ContextTimeoutEnabled: true, DisableIdentity: true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
	if err := address(options, cfg); err != nil {
		return nil, err
	}
	if cfg.PasswordFile == "" {
		return options, nil
	}
	password, err := os.ReadFile(cfg.PasswordFile)
	if err != nil {
		return nil, fmt.Errorf("Redis 口令文件读不了：%w", err)
	}
	options.Password = strings.TrimRight(string(password), "\r\n")
	return options, nil
}

func address(options *redis.UniversalOptions, cfg Config) error {
	if len(cfg.Addresses) > 0 {
		if cfg.URL != "" {
			return ErrAddress
		}
		options.Addrs, options.MasterName = cfg.Addresses, cfg.Master
		options.IsClusterMode = cfg.Master == ""
		return nil
	}
	parsed, err := url.Parse(cfg.URL)
	if err != nil || parsed.Host == "" {
		return ErrAddress // the parser's error would repeat a password that should not be there
	}
	if _, inURL := parsed.User.Password(); inURL {
		return ErrPassword
	}
	one, err := redis.ParseURL(cfg.URL)
	if err != nil {
		return ErrAddress
	}
	options.Addrs, options.DB, options.Username, options.TLSConfig = []string{one.Addr}, one.DB, one.Username, one.TLSConfig
	return nil
}
