package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

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
