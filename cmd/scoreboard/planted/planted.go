//go:build planted

// Package planted holds one defect a detector: .ci/run asks the linters and the race detector to find them, so that their
// "nothing found" elsewhere means something. No ordinary build sees it.
package planted

import "os"

func Unchecked() { os.Remove("planted") }
