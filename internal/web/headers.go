package web

import (
	"context"
	"net/http"
)

// asGet lets what answers GET answer HEAD (RFC 9110, 9.3.2). net/http, which keeps the request as it came, leaves the body
// out; a prepared response, which would send one by itself, finds no connection.
func asGet(r *http.Request) *http.Request {
	r = r.WithContext(bodilessContext{r.Context()})
	r.Method = http.MethodGet
	return r
}

// bodilessContext is the context of a request that came as HEAD.
type bodilessContext struct{ context.Context }

type bodilessKey struct{}

// Value tells the request's own method and hides the connection.
func (h bodilessContext) Value(key any) any {
	switch key {
	case bodilessKey{}:
		return true
	case connKey{}:
		return nil
	}
	return h.Context.Value(key)
}

// methodOf is the method a client used.
func methodOf(r *http.Request) string {
	if r.Method == http.MethodGet && r.Context().Value(bodilessKey{}) != nil {
		return http.MethodHead
	}
	return r.Method
}
