package law

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"

	"pugongying/internal/audit"
)

// ErrStale reports a concurrent change: somebody else changed the laws since this write was planned.
var ErrStale = errors.New("law: the laws were changed meanwhile")

// Entry is one law with the facts of its versions, earliest first.
type Entry struct {
	Slug       string   `bson:"_id"`
	Title      string   `bson:"title"`
	Short      string   `bson:"short"`
	Number     string   `bson:"number,omitempty"`
	Aliases    []string `bson:"aliases,omitempty"`
	Versions   []Fact   `bson:"versions"`
	Generation int64    `bson:"generation,omitempty"` // the generation in which this law last changed; set by the store
	Rev        int64    `bson:"rev"`
	Schema     int      `bson:"schema"`
}

// Generation counts the changes of the laws. Every law that changed in generation Tracked or later has that generation's
// number in Entry.Generation; Tracked is 0 when the last writer was a program that does not record it.
type Generation struct{ Number, Tracked int64 }

// Excerpt is one article of a version with its headings and its neighbours.
type Excerpt struct {
	Article  Article
	Headings []string // the headings above it, outermost first
	Previous string   // the number of the previous article, "" for the first
	Next     string   // the number of the next article, "" for the last
}

// File records the result of reading a file, so that it is not read again. Its key hashes the bytes, the path and the
// options.
type File struct {
	Key     string `bson:"_id"`
	Piece   bool   `bson:"piece,omitempty"`   // part of a law in several files, or the cover of one
	Group   string `bson:"group,omitempty"`   // the law that a part belongs to
	File    string `bson:"file,omitempty"`    // of a refusal: the file; for a law in several files, the part at fault
	Line    int    `bson:"line,omitempty"`    // of a refusal: the line
	Reason  string `bson:"reason,omitempty"`  // of a refusal: the reason
	Version string `bson:"version,omitempty"` // the id of the version the file became; empty when it is no law
	Schema  int    `bson:"schema"`
}

// Write is one atomic change of the store.
type Write struct {
	Generation int64 // the generation for which the write was planned
	Added      []Entry
	Replaced   []Entry // each with the revision at which it was read
	Versions   []*Version
	Files      []File
	Entry      *audit.Entry // the audit entry, written in the same transaction; required when a law changes
}

// Store stores laws.
type Store interface {
	// Generation returns the generation of the laws; the zero Generation before the first change.
	Generation(ctx context.Context) (Generation, error)
	// Laws returns the laws that changed after a generation, every law for 0, ordered by slug.
	Laws(ctx context.Context, after int64) ([]Entry, error)
	// Version returns one version by its id; ErrNoVersion when there is none.
	Version(ctx context.Context, id string) (*Version, error)
	// Excerpt returns one article of a version without reading the others. Errors: ErrNoVersion, ErrNoArticle.
	Excerpt(ctx context.Context, id string, article, sub int) (Excerpt, error)
	// Files calls each with every file record.
	Files(ctx context.Context, each func(File)) error
	// Apply writes the change and starts a generation when a law changes; on ErrStale nothing is written.
	Apply(ctx context.Context, write Write) error
}

// Touches reports whether laws change; otherwise only file records are written.
func (c Write) Touches() bool { return len(c.Added)+len(c.Replaced)+len(c.Versions) > 0 }

// SlugOf derives a slug from the title of a law that is not in the register: neutral, and the same on every server.
func SlugOf(title string) string {
	sum := sha256.Sum256([]byte(TitleKey(title)))
	return "l-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}
