#!/usr/bin/env bash
# Guess: importing a library changes nothing of the program's own logging until it is called.
# Truth: the root package of silenceper/wechat has an init that sets logrus's one global logger to debug, to standard output, in its own format. The sub-packages
# (…/v2/miniprogram) do not import the root and change nothing.
# Matters: a program that logs by logrus, or whose other libraries do, prints debug lines to standard output, where a command's result should be alone.
# Source: wechat.go of github.com/silenceper/wechat/v2 v2.1.12; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"
	"os"
	"os/exec"

	_ "github.com/silenceper/wechat/v2/miniprogram"
	"github.com/sirupsen/logrus"
)

func main() {
	fmt.Println("sub-package:", logrus.GetLevel(), "to standard output:", logrus.StandardLogger().Out == os.Stdout)
	root := []byte(`package main

import (
	"fmt"
	"os"

	_ "github.com/silenceper/wechat/v2"
	"github.com/sirupsen/logrus"
)

func main() {
	fmt.Println("root:", logrus.GetLevel(), "to standard output:", logrus.StandardLogger().Out == os.Stdout)
}
`)
	if err := os.MkdirAll("root", 0o700); err != nil {
		panic(err)
	}
	if err := os.WriteFile("root/main.go", root, 0o600); err != nil {
		panic(err)
	}
	run := exec.Command("go", "run", "-mod=mod", "./root")
	run.Stdout, run.Stderr = os.Stdout, os.Stderr
	if err := run.Run(); err != nil {
		panic(err)
	}
}
GO
go get github.com/silenceper/wechat/v2@v2.1.12 github.com/sirupsen/logrus@v1.9.0 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
sub-package: info to standard output: false
root: debug to standard output: true
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/silenceper/wechat/v2@v2.1.12 github.com/sirupsen/logrus@v1.9.0"
