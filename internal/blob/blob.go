// Package blob keeps media's files: in any S3 store (MinIO or a cloud's) in production, in a folder by default. Every file
// carries its SHA-256 and its type.
//
// It promises that an answered Put is there after a crash, whole and with its own metadata; that a reader sees one
// version of a file, never a mixture; that a dead store is a fault (media.ErrUnavailable) within seconds. It refuses
// keys that media would not build and files larger than their kind allows.
//
// In the folder a file and what is known of it are one file of the file system: a header of fixed length, then the bytes.
// It is written under another name, synced, renamed and its folder synced, so that one rename decides everything. A file
// beside for the metadata would need two, and extended attributes are not everywhere.
package blob

import (
	"errors"

	"pugongying/internal/media"
)

var (
	_ media.Store = (*S3)(nil)
	_ media.Store = (*Folder)(nil)
)

// ErrNoLink refuses to make an address that would lead nowhere.
var ErrNoLink = errors.New("blob: the embedded store is reached by this process alone and gives no links")
