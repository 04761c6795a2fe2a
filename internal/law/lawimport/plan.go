package lawimport

import (
	"context"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"pugongying/internal/law"
)

// plan is one write under construction.
type plan struct {
	m        *Importer
	write    law.Write
	entries  map[string]law.Entry // as they will be after the write
	old      map[string]law.Entry // those of them that are stored already and change
	outcomes []Outcome
}

// plan computes how the buffered texts change the laws that were loaded last.
func (m *Importer) plan(ctx context.Context) (*plan, error) {
	p := &plan{m: m, entries: map[string]law.Entry{}, old: map[string]law.Entry{}, write: law.Write{Generation: m.generation, Files: slices.Clone(m.files)}}
	for _, proposed := range m.batch {
		if err := p.take(ctx, proposed); err != nil {
			return nil, err
		}
	}
	for _, slug := range slices.Sorted(maps.Keys(p.entries)) {
		e := p.entries[slug]
		if _, there := p.old[slug]; there {
			p.write.Replaced = append(p.write.Replaced, e)
		} else if _, same := m.entries[slug]; !same {
			p.write.Added = append(p.write.Added, e)
		}
	}
	return p, nil
}

func (p *plan) take(ctx context.Context, proposed proposal) error {
	t := proposed.text
	slug, e := p.entry(t)
	kind := Newer
	if len(e.Versions) == 0 {
		kind = Added
	}
	fact := p.fact(t, slug)
	reason, rival, err := p.worse(ctx, e, fact, t)
	if err != nil {
		return err
	}
	if reason != "" {
		p.outcomes = append(p.outcomes, Outcome{File: proposed.file, Kind: Refused, Law: slug, Title: e.Title, Reason: reason})
		return nil
	}
	if rival != "" {
		e = p.withdrawn(e, fact)
	}
	if i := slices.IndexFunc(e.Versions, func(f law.Fact) bool { return f.SHA256 == fact.SHA256 }); i >= 0 {
		kind, fact.Version = Same, e.Versions[i].Version
		if amended := p.amend(e.Versions[i], t); differs(amended, e.Versions[i]) || rival != "" {
			kind, e.Versions = Amended, slices.Clone(e.Versions)
			e.Versions[i] = amended
			slices.SortStableFunc(e.Versions, law.Earlier)
			p.put(slug, e)
		}
	} else {
		e.Versions = append(slices.Clone(e.Versions), fact)
		if entrySize(e) > MaxDocument {
			p.refuse(proposed, "这部法律收进来的版本太多、太长，数据库的一份文档放不下，没有收进来。")
			return nil
		}
		slices.SortStableFunc(e.Versions, law.Earlier)
		p.put(slug, e)
		p.write.Versions = append(p.write.Versions, &law.Version{
			ID: law.VersionID(slug, fact.Version), Law: slug, Title: e.Title, Short: e.Short, Number: e.Number,
			Fact: fact, Parts: t.Parts, Articles: t.Articles, Schema: schema,
		})
	}
	for _, key := range proposed.keys {
		p.write.Files = append(p.write.Files, law.File{Key: key, Version: law.VersionID(slug, fact.Version), Schema: schema})
	}
	if rival != "" {
		kind = Instead
	}
	p.outcomes = append(p.outcomes, Outcome{
		File: proposed.file, Kind: kind, Law: slug, Title: e.Title, Version: fact.Version, Articles: len(t.Articles), Reason: rival,
	})
	return nil
}

func (p *plan) refuse(proposed proposal, reason string) {
	for _, key := range proposed.keys {
		p.write.Files = append(p.write.Files, law.File{Key: key, File: proposed.file, Reason: reason, Schema: schema})
	}
	p.outcomes = append(p.outcomes, Outcome{File: proposed.file, Kind: Refused, Reason: reason})
}

// amend updates the facts of a stored text: its repeal day, that it is the whole law after all, and its effective day
// where the import names one. The version's name does not change.
func (p *plan) amend(f law.Fact, t Text) law.Fact {
	if t.Repealed != "" {
		f.Repealed = t.Repealed
	}
	if t.Standing == law.Whole {
		f.Standing = law.Whole
	}
	if p.m.options.Effective != "" {
		f.Effective = p.m.options.Effective
	}
	return f
}

func differs(f, other law.Fact) bool {
	return f.Repealed != other.Repealed || f.Standing != other.Standing || f.Effective != other.Effective
}

func (p *plan) put(slug string, e law.Entry) {
	if there, ok := p.m.entries[slug]; ok {
		p.old[slug] = there
	}
	p.entries[slug] = e
}

// entry finds the law of a text: a stored one, one that the register knows, or a new one.
func (p *plan) entry(t Text) (string, law.Entry) {
	normal := law.TitleKey(t.Title)
	slug, ok := p.m.titles[normal]
	if !ok {
		slug = law.SlugOf(t.Title)
		if l, err := p.m.shipped.Named(t.Title); err == nil {
			slug = l.Slug
		}
	}
	if e, planned := p.entries[slug]; planned {
		return slug, e
	}
	if e, here := p.m.entries[slug]; here {
		return slug, e
	}
	title := strings.Clone(t.Title) // a substring would keep the whole file in memory, because an entry lives longer than the file
	e := law.Entry{Slug: slug, Title: title, Short: shorten(title), Number: strings.Clone(t.Number), Schema: schema}
	if l, err := p.m.shipped.Law(slug); err == nil {
		e.Title, e.Short, e.Number, e.Aliases = l.Title, l.Short, l.Number, l.Aliases
	}
	return slug, e
}

// shorten removes from a title the words that every law begins with.
func shorten(title string) string {
	if short := strings.TrimPrefix(title, "中华人民共和国"); utf8.RuneCountInString(short) >= 2 {
		return short
	}
	return title
}

func (p *plan) fact(t Text, slug string) law.Fact {
	last := t.Articles[len(t.Articles)-1].Article
	f := law.Fact{
		Issued: t.Issued, Revised: t.Revised, Effective: t.Effective, Repealed: t.Repealed, SHA256: t.sum(), Source: strings.Clone(t.Source),
		Last: last, Inserted: inserted(t.Articles), Repeals: cloned(t.Repeals), Standing: t.Standing, ImportedAt: p.m.now().UTC(),
	}
	// A text says when the law first applied; only the register knows since when the last revision applies.
	if l, err := p.m.shipped.Law(slug); err == nil && !t.Stated && l.Articles == last && (l.Revised == t.Revised || l.Issued == max(t.Issued, t.Revised)) {
		f.Issued, f.Revised, f.Effective = l.Issued, l.Revised, l.Effective
	}
	f.Version = f.Effective + "." + f.SHA256[:8]
	return f
}

// cloned copies strings that are substrings of a file.
func cloned(parts []string) []string {
	copies := slices.Clone(parts)
	for i, part := range copies {
		copies[i] = strings.Clone(part)
	}
	return copies
}
