package audit

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"
)

// memory is a store of chains.
type memory struct {
	entries []Entry
	tips    map[string]Tip
	during  func(*memory) // called once, after the first walk
	err     error
}

func (m *memory) List(context.Context, Query) ([]Entry, error) { return m.entries, m.err }

func (m *memory) Chains(context.Context) ([]string, error) {
	var chains []string
	for chain := range m.tips {
		chains = append(chains, chain)
	}
	for _, e := range m.entries {
		chains = append(chains, e.Link.Chain)
	}
	slices.Sort(chains)
	return slices.DeleteFunc(slices.Compact(chains), func(c string) bool { return c == "" }), m.err
}

func (m *memory) Walk(_ context.Context, chain string, from int64, each func(Entry) error) error {
	var found []Entry
	for _, e := range m.entries {
		if e.Link.Chain == chain && e.Link.Seq >= from {
			found = append(found, e)
		}
	}
	slices.SortStableFunc(found, func(a, b Entry) int { return int(a.Link.Seq - b.Link.Seq) })
	for _, e := range found {
		if err := each(e); err != nil {
			return err
		}
	}
	if during := m.during; during != nil {
		m.during = nil
		during(m)
	}
	return nil
}

func (m *memory) Tip(_ context.Context, chain string) (Tip, error) { return m.tips[chain], nil }

func (m *memory) Count(context.Context) (int64, error) { return int64(len(m.entries)), m.err }

// append chains an act, as a store does.
func (m *memory) append(who Actor, n int) {
	e, err := New(Act{Actor: who, Action: PublishWithdraw, Subject: fmt.Sprint("Q", n), At: noon.Add(time.Duration(n) * time.Second), Detail: map[string]string{"version": fmt.Sprint(n)}})
	if err != nil {
		panic(err)
	}
	e = e.Linked(m.tips[who.Chain()])
	m.entries, m.tips[who.Chain()] = append(m.entries, e), e.Tip()
}

var wang = Actor{Kind: KindStaff, ID: "A1"}

// chained is a record of two actors; entries of an even index are the operator's.
func chained(n int) *memory {
	m := &memory{tips: map[string]Tip{}}
	for i := range n {
		m.append([]Actor{Operator, wang}[i%2], i)
	}
	return m
}

func TestEveryDamageOfAChainIsNamed(t *testing.T) {
	const staff = "staff/A1"
	before := chained(10)
	noted := []Tip{before.tips[staff], before.tips["operator"]}
	for name, c := range map[string]struct {
		spoil func(m *memory)
		noted []Tip
		want  []Fault
	}{
		"nothing":           {func(*memory) {}, noted, []Fault{}},
		"more since":        {func(m *memory) { m.append(wang, 100) }, noted, []Fault{}},
		"a subject":         {func(m *memory) { m.entries[3].Subject = "Q9" }, nil, []Fault{{staff, 2, before.entries[3].ID, Changed}}},
		"a time":            {func(m *memory) { m.entries[3].At = noon }, nil, []Fault{{staff, 2, before.entries[3].ID, Changed}}},
		"a detail":          {func(m *memory) { m.entries[3].Detail = map[string]string{"version": "9"} }, nil, []Fault{{staff, 2, before.entries[3].ID, Changed}}},
		"an actor":          {func(m *memory) { m.entries[3].Actor = Operator }, nil, []Fault{{staff, 2, before.entries[3].ID, Changed}}},
		"the first":         {func(m *memory) { m.entries = m.entries[1:] }, nil, []Fault{{"operator", 2, before.entries[2].ID, Missing}}},
		"one in the middle": {func(m *memory) { m.entries = slices.Delete(m.entries, 4, 5) }, nil, []Fault{{"operator", 4, before.entries[6].ID, Missing}}},
		"two swapped":       {func(m *memory) { m.entries[3].Link, m.entries[5].Link = m.entries[5].Link, m.entries[3].Link }, nil, []Fault{{staff, 2, before.entries[5].ID, Changed}}},
		"the last":          {func(m *memory) { m.entries = m.entries[:9] }, nil, []Fault{{staff, 5, "", Cut}}},
		"a whole chain": {func(m *memory) {
			m.entries = slices.DeleteFunc(m.entries, func(e Entry) bool { return e.Actor == wang })
		}, nil, []Fault{{staff, 1, "", Cut}}},
		"a tip":               {func(m *memory) { delete(m.tips, staff) }, nil, []Fault{{staff, 0, "", Replaced}}},
		"an older tip":        {func(m *memory) { m.tips[staff] = before.entries[7].Tip() }, nil, []Fault{{staff, 4, "", Replaced}}},
		"outside every chain": {func(m *memory) { m.entries = append(m.entries, Entry{ID: "x"}) }, nil, []Fault{{"", 1, "", Unchained}}},
		"inserted, unhashed":  {func(m *memory) { e := m.entries[5]; e.ID = "y"; m.entries = append(m.entries, e) }, nil, []Fault{{staff, 3, "y", Changed}}},
		"inserted, hashed": {func(m *memory) {
			e := m.entries[5].Linked(m.entries[3].Tip())
			e.ID = "y"
			m.entries = append(m.entries, e.Linked(m.entries[3].Tip()))
		}, nil, []Fault{{staff, 3, "y", Inserted}}},
		"rehashed to its end": {func(m *memory) { rehash(m, 3) }, nil, []Fault{}},
		"rehashed, and noted": {func(m *memory) { rehash(m, 3) }, noted, []Fault{{staff, 5, before.entries[9].ID, Replaced}}},
		"cut with its tip":    {func(m *memory) { m.entries = slices.Delete(m.entries, 9, 10); m.tips[staff] = m.entries[7].Tip() }, noted[:1], []Fault{{staff, 5, "", Cut}}},
		"all, and noted":      {func(m *memory) { m.entries, m.tips = nil, nil }, noted, []Fault{{"operator", 1, "", Cut}, {staff, 1, "", Cut}}},
	} {
		m := &memory{entries: slices.Clone(before.entries), tips: map[string]Tip{}}
		for chain, tip := range before.tips {
			m.tips[chain] = tip
		}
		c.spoil(m)
		got, err := NewService(m).Verify(t.Context(), c.noted)
		if err != nil || !reflect.DeepEqual(got.Faults, c.want) {
			t.Errorf("%s: %+v, %v; want %+v", name, got.Faults, err, c.want)
		}
	}
}

