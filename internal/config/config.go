// Package config is the one place where settings come from: defaults that run, a YAML file, PGY_… environment variables
// and flags, each overriding the one before. Secrets are never settings: a setting names the file that contains a secret,
// so that a configuration can be shown to anybody. A configuration is checked as a whole and every fault is reported at
// once.
//
// In production it refuses what is only for a trial: the WeChat sandbox, the embedded engines, 演示 (demo) data, rate limits
// switched off, a shifted clock, missing keys. What only a running server can see (a MongoDB that is no replica set, a
// demo root key) is refused where it is opened.
package config

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/knadh/koanf/parsers/yaml"
	"github.com/knadh/koanf/providers/env/v2"
	"github.com/knadh/koanf/providers/file"
	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
)

// Environments a server can run in.
const (
	Development = "development"
	Production  = "production"
)

// Config is every setting. Zero values of optional parts mean the embedded default.
type Config struct {
	Env      string   `koanf:"env"`
	Listen   string   `koanf:"listen"`
	Data     string   `koanf:"data"`
	League   string   `koanf:"league"` // 12-digit code of the league this deployment serves
	Mongo    Mongo    `koanf:"mongo"`
	Redis    Redis    `koanf:"redis"`
	S3       S3       `koanf:"s3"`
	WeChat   WeChat   `koanf:"wechat"`
	Keys     Keys     `koanf:"keys"`
	Backup   Backup   `koanf:"backup"`
	Limits   Limits   `koanf:"limits"`
	Pictures Pictures `koanf:"pictures"`
	Content  Content  `koanf:"content"`
	Proxy    Proxy    `koanf:"proxy"`
	Log      Log      `koanf:"log"`
	Clock    Clock    `koanf:"clock"`
	Stop     Stop     `koanf:"stop"`
}

// Mongo is the document database; without an address documents are stored in Data.
type Mongo struct {
	URI      string `koanf:"uri"`      // an address without a password
	URIFile  string `koanf:"uri_file"` // or a file that contains the whole address
	Database string `koanf:"database"`
	Pool     int    `koanf:"pool"` // maximum number of connections; maxPoolSize in the address overrides it
}

// Redis is the cache; with neither URL nor Addresses it runs in process.
type Redis struct {
	URL          string   `koanf:"url"`       // one server: redis://host:port/0, rediss:// for TLS
	Addresses    []string `koanf:"addresses"` // with Master the Sentinels, without it the nodes of a Cluster
	Master       string   `koanf:"master"`
	PasswordFile string   `koanf:"password_file"`
}

// Configured reports whether there is a Redis to use.
func (r Redis) Configured() bool { return r.URL != "" || len(r.Addresses) > 0 }

// S3 is the media store; without an endpoint media are stored in Data.
type S3 struct {
	Endpoint   string `koanf:"endpoint"` // https://host[:port], or http:// inside a closed network
	Bucket     string `koanf:"bucket"`
	Region     string `koanf:"region"`
	AccessFile string `koanf:"access_key_file"`
	SecretFile string `koanf:"secret_key_file"`
}

// WeChat is the mini-program's account.
type WeChat struct {
	Mode       string `koanf:"mode"` // sandbox or live
	AppID      string `koanf:"app_id"`
	SecretFile string `koanf:"secret_file"`
	PushToken  string `koanf:"push_token_file"`
	PushAESKey string `koanf:"push_aes_key_file"`
	Reminder   string `koanf:"reminder_template"` // of the one message of an appointment, with thing1 and time2; empty: no reminders
	MiniEnv    string `koanf:"mini_env"`          // release, trial or develop: which package a scanned code opens
	PublicURL  string `koanf:"public_url"`        // https://host under which WeChat reaches this server, to fetch the pictures it checks
}

// Keys is where the root key is stored. Empty: made under Data at first start, outside production only.
type Keys struct {
	RootFile string `koanf:"root_file"`
}

// Backup says whom backups are sealed to. The private keys are never on this machine.
type Backup struct {
	Recipients []string `koanf:"recipients"` // public keys of pugongying backup key (or age-keygen): age1…
}

// Limits switches rate limits off for load tests, outside production only; so it does, for the control of one, with the
// order in which an overloaded server serves. Connections is how many are open at most; 0 is as many as memory allows.
type Limits struct {
	Enabled     bool `koanf:"enabled"`
	Shed        bool `koanf:"shed"`
	Connections int  `koanf:"connections"`
}

// Pictures is how much room the pictures of texts may take, in MB: those of one person, and all.
type Pictures struct {
	Person int `koanf:"person_mb"`
	Total  int `koanf:"total_mb"`
}

