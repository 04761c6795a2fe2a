//go:build !race

package main

// racing says that the race detector runs (racing_test.go).
const racing = false
