package web

import (
	"net/http"
	"testing"
)

func TestTakesGzip(t *testing.T) {
	for accept, want := range map[string]bool{
		"gzip": true, "gzip, deflate, br": true, "br;q=1.0, gzip;q=0.8": true, "GZIP": true, "deflate,gzip ; q=0.001": true, "identity, gzip;q=1": true,
		"": false, "gzip;q=0": false, "gzip; q=0.000": false, "identity, gzip;q=0": false, "gzipx": false, "notgzip": false, "br": false, "*;q=0": false,
	} {
		if got := takesGzip([]string{accept}); got != want {
			t.Errorf("%q: %v", accept, got)
		}
	}
	if !takesGzip([]string{"br", "gzip"}) || takesGzip(nil) {
		t.Error("the second line counts too, and none is no")
	}
}

func TestHas(t *testing.T) {
	r := &Response{etag: `"abc"`}
	for match, want := range map[string]bool{`"abc"`: true, `W/"abc"`: true, `"x", "abc"`: true, "*": true, `"ab"`: false, "": false} {
		if got := r.has(&http.Request{Header: http.Header{"If-None-Match": {match}}}); got != want {
			t.Errorf("%q: %v", match, got)
		}
	}
	if r.has(&http.Request{}) {
		t.Error("a request without the header has nothing")
	}
}
