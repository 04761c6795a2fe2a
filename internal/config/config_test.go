package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/knadh/koanf/providers/structs"
	"github.com/knadh/koanf/v2"
)

func write(t *testing.T, name, text string, mode os.FileMode) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestDefaultsRun(t *testing.T) {
	c, err := Load("", nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Check(); err != nil {
		t.Fatalf("the default configuration is refused: %v", err)
	}
	if c.Listen != "127.0.0.1:8080" || !c.Limits.Enabled || c.Stop.Grace != 20*time.Second {
		t.Fatalf("defaults: %+v", c)
	}
}

func TestFlagsOverEnvironmentOverFileOverDefaults(t *testing.T) {
	path := write(t, "c.yaml", "listen: 127.0.0.1:1\ndata: /file\nlog:\n  level: warn\n", 0o600)
	environ := []string{"PGY_DATA=/env", "PGY_LIMITS_ENABLED=false", "PGY_MONGO_URI_FILE=/x", "PGY_REQUIRE=redis", "HOME=/root", "PGY_LISTEN=127.0.0.1:2"}
	c, err := Load(path, environ, map[string]string{"listen": "127.0.0.1:3"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:3" || c.Data != "/env" || c.Log.Level != "warn" || c.Limits.Enabled || c.Mongo.URIFile != "/x" {
		t.Fatalf("precedence: %+v", c)
	}
}

func TestListsComeFromTheFile(t *testing.T) {
	path := write(t, "c.yaml", "redis:\n  addresses: [\"127.0.0.1:6379\", \"127.0.0.1:6380\"]\nstop:\n  grace: 5s\n", 0o600)
	c, err := Load(path, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(c.Redis.Addresses) != 2 || c.Stop.Grace != 5*time.Second {
		t.Fatalf("%+v", c)
	}
}

func TestAMisspeltSettingIsRefused(t *testing.T) {
	path := write(t, "c.yaml", "lisen: 127.0.0.1:1\n", 0o600)
	if _, err := Load(path, nil, nil); err == nil || !strings.Contains(err.Error(), "lisen") {
		t.Fatalf("Load = %v", err)
	}
}

func TestCheckNamesEveryFaultAtOnce(t *testing.T) {
	c := Default()
	c.Env, c.Listen, c.League = "prod", "8080", "15"
	c.Mongo = Mongo{URI: "mongodb://u:p@127.0.0.1/"}
	c.S3.Endpoint, c.Stop.Grace, c.WeChat.MiniEnv = "127.0.0.1:9000", 0, "relaese"
	c.Redis = Redis{URL: "redis://u:p@127.0.0.1", Addresses: []string{"127.0.0.1:1"}}
	c.Log.Level, c.Pictures.Total = "loud", 1
	err := c.Check()
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"env", "listen", "league", "mongo.uri 里有密码", "mongo.database", "mongo.pool", "redis.url 里有密码", "只能写一个", "s3.endpoint 读不懂", "s3.secret_key_file", "stop.grace", "pictures.person_mb", "wechat.mini_env", "log.level"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named in:\n%v", want, err)
		}
	}
}

func TestNamesValuesAndRulesAreFaultedTogether(t *testing.T) {
	path := write(t, "c.yaml", "lisen: 127.0.0.1:1\nenv: prod\nmongo:\n  pool: many\nlimits:\n  enabled: canary\n", 0o600)
	_, err := Load(path, []string{"PGY_STOP_GRACE=long"}, map[string]string{"league": "15"})
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{"lisen", "env 只能是", "mongo.pool 的值", "limits.enabled 的值", "stop.grace 的值", "league"} {
		if strings.Count(err.Error(), want) != 1 {
			t.Errorf("%q is not named once in:\n%v", want, err)
		}
	}
	if strings.Contains(err.Error(), "canary") {
		t.Errorf("a value is shown: %v", err)
	}
}

func TestAnAddressThatCannotBeReadIsRefusedAndNeverShown(t *testing.T) {
	for _, user := range []string{"u:canary%zz@", "u:canary/x@", "u:can ary@", "u:canary@@"} {
		c := Default()
		c.Mongo.URI, c.Redis.URL, c.S3.Endpoint = "mongodb://"+user+"h/", "redis://"+user+"h", "http://"+user+"h"
		err := c.Check()
		if err == nil {
			t.Errorf("%q is taken", user)
			continue
		}
		for _, want := range []string{"mongo.uri", "redis.url", "s3.endpoint"} {
			if !strings.Contains(err.Error(), want+" ") {
				t.Errorf("%q: %s is not named: %v", user, want, err)
			}
		}
		if shown := err.Error() + c.Masked(); strings.Contains(shown, "canary") || strings.Contains(shown, "can ary") {
			t.Errorf("%q is shown: %s", user, shown)
		}
	}
}

func TestAddressesOfEveryShapeAreTaken(t *testing.T) {
	for address, ok := range map[string]bool{
		"mongodb://a:1,b:2,c:3/?replicaSet=rs0": true, "mongodb://[::1]:1,[::2]:2/": true, "mongodb+srv://cluster.example/": true,
		"mongodb://u@a,b/db": true, "mongodb://%2Ftmp%2Fmongodb-27017.sock/": true,
		"a:1": false, "mongodb://": false, "mongodb:///db": false, "http://a": false, "mongodb://u:p@a,b/": false, "u:canary@a": false,
	} {
		c := Default()
		c.Mongo.URI = address
		if err := c.Check(); (err == nil) != ok {
			t.Errorf("%s: %v", address, err)
		}
		if strings.Contains(c.Masked(), "canary") {
			t.Errorf("shown: %s", c.Masked())
		}
	}
	c := Default()
	c.Redis.URL = "redis://u%zz@h"
	if c.Check() == nil {
		t.Error("an address of Redis that is no URL is taken")
	}
}

// TestTheExampleNamesEverySetting checks a promise of the README: a setting with a sensible default is in the example as a
// comment.
func TestTheExampleNamesEverySetting(t *testing.T) {
	example, err := os.ReadFile("../../configs/pugongying.example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	sections := map[string]string{}
	section := ""
	for line := range strings.Lines(string(example)) {
		bare := strings.TrimPrefix(line, "#")
		if name, _, ok := strings.Cut(bare, ":"); ok && !strings.HasPrefix(bare, " ") {
			section = name
		}
		sections[section] += bare
	}
	k := koanf.New(".")
	if err := k.Load(structs.Provider(Default(), "koanf"), nil); err != nil {
		t.Fatal(err)
	}
	for _, key := range k.Keys() {
		header, leaf, deep := strings.Cut(key, ".")
		if text := sections[header]; text == "" || deep && !strings.Contains(text, "  "+leaf+":") {
			t.Errorf("%s is not named", key)
		}
	}
	if strings.Contains(sections["mongo"], "  nothing:") || len(k.Keys()) < 30 {
		t.Error("negative control: this test sees settings that are not there, or none")
	}
}

func production(t *testing.T) Config {
	t.Helper()
	secret := write(t, "secret", "s", 0o600)
	c := Default()
	c.Env, c.Content.Demo = Production, false
	c.Mongo.URIFile, c.Redis.URL = secret, "redis://127.0.0.1:6379"
	c.S3 = S3{Endpoint: "http://127.0.0.1:9000", Bucket: "b", AccessFile: secret, SecretFile: secret}
	c.WeChat = WeChat{Mode: "live", AppID: "wx1", SecretFile: secret, PushToken: secret, PushAESKey: secret, MiniEnv: "release"}
	c.Keys.RootFile = secret
	return c
}

func TestProductionRefusesWhatOnlyATrialMayHave(t *testing.T) {
	if err := production(t).Check(); err != nil {
		t.Fatalf("a complete production configuration is refused: %v", err)
	}
	for name, tt := range map[string]struct {
		spoil func(*Config)
		want  string
	}{
		"sandbox":      {func(c *Config) { c.WeChat.Mode = "sandbox" }, "微信沙箱"},
		"no mongo":     {func(c *Config) { c.Mongo.URIFile = "" }, "MongoDB"},
		"no redis":     {func(c *Config) { c.Redis.URL = "" }, "Redis"},
		"no s3":        {func(c *Config) { c.S3.Endpoint = "" }, "S3"},
		"demo data":    {func(c *Config) { c.Content.Demo = true }, "演示"},
		"no root key":  {func(c *Config) { c.Keys.RootFile = "" }, "根密钥"},
		"wrong clock":  {func(c *Config) { c.Clock.Shift = time.Hour }, "拨钟"},
		"no limits":    {func(c *Config) { c.Limits.Enabled = false }, "限流"},
		"no order":     {func(c *Config) { c.Limits.Shed = false }, "先后"},
		"no push":      {func(c *Config) { c.WeChat.PushToken = "" }, "消息推送"},
		"missing file": {func(c *Config) { c.Keys.RootFile = "/nowhere/key" }, "不存在"},
	} {
		t.Run(name, func(t *testing.T) {
			c := production(t)
			tt.spoil(&c)
			if err := c.Check(); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Check = %v, want a line with %q", err, tt.want)
			}
		})
	}
}

func TestTheSandboxStaysOnThisMachine(t *testing.T) {
	for listen, ok := range map[string]bool{
		"127.0.0.1:8080": true, "[::1]:8080": true, "localhost:8080": true, "0.0.0.0:8080": false, ":8080": false, "192.168.1.4:8080": false,
	} {
		c := Default()
		c.Listen = listen
		if err := c.Check(); (err == nil) != ok {
			t.Errorf("sandbox on %s: %v", listen, err)
		}
	}
}

func TestASecretEverybodyCanReadIsRefused(t *testing.T) {
	c := Default()
	c.Mongo.URIFile = write(t, "uri", "mongodb://127.0.0.1", 0o644)
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Fatalf("Check = %v", err)
	}
}

