#!/usr/bin/env bash
# Guess: a charset detector recognises a short Chinese table saved by Excel or WPS as GBK.
# Truth: gogs/chardet needs many frequent characters. A head row of four characters comes back as Greek or as
# Shift_JIS; only the confidence (25, 10) says that the guess is worthless.
# Matters: names and telephone lists are exactly such tables. Try UTF-8 first, then GB18030 when it decodes without a fault; do not guess.
# Source: github.com/gogs/chardet v0.0.0-20211120154057-b7413eaefb8f; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/gogs/chardet"
	"golang.org/x/text/encoding/simplifiedchinese"
)

func main() {
	for _, text := range []string{"姓名,电话\n乌云,138\n", "题目,选项A,选项B,答案\n天会不会黑,会,不会,A\n", "旗县,人数\n"} {
		gbk, err := simplifiedchinese.GBK.NewEncoder().String(text)
		if err != nil {
			panic(err)
		}
		guess, err := chardet.NewTextDetector().DetectBest([]byte(gbk))
		if err != nil {
			panic(err)
		}
		fmt.Printf("%q: %s, confidence %d\n", text, guess.Charset, guess.Confidence)
	}
}
GO
go get github.com/gogs/chardet@v0.0.0-20211120154057-b7413eaefb8f golang.org/x/text@v0.44.0 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
"姓名,电话\n乌云,138\n": ISO-8859-7, confidence 25
"题目,选项A,选项B,答案\n天会不会黑,会,不会,A\n": GB18030, confidence 100
"旗县,人数\n": Shift_JIS, confidence 10
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/gogs/chardet@v0.0.0-20211120154057-b7413eaefb8f golang.org/x/text@v0.44.0"
