package store

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/jobs"
	"pugongying/internal/media"
	"pugongying/internal/region"
	"pugongying/internal/store/document"
)

const (
	pictures       = "pictures"
	pictureSources = "pictureSources" // what uses a picture, a document each
	pictureQuotas  = "pictureQuotas"  // bytes stored, a document per account and one for all

	everybodysQuota = "all"
	accountsQuota   = "account:" // before an account's id
	sameFile        = "sameFile"
	mediaSchema     = 1
	mostLooked      = 4000 // documents that one page looks at, where a filter has no index
)

var mediaDeclarations = []document.Declaration{
	{Collection: pictures, Indexes: append([]document.Index{
		{Name: sameFile, Keys: []document.Key{{Field: "by"}, {Field: "original.sha256"}}, Unique: true},
		{Name: "newest", Keys: []document.Key{{Field: "at", Desc: true}, {Field: "_id", Desc: true}}},
		{Name: "of", Keys: []document.Key{{Field: "by"}, {Field: "at", Desc: true}, {Field: "_id", Desc: true}}},
		{Name: "state", Keys: []document.Key{{Field: "state"}, {Field: "at", Desc: true}, {Field: "_id", Desc: true}}},
		{Name: "trace", Keys: []document.Key{{Field: "safety.trace"}}, Partial: bson.D{{Key: "safety.trace", Value: bson.D{{Key: "$exists", Value: true}}}}},
	}, jobIndexes()...)},
	{Collection: pictureSources, Indexes: []document.Index{
		{Name: "picture", Keys: []document.Key{{Field: "picture"}, {Field: "_id"}}},
		{Name: "source", Keys: []document.Key{{Field: "source.kind"}, {Field: "source.id"}}},
	}},
	{Collection: pictureQuotas},
}

// Pictures stores what is known of pictures; it is media.PictureStore. A picture counts its uses itself, so that using it
// and removing it are two writes of one document, of which one wins.
type Pictures struct {
	engine                    document.Engine
	pictures, sources, quotas document.Collection
	audit                     appendOnly
}

// NewPictures works on an engine whose declarations were ensured.
func NewPictures(engine document.Engine) *Pictures {
	return &Pictures{
		engine: engine, pictures: engine.Collection(pictures), sources: engine.Collection(pictureSources),
		quotas: engine.Collection(pictureQuotas), audit: auditOf(engine),
	}
}

// quotaDocument is how much of a quota is taken.
type quotaDocument struct {
	ID          string `bson:"_id"`
	media.Usage `bson:",inline"`
	Schema      int `bson:"schema"`
}

// sourceDocument says that one source uses one picture.
type sourceDocument struct {
	ID      string       `bson:"_id"` // picture|kind|source
	Picture string       `bson:"picture"`
	Source  media.Source `bson:"source"`
	Schema  int          `bson:"schema"`
}

func sourceID(picture string, s media.Source) string {
	return picture + "|" + string(s.Kind) + "|" + s.ID
}

// Begin implements media.PictureStore.
func (s *Pictures) Begin(ctx context.Context, p media.Picture, q media.Quota) (media.Picture, bool, error) {
	for range publishTries {
		err := s.engine.InTx(ctx, func(ctx context.Context) error {
			if err := s.take(ctx, accountsQuota+p.By, p.Bytes, q.Person, media.ErrPersonFull); err != nil {
				return err
			}
			if err := s.take(ctx, everybodysQuota, p.Bytes, q.Total, media.ErrLibraryFull); err != nil {
				return err
			}
			return s.pictures.Insert(ctx, p)
		})
		if err == nil {
			return p, true, nil
		}
		if !errors.Is(err, document.ErrDuplicate) {
			return media.Picture{}, false, toFault(err)
		}
		if !duplicateOn(err, sameFile) {
			continue // somebody else made the first document of a quota
		}
		stored, err := one[media.Picture](ctx, s.pictures, bson.D{{Key: "by", Value: p.By}, {Key: "original.sha256", Value: p.Original.SHA256}})
		if err == nil {
			return *stored, false, nil
		}
		if !errors.Is(err, document.ErrNotFound) {
			return media.Picture{}, false, err
		}
	}
	return media.Picture{}, false, ErrConflict
}

// take takes bytes from a quota in one conditional write: of many at its edge exactly as many pass as fit.
func (s *Pictures) take(ctx context.Context, id string, bytes, most int64, full *fault.Error) error {
	took, err := s.quotas.Update(ctx, bson.D{{Key: "_id", Value: id}, {Key: "bytes", Value: bson.D{{Key: "$lte", Value: most - bytes}}}}, inc(bytes, 1))
	if err != nil || took {
		return err
	}
	there, err := some(ctx, s.quotas, bson.D{{Key: "_id", Value: id}})
	if err != nil {
		return err
	}
	if there || bytes > most {
		return full
	}
	return s.quotas.Insert(ctx, quotaDocument{ID: id, Usage: media.Usage{Pictures: 1, Bytes: bytes}, Schema: mediaSchema})
}

