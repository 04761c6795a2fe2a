package operate

import (
	"context"
	"errors"
	"reflect"
	"testing"

	"pugongying/internal/audit"
	"pugongying/internal/fault"
	"pugongying/internal/publish"
)

// classroom is publications with their versions; an import adds drafts.
type classroom struct {
	all      []publish.Publication
	versions map[string]publish.Version
	drafts   []publish.Draft
	failing  error
}

func (c *classroom) Newest(_ context.Context, kind publish.Kind, each func(publish.Publication, publish.Version) error) error {
	for _, p := range c.all {
		if p.Kind != kind {
			continue
		}
		if err := each(p, c.versions[publish.VersionID(p.ID, p.Last)]); err != nil {
			return err
		}
	}
	return nil
}

func (c *classroom) Version(_ context.Context, id string, n int) (publish.Version, error) {
	v, ok := c.versions[publish.VersionID(id, n)]
	if !ok {
		return v, publish.ErrNotFound
	}
	return v, nil
}

func (c *classroom) Import(_ context.Context, _ audit.Actor, drafts []publish.Draft) (publish.Imported, error) {
	c.drafts = append(c.drafts, drafts...)
	return publish.Imported{Added: len(drafts)}, c.failing
}

// with adds a publication of these texts: live and open name versions, 0 for none.
func (c *classroom) with(id string, live, open int, texts ...string) *classroom {
	p := publish.Publication{ID: id, Kind: publish.KindQuestion, Live: live, Last: len(texts)}
	for i, text := range texts {
		v := publish.Version{Publication: id, N: i + 1, Body: []byte(text), SHA256: publish.Sum([]byte(text))}
		c.versions[publish.VersionID(id, i+1)] = v
		p.LastSHA = v.SHA256
		if i+1 == live {
			p.LiveSHA = v.SHA256
		}
		if i+1 == open {
			p.Open = []publish.Open{{N: open, State: publish.StateDraft, SHA256: v.SHA256}}
		}
	}
	c.all = append(c.all, p)
	return c
}

func newClassroom() *classroom {
	return (&classroom{versions: map[string]publish.Version{}}).
		with("A", 1, 0, "live").with("B", 1, 2, "live", "draft").with("C", 0, 1, "draft").with("D", 0, 0, "old", "gone")
}

func questions(pairs ...string) (items []publish.Shipped) {
	for i := 0; i < len(pairs); i += 2 {
		items = append(items, publish.Shipped{ID: pairs[i], Kind: publish.KindQuestion, Body: []byte(pairs[i+1])})
	}
	return items
}

func anything(publish.Shipped) error { return nil }

func nothingBefore(*ContentReport) error { return nil }

func TestTextsAreWhatTheyAre(t *testing.T) {
	got, err := NewContent(newClassroom(), anything).Texts(t.Context())
	want := Texts{Live: questions("A", "live", "B", "live"), Drafts: questions("B", "draft", "C", "draft"), Withdrawn: questions("D", "gone")}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("Texts = %+v, %v", got, err)
	}
	broken := newClassroom()
	delete(broken.versions, "B@1")
	if _, err := NewContent(broken, anything).Texts(t.Context()); !errors.Is(err, publish.ErrNotFound) {
		t.Errorf("with a version missing: %v", err)
	}
}

func TestWhatComesBackUnchangedChangesNothing(t *testing.T) {
	c := newClassroom()
	s := NewContent(c, anything)
	texts, err := s.Texts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.Import(t.Context(), audit.Operator, texts, nothingBefore)
	if want := (ContentReport{Same: 4, Withdrawn: 1, Faults: []ContentFault{}, Absent: []ContentFault{}}); err != nil || !reflect.DeepEqual(got, want) || c.drafts != nil {
		t.Errorf("Import = %+v, %v, drafts %v", got, err, c.drafts)
	}
}

func TestAnImportMakesDraftsAndBringsNothingBack(t *testing.T) {
	c := newClassroom()
	got, err := NewContent(c, anything).Import(t.Context(), audit.Operator, Texts{
		Live: questions("A", "hers", "E", "new", "F", "shown"), Drafts: questions("F", "newer"), Withdrawn: questions("D", "gone", "G", "gone too"),
	}, nothingBefore)
	want := []publish.Draft{{ID: "F", Kind: publish.KindQuestion, Body: []byte("newer")}, {ID: "A", Kind: publish.KindQuestion, Body: []byte("hers")}, {ID: "E", Kind: publish.KindQuestion, Body: []byte("new")}}
	if err != nil || !reflect.DeepEqual(c.drafts, want) || got.Withdrawn != 2 || got.Beside != 1 {
		t.Errorf("Import = %+v, %v, drafts %q", got, err, c.drafts)
	}
	if said := got.Summary(); said != "新的 3 份，改动 0 份，没有变化 0 份；1 份既在线上又有草稿的，收的是草稿；2 份撤下的没有收" {
		t.Error(said)
	}
}

func TestAFaultyFolderIsNotTaken(t *testing.T) {
	c := newClassroom()
	unreadable := func(item publish.Shipped) error {
		switch item.ID {
		case "E":
			return fault.New(fault.Invalid, "x.y", "不行").At(fault.Field{Location: "stem", Message: "没有题目"})
		case "F":
			return errors.New("broken")
		}
		return nil
	}
	s := NewContent(c, unreadable)
	got, err := s.Import(t.Context(), audit.Operator, Texts{Live: questions("A", "hers", "E", "new", "F", "new")}, nothingBefore)
	if want := []ContentFault{{"E stem", "没有题目"}, {"F", "broken"}}; err != nil || c.drafts != nil || !reflect.DeepEqual(got.Faults, want) {
		t.Errorf("Import = %+v, %v, drafts %v", got, err, c.drafts)
	}
	// A draft may be unreadable: whoever writes it is not done.
	if got, err := s.Import(t.Context(), audit.Operator, Texts{Drafts: questions("E", "half")}, nothingBefore); err != nil || got.Added != 1 {
		t.Errorf("Import of a draft = %+v, %v", got, err)
	}
	c.failing = publish.ErrTaken.At(fault.Field{Location: "A", Message: "已经是别的"})
	if got, err := s.Import(t.Context(), audit.Operator, Texts{Live: questions("A", "hers")}, nothingBefore); err != nil || !reflect.DeepEqual(got.Faults, []ContentFault{{"A", "已经是别的"}}) {
		t.Errorf("Import that publish refuses = %+v, %v", got, err)
	}
	c.failing = errors.New("no disk")
	if _, err := s.Import(t.Context(), audit.Operator, Texts{Live: questions("A", "hers")}, nothingBefore); err == nil {
		t.Error("a store's failure is an error")
	}
}
