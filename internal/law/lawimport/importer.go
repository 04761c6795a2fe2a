// Package lawimport imports laws from files into a law.Store. It reads our own layout, LawRefBook and just-laws, with one
// or several files for a law.
//
// It guarantees that a text that was already imported is not a new version, whatever its layout; that a
// worse text never takes the place of a better one: one of the same dates with other words, and one shorter than the
// register knows the law to be, are refused unless the import says otherwise; that a file that was
// already read is not parsed again; that an interrupted import continues where it stopped; and that memory use is bounded
// by the largest law, not by the folder.
//
// It refuses, with file and line, a law with missing, duplicate or unreadable articles, and it refuses excerpts and
// outdated texts unless they are accepted explicitly. The text of an amended law does not say since when the amendment
// applies: the dates are taken from the register of known laws where it knows the revision, otherwise from the text.
package lawimport

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"pugongying/internal/audit"
	"pugongying/internal/law"
)

// Options configures an import.
type Options struct {
	Accept    []law.Standing // kinds of text that are imported although they are excerpts or outdated
	By        audit.Actor    // who imports; the command line if empty
	Effective string         // the day from which these texts apply, whatever they say; empty to use the day in the text
	Replace   bool           // a text takes the place of a stored one of the same dates with other words
}

// Outcome is the result for one file, or for a law in several files.
type Outcome struct {
	File     string `json:"file"`
	Kind     Kind   `json:"kind"`
	Law      string `json:"law,omitempty"`
	Title    string `json:"title,omitempty"`
	Version  string `json:"version,omitempty"`
	Articles int    `json:"articles,omitempty"`
	Line     int    `json:"line,omitempty"`
	Reason   string `json:"reason,omitempty"`
}

// Kind is the kind of an outcome.
type Kind string

// The kinds of outcome.
const (
	Added   Kind = "added"   // a law that was not stored yet
	Newer   Kind = "version" // a further version of a stored law
	Instead Kind = "instead" // it took the place of a stored text of the same dates, which is withdrawn; Reason says of which
	Same    Kind = "same"    // this text is already stored
	Amended Kind = "amended" // this text is already stored; its effective day, repeal day or standing changed
	Passed  Kind = "passed"  // not a law
	Refused Kind = "refused" // refused, with the reason
)

const (
	schema       = 1
	layouts      = "4" // incremented when the parser changes, so that known files are read again
	flushTries   = 5
	flushAt      = 1500 // articles in one write
	flushLawsAt  = 50
	flushFilesAt = 1000
)

// Importer imports files one after another and buffers what it will write. Use one Importer for one import.
type Importer struct {
	store   law.Store
	shipped *law.Register
	options Options
	now     func() time.Time
	report  func(Outcome)

	queue      []*job
	known      map[string]law.File
	groups     map[string][]pending
	entries    map[string]law.Entry
	titles     map[string]string // normalised title → slug
	generation int64
	batch      []proposal
	files      []law.File
	size       int
}

// pending is a file of a law in several files, buffered until all of them are read.
type pending struct {
	file   string
	key    string
	data   []byte
	parsed *parsed // nil when the file was already known and not parsed
}

// proposal is a text that is stored with the next write.
type proposal struct {
	text Text
	file string
	keys []string
}

// NewImporter begins an import. The register gives known laws their slugs; report is called once for every file.
func NewImporter(ctx context.Context, store law.Store, shipped *law.Register, o Options, now func() time.Time, report func(Outcome)) (*Importer, error) {
	if o.Effective != "" {
		found := days(o.Effective)
		if len(found) != 1 {
			return nil, fmt.Errorf("施行日期 %q 不是日历上的一天：写成 2026-01-01 这样", o.Effective)
		}
		o.Effective = found[0]
	}
	m := &Importer{store: store, shipped: shipped, options: o, now: now, report: report, known: map[string]law.File{}, groups: map[string][]pending{}}
	err := store.Files(ctx, func(f law.File) { m.known[f.Key] = f })
	if err != nil {
		return nil, err
	}
	return m, m.load(ctx)
}

// load reads the stored laws.
func (m *Importer) load(ctx context.Context) error {
	generation, err := m.store.Generation(ctx)
	if err != nil {
		return err
	}
	laws, err := m.store.Laws(ctx, 0)
	if err != nil {
		return err
	}
	m.generation, m.entries, m.titles = generation.Number, map[string]law.Entry{}, map[string]string{}
	for _, e := range laws {
		m.entries[e.Slug] = e
		m.titles[law.TitleKey(e.Title)] = e.Slug
	}
	return nil
}

// knows reports whether a file was already read and reading it again would change nothing. With Options.Effective a stored
// text is processed again, because its effective day may have been changed in the meantime; so is one that was withdrawn.
func (m *Importer) knows(key string) (law.File, bool) {
	f, ok := m.known[key]
	return f, ok && (f.Version == "" || m.options.Effective == "" && !m.withdrawn(f.Version))
}

// withdrawn says whether a version, named by its id, was withdrawn.
func (m *Importer) withdrawn(id string) bool {
	slug, version, _ := strings.Cut(id, "@")
	return slices.ContainsFunc(m.entries[slug].Versions, func(f law.Fact) bool { return f.Version == version && f.Withdrawn != "" })
}