// rehash changes an entry and computes its chain anew to the end, as somebody who knows this code would.
func rehash(m *memory, at int) {
	last := m.entries[at-2].Tip()
	for i := at; i < len(m.entries); i += 2 {
		if i == at {
			m.entries[i].Subject = "Q9"
		}
		m.entries[i] = m.entries[i].Linked(last)
		last = m.entries[i].Tip()
	}
	m.tips[last.Chain] = last
}

func TestWhatIsAppendedMeanwhileIsNoFault(t *testing.T) {
	m := chained(6)
	m.during = func(m *memory) { m.append(Operator, 50); m.append(Operator, 51) }
	got, err := Verify(t.Context(), m, nil)
	if err != nil || len(got.Faults) != 0 || got.Entries != 8 || got.Chains != 2 {
		t.Errorf("%+v, %v", got, err)
	}
	m.err = errors.New("down")
	if _, err := Verify(t.Context(), m, nil); !errors.Is(err, m.err) {
		t.Errorf("a store that is down: %v", err)
	}
}

// Two entries that differ anywhere, be it only in where one field ends and the next begins, have different hashes.
func TestNoTwoEntriesAreEncodedAlike(t *testing.T) {
	e := chained(1).entries[0]
	seen := map[string]string{e.sum(): "itself"}
	for name, change := range map[string]func(*Entry){
		"id": func(e *Entry) { e.ID += "x" }, "kind": func(e *Entry) { e.Actor.Kind = KindSystem }, "actor": func(e *Entry) { e.Actor.ID = "a" },
		"action": func(e *Entry) { e.Action = PublishStep }, "subject": func(e *Entry) { e.Subject = "Q00" }, "time": func(e *Entry) { e.At = e.At.Add(time.Millisecond) },
		"schema": func(e *Entry) { e.Schema++ }, "chain": func(e *Entry) { e.Link.Chain = "x" }, "seq": func(e *Entry) { e.Link.Seq++ }, "previous": func(e *Entry) { e.Link.Previous = "0" },
		"no detail":       func(e *Entry) { e.Detail = nil },
		"another detail":  func(e *Entry) { e.Detail = map[string]string{"version": "0", "act": "1"} },
		"a moved border":  func(e *Entry) { e.Subject, e.Action = e.Subject[1:], e.Action+Action(e.Subject[:1]) },
		"a detail's name": func(e *Entry) { e.Detail = map[string]string{"versio": "n0"} },
	} {
		other := e
		change(&other)
		if before, met := seen[other.sum()]; met {
			t.Errorf("%s is encoded like %s", name, before)
		}
		seen[other.sum()] = name
	}
	shanghai := e
	shanghai.At = e.At.In(time.FixedZone("", 8*3600))
	shanghai.Link.Sum = "not part of itself"
	if shanghai.sum() != e.sum() {
		t.Error("the same instant in another zone has another hash")
	}
}

func TestTipsAreReadAsTheyArePrinted(t *testing.T) {
	m := chained(4)
	text := "# 2026-11-30\n\n" + m.tips["operator"].String() + "\n  " + m.tips["staff/A1"].String()
	tips, bad, ok := ParseTips(text)
	if !ok || bad != "" || !slices.Equal(tips, []Tip{m.tips["operator"], m.tips["staff/A1"]}) {
		t.Errorf("%v, %q, %v", tips, bad, ok)
	}
	for _, line := range []string{"operator", "operator 0 " + m.tips["operator"].Sum, "operator 1 x", "x y z", m.tips["operator"].String() + " more"} {
		if _, bad, ok := ParseTips("\n" + line); ok || bad != line {
			t.Errorf("%q was read; it named %q", line, bad)
		}
	}
}