// TestAnEmptySecretIsRefused: with an empty AES key WeChat's pushes would be accepted in plain text; with an empty
// password none would be required.
func TestAnEmptySecretIsRefused(t *testing.T) {
	empty := write(t, "empty", " \n", 0o600)
	for setting, spoil := range map[string]func(*Config){
		"mongo.uri_file":           func(c *Config) { c.Mongo.URIFile = empty },
		"redis.password_file":      func(c *Config) { c.Redis.PasswordFile = empty },
		"s3.access_key_file":       func(c *Config) { c.S3.AccessFile = empty },
		"s3.secret_key_file":       func(c *Config) { c.S3.SecretFile = empty },
		"wechat.secret_file":       func(c *Config) { c.WeChat.SecretFile = empty },
		"wechat.push_token_file":   func(c *Config) { c.WeChat.PushToken = empty },
		"wechat.push_aes_key_file": func(c *Config) { c.WeChat.PushAESKey = empty },
		"keys.root_file":           func(c *Config) { c.Keys.RootFile = empty },
	} {
		c := production(t)
		spoil(&c)
		if err := c.Check(); err == nil || !strings.Contains(err.Error(), setting+" 指的文件是空的") {
			t.Errorf("%s: %v", setting, err)
		}
	}
	c := production(t)
	c.Content.HotlinesFile = t.TempDir()
	if err := c.Check(); err == nil || !strings.Contains(err.Error(), "content.hotlines_file 指的文件读不了") {
		t.Errorf("a folder: %v", err)
	}
}