// Content names a deployment's own lists. Demo shows the shipped 演示 lines where a list of one's own is missing.
type Content struct {
	Demo         bool   `koanf:"demo"`
	HotlinesFile string `koanf:"hotlines_file"`
	ProjectsFile string `koanf:"projects_file"`
}

// Proxy names the addresses (CIDR) of reverse proxies whose X-Forwarded-For is believed.
type Proxy struct {
	Trusted []string `koanf:"trusted"`
}

// Clock shifts the server's clock ahead or back, to try what comes due on another day; outside production only.
type Clock struct {
	Shift time.Duration `koanf:"shift"`
}

// Log says how much is written, and in which form (text or json).
type Log struct {
	Level  string `koanf:"level"`
	Format string `koanf:"format"`
}

// Stop is how long a stop waits for requests under way.
type Stop struct {
	Grace time.Duration `koanf:"grace"`
}

// Default runs on a fresh machine with nothing configured.
func Default() Config {
	return Config{
		Env: Development, Listen: "127.0.0.1:8080", Data: "./data", League: "150000000000",
		Mongo:    Mongo{Database: "pugongying", Pool: 512},
		S3:       S3{Bucket: "pugongying", Region: "us-east-1"},
		WeChat:   WeChat{Mode: "sandbox", AppID: "wxsandbox0000000001", MiniEnv: "release"},
		Limits:   Limits{Enabled: true, Shed: true},
		Pictures: Pictures{Person: 500, Total: 20_000},
		Content:  Content{Demo: true},
		Proxy:    Proxy{Trusted: []string{}},
		Redis:    Redis{Addresses: []string{}},
		Backup:   Backup{Recipients: []string{}},
		Log:      Log{Level: "info", Format: "text"},
		Stop:     Stop{Grace: 20 * time.Second},
	}
}

// Load reads defaults, then path (if not empty), then environ ("PGY_MONGO_URI_FILE=…"), then flags by their dotted names.
// An unknown name in the file or among the flags is a fault, so that a misspelt one is not silently ignored. Faults of
// names and values are reported together with everything Check finds in what could be read.
func Load(path string, environ []string, flags map[string]string) (Config, error) {
	k := koanf.New(".")
	if err := k.Load(structs.Provider(Default(), "koanf"), nil); err != nil {
		return Config{}, fmt.Errorf("read the defaults: %w", err)
	}
	known := map[string]bool{}
	for _, key := range k.Keys() {
		known[key] = true
	}
	if path != "" {
		if err := k.Load(file.Provider(path), yaml.Parser()); err != nil {
			return Config{}, fmt.Errorf("配置文件 %s 读不了：%w", path, err)
		}
	}
	envs := env.Provider(".", env.Opt{Prefix: "PGY_", EnvironFunc: func() []string { return environ },
		TransformFunc: func(name, value string) (string, any) { return settingOf(name, known), value }})
	if err := k.Load(envs, nil); err != nil {
		return Config{}, fmt.Errorf("read the environment: %w", err)
	}
	for name, value := range flags {
		if err := k.Set(name, value); err != nil {
			return Config{}, fmt.Errorf("set %s: %w", name, err)
		}
	}
	return decode(k, known)
}

func decode(k *koanf.Koanf, known map[string]bool) (Config, error) {
	var f Faults
	for _, key := range k.Keys() {
		if !known[key] {
			f.add("不认识的设置：%s", key)
		}
	}
	c := Default() // a value that cannot be read is reported once, and not again as a missing setting
	f.unreadable(k.Unmarshal("", &c))
	if len(f) == 0 {
		return c, nil
	}
	var more Faults
	if errors.As(c.Check(), &more) {
		f = append(f, more...)
	}
	return Config{}, f
}

// unreadable names the settings whose values are of a wrong kind; the values themselves stay out, one may be a secret.
func (f *Faults) unreadable(err error) {
	if err == nil {
		return
	}
	var many interface{ Unwrap() []error }
	if errors.As(err, &many) {
		for _, one := range many.Unwrap() {
			f.unreadable(one)
		}
		return
	}
	var of interface{ Name() string }
	if errors.As(err, &of) {
		f.add("%s 的值不对", of.Name())
		return
	}
	f.add("有设置的值不对：%v", err)
}

// settingOf turns PGY_MONGO_URI_FILE into mongo.uri_file: the first underscore that yields a known setting is the dot.
// Variables that name no setting (PGY_REQUIRE of the tests, say) are left out.
func settingOf(name string, known map[string]bool) string {
	key := strings.ToLower(strings.TrimPrefix(name, "PGY_"))
	if known[key] {
		return key
	}
	for i, r := range key {
		if r == '_' && known[key[:i]+"."+key[i+1:]] {
			return key[:i] + "." + key[i+1:]
		}
	}
	return ""
}
