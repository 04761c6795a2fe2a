#!/usr/bin/env bash
# Guess: when WeChat's token endpoint answers without a token, the SDK returns an error.
# Truth: silenceper/wechat takes `{}` (no errcode, no access_token) as success and returns ("", nil): the next call goes out with access_token= and fails with 41001 far
# from the cause. A gateway or proxy in between that answers 200 with an empty object is enough. (What it caches is a separate question.)
# Matters: whoever wires the SDK checks the token for emptiness, and never stores an empty one.
# Source: credential/default_access_token.go of github.com/silenceper/wechat/v2 v2.1.12; run with an in-process transport, no network.
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
	"io"
	"net/http"
	"strings"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/util"
)

type answer string

func (a answer) RoundTrip(r *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(a))), Request: r}, nil
}

func main() {
	for _, a := range []answer{`{}`, `{"errcode":40013,"errmsg":"invalid appid"}`} {
		util.DefaultHTTPClient = &http.Client{Transport: a}
		token, err := credential.NewStableAccessToken("wx0000000000000000", "secret", "finding_", cache.NewMemory()).GetAccessTokenContext(context.Background())
		fmt.Printf("%s: token %q, error %t\n", a, token, err != nil)
	}
}
GO
go get github.com/silenceper/wechat/v2@v2.1.12 >>go.log 2>&1
go mod tidy >>go.log 2>&1
go run . | tee seen
cat >expected <<'TEXT'
{}: token "", error false
{"errcode":40013,"errmsg":"invalid appid"}: token "", error true
TEXT
diff expected seen || { echo "changed: what the header says no longer holds" >&2; exit 1; }
echo "seen as described, with github.com/silenceper/wechat/v2@v2.1.12"
