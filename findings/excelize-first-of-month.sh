#!/usr/bin/env bash
# Guess: excelize writes every time.Time with the same default format.
# Truth: a time on the 1st of a month is shown as "Jul-26", whatever hour it carries; on any other day it is a date, or a date with its hour. The style is
# chosen from the value.
# Matters: a column of appointment times shows "Jul-26" on twelve days a year, and a reader cannot get the day back from the printout. Set a style after the value.
# Source: cell.go (setCellTimeFunc) of github.com/xuri/excelize/v2 v2.10.1; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"
	"time"

	"github.com/xuri/excelize/v2"
)

func main() {
	file := excelize.NewFile()
	for i, at := range []time.Time{
		time.Date(2026, 7, 1, 9, 30, 0, 0, time.UTC), time.Date(2026, 7, 2, 9, 30, 0, 0, time.UTC),
		time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 7, 2, 0, 0, 0, 0, time.UTC),
	} {
		cell := fmt.Sprintf("A%d", i+1)
		if err := file.SetCellValue("Sheet1", cell, at); err != nil {
			panic(err)
		}
		shown, err := file.GetCellValue("Sheet1", cell)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s is shown as %s\n", at.Format("2006-01-02 15:04"), shown)
	}
}
GO
go get github.com/xuri/excelize/v2@v2.10.1 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
2026-07-01 09:30 is shown as Jul-26
2026-07-02 09:30 is shown as 7/2/26 09:30
2026-07-01 00:00 is shown as Jul-26
2026-07-02 00:00 is shown as 07-02-26
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/xuri/excelize/v2@v2.10.1"
