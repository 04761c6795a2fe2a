#!/usr/bin/env bash
# Guess: the word iterator of a Unicode segmenter gives back every character of a Chinese text, in one piece or another.
# Truth: every second ideograph is lost. Each is a word of its own, and the iterator passes over the one that begins where the last one ended. The line
# iterator of the same package gives all of them.
# Matters: whoever counts or wraps Chinese words with it loses half of the text and sees no error.
# Source: segmenter of github.com/go-text/typesetting v0.3.5; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/go-text/typesetting/segmenter"
)

func main() {
	var s segmenter.Segmenter
	s.Init([]rune("乌云向法院申请一张纸"))
	for words := s.WordIterator(); words.Next(); {
		fmt.Print(string(words.Word().Text), "|")
	}
	fmt.Println()
	for lines := s.LineIterator(); lines.Next(); {
		fmt.Print(string(lines.Line().Text), "|")
	}
	fmt.Println()
}
GO
go get github.com/go-text/typesetting@v0.3.5 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
乌|向|院|请|张|
乌|云|向|法|院|申|请|一|张|纸|
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/go-text/typesetting@v0.3.5"
