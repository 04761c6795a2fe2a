#!/usr/bin/env bash
# Guess: in expr-lang/expr, len and slices of a string count the same thing, and maps of equal numbers are equal.
# Truth: len counts characters, a slice counts bytes: with a Chinese text s[0:len(s)] is a third of it, cut inside a character. 1 == 1.0 and [1] == [1.0] are true,
# {"a":1} == {"a":1.0} is false.
# Matters: rules that a lawyer or an editor writes ("the first 20 characters", comparing an answer from JSON, whose numbers are floats).
# Source: builtin and vm/runtime of github.com/expr-lang/expr v1.17.8; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/expr-lang/expr"
)

func main() {
	for _, rule := range []string{`len("乌云其其格")`, `"乌云其其格"[0:3]`, `"乌云其其格"[0:len("乌云其其格")] == "乌云其其格"`, `1 == 1.0`, `[1] == [1.0]`, `{"a": 1} == {"a": 1.0}`} {
		value, err := expr.Eval(rule, nil)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s is %v\n", rule, value)
	}
}
GO
go get github.com/expr-lang/expr@v1.17.8 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
len("乌云其其格") is 5
"乌云其其格"[0:3] is 乌
"乌云其其格"[0:len("乌云其其格")] == "乌云其其格" is false
1 == 1.0 is true
[1] == [1.0] is true
{"a": 1} == {"a": 1.0} is false
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/expr-lang/expr@v1.17.8"