func inc(bytes, pictures int64) bson.D {
	return bson.D{{Key: "$inc", Value: bson.D{{Key: "bytes", Value: bytes}, {Key: "pictures", Value: pictures}}}}
}

// Change implements media.PictureStore. What it counts of uses is the store's alone and stays.
func (s *Pictures) Change(ctx context.Context, id string, entry *audit.Entry, apply func(*media.Picture) error) (media.Picture, error) {
	var changed media.Picture
	try := func(ctx context.Context) error {
		p, err := byID[media.Picture](ctx, s.pictures, id)
		if err != nil {
			return mapNotFound(err, media.ErrPictureUnknown)
		}
		rev, uses := p.Rev, p.Uses
		if err := apply(p); err != nil {
			return err
		}
		p.Rev, p.Uses = rev+1, uses
		changed = *p
		if err := s.pictures.Replace(ctx, id, rev, p); err != nil || entry == nil {
			return err
		}
		return s.audit.append(ctx, *entry)
	}
	for range updateTries {
		err := s.engine.InTx(ctx, try)
		if !errors.Is(err, document.ErrStale) {
			return changed, toFault(err)
		}
	}
	return media.Picture{}, ErrConflict
}

// Remove implements media.PictureStore.
func (s *Pictures) Remove(ctx context.Context, id string, entry *audit.Entry) error {
	return toFault(s.engine.InTx(ctx, func(ctx context.Context) error {
		p, err := byID[media.Picture](ctx, s.pictures, id)
		if err != nil {
			return mapNotFound(err, media.ErrPictureUnknown)
		}
		gone, err := s.pictures.Delete(ctx, bson.D{{Key: "_id", Value: id}, {Key: "uses", Value: int64(0)}})
		if err == nil && gone == 0 {
			err = media.ErrPictureInUse
		}
		for _, quota := range []string{accountsQuota + p.By, everybodysQuota} {
			if err == nil {
				_, err = s.quotas.Update(ctx, bson.D{{Key: "_id", Value: quota}}, inc(-p.Bytes, -1))
			}
		}
		if err != nil || entry == nil {
			return err
		}
		return s.audit.append(ctx, *entry)
	}))
}

// Picture implements media.PictureStore.
func (s *Pictures) Picture(ctx context.Context, id string) (media.Picture, error) {
	p, err := byID[media.Picture](ctx, s.pictures, id)
	if err != nil {
		return media.Picture{}, mapNotFound(err, media.ErrPictureUnknown)
	}
	return *p, nil
}

// Jobs is the work of asking WeChat. Pictures that an older version stored are asked about once a process begins.
func (s *Pictures) Jobs() *Jobs {
	var adopted sync.Once
	return &Jobs{documents: s.pictures, revised: true, adopt: func(ctx context.Context, now time.Time) (n int64, err error) {
		adopted.Do(func() {
			n, err = s.pictures.UpdateAll(ctx, bson.D{
				{Key: "state", Value: string(media.Ready)}, {Key: "safety.state", Value: missing}, {Key: jobs.Field, Value: missing},
			}, scheduleAt(now, true))
		})
		return n, err
	}}
}

// Sources implements media.PictureStore.
func (s *Pictures) Sources(ctx context.Context, id string) ([]media.Source, error) {
	found, err := many[sourceDocument](ctx, s.sources, document.Query{
		Filter: bson.D{{Key: "picture", Value: id}}, Sort: []document.Key{{Field: "_id"}},
	})
	sources := make([]media.Source, len(found))
	for i, d := range found {
		sources[i] = d.Source
	}
	return sources, err
}

// Usage implements media.PictureStore.
func (s *Pictures) Usage(ctx context.Context, account string) (mine, all media.Usage, err error) {
	for id, into := range map[string]*media.Usage{accountsQuota + account: &mine, everybodysQuota: &all} {
		d, err := byID[quotaDocument](ctx, s.quotas, id)
		if errors.Is(err, document.ErrNotFound) {
			continue
		}
		if err != nil {
			return mine, all, err
		}
		*into = d.Usage
	}
	return mine, all, nil
}

// Use records in one transaction that a source uses these pictures and no others, and gives those that are gone or still
// arriving, which it cannot use: a text that names one is saved all the same, and its check says so. The stores of sources
// call use inside their own transaction.
func (s *Pictures) Use(ctx context.Context, source media.Source, ids []string) (gone []string, err error) {
	err = s.engine.InTx(ctx, func(ctx context.Context) (err error) {
		gone, err = s.use(ctx, source, ids)
		return err
	})
	return gone, toFault(err)
}

