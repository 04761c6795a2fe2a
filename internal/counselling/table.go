package counselling

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"pugongying/internal/access"
	"pugongying/internal/fault"
	"pugongying/internal/staff"
)

// ErrTable refuses a table that is not ours.
var ErrTable = fault.New(fault.Invalid, "counselling.table", "第一行要写：老师、哪天、从、到、怎么谈、房间、休息从、休息到。可以先下载空表。")

// TableColumns are the columns of a table of plans, one stretch of one day in a row.
var TableColumns = []string{"老师", "哪天", "从", "到", "怎么谈", "房间", "休息从", "休息到"}

// maxTableRows bounds a table.
const maxTableRows = 2000

// Doubt is a row that could mean nothing or two things, as its author reads it. Row counts from 1, as a spreadsheet does.
type Doubt struct {
	Row  int
	Text string
}

// Imported is what a table would do, or did.
type Imported struct {
	Names  []string // of the counsellors whose week it has
	Doubts []Doubt
	Hurt   []Affected
	Done   bool
}

// week is one counsellor's part of a table.
type week struct {
	world World
	plan  Plan
	row   int // the first
}

// ImportTable replaces the weeks of the counsellors that a table names; their rules and exceptions stay. Where a row is a
// doubt, or an appointment would be hurt, nothing of it is written. Hidden are rows that nobody sees, counted from 0.
func (s *Service) ImportTable(ctx context.Context, who staff.Principal, rows [][]string, hidden []int) (Imported, error) {
	if !who.Admits(access.EditPlan) {
		return Imported{}, staff.ErrForbidden
	}
	if len(rows) < 2 || len(rows) > maxTableRows || !slices.Equal(cellsOf(rows[0]), TableColumns) {
		return Imported{}, ErrTable
	}
	worlds, err := s.Counsellors(ctx, who)
	if err != nil {
		return Imported{}, err
	}
	r := tableReader{worlds: worlds, weeks: map[string]*week{}}
	for _, h := range hidden {
		r.doubt(h, "这一行藏起来了，请取消隐藏，或者删掉。")
	}
	for i, row := range rows[1:] {
		if cells := cellsOf(row); strings.Join(cells, "") != "" {
			r.row(i+1, cells)
		}
	}
	return s.imported(ctx, who, r)
}

func (s *Service) imported(ctx context.Context, who staff.Principal, r tableReader) (Imported, error) {
	out, asked := Imported{}, len(r.doubts) > 0
	for _, id := range r.order {
		w := r.weeks[id]
		out.Names = append(out.Names, w.world.Counsellor.Name)
		if asked {
			continue // what is missing from a row would be reported twice
		}
		p, err := s.Preview(ctx, who, id, PlanEdit(w.plan))
		var refusal *fault.Error
		if errors.As(err, &refusal) && refusal.Kind != fault.Internal {
			r.doubt(w.row, "%s：%s", w.world.Counsellor.Name, refusal.Text)
			continue
		}
		if err != nil {
			return Imported{}, err
		}
		out.Hurt = append(out.Hurt, p.Hurt...)
	}
	if out.Doubts = r.doubts; len(out.Doubts) > 0 || len(out.Hurt) > 0 {
		slices.SortStableFunc(out.Doubts, func(a, b Doubt) int { return a.Row - b.Row })
		return out, nil
	}
	for _, id := range r.order {
		w := r.weeks[id]
		if _, err := s.Save(ctx, who, id, w.world.Counsellor.Rev, PlanEdit(w.plan), nil); err != nil {
			return Imported{}, err
		}
	}
	out.Done = len(r.order) > 0
	return out, nil
}

// cellsOf are the cells of a row as they are read: as many as there are columns, without blanks around them.
func cellsOf(row []string) []string {
	cells := make([]string, len(TableColumns))
	for i := range min(len(cells), len(row)) {
		cells[i] = strings.TrimSpace(row[i])
	}
	return cells
}

// tableReader collects weeks and doubts. A cell is read in one way or is a doubt.
type tableReader struct {
	worlds []World
	weeks  map[string]*week
	order  []string
	doubts []Doubt
}

func (r *tableReader) doubt(row int, format string, values ...any) {
	r.doubts = append(r.doubts, Doubt{Row: row + 1, Text: fmt.Sprintf(format, values...)})
}

