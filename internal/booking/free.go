package booking

import (
	"cmp"
	"context"
	"slices"
	"time"

	"pugongying/internal/civil"
	"pugongying/internal/region"
)

// Card is a counsellor as she is chosen: with her first free times.
type Card struct {
	Counsellor
	First *Slot    // nil: nothing is free within the horizon
	Days  []string // civil days on which something is free
}

// Search is what counsellors and slots are looked for by; "" for anything.
type Search struct {
	Region     region.Code
	Topic      string
	Mode       Mode
	Counsellor string
}

// serves reports whether a counsellor may be booked from a region. By telephone and video she may be from everywhere.
func (c Counsellor) serves(q Search) bool {
	near := q.Region == "" || q.Mode == ByPhone || q.Mode == ByVideo || slices.ContainsFunc(c.Regions, func(r region.Code) bool {
		return q.Region.Within(r) || r.Within(q.Region)
	})
	return near && (q.Mode == "" || slices.Contains(c.Modes, q.Mode)) &&
		(q.Topic == "" || len(c.Topics) == 0 || slices.Contains(c.Topics, q.Topic)) && (q.Counsellor == "" || q.Counsellor == c.ID)
}

// suits reports whether one slot does; in person it must be where she can go.
func (s Slot) suits(q Search) bool {
	near := q.Region == "" || q.Mode != InPerson || s.Region == "" || s.Region.Within(q.Region) || q.Region.Within(s.Region)
	return near && (q.Mode == "" || slices.Contains(s.Modes, q.Mode)) && (q.Topic == "" || len(s.Topics) == 0 || slices.Contains(s.Topics, q.Topic))
}

// Free lists the free times of everybody who fits, in order of time, on the civil days from to to. ErrRange.
func (s *Service) Free(ctx context.Context, q Search, from, to string) ([]Slot, error) {
	if err := s.valid(q); err != nil {
		return nil, err
	}
	begin, end, err := s.span(from, to)
	if err != nil {
		return nil, err
	}
	who, err := s.serving(ctx, q)
	if err != nil {
		return nil, err
	}
	free, _, err := s.free(ctx, who, q, begin, end)
	slices.SortStableFunc(free, func(a, b Slot) int { return a.Start.Compare(b.Start) })
	return free, err
}

// span is a range of days as instants, cut at today and the horizon.
func (s *Service) span(from, to string) (begin, end time.Time, err error) {
	begin, err = civil.Start(from)
	if err != nil {
		return begin, end, ErrRange.Because(err)
	}
	end, err = civil.Start(to)
	if err != nil {
		return begin, end, ErrRange.Because(err)
	}
	end = end.AddDate(0, 0, 1)
	if !end.After(begin) || end.Sub(begin) > FreeDays*24*time.Hour {
		return begin, end, ErrRange
	}
	now := s.now()
	if begin.Before(now) {
		begin = now
	}
	if limit := now.Add(Horizon); end.After(limit) {
		end = limit
	}
	return begin, end, nil
}

func (s *Service) serving(ctx context.Context, q Search) ([]Counsellor, error) {
	all, err := s.Plans.Counsellors(ctx)
	return slices.DeleteFunc(slices.Clone(all), func(c Counsellor) bool { return !c.serves(q) }), err
}

// free are the free slots of some counsellors, and how many appointments each of them has meanwhile.
func (s *Service) free(ctx context.Context, who []Counsellor, q Search, begin, end time.Time) ([]Slot, map[string]int, error) {
	if len(who) == 0 || !end.After(begin) {
		return nil, nil, nil
	}
	ids := make([]string, len(who))
	for i, c := range who {
		ids[i] = c.ID
	}
	busy, err := s.Store.Busy(ctx, ids, begin.Add(-longestSession), end)
	if err != nil {
		return nil, nil, err
	}
	taken, load := s.occupied(busy)
	var free []Slot
	from, to := civil.DayOf(begin), civil.DayOf(end.Add(-time.Millisecond))
	for _, c := range who {
		slots, err := s.Plans.Slots(ctx, c.ID, from, to)
		if err != nil {
			return nil, nil, err
		}
		for _, slot := range slots {
			if !slot.Start.Before(begin) && slot.Start.Before(end) && slot.suits(q) && !taken.meets(slot) {
				free = append(free, slot)
			}
		}
	}
	return free, load, nil
}

// longestSession is how long before a slot something that reaches into it may begin.
const longestSession = 4 * time.Hour

// cells are ten-minute cells that are taken.
type cells map[string]map[int64]bool

// occupied are the cells of live appointments by counsellor and room, and how many of them each counsellor has.
func (s *Service) occupied(busy []Appointment) (cells, map[string]int) {
	taken, load, now := cells{}, map[string]int{}, s.now()
	for i := range busy {
		a := &busy[i]
		if a.stale(now) {
			continue
		}
		load[a.Counsellor]++
		taken.add(cellCounsellor+a.Counsellor, a.BusyFrom, a.BusyTo)
		if a.Room != "" && a.Mode == InPerson {
			taken.add(cellRoom+a.Room, a.Start, a.End)
		}
	}
	return taken, load
}

