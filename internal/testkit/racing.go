//go:build race

package testkit

// Racing says that the race detector runs, which makes work several times as long and as large.
const Racing = true
