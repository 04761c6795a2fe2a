package publish

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pugongying/internal/access"
	"pugongying/internal/audit"
	"pugongying/internal/region"
	"pugongying/internal/staff"
	"pugongying/internal/testkit"
)

// walker takes random acts with random people on a few publications, on two servers over one store, and remembers by itself
// who wrote what and who passed which bytes.
type walker struct {
	*office
	server  *office // a second one, over the same store
	rand    *rand.Rand
	people  []staff.Principal
	wrote   map[string][]string        // by version: accounts of everybody in the chain of texts it was made from
	saved   map[string][]string        // by publication: who saved the working copy since the last version
	passed  map[string]map[string]bool // by publication and bytes: accounts that passed exactly these
	shipped map[string]string          // bodies the manifest names
	edition int
	shown   int // live versions that were looked at
	acts    map[string]int
}

func newWalker(t *testing.T, seed uint64) *walker {
	f := newFake()
	w := &walker{
		office: officeOn(t, f), server: officeOn(t, f), rand: rand.New(rand.NewPCG(seed, 1)),
		wrote: map[string][]string{}, saved: map[string][]string{}, passed: map[string]map[string]bool{}, shipped: map[string]string{}, acts: map[string]int{},
	}
	w.people = []staff.Principal{
		person("WRITER", banner, access.Volunteer), person("ALL1", league, access.Volunteer, access.Editor1, access.Editor2, access.Editor3, access.Publisher),
		person("ALL2", banner, access.Editor1, access.Editor2, access.Editor3, access.Publisher, access.Admin), person("ALL3", league, access.Editor1, access.Editor2, access.Editor3, access.Publisher),
		person("ONE", league, access.Editor1), person("TWO", league, access.Editor2), person("THREE", banner, access.Editor3),
		person("PUBLISHER", league, access.Publisher), person("ADMIN", league, access.Admin), person("AWAY", other, access.Editor1, access.Editor2, access.Editor3, access.Publisher),
	}
	return w
}

func (w *walker) who() staff.Principal { return w.people[w.rand.IntN(len(w.people))] }

// any is one of the two servers.
func (w *walker) any() *office {
	if w.rand.IntN(3) == 0 {
		return w.server
	}
	return w.office
}

