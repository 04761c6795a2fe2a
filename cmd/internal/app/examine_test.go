package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pugongying/internal/config"
)

func TestDoctorNamesEnginesThatLieOpen(t *testing.T) {
	said := func(settings ...string) string {
		set := map[string]string{}
		for _, one := range settings {
			key, value, _ := strings.Cut(one, "=")
			set[key] = value
		}
		c, err := config.Load("", nil, set)
		if err != nil {
			t.Fatal(err)
		}
		d := &examination{config: c}
		d.exposed()
		var out strings.Builder
		for _, f := range d.findings {
			out.WriteString(f.What + "；")
		}
		return out.String()
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("mongodb://u:p@db1:27017,127.0.0.1:27018/?replicaSet=rs0&tls=true"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		settings []string
		want     string
	}{
		{nil, ""},
		{[]string{"mongo.uri=mongodb://127.0.0.1/?replicaSet=rs0", "redis.url=redis://127.0.0.1:6379"}, "MongoDB 的地址里没有账号；Redis 没有密码；"},
		{[]string{"mongo.uri=mongodb://u@127.0.0.1:1,db2:2/", "redis.url=redis://cache:6379", "redis.password_file=" + secret, "s3.endpoint=http://media:9000"},
			"连 MongoDB 没有加密；连 Redis 没有加密；连媒体库没有加密；"},
		{[]string{"mongo.uri_file=" + secret, "redis.url=rediss://cache:6379", "redis.password_file=" + secret, "s3.endpoint=https://media"}, ""},
		{[]string{"mongo.uri=mongodb://[::1]/?authMechanism=MONGODB-X509", "s3.endpoint=http://localhost:9000"}, ""},
	} {
		if got := said(tt.settings...); got != tt.want {
			t.Errorf("%v: %s, want %s", tt.settings, got, tt.want)
		}
	}
}

// TestDoctorSaysWhatIsWrongOnThisMachine wants a finding with a way out for each fault, and none on a machine that is well.
func TestDoctorSaysWhatIsWrongOnThisMachine(t *testing.T) {
	written := func(name, text string) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, tt := range []struct {
		name   string
		change func(*config.Config)
		want   string // of a finding with a way out; empty for none at all
	}{
		{"well", func(*config.Config) {}, ""},
		{"data is a file", func(c *config.Config) { c.Data = written("data", "x") }, dataFolder},
		{"data lies too deep", func(c *config.Config) { c.Data = filepath.Join(t.TempDir(), strings.Repeat("d", 100)) }, "控制接口的路径"},
		{"no such league", func(c *config.Config) { c.League = "999999000000" }, "盟市 999999000000"},
		{"hotlines that cannot be read", func(c *config.Config) { c.Content.HotlinesFile = written("hotlines.yaml", "{") }, hotlineList},
		{"hotlines that are gone", func(c *config.Config) { c.Content.HotlinesFile = filepath.Join(t.TempDir(), "none") }, hotlineList},
		{"projects that cannot be read", func(c *config.Config) { c.Content.ProjectsFile = written("projects.yaml", "{") }, projectList},
	} {
		c := config.Default()
		c.Data = filepath.Join(t.TempDir(), "data")
		tt.change(&c)
		d := &examination{config: c, now: time.Now}
		d.machine()
		d.content()
		var wrong []string
		for _, f := range d.findings {
			if f.Mend != "" && !f.Warning && !strings.Contains(f.What, "磁盘剩余") { // what the tests' own disk has left is not asked
				wrong = append(wrong, f.What)
			}
		}
		if all := strings.Join(wrong, "；"); (tt.want == "") != (len(wrong) == 0) || !strings.Contains(all, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, all, tt.want)
		}
	}
}

func TestDoctorNamesWorkThatFailsAgainAndAgain(t *testing.T) {
	d := &examination{}
	d.stuck(map[string]int64{"pushes": 2, "attempts": 1})
	if len(d.findings) != 2 || !strings.Contains(d.findings[0].What, "attempts 里有 1 项") || !strings.Contains(d.findings[1].What, "pushes 里有 2 项") {
		t.Errorf("%+v", d.findings)
	}
	for _, f := range d.findings {
		if !f.Warning || f.Mend == "" {
			t.Errorf("no way out: %+v", f)
		}
	}
	well := &examination{}
	if well.stuck(nil); len(well.findings) != 0 {
		t.Errorf("%+v", well.findings)
	}
}

// TestDoctorMakesNothing: it may run before the first start.
func TestDoctorMakesNothing(t *testing.T) {
	c := config.Default()
	c.Data = filepath.Join(t.TempDir(), "data")
	for _, f := range Examine(t.Context(), c) {
		if f.Mend != "" && !f.Warning && !strings.Contains(f.What, "磁盘剩余") {
			t.Errorf("before the first start: %s: %s", f.What, f.Mend)
		}
	}
	if _, err := os.Stat(c.Data); !os.IsNotExist(err) {
		t.Errorf("the data folder is there: %v", err)
	}
}

func TestDoctorSaysWhetherWeChatLooksAtPictures(t *testing.T) {
	live := config.WeChat{Mode: "live", PublicURL: "https://xuetang.test", PushToken: "/token"}
	deaf, unreachable := live, live
	deaf.PushToken, unreachable.PublicURL = "", ""
	for name, row := range map[string]struct {
		of   config.WeChat
		want int
	}{"both": {live, 0}, "no push": {deaf, 1}, "no address": {unreachable, 1}, "sandbox": {config.WeChat{Mode: "sandbox"}, 0}} {
		d := &examination{config: config.Config{WeChat: row.of}}
		if d.judging(); len(d.findings) != row.want || row.want == 1 && (!d.findings[0].Warning || !strings.Contains(d.findings[0].What, "要人看")) {
			t.Errorf("%s: %+v", name, d.findings)
		}
	}
}
