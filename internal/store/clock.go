package store

import (
	"context"
	"errors"
	"time"

	"go.mongodb.org/mongo-driver/v2/bson"

	"pugongying/internal/clock"
	"pugongying/internal/store/document"
)

const (
	clocks      = "clock"
	clockID     = "believed"
	clockSchema = 1
)

var clockDeclarations = []document.Declaration{{Collection: clocks}}

// anchorDocument is the latest believed time; all servers share it.
type anchorDocument struct {
	ID     string    `bson:"_id"`
	At     time.Time `bson:"at"`
	Boot   string    `bson:"boot"`
	Uptime int64     `bson:"uptime"` // nanoseconds
	Schema int       `bson:"schema"`
}

// Clock stores how far time is believed.
type Clock struct{ anchors document.Collection }

var _ clock.Store = (*Clock)(nil)

// NewClock works on an engine whose declarations were ensured.
func NewClock(engine document.Engine) *Clock { return &Clock{engine.Collection(clocks)} }

// Anchor returns the stored anchor, the zero one when there is none.
func (s *Clock) Anchor(ctx context.Context) (clock.Anchor, error) {
	stored, err := byID[anchorDocument](ctx, s.anchors, clockID)
	if errors.Is(err, document.ErrNotFound) {
		return clock.Anchor{}, nil
	}
	if err != nil {
		return clock.Anchor{}, toFault(err)
	}
	return clock.Anchor{At: stored.At.UTC(), Boot: stored.Boot, Uptime: time.Duration(stored.Uptime)}, nil
}

// Advance is one conditional write, so that of two servers the later anchor stays.
func (s *Clock) Advance(ctx context.Context, m clock.Anchor) error {
	return s.put(ctx, m, bson.D{{Key: "_id", Value: clockID}, {Key: "at", Value: bson.D{{Key: "$lt", Value: m.At}}}})
}

// Reset replaces the stored anchor, also by an earlier one.
func (s *Clock) Reset(ctx context.Context, m clock.Anchor) error {
	return s.put(ctx, m, bson.D{{Key: "_id", Value: clockID}})
}

func (s *Clock) put(ctx context.Context, m clock.Anchor, where bson.D) error {
	changed, err := s.anchors.Update(ctx, where, bson.D{{Key: "$set", Value: bson.D{
		{Key: "at", Value: m.At}, {Key: "boot", Value: m.Boot}, {Key: "uptime", Value: int64(m.Uptime)},
	}}})
	if err != nil || changed {
		return toFault(err)
	}
	return unlessThere(insert(ctx, s.anchors, anchorDocument{ID: clockID, At: m.At, Boot: m.Boot, Uptime: int64(m.Uptime), Schema: clockSchema}))
}
