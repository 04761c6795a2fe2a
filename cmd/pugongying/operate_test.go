package main

import (
	"bytes"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pugongying/cmd/internal/app"
	"pugongying/internal/testkit"
)

func TestCommandsBesideARunningServer(t *testing.T) {
	s := start(t, t.TempDir())
	t.Chdir(t.TempDir())
	if status, _, err := request(http.DefaultClient, "POST", s.url+"/api/v1/explainers/"+firstStory(s)+"/readings", `{"scene":"~demo1"}`); status != 204 || err != nil {
		t.Fatalf("%d %v", status, err)
	}
	for name, tt := range map[string]struct {
		args  []string
		parts []string
	}{
		"list":    {[]string{"project", "list"}, []string{"demo1", "152200000000", "蒲公英学堂 · 演示盟妇女联合会", "demo2"}},
		"code":    {[]string{"project", "code", "demo1"}, []string{"demo1.html", "scene 1522~demo1"}},
		"verify":  {[]string{"ledger", "verify"}, []string{"明细 1 条", "对不上的 0 项"}},
		"rebuild": {[]string{"ledger", "rebuild"}, []string{"已经按明细重算"}},
		"doctor":  {[]string{"doctor"}, []string{"✓ 正在运行的服务：documents", "✓ 正在运行的服务：cache", "✓ 正在运行的服务：media", "可以启动。"}},
	} {
		out, err := call(t, append(tt.args, "--data", s.dir)...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, part := range tt.parts {
			if !strings.Contains(out, part) {
				t.Errorf("%s does not say %q: %s", name, part, out)
			}
		}
	}
	poster, err := os.ReadFile("demo1.html")
	for _, part := range []string{`class="logo">蒲公英学堂 · 演示盟妇女联合会</p>`, "data:image/jpeg;base64,", "演示</p>"} {
		if err != nil || !strings.Contains(string(poster), part) {
			t.Errorf("the poster lacks %s: %v", part, err)
		}
	}
	if _, err := call(t, "project", "code", "demo1", "--data", s.dir); err != nil {
		t.Errorf("the code a second time, from the media store: %v", err)
	}
	if out, err := call(t, "project", "code", "nobody", "--data", s.dir); err == nil {
		t.Errorf("a project that is none: %s", out)
	}
}

func firstStory(s *server) string {
	_, body := s.get("/api/v1/explainers")
	return between(body, `"slug":"`)
}

func TestDoctorOnAFreshMachine(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	out, err := call(t, "doctor", "--data", dir)
	if _, made := os.Stat(dir); made == nil {
		t.Error("doctor made the data folder")
	}
	for _, part := range []string{"✓ 配置（development）", "✓ 根密钥", "✓ 文档库", "✓ 缓存 in process", "✓ 媒体库", "! 微信是沙箱", "可以启动。"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is missing: %s", part, out)
		}
	}
	if err != nil {
		t.Error(err)
	}
	out, status := execute(t, "doctor", "--data", t.TempDir(), "--set", "redis.url=redis://127.0.0.1:1/0", "--set", "league=999999999999")
	if status != 1 || !strings.Contains(out, "✗ 缓存") || !strings.Contains(out, "✗ 盟市 999999999999") {
		t.Errorf("an engine that is away: %d %s", status, out)
	}
}

// TestALostCacheEndsNoSession empties a real Redis while somebody is signed in.
func TestALostCacheEndsNoSession(t *testing.T) {
	redis := testkit.OwnRedis(t)
	s := start(t, t.TempDir(), "PGY_REDIS_URL=redis://"+redis.Address+"/0")
	_, text, err := request(http.DefaultClient, "POST", s.url+"/api/v1/sessions", `{"provider":"guest"}`)
	if err != nil {
		t.Fatal(err)
	}
	bearer := []string{"Authorization", "Bearer " + between(text, `"token":"`)}
	if status, _ := s.get("/api/v1/me", bearer...); status != 200 {
		t.Fatalf("before: %d", status)
	}
	redis.Kill()
	if status, body := s.get("/api/v1/me", bearer...); status != 200 {
		t.Errorf("without a Redis: %d %s", status, body)
	}
	if status, body := s.get("/readyz"); status != 200 || !strings.Contains(body, `"cache":"down"`) {
		t.Errorf("/readyz without a Redis: %d %s", status, body)
	}
	redis.Start(t) // empty, as after FLUSHALL
	if status, body := s.get("/api/v1/me", bearer...); status != 200 {
		t.Errorf("with an empty Redis: %d %s", status, body)
	}
	if status, _ := s.get("/api/v1/me", "Authorization", "Bearer nobody"); status != 401 {
		t.Errorf("negative control: a token that opens nothing: %d", status)
	}
}

func TestTheLogOfAServerHoldsListedKeysAlone(t *testing.T) {
	s := start(t, t.TempDir(), "PGY_LOG_FORMAT=json")
	s.get("/api/v1/me?tag=canary", "User-Agent", "canary", "Authorization", "Bearer canary")
	s.get("/canary")
	s.stop()
	text := s.log.String()
	if strings.Contains(text, "canary") {
		t.Errorf("what was typed is in the log: %s", text)
	}
	n := 0
	for line := range strings.Lines(text) {
		for key := range decodeJSON[map[string]any](t, line) {
			if n++; !app.Logged(key) {
				t.Errorf("%q in %s", key, line)
			}
		}
	}
	if n < 20 || !strings.Contains(text, `"route":"/api/v1/me"`) {
		t.Errorf("hardly anything was logged: %s", text)
	}
}

// TestTheAppsDocumentIsCurrent compares the OpenAPI document the app's types are made from with the server's own.
func TestTheAppsDocumentIsCurrent(t *testing.T) {
	var now bytes.Buffer
	if err := app.WriteOpenAPI(&now); err != nil {
		t.Fatal(err)
	}
	stored, err := os.ReadFile(filepath.Join("..", "..", "miniprogram", "openapi.json"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(now.Bytes(), stored) {
		t.Error("miniprogram/openapi.json is not this server's: run make types")
	}
}