func (r *tableReader) row(at int, cells []string) {
	w := r.weekOf(at, cells[0])
	day, known := rowsByName[cells[1]]
	if !known {
		r.doubt(at, "哪天写周一到周日里的一天，或者“%s”；一行一天。写的是“%s”。", RowNames[Makeup], shortened(cells[1]))
	}
	span, ok := r.span(at, cells[2], cells[3])
	if !ok && cells[2] == "" && cells[3] == "" {
		r.doubt(at, "从几点到几点还空着。")
	}
	h := Hours{Span: span, Modes: r.modes(at, cells[4])}
	if w != nil {
		h.Room = r.room(at, cells[5], w.world.Rooms, slices.Contains(h.Modes, InPerson))
	}
	rest, pause := r.span(at, cells[6], cells[7])
	if w == nil || !known || !ok || len(h.Modes) == 0 {
		return
	}
	plan := &w.plan.Week[day]
	plan.Hours = append(plan.Hours, h)
	slices.SortStableFunc(plan.Hours, func(a, b Hours) int { return int(a.From - b.From) })
	if pause {
		plan.Breaks = append(plan.Breaks, rest)
		slices.SortStableFunc(plan.Breaks, func(a, b Span) int { return int(a.From - b.From) })
	}
}

// weekOf is the week of a counsellor by her name; nil, with a doubt, where the name is nobody's or two people's.
func (r *tableReader) weekOf(at int, name string) *week {
	var found []World
	for _, w := range r.worlds {
		if w.Counsellor.Name == name {
			found = append(found, w)
		}
	}
	if len(found) != 1 {
		r.doubt(at, "你管的老师里，叫“%s”的有 %d 位。", shortened(name), len(found))
		return nil
	}
	id := found[0].Counsellor.ID
	if r.weeks[id] == nil {
		w := &week{world: found[0], plan: found[0].Counsellor.Plan, row: at}
		w.plan.Week = [WeekRows]DayPlan{}
		r.weeks[id], r.order = w, append(r.order, id)
	}
	return r.weeks[id]
}

// rowsByName are the ways a day may be written.
var rowsByName = map[string]int{
	"周一": 0, "周二": 1, "周三": 2, "周四": 3, "周五": 4, "周六": 5, "周日": 6, RowNames[Makeup]: Makeup,
	"星期一": 0, "星期二": 1, "星期三": 2, "星期四": 3, "星期五": 4, "星期六": 5, "星期日": 6,
}

// span reads two times; false where both are empty or one is a doubt.
func (r *tableReader) span(at int, from, to string) (Span, bool) {
	if from == "" && to == "" {
		return Span{}, false
	}
	f, err := ParseMinute(strings.ReplaceAll(from, "：", ":"))
	t, err2 := ParseMinute(strings.ReplaceAll(to, "：", ":"))
	if err != nil || err2 != nil {
		r.doubt(at, "“%s”到“%s”：%s", shortened(from), shortened(to), ErrTime.Text)
		return Span{}, false
	}
	return Span{f, t}, true
}

func (r *tableReader) modes(at int, cell string) (modes []Mode) {
	for word := range strings.FieldsFuncSeq(cell, func(c rune) bool { return strings.ContainsRune("、，, /", c) }) {
		i := slices.IndexFunc(Modes, func(m Mode) bool { return m.Word() == word })
		if i < 0 {
			r.doubt(at, "怎么谈写当面、电话、视频，写的是“%s”。", shortened(word))
			return nil
		}
		modes = append(modes, Modes[i])
	}
	if len(modes) == 0 {
		r.doubt(at, "怎么谈还空着。")
	}
	return modes
}

// room is the id of a room by its name.
func (r *tableReader) room(at int, name string, rooms map[string]Room, needed bool) string {
	if name == "" {
		return "" // the plan's own check asks for one where people meet
	}
	var found []string
	for id, room := range rooms {
		if room.Name == name {
			found = append(found, id)
		}
	}
	switch {
	case !needed:
		r.doubt(at, "写了房间，可是不当面谈：去掉房间，还是加上当面？")
	case len(found) != 1:
		r.doubt(at, "叫“%s”的房间有 %d 间。", shortened(name), len(found))
	default:
		return found[0]
	}
	return ""
}

// TableOf are the rows of a counsellor's week as ImportTable reads them. A break stands beside the hours it lies in.
func TableOf(w World) (rows [][]string) {
	for i, day := range w.Counsellor.Plan.Week {
		breaks := slices.Clone(day.Breaks)
		for _, h := range day.Hours {
			var modes []string
			for _, m := range h.Modes {
				modes = append(modes, m.Word())
			}
			row := []string{w.Counsellor.Name, RowNames[i], h.From.String(), h.To.String(), strings.Join(modes, "、"), w.Rooms[h.Room].Name, "", ""}
			if at := slices.IndexFunc(breaks, func(b Span) bool { return b.overlaps(h.Span) }); at >= 0 {
				row[6], row[7] = breaks[at].From.String(), breaks[at].To.String()
				breaks = slices.Delete(breaks, at, at+1)
			}
			rows = append(rows, row)
		}
	}
	return rows
}
