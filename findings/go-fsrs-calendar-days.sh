#!/usr/bin/env bash
# Guess: a spaced-repetition scheduler that takes time.Time values counts the days of their own time zone, or periods of 24 hours.
# Truth: go-fsrs counts UTC dates. Two reviews at 07:50 and 08:10 in Beijing are "a day" apart (stability grows as after a night's sleep); two at
# 08:10 and 23:50 of the same Beijing day are none. The zone of the time.Time that is handed in changes nothing.
# Matters: every Chinese learner before breakfast: cards come back days too late. Hand in times moved by the zone's offset.
# Source: github.com/open-spaced-repetition/go-fsrs/v4 v4.0.0; run.
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

	fsrs "github.com/open-spaced-repetition/go-fsrs/v4"
)

func twice(first, second time.Time) float64 {
	f := fsrs.NewFSRS(fsrs.DefaultParam())
	card := fsrs.NewCard()
	for _, at := range []time.Time{first, second} {
		info, err := f.Next(card, at, fsrs.Good)
		if err != nil {
			panic(err)
		}
		card = info.Card
	}
	return card.Stability
}

func main() {
	beijing := time.FixedZone("CST", 8*3600)
	at := func(hour, minute int) time.Time { return time.Date(2026, 11, 23, hour, minute, 0, 0, beijing) }
	fmt.Printf("07:50 and 08:10: stability %.2f days\n", twice(at(7, 50), at(8, 10)))
	fmt.Printf("08:10 and 23:50: stability %.2f days\n", twice(at(8, 10), at(23, 50)))
	fmt.Printf("08:10 and 08:10 a day later: stability %.2f days\n", twice(at(8, 10), at(8, 10).AddDate(0, 0, 1)))
}
GO
go get github.com/open-spaced-repetition/go-fsrs/v4@v4.0.0 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
07:50 and 08:10: stability 7.32 days
08:10 and 23:50: stability 2.31 days
08:10 and 08:10 a day later: stability 7.32 days
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/open-spaced-repetition/go-fsrs/v4@v4.0.0"