func (w *walker) id() string {
	ids := make([]string, 0, len(w.f.publications))
	for id := range w.f.publications {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	if len(ids) == 0 {
		return "none"
	}
	return ids[w.rand.IntN(len(ids))]
}

// version is an open version of a publication, most of the time.
func (w *walker) version(id string) At {
	open := w.f.publications[id].Open
	if len(open) == 0 || w.rand.IntN(8) == 0 {
		n := 1 + w.rand.IntN(w.f.publications[id].Last+1)
		return At{id, n, w.f.versions[VersionID(id, n)].SHA256}
	}
	o := open[w.rand.IntN(len(open))]
	if i := slices.IndexFunc(open, func(o Open) bool { return o.State.underReview() }); i >= 0 && w.rand.IntN(4) > 0 {
		o = open[i]
	}
	return At{id, o.N, o.SHA256}
}

func (w *walker) body() []byte { return fmt.Appendf(nil, "text %d", w.rand.IntN(6)) }

// author notes who wrote the newest version when the act succeeded: those of what it was made from, and these.
func (w *walker) author(id string, err error, from string, accounts ...string) {
	if err == nil {
		w.wrote[VersionID(id, w.f.publications[id].Last)] = slices.Concat(w.wrote[from], accounts)
	}
}

type door struct {
	name string
	do   func(w *walker, ctx context.Context, who staff.Principal, id string, at At) error
}

// acts are all doors to a text, each with whoever comes.
var allActs = []door{
	{"create", func(w *walker, ctx context.Context, who staff.Principal, _ string, _ At) error {
		if len(w.f.publications) > 2 {
			return nil
		}
		p, err := w.any().Create(ctx, who, Beginning{Kind: KindExplainer, Region: []region.Code{banner, sumu, ""}[w.rand.IntN(3)], Body: w.body()})
		w.author(p.ID, err, "", who.Account)
		return err
	}},
	{"save", func(w *walker, ctx context.Context, who staff.Principal, id string, _ At) error {
		_, err := w.any().Save(ctx, who, Working{ID: id, Rev: w.f.working[id].Rev, Body: w.body()})
		if err == nil {
			w.saved[id] = append(w.saved[id], who.Account)
		}
		return err
	}},
	{"revise", func(w *walker, ctx context.Context, who staff.Principal, id string, _ At) error {
		from := VersionID(id, w.f.publications[id].Last)
		_, err := w.any().Revise(ctx, who, Revision{ID: id, Rev: w.f.publications[id].Rev, Region: banner, Body: w.body()})
		w.author(id, err, from, append(w.saved[id], who.Account)...)
		if err == nil {
			w.saved[id] = nil
		}
		return err
	}},
	{"restore", func(w *walker, ctx context.Context, who staff.Principal, id string, at At) error {
		_, err := w.any().Restore(ctx, who, Revision{ID: id, Rev: w.f.publications[id].Rev, From: at.N})
		w.author(id, err, VersionID(id, at.N))
		return err
	}},
	{"copy", func(w *walker, ctx context.Context, who staff.Principal, id string, at At) error {
		if len(w.f.publications) > 3 || w.rand.IntN(4) > 0 {
			return nil
		}
		p, err := w.any().Copy(ctx, who, id, at.N, banner)
		w.author(p.ID, err, VersionID(id, at.N), who.Account)
		return err
	}},
	{"import", func(w *walker, ctx context.Context, who staff.Principal, id string, _ At) error {
		if w.rand.IntN(4) > 0 {
			return nil
		}
		body := w.body()
		before := w.f.publications[id].Last
		_, err := w.any().ImportDrafts(ctx, who, []Draft{{ID: id, Kind: KindExplainer, Body: body, Region: banner}})
		if w.f.publications[id].Last > before {
			w.author(id, err, "", who.Account)
		}
		return err
	}},
	{"operator's import", func(w *walker, ctx context.Context, _ staff.Principal, id string, _ At) error {
		if w.rand.IntN(4) > 0 {
			return nil
		}
		_, err := w.any().Import(ctx, audit.Operator, []Draft{{ID: id, Kind: KindExplainer, Body: w.body()}})
		return err
	}},
	{"pass", pass}, {"pass", pass}, {"pass", pass}, {"pass", pass}, {"pass", pass}, {"pass", pass},
	{"return", func(w *walker, ctx context.Context, who staff.Principal, _ string, at At) error {
		if w.rand.IntN(20) > 0 {
			return nil
		}
		return w.any().Return(ctx, who, Returning{At: at, Words: "再看看"})
	}},
	{"recall", func(w *walker, ctx context.Context, who staff.Principal, _ string, at At) error {
		if w.rand.IntN(20) > 0 {
			return nil
		}
		return w.any().Recall(ctx, who, at)
	}},
	{"submit", submit}, {"submit", submit},
	{"pass by another way", func(w *walker, _ context.Context, who staff.Principal, id string, at At) error {
		// A pass that a mistake, or somebody at the database, put there: by an author, or a second one by one person.
		p := w.f.publications[id]
		p.Open = slices.Clone(p.Open)
		i := slices.IndexFunc(p.Open, func(o Open) bool { return o.N == at.N && o.State.waitsForReview() })
		if i < 0 || w.rand.IntN(6) > 0 {
			return nil
		}
		account := who.Account
		if !slices.Contains(w.wrote[VersionID(id, at.N)], account) && !slices.ContainsFunc(p.Open[i].Passes, func(b Pass) bool { return b.By == account }) {
			return nil
		}
		p.Open[i].Passes = append(slices.Clone(p.Open[i].Passes), Pass{Stage: p.Open[i].State, By: account, SHA256: p.Open[i].SHA256})
		p.Open[i].State, _ = Next(p.Open[i].State, ActPass)
		p.Rev++
		w.f.publications[id] = p
		return nil
	}},
	{"release", func(w *walker, ctx context.Context, who staff.Principal, _ string, at At) error {
		return w.any().Release(ctx, who, at)
	}},
	{"schedule", func(w *walker, ctx context.Context, who staff.Principal, id string, at At) error {
		return w.any().Schedule(ctx, who, Scheduling{At: at, Rev: w.f.publications[id].Rev, When: w.at.Add(time.Hour)})
	}},
	{"bundle", func(w *walker, ctx context.Context, who staff.Principal, _ string, at At) error {
		b, err := w.any().MakeBundle(ctx, who, "set", "")
		if err == nil {
			err = w.any().SetPieces(ctx, who, b.ID, 1, []At{at})
		}
		if err == nil {
			err = w.any().ScheduleBundle(ctx, who, b.ID, 2, w.at.Add(time.Hour))
		}
		return err
	}},
	{"take down", func(w *walker, ctx context.Context, who staff.Principal, id string, _ At) error {
		if w.rand.IntN(20) > 0 {
			return nil
		}
		return w.any().TakeDown(ctx, who, id)
	}},
	{"seed", func(w *walker, ctx context.Context, _ staff.Principal, id string, _ At) error {
		if w.rand.IntN(4) > 0 {
			return nil
		}
		w.edition++
		item := story("shipped", fmt.Sprintf("shipped %d", w.rand.IntN(3)))
		if w.rand.IntN(3) == 0 {
			item.ID = id // the binary has a text under an id that staff use
		}
		w.shipped[item.ID+Sum(item.Body)] = item.ID
		_, err := New(w.f, edition(w.edition, item), func() time.Time { return w.at }).Seed(ctx, []Shipped{item})
		return err
	}},
	{"tamper", func(w *walker, _ context.Context, _ staff.Principal, id string, at At) error {
		v, there := w.f.versions[VersionID(id, at.N)]
		if !there || w.f.publications[id].Live == at.N || w.rand.IntN(20) > 0 {
			return nil
		}
		v.Body = append(bytes.Clone(v.Body), 'x')
		if w.rand.IntN(2) == 0 {
			v.SHA256 = Sum(v.Body) // by somebody who knows how versions are stored
		}
		w.f.versions[v.ID] = v
		return nil
	}},
	{"time", func(w *walker, _ context.Context, _ staff.Principal, _ string, _ At) error {
		w.at = w.at.Add(time.Duration(w.rand.IntN(100)) * time.Hour)
		w.server.at = w.at
		w.any().due()
		return nil
	}},
}

func submit(w *walker, ctx context.Context, who staff.Principal, _ string, at At) error {
	w.any().machine.found = [][]Finding{nil, nil, {{Severity: Blocks}}, {{Severity: Asks}}}[w.rand.IntN(4)]
	_, err := w.any().Submit(ctx, who, at)
	return err
}

func pass(w *walker, ctx context.Context, who staff.Principal, id string, at At) error {
	sum := Sum(w.f.versions[VersionID(id, at.N)].Body)
	err := w.any().Pass(ctx, who, Passing{At: at, Reasons: map[int]string{0: "看过了"}})
	if err == nil {
		if w.passed[id+sum] == nil {
			w.passed[id+sum] = map[string]bool{}
		}
		w.passed[id+sum][who.Account] = true
	}
	return err
}

// unreviewed names what residents see although not three people who wrote none of it passed exactly its bytes.
func (w *walker) unreviewed() string {
	for id, p := range w.f.publications {
		if p.Live == 0 {
			continue
		}
		sum := Sum(w.f.versions[VersionID(id, p.Live)].Body)
		if w.shipped[id+sum] == id && p.Sample {
			continue
		}
		people := 0
		for account := range w.passed[id+sum] {
			if !slices.Contains(w.wrote[VersionID(id, p.Live)], account) {
				people++
			}
		}
		if w.shown++; people < 3 {
			return fmt.Sprintf("%s@%d is shown, passed by %d", id, p.Live, people)
		}
	}
	return ""
}

// walk takes n acts and returns the first text that is shown without its reviews.
func (w *walker) walk(n int) string {
	ctx := context.Background()
	for range n {
		act, id := allActs[w.rand.IntN(len(allActs))], w.id()
		if err := act.do(w, ctx, w.who(), id, w.version(id)); err == nil {
			w.acts[act.name]++
		}
		if seen := w.unreviewed(); seen != "" {
			return seen + " after " + act.name
		}
	}
	return ""
}

func TestNoPathShowsATextWithoutThreePeople(t *testing.T) {
	shown, acts := 0, map[string]int{}
	for seed := range uint64(150) {
		w := newWalker(t, seed)
		if bad := w.walk(1500); bad != "" {
			t.Fatalf("walk %d: %s", seed, bad)
		}
		shown += w.shown
		for name, n := range w.acts {
			acts[name] += n
		}
	}
	for _, act := range allActs {
		if acts[act.name] < 5 {
			t.Errorf("%s succeeded %d times", act.name, acts[act.name])
		}
	}
	if shown < 1000 {
		t.Errorf("only %d looks at something live", shown)
	}
	testkit.Score(t, "random walks: looks at texts shown without three passes of their bytes", fmt.Sprintf("0 of %d", shown), shown >= 1000,
		"TestTheWalksNoticeAMissingCheck: without the check they find one")
	t.Logf("looks at live texts %d, acts that succeeded %v", shown, acts)
}

// The control: without the check of what is shown, the same walks show what nobody reviewed.
func TestTheWalksNoticeAMissingCheck(t *testing.T) {
	for seed := range uint64(150) {
		w := newWalker(t, seed)
		for _, o := range []*office{w.office, w.server} {
			o.clear = func(_ *Publication, o *Open, v *Version) (clearance, error) { return clearance{Sum(v.Body)}, nil }
		}
		if bad := w.walk(1500); bad != "" {
			t.Logf("walk %d: %s", seed, bad)
			return
		}
	}
	t.Error("walks without the check showed nothing that was not reviewed")
}
