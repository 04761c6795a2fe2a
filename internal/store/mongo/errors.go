package mongo

import (
	"context"
	"errors"
	"fmt"
	"regexp"

	driver "go.mongodb.org/mongo-driver/v2/mongo"

	"pugongying/internal/store/document"
)

// Codes of MongoDB's error_codes.yml.
const (
	codeBadValue            = 2 // of an update that was understood: a $inc past 64 bits
	codeTypeMismatch        = 14
	codePathNotViable       = 28
	codeNoIndex             = 27
	codeExists              = 48
	codeOptionsConflict     = 85
	codeKeysConflict        = 86
	codeSnapshotTooOld      = 239
	codeSnapshotUnavailable = 246
	codeNoSuchTransaction   = 251 // also one that was aborted for its age
	codeSortMemory          = 292
	codeOutOfDiskSpace      = 14031
)

// The text of E11000 is the only place where every server version names the index.
var duplicateIndex = regexp.MustCompile(`index: (.+?)\s+dup key`)

// toDocumentError turns the driver's errors into package document's, keeping them in the chain: the driver reads its labels
// there when it decides whether to run a transaction again.
func toDocumentError(collection string, err error) error {
	var server driver.ServerError
	switch {
	case err == nil:
		return nil
	case driver.IsDuplicateKeyError(err):
		duplicate := &document.DuplicateError{Collection: collection}
		if m := duplicateIndex.FindStringSubmatch(err.Error()); m != nil {
			duplicate.Index = m[1]
		}
		return duplicate // without the cause, which holds the key's value
	case errors.As(err, &server) && server.HasErrorCode(codeOutOfDiskSpace):
		return fmt.Errorf("%w: %w", document.ErrFull, err)
	case errors.As(err, &server) && unfit(server):
		return fmt.Errorf("%w: %w", document.ErrUpdate, err)
	case errors.As(err, &server) && server.HasErrorCode(codeSortMemory):
		return fmt.Errorf("%w: %w", document.ErrSort, err)
	case errors.Is(err, context.Canceled):
		return err
	case driver.IsTimeout(err), driver.IsNetworkError(err), retryable(err):
		return fmt.Errorf("%w: %w", document.ErrUnavailable, err)
	default:
		return err
	}
}

// unfit reports whether an update met a document it does not fit. What MongoDB would not understand has been refused before.
func unfit(err driver.ServerError) bool {
	return err.HasErrorCode(codeBadValue) || err.HasErrorCode(codeTypeMismatch) || err.HasErrorCode(codePathNotViable)
}

func retryable(err error) bool {
	var labeled driver.LabeledError
	return errors.As(err, &labeled) && labeled.HasErrorLabel("RetryableWriteError")
}
