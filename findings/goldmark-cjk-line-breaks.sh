#!/usr/bin/env bash
# Guess: goldmark's CJK extension joins two Chinese lines, so that a paragraph wrapped in the editor shows no gap.
# Truth: its default joins only where both neighbours are ideographs. After a full-width comma, exclamation mark, bracket or
# quotation mark, where authors break lines most, the line feed stays, and a browser shows it as a space. The option
# EastAsianLineBreaksCSS3Draft joins there too.
# Matters: every authored text that is wrapped by hand: a gap after half of the sentences.
# Source: extension/cjk.go of github.com/yuin/goldmark v1.8.7; run.
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

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
)

func main() {
	for _, e := range []struct {
		name string
		with goldmark.Extender
	}{
		{"CJK", extension.CJK},
		{"CSS3Draft", extension.NewCJK(extension.WithEastAsianLineBreaks(extension.EastAsianLineBreaksCSS3Draft))},
	} {
		md := goldmark.New(goldmark.WithExtensions(e.with))
		for _, text := range []string{"天亮\n下雪", "天亮，\n下雪", "天亮！\n下雪", "（天亮）\n下雪", "“天亮”\n下雪"} {
			var out bytes.Buffer
			if err := md.Convert([]byte(text), &out); err != nil {
				panic(err)
			}
			fmt.Printf("%s %q\n", e.name, out.String())
		}
	}
}
GO
go get github.com/yuin/goldmark@v1.8.7 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
CJK "<p>天亮下雪</p>\n"
CJK "<p>天亮，\n下雪</p>\n"
CJK "<p>天亮！\n下雪</p>\n"
CJK "<p>（天亮）\n下雪</p>\n"
CJK "<p>“天亮”\n下雪</p>\n"
CSS3Draft "<p>天亮下雪</p>\n"
CSS3Draft "<p>天亮，下雪</p>\n"
CSS3Draft "<p>天亮！下雪</p>\n"
CSS3Draft "<p>（天亮）下雪</p>\n"
CSS3Draft "<p>“天亮”下雪</p>\n"
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/yuin/goldmark@v1.8.7"
