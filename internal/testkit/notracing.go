//go:build !race

package testkit

// Racing says that the race detector runs (racing.go).
const Racing = false
