package parts

import (
	"bytes"
	"io"
	"strings"
	"testing"
)

type made struct {
	Reader io.Reader
	Clock  func() int
	Table  map[string]int
	List   []string
	Log    *strings.Builder `parts:"optional"`
	Limit  int
}

func whole() made {
	return made{Reader: &bytes.Buffer{}, Clock: func() int { return 1 }, Table: map[string]int{}, List: []string{}}
}

func TestAWholeServicePasses(t *testing.T) {
	if err := Missing("made", whole()); err != nil {
		t.Error(err)
	}
}

func TestEveryMissingPartIsNamed(t *testing.T) {
	for part, without := range map[string]func(*made){
		"Reader": func(m *made) { m.Reader = nil },
		"Clock":  func(m *made) { m.Clock = nil },
		"Table":  func(m *made) { m.Table = nil },
		"List":   func(m *made) { m.List = nil },
	} {
		m := whole()
		without(&m)
		if err := Missing("made", m); err == nil || err.Error() != "made: put together without "+part {
			t.Errorf("without %s: %v", part, err)
		}
	}
	if err := Missing("made", made{}); err == nil || !strings.Contains(err.Error(), "Reader, Clock, Table, List") {
		t.Errorf("without all: %v", err)
	}
}

func TestANilPointerInAnInterfaceIsMissing(t *testing.T) {
	m := whole()
	m.Reader = (*bytes.Buffer)(nil)
	if m.Reader == nil {
		t.Fatal("the control is no typed nil")
	}
	if err := Missing("made", m); err == nil {
		t.Error("a typed nil passed")
	}
}
