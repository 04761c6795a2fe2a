package counselling

import (
	"context"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/region"
)

// Store stores counsellors.
type Store interface {
	// Counsellor returns one, or ErrNotFound; CounsellorOf that of an account.
	Counsellor(ctx context.Context, id string) (Counsellor, error)
	CounsellorOf(ctx context.Context, account string) (Counsellor, error)
	// Counsellors returns all, by id.
	Counsellors(ctx context.Context) ([]Counsellor, error)
	// InsertCounsellor adds one with its entry; ErrTaken where the account has one.
	InsertCounsellor(ctx context.Context, c Counsellor, e audit.Entry) error
	// ReplaceCounsellor writes one at the revision it was read at, with its entry and the appointments it hurts, in one
	// transaction; ErrMoved where somebody was faster.
	ReplaceCounsellor(ctx context.Context, c Counsellor, hurt []Affected, e audit.Entry) error
}

// RoomStore stores rooms.
type RoomStore interface {
	// Rooms returns all, by id.
	Rooms(ctx context.Context) ([]Room, error)
	// InsertRoom adds one with its entry.
	InsertRoom(ctx context.Context, r Room, e audit.Entry) error
	// ReplaceRoom is as ReplaceCounsellor.
	ReplaceRoom(ctx context.Context, r Room, hurt []Affected, e audit.Entry) error
}

// AffectedStore stores the appointments that a change hurt.
type AffectedStore interface {
	// AddAffected adds those that are not there yet; what is there keeps its owner and clock.
	AddAffected(ctx context.Context, hurt []Affected) error
	// AffectedOpen returns those that nobody has dealt with, soonest due first.
	AffectedOpen(ctx context.Context) ([]Affected, error)
	// CloseAffected ends those that are no longer hurt or no longer there.
	CloseAffected(ctx context.Context, at time.Time, appointments ...string) error
}

// Booked is an appointment ahead, as far as a plan concerns it. Nothing in it says who comes.
type Booked struct {
	ID         string
	Counsellor string
	Start, End time.Time
	Mode       Mode
	Room       string
	Region     region.Code
	Topic      string
	Digits     string // the last four of its pick-up code, by which staff name it
}

// Bookings is what appointments there are; booking implements it.
type Bookings interface {
	// Ahead returns the appointments that are confirmed and not over, of one counsellor or of all (""), by start.
	Ahead(ctx context.Context, counsellor string, from time.Time) ([]Booked, error)
}
