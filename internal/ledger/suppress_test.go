package ledger

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pugongying/internal/region"
	"pugongying/internal/testkit"
)

const suppressionRow = "reported figures: small numbers that can be solved for"

func TestARowIsSuppressed(t *testing.T) {
	for name, c := range map[string]struct {
		values []int64
		want   []Shown
	}{
		"nothing small":                 {[]int64{10, 0, 99}, []Shown{Plain, Plain, Plain}},
		"a small one brings a second":   {[]int64{3, 40, 0}, []Shown{TooFew, Withheld, Plain}},
		"three small ones need none":    {[]int64{4, 5, 6, 0}, []Shown{TooFew, TooFew, TooFew, Plain}},
		"two that add up to two":        {[]int64{1, 1, 30}, []Shown{TooFew, TooFew, Withheld}},
		"two that add up to the most":   {[]int64{9, 9, 30}, []Shown{TooFew, TooFew, Withheld}},
		"a second that would be told":   {[]int64{1, 10}, []Shown{Withheld, Withheld}},
		"zeros go where all goes":       {[]int64{2, 11, 0, 0}, []Shown{Withheld, Withheld, Withheld, Withheld}},
		"what was taken away is small":  {[]int64{-3, 100}, []Shown{TooFew, Withheld}},
		"what was taken away, and more": {[]int64{-50, 100}, []Shown{Plain, Plain}},
	} {
		var parts []part
		for i, v := range c.values {
			parts = append(parts, part{fmt.Sprint(i), v})
		}
		if got := suppress("seed", parts); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// published is a row as a reader has it: its total, its visible numbers and words for the others.
func published(rule func(string, []part) []Shown, values []int64) (string, []Shown) {
	parts, sum := make([]part, len(values)), int64(0)
	for i, v := range values {
		parts[i] = part{fmt.Sprint(i), v}
		sum += v
	}
	shown := rule("seed", parts)
	var b strings.Builder
	fmt.Fprint(&b, sum)
	for i, s := range shown {
		if s == Plain {
			fmt.Fprint(&b, " ", values[i])
		} else {
			fmt.Fprint(&b, " ", s.Words())
		}
	}
	return b.String(), shown
}

// TestAReaderWhoKnowsTheRulesSolvesNothing publishes every row of up to four numbers that add up to at least ten, and asks for
// each small number which values would have been published just so.
func TestAReaderWhoKnowsTheRulesSolvesNothing(t *testing.T) {
	solved, least, cells := attackRows(suppress)
	if solved > 0 {
		t.Errorf("%d of %d small numbers are determined by what is published and the rules", solved, cells)
	}
	// The control: hiding only the small numbers, and hiding the smallest other one.
	naive, _, _ := attackRows(func(_ string, parts []part) []Shown {
		shown := make([]Shown, len(parts))
		for i, p := range parts {
			if p.value > 0 && p.value < Fewest {
				shown[i] = TooFew
			}
		}
		return shown
	})
	t.Logf("%d small numbers, none with fewer than %d possible values; hiding them alone tells %d", cells, least, naive)
	if naive == 0 {
		t.Error("negative control: hiding the small numbers alone tells none of them")
	}
}

func attackRows(rule func(string, []part) []Shown) (solved, least, cells int) {
	possible := map[string][]map[int64]bool{}
	var walk func(values []int64, most int64, n int, visit func([]int64))
	walk = func(values []int64, most int64, n int, visit func([]int64)) {
		if len(values) == n {
			visit(values)
			return
		}
		for v := range most - total(values) + 1 { // no sum above the most, so that every row of a sum is met
			walk(append(values, v), most, n, visit)
		}
	}
	each := func(visit func([]int64)) {
		walk(nil, 60, 2, visit)
		walk(nil, 50, 3, visit)
		walk(nil, 34, 4, visit)
	}
	each(func(values []int64) {
		text, shown := published(rule, values)
		key := fmt.Sprint(len(values), "|", text)
		if possible[key] == nil {
			possible[key] = make([]map[int64]bool, len(values))
		}
		for i := range shown {
			if possible[key][i] == nil {
				possible[key][i] = map[int64]bool{}
			}
			possible[key][i][values[i]] = true
		}
	})
	least = Fewest
	each(func(values []int64) {
		text, shown := published(rule, values)
		if total(values) < Fewest {
			return // the total itself is hidden: nothing of the row is published
		}
		for i, v := range values {
			if v == 0 || v >= Fewest || shown[i] == Plain {
				continue
			}
			cells++
			n := len(possible[fmt.Sprint(len(values), "|", text)][i])
			least = min(least, n)
			if n < 2 {
				solved++
			}
		}
	})
	return solved, least, cells
}

func total(values []int64) (sum int64) {
	for _, v := range values {
		sum += v
	}
	return sum
}

// invented is a small tree of regions with figures.
type invented struct {
	Store
	totals []Total
}

func (s *invented) Tally(context.Context, int) (int, error) { return 0, nil }

func (s *invented) Totals(_ context.Context, q Query) ([]Total, error) {
	var found []Total
	for _, t := range s.totals {
		if t.Month >= q.From && t.Month <= q.To && (q.Project == "" || q.Project == t.Project) {
			found = append(found, t)
		}
	}
	return found, nil
}

func (s *invented) Find(c region.Code) (region.Region, error) { return region.Region{Code: c}, nil }

func (s *invented) Children(c region.Code) ([]region.Region, error) {
	var children []region.Region
	if c.Level() == region.League {
		for i := range 4 {
			children = append(children, region.Region{Code: region.Code(fmt.Sprintf("1522%02d000000", i+21))})
		}
	}
	if c.Level() == region.Banner {
		for i := range 3 {
			children = append(children, region.Region{Code: c[:6] + region.Code(fmt.Sprintf("%03d000", i+100))})
		}
	}
	return children, nil
}

const home region.Code = "152200000000"

func (s *invented) places() []region.Code {
	all := []region.Code{home}
	leagues, _ := s.Children(home)
	for _, b := range leagues {
		all = append(all, b.Code)
		sumus, _ := s.Children(b.Code)
		for _, c := range sumus {
			all = append(all, c.Code)
		}
	}
	return all
}

// invent spreads figures thinly, so that small ones are frequent; some lines of the second quarter correct the first.
func invent(r *rand.Rand) *invented {
	s := &invented{}
	places := s.places()
	for _, month := range []string{"2026-07", "2026-08", "2026-09", "2026-10", "2026-11"} {
		for range 5 + r.IntN(40) {
			t := Total{Month: month, Kind: []Kind{StoryRead, QuizSat}[r.IntN(2)], Region: places[r.IntN(len(places))], Project: []string{"", "p1", "p2"}[r.IntN(3)], Channel: "x"}
			t.Unit, t.Quantity, t.Lines = t.Kind.Unit(), 1+int64(r.ExpFloat64()*8), 1
			s.totals = append(s.totals, t)
		}
	}
	for range r.IntN(3) {
		late := s.totals[r.IntN(5)]
		late.Month, late.Quantity = "2026-10", -1
		s.totals = append(s.totals, late)
	}
	return s
}

// atom is what nothing published divides further.
type atom struct {
	kind    Kind
	region  region.Code
	month   string
	project string
}

// figure is one cell that could be published, with the atoms it is the sum of.
type figure struct {
	name  string
	cell  Cell
	atoms []atom
}

// everything is every table that anybody may see, of both quarters.
func (s *invented) everything(t *testing.T) (figures []figure) {
	service := New(s, s, home, nil)
	for _, q := range []Quarter{{2026, 3}, {2026, 4}} {
		for _, at := range s.places() {
			for _, by := range []By{ByRegion, ByProject, BySource, ByMonth} {
				for _, project := range []string{"", "p1", "p2"} {
					table, err := service.Figures(t.Context(), FiguresQuery{q, by, at, project})
					if err != nil {
						t.Fatal(err)
					}
					figures = append(figures, s.flat(table)...)
				}
			}
		}
	}
	return figures
}

func (s *invented) flat(t Table) (figures []figure) {
	for _, row := range t.Rows {
		if row.Kind.Offline() {
			continue
		}
		for i, column := range append(slices.Clone(t.Columns), "") {
			f := figure{name: fmt.Sprint(t.Quarter, t.By, t.Region, t.Project, row.Kind, column), cell: row.Total}
			if i < len(t.Columns) {
				f.cell = row.Cells[i]
			}
			for _, a := range s.atoms(row.Kind, t.Quarter) {
				if t.Project != "" && a.project != t.Project || !within(t, column, a, i == len(t.Columns)) {
					continue
				}
				f.atoms = append(f.atoms, a)
			}
			figures = append(figures, f)
		}
	}
	return figures
}

// within says whether an atom is part of a column, or of the total.
func within(t Table, column string, a atom, whole bool) bool {
	inside := a.region.Within(t.Region)
	switch {
	case whole || !inside:
		return inside
	case t.By == ByRegion && column == Own:
		return a.region == t.Region
	case t.By == ByRegion:
		return a.region.Within(region.Code(column))
	case t.By == ByProject:
		return a.project == column
	case t.By == ByMonth:
		return a.month == column
	}
	return true
}

func (s *invented) atoms(kind Kind, q Quarter) (all []atom) {
	for _, at := range s.places() {
		for _, month := range q.Months() {
			for _, project := range []string{"", "p1", "p2"} {
				all = append(all, atom{kind, at, month, project})
			}
		}
	}
	return all
}

// solve says which hidden small figures follow from the visible ones: those that are a linear combination of them, once what
// is part of a visible zero is known to be nothing. It computes modulo a prime, exactly.
func solve(figures []figure) (solved []string, hidden int) {
	nothing := map[atom]bool{}
	for _, f := range figures {
		if f.cell.Shown == Plain && f.cell.Quantity == 0 && f.cell.Lines == 0 {
			for _, a := range f.atoms {
				nothing[a] = true
			}
		}
	}
	number := map[atom]int{}
	vector := func(f figure) []uint64 {
		v := make([]uint64, 1000)
		for _, a := range f.atoms {
			if nothing[a] {
				continue
			}
			if _, met := number[a]; !met {
				number[a] = len(number)
			}
			v[number[a]] = 1
		}
		return v
	}
	basis := map[int][]uint64{}
	for _, f := range figures {
		if f.cell.Shown == Plain {
			if v := reduce(basis, vector(f)); v != nil {
				basis[pivot(v)] = v
			}
		}
	}
	met := map[string]bool{}
	for _, f := range figures {
		v, key := vector(f), fmt.Sprint(f.atoms)
		if q := f.cell.Quantity; f.cell.Shown == Plain || q == 0 || q >= Fewest || met[key] {
			continue
		}
		met[key] = true
		hidden++
		if reduce(basis, v) == nil {
			solved = append(solved, f.name)
		}
	}
	return solved, hidden
}

const prime = 2147483647

func pivot(v []uint64) int { return slices.IndexFunc(v, func(x uint64) bool { return x != 0 }) }

// reduce is what of a vector the basis does not span, scaled to begin with 1; nil when it spans it.
func reduce(basis map[int][]uint64, v []uint64) []uint64 {
	for i := range v {
		if v[i] == 0 {
			continue
		}
		b := basis[i]
		if b == nil {
			inverse := power(v[i], prime-2)
			for j := i; j < len(v); j++ {
				v[j] = v[j] * inverse % prime
			}
			return v
		}
		by := v[i]
		for j := i; j < len(v); j++ {
			v[j] = (v[j] + (prime-b[j])*by) % prime
		}
	}
	return nil
}

func power(x, n uint64) uint64 {
	result := uint64(1)
	for ; n > 0; n >>= 1 {
		if n&1 == 1 {
			result = result * x % prime
		}
		x = x * x % prime
	}
	return result
}

// TestNoSmallNumberCanBeSolvedFor over every table that anybody may see: all regions, ways to divide and projects, two kinds
// and two quarters of which the second corrects the first.
func TestNoSmallNumberCanBeSolvedFor(t *testing.T) {
	worlds, hidden, naive := 20, 0, 0
	for n := range worlds {
		figures := invent(rand.New(rand.NewPCG(uint64(n), 7))).everything(t)
		solved, of := solve(figures)
		if hidden += of; len(solved) > 0 {
			t.Errorf("world %d: %d of %d small numbers follow from the others, as %s", n, len(solved), of, solved[0])
		}
		// The control: with only the small numbers hidden, and every way to divide shown everywhere, they follow.
		for i, f := range figures {
			figures[i].cell.Shown = Plain
			if q := f.cell.Quantity; q != 0 && q < Fewest && q > -Fewest {
				figures[i].cell.Shown = TooFew
			}
		}
		bare, _ := solve(figures)
		naive += len(bare)
	}
	t.Logf("%d hidden small numbers in %d worlds; without second suppression %d of them follow", hidden, worlds, naive)
	if naive == 0 || hidden < 1000 {
		t.Errorf("negative control: %d of %d follow", naive, hidden)
	}
	testkit.Score(t, suppressionRow, fmt.Sprintf("0 of %d", hidden), !t.Failed(), fmt.Sprintf("with the small ones alone hidden %d follow from the others", naive))
}