func (c cells) add(what string, start, end time.Time) {
	at := c[what]
	if at == nil {
		at = map[int64]bool{}
		c[what] = at
	}
	for n := start.Unix() / gridSeconds; n*gridSeconds < end.Unix(); n++ {
		at[n] = true
	}
}

// meets reports whether a slot has a cell that is taken.
func (c cells) meets(s Slot) bool {
	from, to := s.busy()
	return c.has(cellCounsellor+s.Counsellor, from, to) || s.Room != "" && slices.Contains(s.Modes, InPerson) && c.has(cellRoom+s.Room, s.Start, s.End)
}

func (c cells) has(what string, from, to time.Time) bool {
	at := c[what]
	for n := from.Unix() / gridSeconds; n*gridSeconds < to.Unix(); n++ {
		if at[n] {
			return true
		}
	}
	return false
}

// Cards lists who fits, by her first free time, and never by anything else.
func (s *Service) Cards(ctx context.Context, q Search) ([]Card, error) {
	if err := s.valid(q); err != nil {
		return nil, err
	}
	who, err := s.serving(ctx, q)
	if err != nil {
		return nil, err
	}
	now := s.now()
	free, _, err := s.free(ctx, who, q, now, now.Add(Horizon))
	if err != nil {
		return nil, err
	}
	cards := make([]Card, len(who))
	for i, c := range who {
		cards[i] = Card{Counsellor: c, Days: []string{}}
		for _, slot := range free {
			if slot.Counsellor == c.ID {
				cards[i].add(slot)
			}
		}
	}
	slices.SortStableFunc(cards, func(a, b Card) int {
		if a.First == nil || b.First == nil {
			return cmp.Compare(boolInt(a.First == nil), boolInt(b.First == nil))
		}
		return a.First.Start.Compare(b.First.Start)
	})
	return cards, nil
}

func (c *Card) add(s Slot) {
	if c.First == nil || s.Start.Before(c.First.Start) {
		c.First = &s
	}
	if day := civil.DayOf(s.Start); len(c.Days) == 0 || c.Days[len(c.Days)-1] != day {
		c.Days = append(c.Days, day)
	}
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// wanted are the slots that what she asks for may become, in the order in which they are tried: one, or for 都可以 all that
// are free at that time (at the first time anybody is and she is too), of the counsellor with the fewest appointments first.
func (s *Service) wanted(ctx context.Context, ask Ask, hers []Appointment) ([]Slot, error) {
	q := Search{Region: ask.Region, Topic: ask.Topic, Mode: ask.Mode}
	if err := s.valid(q); err != nil {
		return nil, err
	}
	if ask.Slot != "" {
		slot, err := s.offered(ctx, ask.Slot, q)
		return []Slot{slot}, err
	}
	who, err := s.serving(ctx, q)
	if err != nil {
		return nil, err
	}
	now := s.now()
	if !ask.Start.IsZero() && ask.Start.Before(now) {
		return nil, ErrPast
	}
	free, load, err := s.free(ctx, who, q, now, now.Add(Horizon))
	if err != nil {
		return nil, err
	}
	free = slices.DeleteFunc(free, func(slot Slot) bool {
		return slices.ContainsFunc(hers, func(a Appointment) bool {
			return a.State == Confirmed && a.Start.Before(slot.End) && slot.Start.Before(a.End)
		})
	})
	start := ask.Start
	for _, slot := range free {
		if ask.Start.IsZero() && (start.IsZero() || slot.Start.Before(start)) {
			start = slot.Start
		}
	}
	free = slices.DeleteFunc(free, func(slot Slot) bool { return !slot.Start.Equal(start) })
	slices.SortStableFunc(free, func(a, b Slot) int { return cmp.Compare(load[a.Counsellor], load[b.Counsellor]) })
	if len(free) == 0 {
		return nil, ErrNobodyFree
	}
	return free, nil
}

// offered is a slot that was asked for by its id. ErrNotOffered, ErrPast, ErrRegion, ErrTopic, ErrMode.
func (s *Service) offered(ctx context.Context, id string, q Search) (Slot, error) {
	counsellor, start, err := parseSlot(id)
	if err != nil {
		return Slot{}, err
	}
	if start.Before(s.now()) {
		return Slot{}, ErrPast
	}
	slot, err := s.Plans.Offered(ctx, counsellor, start)
	if err != nil {
		return Slot{}, err
	}
	switch {
	case q.Mode != "" && !slices.Contains(slot.Modes, q.Mode):
		return Slot{}, ErrMode
	case q.Topic != "" && len(slot.Topics) > 0 && !slices.Contains(slot.Topics, q.Topic):
		return Slot{}, ErrTopic
	case !slot.suits(q):
		return Slot{}, ErrRegion
	}
	return slot, nil
}

// valid refuses a mode and a topic that there are not.
func (s *Service) valid(q Search) error {
	if q.Mode != "" && !slices.Contains(Modes, q.Mode) {
		return ErrMode
	}
	if q.Topic != "" && !s.Wording.topic(q.Topic) {
		return ErrTopic
	}
	return nil
}
