package counselling

import (
	"context"
	"slices"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/staff"
)

// RoomsOf are the rooms that staff may read of, by name.
func (s *Service) RoomsOf(ctx context.Context, who staff.Principal) ([]Room, error) {
	if !who.Admits(access.ReadPlans) {
		return nil, staff.ErrForbidden
	}
	all, err := s.Rooms.Rooms(ctx)
	all = slices.DeleteFunc(all, func(r Room) bool {
		return !slices.ContainsFunc(who.Grants, func(g access.Grant) bool {
			return access.Actions.Admits(access.ReadPlans, g) && (g.Scope.Contains(r.Region) || g.Scope.From.Within(r.Region))
		})
	})
	slices.SortFunc(all, func(a, b Room) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// AddRoom adds a room.
func (s *Service) AddRoom(ctx context.Context, who staff.Principal, r Room) (Room, error) {
	r.ID, r.Schema = s.NewID(), schema
	if err := s.roomMay(who, r); err != nil {
		return Room{}, err
	}
	e, err := s.entry(who, audit.RoomChange, r.ID, map[string]string{"act": "add"}, 0)
	if err != nil {
		return Room{}, err
	}
	return r, s.Rooms.InsertRoom(ctx, r, e)
}

func (s *Service) roomMay(who staff.Principal, r Room) error {
	if err := r.check(s.Known); err != nil {
		return err
	}
	return who.May(access.ManageRooms, access.Record{Relation: access.None, Region: r.Region})
}

// PreviewRoom makes a change of a room without writing it, and lists the appointments that it hurts. ErrNotFound.
func (s *Service) PreviewRoom(ctx context.Context, who staff.Principal, r Room) (Room, []Affected, error) {
	worlds, err := s.all(ctx)
	if err != nil {
		return Room{}, nil, err
	}
	rooms, err := s.rooms(ctx)
	if err != nil {
		return Room{}, nil, err
	}
	before, known := rooms[r.ID]
	if !known || s.roomMay(who, before) != nil {
		return Room{}, nil, ErrNotFound
	}
	r.Schema, r.Demo = before.Schema, before.Demo
	if err := s.roomMay(who, r); err != nil {
		return Room{}, nil, err
	}
	now := s.now()
	booked, err := s.Bookings.Ahead(ctx, "", now)
	if err != nil {
		return Room{}, nil, err
	}
	rooms[r.ID] = r
	var hurt []Affected
	for _, w := range worlds {
		changed := w
		changed.Rooms = rooms
		hurt = append(hurt, newlyHurt(w, changed, booked, who.Account, now)...)
	}
	return r, hurt, nil
}

// SaveRoom writes a change of a room at its revision, after whoever makes it saw the appointments it hurts. ErrAffected,
// ErrMoved, ErrNotFound.
func (s *Service) SaveRoom(ctx context.Context, who staff.Principal, r Room, seen []string) error {
	r, hurt, err := s.PreviewRoom(ctx, who, r)
	if err != nil {
		return err
	}
	if unseen(hurt, seen) {
		return ErrAffected
	}
	e, err := s.entry(who, audit.RoomChange, r.ID, map[string]string{"act": "change"}, len(hurt))
	if err != nil {
		return err
	}
	return s.Rooms.ReplaceRoom(ctx, r, hurt, e)
}
