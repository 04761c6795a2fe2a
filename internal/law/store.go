package law

import (
	"context"
	"crypto/sha256"
	"encoding/base32"
	"errors"
	"strings"

	"pugongying/internal/audit"
)

// ErrStale says that somebody else changed the laws at this moment.
var ErrStale = errors.New("law: the laws were changed meanwhile")

// Entry is one law with the facts of its versions, the earliest first.
type Entry struct {
	Slug       string   `bson:"_id"`
	Title      string   `bson:"title"`
	Short      string   `bson:"short"`
	Number     string   `bson:"number,omitempty"`
	Aliases    []string `bson:"aliases,omitempty"`
	Versions   []Fact   `bson:"versions"`
	Generation int64    `bson:"generation,omitempty"` // of the laws when this one changed last; set by the store
	Rev        int64    `bson:"rev"`
	Schema     int      `bson:"schema"`
}

// Generation counts the changes of the laws. Every law that changed in a generation from Tracked on carries that number
// in Entry.Generation; Tracked is 0 when the last write was by a program that did not record it.
type Generation struct{ Number, Tracked int64 }

// Excerpt is one article of a version with what is shown around it.
type Excerpt struct {
	Article  Article
	Headings []string // the headings it is under, the outermost first
	Previous string   // the number of the article before, "" at the start
	Next     string   // the number of the article after, "" at the end
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
	Generation int64 // the generation it was planned at
	Added      []Entry
	Replaced   []Entry // at the revision each was read at
	Versions   []*Version
	Files      []File
	Entry      *audit.Entry // who changed the laws; required where one is touched, written with the change
}

// Store keeps laws.
type Store interface {
	// Generation is the generation of the laws; the zero Generation before the first change.
	Generation(ctx context.Context) (Generation, error)
	// Laws gives the laws that changed after a generation, every law for 0, in the order of their slugs.
	Laws(ctx context.Context, after int64) ([]Entry, error)
	// Version gives one version by its id; ErrNoVersion.
	Version(ctx context.Context, id string) (*Version, error)
	// Excerpt gives one article of a version without reading the others; ErrNoVersion, ErrNoArticle.
	Excerpt(ctx context.Context, id string, article, sub int) (Excerpt, error)
	// Files calls each with everything that is remembered of files.
	Files(ctx context.Context, each func(File)) error
	// Apply writes, and begins a generation when a law changes; ErrStale, and then nothing is written.
	Apply(ctx context.Context, write Write) error
}

// Touches says whether laws change; otherwise only files are remembered.
func (c Write) Touches() bool { return len(c.Added)+len(c.Replaced)+len(c.Versions) > 0 }

// SlugOf is the slug of a law no register knows: neutral, and the same everywhere.
func SlugOf(title string) string {
	sum := sha256.Sum256([]byte(NormaliseName(title)))
	return "l-" + strings.ToLower(base32.StdEncoding.EncodeToString(sum[:5]))
}
