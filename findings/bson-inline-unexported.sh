#!/usr/bin/env bash
# Guess: a struct embedded with `bson:",inline"` is stored field by field, as encoding/json promotes the fields of an embedded struct.
# Truth: that holds for an exported type. When the embedded type's own name is unexported, the driver drops all of its fields without an error; encoding/json
# still writes them.
# Matters: a shared head of documents (a lease, timestamps, a revision) is missing from the database, and the compare-and-swap on it meets nothing.
# Source: bson of go.mongodb.org/mongo-driver/v2 v2.9.3; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"encoding/json"
	"fmt"

	"go.mongodb.org/mongo-driver/v2/bson"
)

type lease struct {
	Holder string `bson:"holder" json:"holder"`
}

type Lease struct {
	Holder string `bson:"holder" json:"holder"`
}

func main() {
	for _, v := range []any{
		struct {
			Lease `bson:",inline"`
			N     string `bson:"n" json:"n"`
		}{Lease{"a"}, "b"},
		struct {
			lease `bson:",inline"`
			N     string `bson:"n" json:"n"`
		}{lease{"a"}, "b"},
	} {
		stored, err := bson.Marshal(v)
		if err != nil {
			panic(err)
		}
		written, err := json.Marshal(v)
		if err != nil {
			panic(err)
		}
		fmt.Printf("bson %v, json %s\n", bson.Raw(stored), written)
	}
}
GO
go get go.mongodb.org/mongo-driver/v2@v2.9.3 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
bson {"holder": "a","n": "b"}, json {"holder":"a","n":"b"}
bson {"n": "b"}, json {"holder":"a","n":"b"}
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with go.mongodb.org/mongo-driver/v2@v2.9.3"
