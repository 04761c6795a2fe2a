//go:build race

package main

// racing says that the race detector runs. A child is counted with what this process had when it was started, which is
// several times as much then.
const racing = true
