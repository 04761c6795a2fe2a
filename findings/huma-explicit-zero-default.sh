#!/usr/bin/env bash
# Guess: a JSON body that says "remember": false to huma reaches the handler as false, also where the field has a default of true.
# Truth: huma sets the default whenever the decoded value is the zero value. An explicit false becomes true, an explicit 0 becomes the default; nothing
# is refused and nothing is logged.
# Matters: a switch that a person turns off and the server turns on again: consent, reminders, "keep nothing". No defaults on bodies.
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

type input struct {
	Body struct {
		Remember bool `json:"remember" default:"true" required:"false"`
		Most     int  `json:"most" default:"5" required:"false"`
	}
}

type output struct{ Body string }

func main() {
	mux := http.NewServeMux()
	api := humago.New(mux, huma.DefaultConfig("finding", "1"))
	huma.Register(api, huma.Operation{Method: http.MethodPost, Path: "/"}, func(_ context.Context, in *input) (*output, error) {
		return &output{fmt.Sprintf("remember %t, most %d", in.Body.Remember, in.Body.Most)}, nil
	})
	for _, body := range []string{`{}`, `{"remember":false,"most":0}`, `{"remember":true,"most":7}`} {
		request := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
		answer := httptest.NewRecorder()
		mux.ServeHTTP(answer, request)
		fmt.Println(body, "->", answer.Code, strings.TrimSpace(answer.Body.String()))
	}
}
GO
go get github.com/danielgtaylor/huma/v2@v2.37.2 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
{} -> 200 "remember true, most 5"
{"remember":false,"most":0} -> 200 "remember true, most 5"
{"remember":true,"most":7} -> 200 "remember true, most 7"
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/danielgtaylor/huma/v2@v2.37.2"
