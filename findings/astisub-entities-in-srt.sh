#!/usr/bin/env bash
# Guess: a subtitle library writes the characters of a caption into SRT as they are: SRT has no entities.
# Truth: go-astisub escapes & and < on the way into SRT as it does into WebVTT, so players that follow SRT show "&amp;" and "&lt;". Read back by itself
# the text is right, so a round trip through the library proves nothing.
# Matters: captions with "A & B" or "<18" handed to people who open the SRT elsewhere. Write SRT yourself, or decode afterwards.
# Source: srt.go of github.com/asticode/go-astisub v0.34.0; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"time"

	"github.com/asticode/go-astisub"
)

func main() {
	s := astisub.NewSubtitles()
	s.Items = append(s.Items, &astisub.Item{EndAt: time.Second, Lines: []astisub.Line{{Items: []astisub.LineItem{{Text: "妈妈 & 孩子 <18 岁"}}}}})
	var out bytes.Buffer
	if err := s.WriteToSRT(&out); err != nil {
		panic(err)
	}
	fmt.Printf("%q\n", out.String())
	back, err := astisub.ReadFromSRT(&out)
	if err != nil {
		panic(err)
	}
	fmt.Printf("%q\n", back.Items[0].String())
}
GO
go get github.com/asticode/go-astisub@v0.34.0 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
"\ufeff1\n00:00:00,000 --> 00:00:01,000\n妈妈 &amp; 孩子 &lt;18 岁\n"
"妈妈 & 孩子 <18 岁"
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/asticode/go-astisub@v0.34.0"
