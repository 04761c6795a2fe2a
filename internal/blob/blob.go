// Package blob stores media's files: in any S3 store (MinIO or a cloud's) in production, in a local folder by default.
// Every file is stored with its SHA-256 and its type.
//
// It promises that an acknowledged Put survives a crash, whole and with its own metadata; that a reader sees one
// version of a file, never a mixture; that an unreachable store is a fault (media.ErrUnavailable) within seconds. It
// refuses keys that media would not build and files larger than their kind allows.
//
// In the folder, a file and its metadata are one file of the file system: a header of fixed length, then the bytes. It
// is written under a temporary name, synced and renamed, and then its folder is synced, so that a single rename is the
// whole commit. A separate metadata file would need two renames, and extended attributes are not available everywhere.
package blob

import (
	"errors"

	"pugongying/internal/media"
)

var (
	_ media.Store = (*S3)(nil)
	_ media.Store = (*Folder)(nil)
)

// ErrNoLink refuses to create a link that would lead nowhere.
var ErrNoLink = errors.New("blob: the embedded store is reached by this process alone and gives no links")