func TestMaskedShowsNoSecret(t *testing.T) {
	c := Default()
	c.Mongo.URI = "mongodb://canaryuser:canarypass@127.0.0.1/"
	c.Redis.URL = "redis://canaryuser:canarypass@127.0.0.1:6379"
	if got := c.Masked(); strings.Contains(got, "canary") {
		t.Fatalf("Masked() = %s", got)
	}
}

func TestSecretTrims(t *testing.T) {
	got, err := Secret(write(t, "s", " abc\n", 0o600))
	if err != nil || got != "abc" {
		t.Fatalf("Secret = %q, %v", got, err)
	}
	if _, err := Secret("/nowhere"); err == nil {
		t.Fatal("a missing secret is no error")
	}
}

func TestTheAddressForWeChatIsAHostOverTLS(t *testing.T) {
	for address, good := range map[string]bool{
		"": true, "https://xuetang.test": true, "https://xuetang.test/": true, "https://xuetang.test:8443": true,
		"http://xuetang.test": false, "xuetang.test": false, "https://": false, "https://xuetang.test/wechat": false, "https://u:p@xuetang.test": false, "https://xuetang.test?x=1": false,
	} {
		c := Default()
		c.WeChat.PublicURL = address
		if err := c.Check(); (err == nil) != good {
			t.Errorf("%q: %v", address, err)
		}
	}
}
