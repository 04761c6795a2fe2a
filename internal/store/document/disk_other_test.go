//go:build !linux

package document_test

import "testing"

func smallDisk(t *testing.T, _ int) (string, func(int)) {
	t.Helper()
	t.Skip("NOT RUN: full disk (needs Linux)")
	return "", nil
}
