package testkit

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

// composed is what compose.yaml says of a service, as far as it can be unsafe.
type composed struct {
	Image       string
	Command     []string
	Entrypoint  []string
	Environment map[string]string
	Healthcheck struct{ Test []string }
	Ports       []string
	CapDrop     []string `yaml:"cap_drop"`
	SecurityOpt []string `yaml:"security_opt"`
	Privileged  bool
}

var (
	byDigest = regexp.MustCompile(`^[a-z0-9/.-]+:[\w.-]+@sha256:[0-9a-f]{64}$`)
	// A shell may read a secret into the environment of what it starts; read anywhere else it would stand on a command line.
	intoEnvironment = regexp.MustCompile(`\b[A-Z_]+=\$\$\(cat [^)]*\) `)
)

// unsafe lists what is wrong with a service.
func (c composed) unsafe() (faults []string) {
	if !byDigest.MatchString(c.Image) {
		faults = append(faults, "its image may change under its tag")
	}
	for _, line := range slices.Concat(c.Command, c.Entrypoint, c.Healthcheck.Test) {
		rest := intoEnvironment.ReplaceAllString(line, "")
		if strings.Contains(rest, "$(cat") || strings.Contains(rest, "requirepass") {
			faults = append(faults, "a secret stands on a command line: "+line)
		}
	}
	for name, value := range c.Environment {
		if secret := regexp.MustCompile(`PASSWORD|SECRET|KEY`); secret.MatchString(name) && !strings.HasPrefix(value, "/run/secrets/") {
			faults = append(faults, "a secret is written down: "+name)
		}
	}
	for _, port := range c.Ports {
		if !strings.HasPrefix(port, "127.0.0.1:") {
			faults = append(faults, "it can be reached from elsewhere: "+port)
		}
	}
	if c.Privileged || !slices.Contains(c.CapDrop, "ALL") || !slices.Contains(c.SecurityOpt, "no-new-privileges:true") {
		faults = append(faults, "it keeps capabilities")
	}
	return faults
}

func services(t *testing.T, text []byte) map[string]composed {
	t.Helper()
	var file struct{ Services map[string]composed }
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	return file.Services
}

func TestTheEnginesAreComposedSafely(t *testing.T) {
	text, err := os.ReadFile(filepath.Join(root, "configs/compose.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	found := services(t, text)
	if len(found) != 4 {
		t.Fatalf("%d services", len(found))
	}
	for name, service := range found {
		for _, fault := range service.unsafe() {
			t.Errorf("%s: %s", name, fault)
		}
	}
	// What is mounted lies beside the file, or create-secrets.sh makes it.
	script, err := os.ReadFile(filepath.Join(root, "configs/create-secrets.sh"))
	if err != nil {
		t.Fatal(err)
	}
	settings := regexp.MustCompile(`(?m)#.*$`).ReplaceAllString(string(text), "")
	for _, m := range regexp.MustCompile(`\./((?:secrets/)?[\w.-]+)`).FindAllStringSubmatch(settings, -1) {
		name := strings.TrimPrefix(m[1], "secrets/")
		_, err := os.Stat(filepath.Join(root, "configs", name))
		if err != nil && name != "secrets" && name != "certs" && !strings.Contains(string(script), name) {
			t.Errorf("compose.yaml mounts %s, which nothing makes", m[1])
		}
	}
}

// TestAnUnsafeServiceIsSeen is the control.
func TestAnUnsafeServiceIsSeen(t *testing.T) {
	const safe = `{image: "a:1@sha256:%s", cap_drop: [ALL], security_opt: ["no-new-privileges:true"]%s}`
	digest := strings.Repeat("0", 64)
	for name, text := range map[string]string{
		"a tag":                 `{image: "a:1", cap_drop: [ALL], security_opt: ["no-new-privileges:true"]}`,
		"a password argument":   fmt.Sprintf(safe, digest, `, command: ["sh", "-c", "exec redis-server --requirepass \"$$(cat /run/secrets/p)\""]`),
		"a health check's":      fmt.Sprintf(safe, digest, `, healthcheck: {test: ["CMD", "bash", "-c", "mongosh -p \"$$(cat /run/secrets/p)\""]}`),
		"a written password":    fmt.Sprintf(safe, digest, `, environment: {ROOT_PASSWORD: "hunter2"}`),
		"an open port":          fmt.Sprintf(safe, digest, `, ports: ["6379:6379"]`),
		"capabilities":          `{image: "a:1@sha256:` + digest + `"}`,
		"nothing that is wrong": fmt.Sprintf(safe, digest, `, entrypoint: ["sh", "-c", "KEY=$$(cat /run/secrets/k) exec it"], ports: ["127.0.0.1:1:1"]`),
	} {
		faults := services(t, []byte("services: {x: "+text+"}"))["x"].unsafe()
		if wrong := name != "nothing that is wrong"; (len(faults) > 0) != wrong {
			t.Errorf("%s: %q", name, faults)
		}
	}
}
