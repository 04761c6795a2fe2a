#!/usr/bin/env bash
# Guess: lungo's mongokit, which matches and sorts BSON in process, follows MongoDB where null meets arrays.
# Truth: two rules differ. {"a.b": null} finds a document when an element of the array a has no b; mongokit does not. MongoDB sorts an empty array before
# null; mongokit puts it behind numbers, as it does other arrays.
# Matters: a test that passes on the stand-in and a query that finds other documents in production: "not yet done" lists over arrays, orders by a list.
# Source: MongoDB's manual (query for null or missing fields; comparison and sort order, arrays); github.com/256dpi/lungo v0.4.0; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"fmt"

	"github.com/256dpi/lungo/bsonkit"
	"github.com/256dpi/lungo/mongokit"
	"go.mongodb.org/mongo-driver/bson"
)

func main() {
	found, err := mongokit.Match(
		bsonkit.MustConvert(bson.M{"a": bson.A{bson.M{"b": 1}, bson.M{"c": 2}}}), bsonkit.MustConvert(bson.M{"a.b": nil}))
	if err != nil {
		panic(err)
	}
	fmt.Println("an element without b is found as null:", found)
	sorted, err := mongokit.Sort(bsonkit.List{
		bsonkit.MustConvert(bson.M{"_id": "number", "a": 1}),
		bsonkit.MustConvert(bson.M{"_id": "null", "a": nil}),
		bsonkit.MustConvert(bson.M{"_id": "empty array", "a": bson.A{}}),
	}, bsonkit.MustConvert(bson.M{"a": 1}))
	if err != nil {
		panic(err)
	}
	for _, d := range sorted {
		fmt.Println(bsonkit.Get(d, "_id"))
	}
}
GO
go get github.com/256dpi/lungo@v0.4.0 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
an element without b is found as null: false
null
number
empty array
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/256dpi/lungo@v0.4.0"
