package document

import "errors"

// ErrUnavailable is a failure that may pass by itself: the engine was not reached, changed its primary or took too long.
// A write that ended so may have been kept.
var ErrUnavailable = errors.New("document: engine not available")
