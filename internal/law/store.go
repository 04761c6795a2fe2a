package law

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"
)

// ErrStale says that somebody else changed the laws at this moment.
var ErrStale = errors.New("law: the laws were changed meanwhile")

// Entry is one law with the facts of its versions, the earliest first.
type Entry struct {
	Slug     string   `bson:"_id"`
	Title    string   `bson:"title"`
	Short    string   `bson:"short"`
	Number   string   `bson:"number,omitempty"`
	Aliases  []string `bson:"aliases,omitempty"`
	Versions []Fact   `bson:"versions"`
	Rev      int64    `bson:"rev"`
	Schema   int      `bson:"schema"`
}

// File remembers what became of a file, so that it is not read again. Its key names the bytes, the path and the options.
type File struct {
	Key     string `bson:"_id"`
	Piece   bool   `bson:"piece,omitempty"`   // of a law in several files, or the cover of one
	Group   string `bson:"group,omitempty"`   // which law
	File    string `bson:"file,omitempty"`    // of a refusal; of a law in several, the one it stands in
	Line    int    `bson:"line,omitempty"`    // of a refusal
	Reason  string `bson:"reason,omitempty"`  // of a refusal
	Version string `bson:"version,omitempty"` // what it became; empty when it is no law
	Schema  int    `bson:"schema"`
}

// Write is what one write does, all of it or nothing.
type Write struct {
	Head     int64 // the head it was planned at
	Added    []Entry
	Replaced []Entry // at the revision each was read at
	Versions []*Version
	Files    []File
}

// Store keeps laws.
type Store interface {
	// Head moves with every change; 0 before the first.
	Head(ctx context.Context) (int64, error)
	// Laws gives every law, in order of slug.
	Laws(ctx context.Context) ([]Entry, error)
	// Version gives one version by its id; ErrNoVersion.
	Version(ctx context.Context, id string) (*Version, error)
	// Files calls each with everything that is remembered of files.
	Files(ctx context.Context, each func(File)) error
	// Apply writes and moves the head when a law is touched; ErrStale, and then nothing is written.
	Apply(ctx context.Context, write Write) error
}

// Touches says whether the laws are others afterwards; else only files are remembered.
func (c Write) Touches() bool { return len(c.Added)+len(c.Replaced)+len(c.Versions) > 0 }

// SlugOf is the slug of a law no register knows: neutral, and the same everywhere.
func SlugOf(title string) string {
	sum := sha256.Sum256([]byte(NormaliseName(title)))
	return "l-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}
