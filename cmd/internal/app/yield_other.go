//go:build !linux

package app

// Yield is for Linux, on which servers run.
func Yield() {}
