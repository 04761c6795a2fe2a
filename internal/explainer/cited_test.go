package explainer

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"pugongying/internal/law"
	"pugongying/internal/markdown"
	"pugongying/internal/publish"
)

// moving are laws of which one provision changes.
type moving struct {
	*law.Library
	head    int64
	changed law.Citation
}

func (m *moving) Head() int64 { return m.head }

func (m *moving) Changed(c law.Citation) (law.Change, bool) {
	return law.Change{Kind: law.TextChanged}, c == m.changed
}

func TestAStoryWhoseLawChangedSaysSo(t *testing.T) {
	laws := &moving{Library: law.Fixed(register(t))}
	var log bytes.Buffer
	from := &source{head: 1, items: []publish.Item{item("ID1", "chunfeng", "1")}}
	l := NewLibrary(from, laws, markdown.New(), slog.New(slog.NewTextHandler(&log, nil)))
	reload := func() *Story {
		t.Helper()
		if err := l.Reload(context.Background()); err != nil {
			t.Fatal(err)
		}
		return l.Stories()[0]
	}
	s := reload()
	cited := s.Citations[0]
	if s.Notice != "" || len(l.Citing(cited.Law, cited.Number())) != 1 || len(l.Citing(cited.Law, "999")) != 0 {
		t.Errorf("%q, cited by %d", s.Notice, len(l.Citing(cited.Law, cited.Number())))
	}
	laws.changed = cited.Citation
	if s := reload(); s.Notice != "" {
		t.Error("negative control: reloaded although no head moved")
	}
	laws.head++
	if s := reload(); !strings.Contains(s.Notice, cited.Label) || l.Head() != 1 {
		t.Errorf("%q at %d", s.Notice, l.Head())
	}
}