func (s *Pictures) use(ctx context.Context, source media.Source, ids []string) (gone []string, err error) {
	recorded, err := many[sourceDocument](ctx, s.sources, document.Query{
		Filter: bson.D{{Key: "source.kind", Value: string(source.Kind)}, {Key: "source.id", Value: source.ID}},
	})
	if err != nil {
		return nil, err
	}
	used := map[string]bool{}
	for _, d := range recorded {
		used[d.Picture] = true
		if !slices.Contains(ids, d.Picture) {
			if err := s.stop(ctx, d); err != nil {
				return nil, err
			}
		}
	}
	for _, id := range ids {
		if used[id] {
			continue
		}
		used[id] = true
		there, err := s.start(ctx, id, source)
		if err != nil {
			return nil, err
		}
		if !there {
			gone = append(gone, id)
		}
	}
	return gone, nil
}

func (s *Pictures) start(ctx context.Context, id string, source media.Source) (bool, error) {
	there, err := s.pictures.Update(ctx, bson.D{{Key: "_id", Value: id}, {Key: "state", Value: string(media.Ready)}}, usesBy(1))
	if err != nil || !there {
		return false, err
	}
	return true, s.sources.Insert(ctx, sourceDocument{ID: sourceID(id, source), Picture: id, Source: source, Schema: mediaSchema})
}

func (s *Pictures) stop(ctx context.Context, d sourceDocument) error {
	gone, err := s.sources.Delete(ctx, bson.D{{Key: "_id", Value: d.ID}})
	if err != nil || gone == 0 {
		return err
	}
	_, err = s.pictures.Update(ctx, bson.D{{Key: "_id", Value: d.Picture}}, usesBy(-1))
	return err
}

// usesBy moves the revision too: whoever read the picture before has to read it again.
func usesBy(n int64) bson.D {
	return bson.D{{Key: "$inc", Value: bson.D{{Key: "uses", Value: n}, {Key: "rev", Value: int64(1)}}}}
}

// errEnough ends a walk that has what it wants.
var errEnough = errors.New("store: enough")

// List implements media.PictureStore.
func (s *Pictures) List(ctx context.Context, q media.PictureQuery) ([]media.Picture, string, error) {
	at, id, err := pictureCursor(q.After)
	if err != nil {
		return nil, "", err
	}
	items, next, seen := []media.Picture{}, "", 0
	err = s.pictures.Find(ctx, document.Query{
		Filter: pictureFilter(q, at), Sort: []document.Key{{Field: "at", Desc: true}, {Field: "_id", Desc: true}}, Limit: mostLooked,
	}, func(raw bson.Raw) error {
		p, err := decode[media.Picture](slices.Clone(raw))
		if err != nil {
			return err
		}
		if seen++; seen == mostLooked {
			next = cursorOf(*p)
		}
		if !at.IsZero() && p.At.Equal(at) && p.ID >= id || !wanted(q, *p) {
			return nil
		}
		if len(items) >= max(q.Limit, 1) {
			next = cursorOf(items[len(items)-1])
			return errEnough
		}
		items = append(items, *p)
		return nil
	})
	if err != nil && !errors.Is(err, errEnough) {
		return nil, "", toFault(err)
	}
	return items, next, nil
}

func pictureFilter(q media.PictureQuery, at time.Time) bson.D {
	filter := bson.D{}
	if q.Trace != "" {
		return append(filter, bson.E{Key: "safety.trace", Value: q.Trace})
	}
	if q.By != "" {
		filter = append(filter, bson.E{Key: "by", Value: q.By})
	}
	if q.State != "" {
		filter = append(filter, bson.E{Key: "state", Value: string(q.State)})
	}
	if !q.Before.IsZero() && (at.IsZero() || q.Before.Before(at)) {
		at = q.Before
	}
	if !at.IsZero() {
		filter = append(filter, bson.E{Key: "at", Value: bson.D{{Key: "$lte", Value: at}}})
	}
	return filter
}

// wanted is what no index answers.
func wanted(q media.PictureQuery, p media.Picture) bool {
	in := func(s region.Scope) bool { return s.Contains(p.Region) }
	switch {
	case q.Scopes != nil && !slices.ContainsFunc(q.Scopes, in):
		return false
	case q.Text != "" && !strings.Contains(p.Description, q.Text):
		return false
	}
	return (!q.Silent || p.Description == "") && (!q.Unused || p.Uses == 0)
}

func cursorOf(p media.Picture) string { return strconv.FormatInt(p.At.UnixMilli(), 36) + "." + p.ID }

func pictureCursor(cursor string) (at time.Time, id string, err error) {
	if cursor == "" {
		return time.Time{}, "", nil
	}
	millis, id, _ := strings.Cut(cursor, ".")
	n, err := strconv.ParseInt(millis, 36, 64)
	if err != nil || !media.GoodPictureID(id) {
		return time.Time{}, "", fault.ErrCursor
	}
	return time.UnixMilli(n).UTC(), id, nil
}
