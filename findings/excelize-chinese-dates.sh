#!/usr/bin/env bash
# Guess: with CultureNameZhCN excelize shows Chinese dates as Excel in China does, and a LongTimePattern only says how long times look.
# Truth: under [DBNum1] it spells each digit (12月27日 is 一二月二七日, where Excel has 十二月二十七日); and once a LongTimePattern is given, the built-in
# formats 32 and 33 (h时mm分, h时mm分ss秒) are shown by that pattern: 时, 分 and 秒 are gone.
# Matters: officers type dates into question sheets and rosters; a question whose options read 一二月二七日 is wrong, and nobody sees it before a resident does.
# Source: numfmt.go of github.com/xuri/excelize/v2 v2.10.1, against ECMA-376 18.8.30 (zh-cn) and what Excel shows; run.
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

	"github.com/xuri/excelize/v2"
)

func main() {
	spelled := `[DBNum1][$-804]m"月"d"日"`
	file := excelize.NewFile()
	for i, style := range []excelize.Style{{CustomNumFmt: &spelled}, {NumFmt: 31}, {NumFmt: 32}, {NumFmt: 33}} {
		id, err := file.NewStyle(&style)
		if err != nil {
			panic(err)
		}
		cell := fmt.Sprintf("A%d", i+1)
		file.SetCellValue("Sheet1", cell, 42365.5) // 2015-12-27 12:00
		file.SetCellStyle("Sheet1", cell, cell, id)
	}
	var data bytes.Buffer
	if err := file.Write(&data); err != nil {
		panic(err)
	}
	for _, pattern := range []string{"", "h:mm:ss"} {
		read, err := excelize.OpenReader(bytes.NewReader(data.Bytes()), excelize.Options{CultureInfo: excelize.CultureNameZhCN, LongTimePattern: pattern})
		if err != nil {
			panic(err)
		}
		for _, cell := range []string{"A1", "A2", "A3", "A4"} {
			shown, _ := read.GetCellValue("Sheet1", cell)
			fmt.Printf("pattern %q, %s: %s\n", pattern, cell, shown)
		}
	}
}
GO
go get github.com/xuri/excelize/v2@v2.10.1 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
pattern "", A1: 一二月二七日
pattern "", A2: 2015年12月27日
pattern "", A3: 12时00分
pattern "", A4: 12时00分00秒
pattern "h:mm:ss", A1: 一二月二七日
pattern "h:mm:ss", A2: 2015年12月27日
pattern "h:mm:ss", A3: 12:00:00
pattern "h:mm:ss", A4: 12:00:00
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/xuri/excelize/v2@v2.10.1"
