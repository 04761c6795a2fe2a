package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestEveryFaultOfAConfigurationIsNamedAtOnce(t *testing.T) {
	open := filepath.Join(t.TempDir(), "open.key")
	if err := os.WriteFile(open, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	out, status := execute(t, "serve", "--env", "staging", "--listen", "nowhere", "--set", "data=", "--set", "league=15", "--set", "wechat.mode=pretend",
		"--set", "mongo.uri=mongodb://u:secret-password@h/", "--set", "log.level=loud", "--set", "log.format=xml", "--set", "keys.root_file="+open, "--set", "content.hotlines_file=/nothing/there")
	for _, part := range []string{"env ", "listen ", "data ", "league ", "wechat.mode", "mongo.uri ", "log.level", "log.format", "keys.root_file", "chmod 600", "content.hotlines_file", "不存在"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not named in:\n%s", part, out)
		}
	}
	if status != 1 || strings.Contains(out, "secret-password") {
		t.Errorf("status %d: %s", status, out)
	}
}

func TestWhatIsNoSettingIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "c.yaml")
	if err := os.WriteFile(file, []byte("lissten: 127.0.0.1:1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		args []string
		says string
	}{
		"a misspelt setting": {[]string{"serve", "--config", file}, "lissten"},
		"a missing file":     {[]string{"serve", "--config", "/nothing.yaml"}, "/nothing.yaml"},
		"an unknown flag":    {[]string{"serve", "--nothing"}, "nothing"},
		"a word too many":    {[]string{"serve", "now"}, `"now"`},
		"an unknown command": {[]string{"sreve"}, "用法"},
		"a broken --set":     {[]string{"serve", "--set", "x"}, "名字=值"},
		"ledger what":        {[]string{"ledger"}, "ledger verify"},
		"project what":       {[]string{"project"}, "project list"},
		"key what":           {[]string{"key"}, "key create"},
		"nobody to ask":      {[]string{"ledger", "verify", "--data", t.TempDir()}, "先启动 serve"},
	} {
		if out, status := execute(t, tt.args...); status != 1 || !strings.Contains(out, tt.says) {
			t.Errorf("%s: status %d: %s", name, status, out)
		}
	}
	if out, status := execute(t, "help"); status != 0 || !strings.Contains(out, "serve") {
		t.Errorf("help: %d %s", status, out)
	}
	if out, status := execute(t, "config"); status != 0 || !strings.Contains(out, "127.0.0.1:8080") {
		t.Errorf("config: %d %s", status, out)
	}
}

func TestProductionRefusesWhatOnlyATrialMayHave(t *testing.T) {
	out, status := execute(t, "serve", "--env", "production", "--set", "limits.enabled=false")
	for _, part := range []string{"微信沙箱", "MongoDB", "Redis", "S3", "content.demo", "keys.root_file", "limits.enabled", "wechat.push_token_file"} {
		if !strings.Contains(out, part) {
			t.Errorf("%q is not refused: %s", part, out)
		}
	}
	if status != 1 {
		t.Errorf("status %d", status)
	}
	if out, status := execute(t, "serve", "--listen", "0.0.0.0:0"); status != 1 || !strings.Contains(out, "微信沙箱只能在本机地址上开") {
		t.Errorf("the sandbox off loopback: %d %s", status, out)
	}
	if out, status := execute(t, "doctor", "--env", "production"); status != 1 || !strings.Contains(out, "✗ 配置") || !strings.Contains(out, "处要先改好") {
		t.Errorf("doctor: %d %s", status, out)
	}
}

func TestKeysAreMadeAndRotated(t *testing.T) {
	path := filepath.Join(t.TempDir(), "root.key")
	if out, err := call(t, "key", "create", path); err != nil || !strings.Contains(out, path) {
		t.Fatalf("%s %v", out, err)
	}
	made, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
	if _, err := call(t, "key", "create", path); err == nil {
		t.Error("a key was overwritten")
	}
	if out, err := call(t, "key", "rotate", path); err != nil || !strings.Contains(out, "新的主密钥") {
		t.Errorf("%s %v", out, err)
	}
	if rotated, err := os.ReadFile(path); err != nil || string(rotated) == string(made) {
		t.Errorf("rotating changed nothing: %v", err)
	}
	for _, args := range [][]string{{"key", "rotate", "/nothing"}, {"key", "melt", path}, {"key", "create"}} {
		if _, err := call(t, args...); err == nil {
			t.Errorf("%v was taken", args)
		}
	}
}

func TestTheContentInTheBinaryIsSound(t *testing.T) {
	t.Chdir(t.TempDir())
	if out, err := call(t, "content", "check"); err != nil || !strings.Contains(out, "清单是新的") {
		t.Errorf("%s %v", out, err)
	}
	if _, err := call(t, "content", "manifest"); err == nil {
		t.Error("a manifest was written outside of the source tree")
	}
	if out, err := call(t, "openapi"); err != nil || !strings.Contains(out, `"/api/v1/home"`) {
		t.Errorf("openapi: %v", err)
	}
	if out, err := call(t, "version"); err != nil || strings.TrimSpace(out) != version {
		t.Errorf("version: %s %v", out, err)
	}
}

// TestTheProxyWritesNoLineOfWhoAskedForWhat reads nginx.conf: unless only alerts are logged, its error log names the
// client and the whole address of every request that met a limit or a restart.
func TestTheProxyWritesNoLineOfWhoAskedForWhat(t *testing.T) {
	conf, err := os.ReadFile("../../configs/nginx.conf")
	if err != nil {
		t.Fatal(err)
	}
	servers := strings.Split(string(conf), "\nserver {")[1:]
	for i, server := range servers {
		for _, line := range []string{"access_log off;", "error_log /var/log/nginx/error.log alert;"} {
			if strings.Count(server, "\n    "+line) != 1 {
				t.Errorf("server %d lacks %q", i+1, line)
			}
		}
	}
	if len(servers) != 2 || strings.Count(string(conf), "_log ") != 2*len(servers) {
		t.Errorf("%d servers, and logs beside theirs:\n%s", len(servers), conf)
	}
}
