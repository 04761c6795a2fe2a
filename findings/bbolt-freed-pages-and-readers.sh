#!/usr/bin/env bash
# A reader that cannot see a deleted value keeps bbolt from using the value's pages again.
#
# Guess:   pages freed by a transaction may be used again as soon as every reader that could still see them has ended.
# Truth:   go.etcd.io/bbolt 1.5.0 also waits for the readers that began right after that transaction. Such a reader sees the
#          database without the value, and yet the freed pages stay pending, with the deleted bytes in them, until it ends or
#          until another transaction was committed before it began.
# Matters: whoever deletes for good (erasure of a person, a key) and then overwrites what is free: a long reader, such as a
#          backup started just after the erasure, keeps the old bytes in the file for as long as it reads. Commit once more
#          before waiting for older readers.
# Source:  bbolt, freelist shared.go: ReleasePendingPages releases up to the oldest reader's txid minus one
#          (https://github.com/etcd-io/bbolt/blob/main/internal/freelist/shared.go)
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
cat >main.go <<'GO'
package main

import (
	"bytes"
	"fmt"
	"os"

	bolt "go.etcd.io/bbolt"
)

func must(err error) {
	if err != nil {
		panic(err)
	}
}

// used reports whether the pages of a deleted value were used again, with a reader that began extra commits after the deletion.
func used(name string, extra int) bool {
	db, err := bolt.Open(name, 0o600, &bolt.Options{InitialMmapSize: 64 << 20}) // no remapping, which waits for readers
	must(err)
	defer db.Close()
	write := func(f func(b *bolt.Bucket) error) {
		must(db.Update(func(tx *bolt.Tx) error {
			b, err := tx.CreateBucketIfNotExists([]byte("b"))
			must(err)
			return f(b)
		}))
	}
	write(func(b *bolt.Bucket) error { return b.Put([]byte("erased"), bytes.Repeat([]byte("SECRET"), 20_000)) })
	write(func(b *bolt.Bucket) error { return b.Delete([]byte("erased")) })
	for range extra {
		write(func(b *bolt.Bucket) error { return b.Put([]byte("small"), []byte{1}) })
	}
	reader, err := db.Begin(false)
	must(err)
	if reader.Bucket([]byte("b")).Get([]byte("erased")) != nil {
		panic("the reader sees the value")
	}
	for i := range 9 {
		write(func(b *bolt.Bucket) error { return b.Put([]byte{byte(i)}, make([]byte, 100_000)) })
	}
	file, err := os.ReadFile(name)
	must(err)
	must(reader.Rollback())
	return !bytes.Contains(file, []byte("SECRETSECRET"))
}

func main() {
	fmt.Println("reader right after the deletion, pages used again:", used("a.db", 0))
	fmt.Println("reader one commit later, pages used again:", used("b.db", 1))
}
GO
go mod init finding >/dev/null 2>&1
go get go.etcd.io/bbolt@v1.5.0 >/dev/null 2>&1
got=$(go run .)
echo "go.etcd.io/bbolt v1.5.0:"
echo "$got"
want='reader right after the deletion, pages used again: false
reader one commit later, pages used again: true'
[ "$got" = "$want" ] || { echo "changed: this finding no longer holds"; exit 1; }
