package store

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/backup"
	"pugongying/internal/store/document"
)

// restores has one document while a restore is under way: documents that have it are incomplete.
const restores = "restores"

// Backup reads and fills all documents of an engine; with media beside it, it is a backup.Source and a backup.Target.
type Backup struct{ engine document.Engine }

// NewBackup works on any engine; its declarations need not be ensured.
func NewBackup(engine document.Engine) *Backup { return &Backup{engine} }

// Documents implements backup.Source.
func (b *Backup) Documents(ctx context.Context, each func(backup.Document) error) error {
	return b.engine.Snapshot(ctx, func(collection string, doc bson.Raw) error {
		if collection == restores {
			return nil
		}
		id, ok := doc.Lookup("_id").StringValueOK()
		if !ok {
			return fmt.Errorf("store: a document of %s without an id", collection)
		}
		return each(backup.Document{Collection: collection, ID: id, Bytes: doc})
	})
}

// errFound ends a walk that only wants to know whether there is anything.
var errFound = errors.New("store: found one")

// Empty says whether there is no document at all, but for the marker of an interrupted restore.
func (b *Backup) Empty(ctx context.Context) (bool, error) {
	err := b.Documents(ctx, func(backup.Document) error { return errFound })
	if errors.Is(err, errFound) {
		return false, nil
	}
	return err == nil, err
}

// Interrupted names the backup that an interrupted restore began with; "" without one.
func (b *Backup) Interrupted(ctx context.Context) (string, error) {
	marker, err := byID[restoreMarker](ctx, b.engine.Collection(restores), restores)
	if errors.Is(err, document.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return marker.Backup, nil
}

// restoreMarker is the document of an unfinished restore.
type restoreMarker struct {
	ID     string `bson:"_id"`
	Backup string `bson:"backup"`
}

// Begin leaves the marker, then removes everything but the marker.
func (b *Backup) Begin(ctx context.Context, name string) error {
	markers := b.engine.Collection(restores)
	err := insert(ctx, markers, restoreMarker{restores, name})
	if errors.Is(err, document.ErrDuplicate) {
		_, err = markers.Update(ctx, bson.D{{Key: "_id", Value: restores}}, bson.D{{Key: "$set", Value: bson.D{{Key: "backup", Value: name}}}})
	}
	if err != nil {
		return err
	}
	left := map[string]struct{}{}
	err = b.Documents(ctx, func(d backup.Document) error { left[d.Collection] = struct{}{}; return nil })
	for collection := range left {
		if err == nil {
			err = remove(ctx, b.engine.Collection(collection), bson.D{})
		}
	}
	if err != nil {
		return err
	}
	return b.engine.Ensure(ctx, Declarations())
}

// Insert implements backup.Target.
func (b *Backup) Insert(ctx context.Context, collection string, docs [][]byte) error {
	all := make([]any, len(docs))
	for i, doc := range docs {
		all[i] = bson.Raw(doc)
	}
	return insert(ctx, b.engine.Collection(collection), all...)
}

// Finish takes the marker away.
func (b *Backup) Finish(ctx context.Context) error {
	return remove(ctx, b.engine.Collection(restores), bson.D{})
}

// Figures adds up the ledger's lines and totals by kind, and notes where every chain of the audit record ends; it is
// backup.Figures.
type Figures struct {
	sums map[string]int64
	tips map[string]string
}

// NewFigures has counted nothing yet.
func NewFigures() Figures { return Figures{map[string]int64{}, map[string]string{}} }

// Add counts a document of the ledger, notes the tip of a chain, and passes over every other.
func (f Figures) Add(d backup.Document) error {
	switch d.Collection {
	case ledgerLines, ledgerTotals:
		return f.count(d)
	case auditTips:
		tip, err := decode[audit.Tip](d.Bytes)
		if err != nil {
			return err
		}
		f.tips[auditNote+tip.Chain] = tip.String()
	}
	return nil
}

// auditNote begins the names of the notes that are tips of the audit record.
const auditNote = "audit "

// NotedTips are the tips of the audit record among a backup's notes, by chain.
func NotedTips(notes map[string]string) []string {
	var tips []string
	for _, name := range slices.Sorted(maps.Keys(notes)) {
		if strings.HasPrefix(name, auditNote) {
			tips = append(tips, notes[name])
		}
	}
	return tips
}

func (f Figures) count(d backup.Document) error {
	raw := bson.Raw(d.Bytes)
	kind, named := raw.Lookup("kind").StringValueOK()
	n, counted := raw.Lookup("quantity").AsInt64OK()
	if !named || !counted {
		return fmt.Errorf("store: %s of %s has no kind or no quantity", d.ID, d.Collection)
	}
	f.sums[d.Collection+" "+kind] += n
	return nil
}

// Sums implements backup.Figures.
func (f Figures) Sums() map[string]int64 { return f.sums }

// Notes implements backup.Figures.
func (f Figures) Notes() map[string]string { return f.tips }
