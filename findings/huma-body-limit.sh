#!/usr/bin/env bash
# Guess: huma's MaxBodyBytes is the longest body it takes, as http.MaxBytesReader's limit is.
# Truth: a body of exactly MaxBodyBytes is refused with 413; the longest that comes in is one byte shorter.
# Matters: a client that fills a documented limit (parts of an upload, a text of 64 KiB) fails at the very size it was promised. Declare one byte more.
# Source: github.com/danielgtaylor/huma/v2 v2.37.2; run.
set -euo pipefail
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cd "$dir"
go mod init finding >go.log 2>&1
cat >main.go <<'GO'
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

type input struct{ Body struct{ Text string } }

func main() {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("finding", "1"))
	huma.Register(api, huma.Operation{Method: http.MethodPost, Path: "/", MaxBodyBytes: 64}, func(context.Context, *input) (*struct{}, error) { return nil, nil })
	for _, size := range []int{63, 64, 65} {
		body := `{"Text":"` + strings.Repeat("x", size-len(`{"Text":""}`)) + `"}`
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		fmt.Printf("%d bytes of at most 64: %d\n", len(body), answer.Code)
	}
}
GO
go get github.com/danielgtaylor/huma/v2@v2.37.2 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
63 bytes of at most 64: 204
64 bytes of at most 64: 413
65 bytes of at most 64: 413
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/danielgtaylor/huma/v2@v2.37.2"
