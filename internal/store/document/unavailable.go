package document

import "errors"

// ErrUnavailable is a failure that may pass by itself: the engine was not reachable, changed its primary or took too long.
// A write that ended with it may have been stored.
var ErrUnavailable = errors.New("document: engine not available")