// again reports the recorded outcome of a file that was already read.
func (m *Importer) again(f law.File, h pending) {
	switch {
	case f.Piece:
		m.groups[f.Group] = append(m.groups[f.Group], h)
	case f.Reason != "":
		m.report(Outcome{File: cmp.Or(f.File, h.file), Kind: Refused, Line: f.Line, Reason: f.Reason})
	case f.Version == "":
		m.report(Outcome{File: h.file, Kind: Passed})
	default:
		law, version, _ := strings.Cut(f.Version, "@")
		m.report(Outcome{File: h.file, Kind: Same, Law: law, Version: version, Title: m.entries[law].Title})
	}
}

// Close imports the laws that consist of several files and writes what is still buffered.
func (m *Importer) Close(ctx context.Context) error {
	for len(m.queue) > 0 {
		if err := m.next(ctx); err != nil {
			return err
		}
	}
	for _, group := range slices.Sorted(maps.Keys(m.groups)) {
		if err := m.join(group); err != nil {
			return err
		}
		if err := m.flush(ctx, false); err != nil {
			return err
		}
	}
	return m.flush(ctx, true)
}

func (m *Importer) join(group string) error {
	members := m.groups[group]
	keys := make([]string, len(members))
	for i, h := range members {
		keys[i] = h.key
	}
	slices.Sort(keys)
	key := m.key("group "+group, []byte(strings.Join(keys, "\n")))
	if f, ok := m.knows(key); ok {
		m.again(f, pending{file: members[0].file})
		return nil
	}
	var found []*parsed
	pieces := 0
	for _, h := range members {
		l := h.parsed
		if l == nil {
			var err error
			if l, err = read(h.file, h.data); err != nil {
				return err // cannot happen: the file was parsed before
			}
		}
		if found = append(found, l); l.kind == piece {
			pieces++
		}
	}
	if pieces == 0 {
		m.report(Outcome{File: members[0].file, Kind: Passed})
		m.remember(law.File{Key: key})
		return nil
	}
	l, err := join(found)
	var refused *Refusal
	if errors.As(err, &refused) {
		m.refuse(refused, key)
		return nil
	}
	m.propose(l, key)
	return nil
}

// propose buffers a law for the next write, or refuses it with the reason.
func (m *Importer) propose(l *parsed, key string) {
	if s := l.text.Standing; s != law.Whole && !slices.Contains(m.options.Accept, s) {
		reason := "自称是节录或转载，不是全文；确要收进来就加 --accept partial。"
		if s == law.Outdated {
			reason = "自称不是现行文本；确要收进来就加 --accept outdated。"
		}
		m.refuse(&Refusal{File: l.file, Reason: reason}, key)
		return
	}
	if m.options.Effective != "" {
		l.text.Effective, l.text.Stated = m.options.Effective, true
	}
	t, err := l.finalise()
	var refused *Refusal
	if errors.As(err, &refused) {
		m.refuse(refused, key)
		return
	}
	m.batch = append(m.batch, proposal{text: *t, file: l.file, keys: []string{key}})
	m.size += len(t.Articles)
}

func (m *Importer) refuse(r *Refusal, key string) {
	m.report(Outcome{File: r.File, Kind: Refused, Line: r.Line, Reason: r.Reason})
	m.remember(law.File{Key: key, File: r.File, Line: r.Line, Reason: r.Reason})
}

func (m *Importer) remember(f law.File) {
	f.Schema = schema
	m.files = append(m.files, f)
	m.known[f.Key] = f
}

// flush writes the buffer when it reaches one of the limits, or in any case if all is set.
func (m *Importer) flush(ctx context.Context, all bool) error {
	if !all && m.size < flushAt && len(m.batch) < flushLawsAt && len(m.files) < flushFilesAt {
		return nil
	}
	for try := 1; ; try++ {
		p, err := m.plan(ctx)
		if err != nil {
			return err
		}
		if err := m.record(p); err != nil {
			return err
		}
		err = m.store.Apply(ctx, p.write)
		if errors.Is(err, law.ErrStale) && try < flushTries {
			if err = m.load(ctx); err == nil {
				continue
			}
		}
		if err != nil {
			return err
		}
		m.done(p)
		return nil
	}
}

// record adds the audit entry to a write that changes a law. A write of file records only changes no law and needs none.
func (m *Importer) record(p *plan) error {
	if !p.write.Touches() {
		return nil
	}
	by := m.options.By
	if by == (audit.Actor{}) {
		by = audit.Operator
	}
	entry, err := audit.New(audit.Act{Actor: by, Action: audit.LawImport, Subject: "laws", At: m.now(), Detail: map[string]string{
		"added": strconv.Itoa(len(p.write.Added)), "replaced": strconv.Itoa(len(p.write.Replaced)),
		"versions": strconv.Itoa(len(p.write.Versions)), "files": strconv.Itoa(len(p.write.Files)),
	}})
	p.write.Entry = &entry
	return err
}

// done updates the importer's state after a write.
func (m *Importer) done(p *plan) {
	if p.write.Touches() {
		m.generation++
	}
	for slug, e := range p.entries {
		e.Rev++
		m.entries[slug] = e
		m.titles[law.TitleKey(e.Title)] = slug
	}
	for _, f := range p.write.Files {
		m.known[f.Key] = f
	}
	for _, o := range p.outcomes {
		m.report(o)
	}
	m.batch, m.files, m.size = nil, nil, 0
}

// key is a hash of a file's path, its bytes and the options of this import.
func (m *Importer) key(file string, data []byte) string {
	sum := sha256.New()
	fmt.Fprintf(sum, "%s %q %q %v %q\n", layouts, m.options.Accept, m.options.Effective, m.options.Replace, file)
	sum.Write(data)
	return hex.EncodeToString(sum.Sum(nil)[:16])
}
